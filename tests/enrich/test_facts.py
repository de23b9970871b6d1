"""Facts of articles: offsets that are true, places that are there, and nothing that the text does not say."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from pipeline.article import Article, EnrichedArticle, Entity, Place
from pipeline.enrich.facts import enrich
from pipeline.sources.door import Door
from pipeline.sources.files import read_paths
from tests.enrich.conftest import read, shipped

SEEDS = Path(__file__).parents[2] / "seeds"


@pytest.fixture(scope="module")
def seeds() -> list[EnrichedArticle]:
    """The sample news with their facts."""
    inputs = [each.item for each in read_paths([str(SEEDS)], Door())]
    return [enrich(item, shipped()) for item in inputs if isinstance(item, Article)]


def pins(article: EnrichedArticle) -> dict[str, str | None]:
    """Pinned places and their countries."""
    return {place.name: place.country for place in article.places if place.pinned}


def check_offsets(article: EnrichedArticle) -> None:
    """Every mention of every fact is where it says."""
    fields = {"title": article.title, "text": article.text}
    facts: list[Entity | Place] = [*article.entities, *article.places]
    for fact in facts:
        assert fact.mentions
        for span in fact.mentions:
            assert fields[span.field][span.start : span.end] == span.surface
        assert 0 < fact.confidence <= 1
    for quote in article.quotes:
        assert fields[quote.field][quote.start : quote.end] == quote.text
    for event in article.events:
        trigger = event.trigger
        assert fields[trigger.field][trigger.start : trigger.end] == trigger.surface
        assert event.sentence.start <= trigger.start < trigger.end <= event.sentence.end
        for party in (event.actor, event.target):
            assert party is None or fields[party.field][party.start : party.end].strip()
    for span in (*article.dates, *article.figures):
        assert fields[span.field][span.start : span.end] == span.surface
    for day in article.dates:
        assert day.first <= day.last
    for place in article.places:
        assert place.pinned == (place.lat is not None)
        assert place.pinned or not place.is_focus


def test_offsets_of_the_seeds_are_true(seeds: list[EnrichedArticle]) -> None:
    for article in seeds:
        check_offsets(article)
        assert sum(place.is_focus for place in article.places) <= 1
        assert not article.countries or abs(sum(country.weight for country in article.countries) - 1) < 0.02
    assert sum(len(article.entities) for article in seeds) > 500
    assert sum(place.pinned for article in seeds for place in article.places) > 300


def test_other_languages_have_no_english_facts(seeds: list[EnrichedArticle]) -> None:
    others = [article for article in seeds if article.language != "en"]
    assert {"fr", "de", "es", "ar"} <= {article.language for article in others}
    assert not any(article.entities or article.places or article.countries for article in others)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(max_size=300), st.text(max_size=80))
@example("Mr. \U0001f6a2 Brown’s U.S. visit — “Kyiv,\u00a0Ukraine”\r\n\r\nKYIV", "e\u0301\u202e Paris, Texas")
@example("US$5 US US. U.S.\u2028China's", "")
def test_offsets_of_any_text_are_true(text: str, title: str) -> None:
    words = f"{text} Officials of the World Bank met Ana Ferrand-Ruiz in Nairobi, Kenya. {text}"
    if "\x00" in text + title:
        return
    check_offsets(read(words, title, language="en"))


def test_who_where_and_which_country() -> None:
    article = read(
        "NAIROBI, Nov 3 (Tidewater Post) - Kenyan and Ugandan officials met in Kisumu on Tuesday, harbour master "
        "Grace Wanjala-Lind said. Wanjala-Lind praised the World Food Programme (WFP). The WFP sends rice to Uganda."
    )
    assert pins(article) == {"Nairobi": "KE", "Kisumu": "KE", "Uganda": "UG"}
    named = {entity.name: entity for entity in article.entities}
    assert named["Grace Wanjala-Lind"].type == "PERSON"
    assert named["Grace Wanjala-Lind"].aliases == ["Wanjala-Lind"]
    assert named["World Food Programme"].aliases == ["WFP"]
    assert named["Uganda"].id == "country:UG"
    codes = {country.code: country for country in article.countries}
    assert set(codes) == {"KE", "UG"}
    assert set(codes["KE"].why) == {"place", "demonym"}
    assert codes["KE"].is_focus
    kisumu = next(place for place in article.places if place.name == "Kisumu")
    assert (round(kisumu.lat or 0, 1), round(kisumu.lon or 0, 1)) == (-0.1, 34.8)
    assert kisumu.geonames_id
    assert kisumu.feature_class == "P"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("TRIPOLI, Lebanon — A boat sank off Tripoli.", {"Tripoli": "LB", "Lebanon": "LB"}),
        ("TRIPOLI, Libya — A road was closed in Tripoli.", {"Tripoli": "LY", "Libya": "LY"}),
        ("Visitors came to Paris, Texas, on Monday.", {"Paris": "US", "Texas": "US"}),
        ("Police in London, Ontario, said that Canada would help.", {"London": "CA", "Canada": "CA", "Ontario": "CA"}),
        ("The talks in Geneva and Vienna ended.", {"Geneva": "CH", "Vienna": "AT"}),
        ("A fire broke out in Hyderabad, Pakistan, on Friday.", {"Hyderabad": "PK", "Pakistan": "PK"}),
        ("The US and U.K. met in China. It cost US$5.", {"United States": "US", "United Kingdom": "GB", "China": "CN"}),
        ("A quake shook Santiago de Cuba. Santiago lies in Cuba.", {"Santiago de Cuba": "CU", "Cuba": "CU"}),
        ("South Sudan, Sudan and Papua New Guinea.", {"South Sudan": "SS", "Sudan": "SD", "Papua New Guinea": "PG"}),
        ("In New Mexico and on the Gulf of Oman it rained.", {"New Mexico": "US", "Gulf of Oman": None}),
    ],
)  # fmt: skip
def test_the_article_tells_which_place(text: str, expected: dict[str, str]) -> None:
    found = pins(read(text, language="en"))
    assert found.items() <= expected.items(), "nothing is pinned that the text does not name"
    assert len(found) >= len(expected) - 1, "at most one is missed"


@pytest.mark.parametrize(
    "text",
    [
        "Mr Jordan and Ms Paris Holmgren-Dale met Chad Brackenreed on Monday.",
        "Springfield was quiet on Sunday.",
        "Visitors of Garden City liked it.",
        "Kenyan, French and Georgian athletes ran.",
        "The Bank of England raised its rate.",
    ],
)
def test_what_is_not_clearly_a_place_is_not_pinned(text: str) -> None:
    assert pins(read(text, language="en")) == {}


def test_georgia_is_pinned_where_the_article_speaks_for_it() -> None:
    assert (
        pins(read("Georgia voted on Sunday. Georgian officials in Tbilisi counted.", language="en")).get("Georgia")
        == "GE"
    )
    american = read("Voters in Savannah and Atlanta, Georgia, in the United States, waited.", language="en")
    assert "GE" not in {country.code for country in american.countries}


def test_a_country_before_its_abbreviation_is_no_organisation() -> None:
    article = read("The Democratic Republic of Congo (DRC) reopened the airport of Goma on Monday, officials said.")
    named = {entity.id: entity for entity in article.entities}
    assert (named["country:CD"].type, named["country:CD"].country) == ("GPE", "CD")
    assert "CG" not in {entity.country for entity in article.entities}


def test_what_is_known_by_several_names_has_one_name_to_be_counted_by() -> None:
    article = read("NATO and the U.N. sent envoys to Nairobi on Monday, Ana Ferrand-Ruiz of Tidewater Bank said.")
    named = {entity.name: (entity.id, entity.known_as) for entity in article.entities}
    assert named["U.N."] == ("org:united-nations", "United Nations")
    assert named["NATO"] == ("org:nato", "NATO")
    assert named["Ana Ferrand-Ruiz"][1] is None


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Bae Soo-ah won. Bae said she was glad.", {"Bae Soo-ah": ["Bae"]}),
        ("Lu Chengwei met Kim Jae Min there. Lu left when Kim came.", {"Lu Chengwei": ["Lu"], "Kim Jae Min": ["Kim"]}),
        ("Kim Larsen beat Ana Dahl. Larsen was tired.", {"Kim Larsen": ["Larsen"], "Ana Dahl": []}),
        ("The mayor, Carrie Wong Mei-yee, resigned. Wong was sorry.", {"Carrie Wong Mei-yee": ["Wong"]}),
        ("Alibar Group Holding Ltd rose. Alibar will invest.", {"Alibar Group Holding Ltd": ["Alibar"]}),
        ("Prince Saud Al-Ferran spoke. Later Prince Saud left.", {"Saud Al-Ferran": ["Saud"]}),
        ("The Huthis and Hezbullah fired. The Houthis left.", {"Houthis": ["Huthis"], "Hezbullah": []}),
        (
            "Norlund Systems AB made ships. Norlund Systems grew. Norlund said it was glad.",
            {"Norlund Systems AB": ["Norlund", "Norlund Systems"]},
        ),
        ("The Institute of Ferry Studies met. The IFS left.", {"Institute of Ferry Studies": ["IFS"]}),
        ("Shelling killed three women and a man.", {}),
        ("OSLO, March 10 (Agency) - Shelling killed three women.", {"OSLO": []}),
        ("The nurse thanked God for the rain.", {}),
        ("Bushfire closed the road. The bushfire had burned for days.", {}),
        ("The firm needs R254bn and HK$30 million.", {}),
    ],
)  # fmt: skip
def test_one_entity_for_each_name_and_none_for_what_is_no_name(text: str, names: dict[str, list[str]]) -> None:
    assert {entity.name: entity.aliases for entity in read(text, language="en").entities} == names


@pytest.mark.parametrize(
    ("text", "role"),
    [
        ("Unification Minister Eva Holt left.", "Unification Minister"),
        ("Treasury secretary Eva Holt left.", "Treasury secretary"),
        ("The EU's foreign policy chief, Eva Holt, left.", "EU's foreign policy chief"),
        ("South Korea's President Eva Holt left.", "South Korea's President"),
        ("Bank of England governor Sir Ivo Holt left.", "Bank of England governor"),
        ("The army commander, Maj.-Gen. Ivo Holt, left.", "army commander"),
        ("Shadow foreign secretary Eva Holt left.", "Shadow foreign secretary"),
        ("A spokesman for President Eva Holt left.", "President"),
        ("The crew recalled its captain, Eva Holt said.", None),
        ("Eva Holt, her doctor said, was ill.", None),
    ],
)
def test_the_whole_role_and_none_of_another(text: str, role: str | None) -> None:
    assert [entity.role for entity in read(text, language="en").entities if entity.type == "PERSON"] == [role]


def test_photo_credits_make_no_entities() -> None:
    article = read("Photo: Ana Ferrand-Ruiz / Tidewater Post\n\nA ferry sailed from Mombasa, Kenya.", language="en")
    assert "Ana Ferrand-Ruiz" not in {entity.name for entity in article.entities}


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("The police of the county were told of it by the London police on Friday.", "London"),
        ("The two ministers had met at the White House before the dinner.", "White House"),
        ("The woman of the village had moved to Slidell, La., in March.", "Louisiana"),
    ],
)
def test_where_a_seat_is_a_place(text: str, place: str) -> None:
    assert place in [each.name for each in read(text, language="en").places if each.pinned]


def test_a_seat_that_speaks_is_no_place() -> None:
    assert read("The White House said that the talks would go on in May.", language="en").places == []


@pytest.mark.parametrize(
    ("text", "figures"),
    [
        ("It cost 30 pounds 200 people shared.", [("30 pounds", "GBP"), ("200", None)]),
        ("The men walked 5 km on Monday and carried 12 kg of rope.", [("5", "km"), ("12", "kg")]),
    ],
)
def test_a_number_has_the_unit_beside_it_and_none_of_another(text: str, figures: list[tuple[str, str | None]]) -> None:
    assert [(each.surface, each.unit) for each in read(text, language="en").figures] == figures
