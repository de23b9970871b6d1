"""What a query means, article by article: the evaluator is what both engines are compared with."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.article import CountryWeight, EnrichedArticle, Entity, Place, Source, Span
from pipeline.query.evaluate import Analysed, highlights, matches
from pipeline.query.grammar import parse
from pipeline.query.terms import positive, query_languages
from pipeline.query.tree import And, Not, Or, Phrase, Word

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
TITLE = "U.S. envoys open talks in Geneva"
TEXT = "Wendy Sherman told us the negotiations went on. Türkiye’s COVID-19 rules did not stop Sherman's visit to Kiev."


def span(surface: str) -> Span:
    """The first mention of a surface in the text."""
    start = TEXT.index(surface)
    return Span(field="text", start=start, end=start + len(surface), surface=surface)


ARTICLE = EnrichedArticle(
    id="a",
    title=TITLE,
    text=TEXT,
    language="en-GB",
    source=Source(id="Harbour", name="The Harbour Courier", domain="www.harbour.example"),
    published_at=datetime(2026, 11, 20, 23, 59, 59, 999_999, tzinfo=UTC),
    enrichment="test",
    entities=[
        Entity(
            id="person:wendy-sherman",
            name="Wendy Sherman",
            type="PERSON",
            aliases=["Sherman"],
            mentions=[span("Wendy Sherman"), span("Sherman's visit")],
            method="test",
            confidence=1,
        ),
        Entity(id="org:who", name="WHO", type="ORG", mentions=[], method="test", confidence=1),
        Entity(
            id="loc:alps", name="Alps", type="LOC", aliases=["Swiss Alps"], mentions=[], method="test", confidence=1
        ),
    ],
    places=[Place(name="Kyiv", country="UA", mentions=[span("Kiev")], method="test", reason="test", confidence=1)],
    countries=[CountryWeight(code="US", weight=1, why=["actor"])],
)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", True),
        ("*", True),
        ("negotiation", True),
        ("negotiating", True),
        ("bargaining", False),
        ("US", True),
        ("U.S.", True),
        ("us", True),
        ("WHO", False),
        ("turkiye", True),
        ("TÜRKIYE", True),
        ("COVID-19", True),
        ("covid 19", True),
        ("19-COVID", False),
        ("title:talk", True),
        ("title:us", False),
        ("title:US", True),
        ("title:negotiations", False),
        ('"open talks"', True),
        ('"open talk"', False),
        ('"talks open"', False),
        ('"Geneva Wendy"', False),
        ('title:"talks in Geneva"', True),
        ('title:"told us"', False),
        ("talks negotiations", True),
        ("talks missiles", False),
        ("talks OR missiles", True),
        ("-missiles", True),
        ("-talks", False),
        ("talks -(missiles OR negotiations)", False),
        ("person:sherman", True),
        ('person:"Wendy Sherman"', True),
        ('person:"Sherman Wendy"', False),
        ("person:WHO", False),
        ("org:who", True),
        ("place:Kyiv", True),
        ("place:kiev", True),
        ("place:alps", True),
        ("place:Geneva", False),
        ("country:US", True),
        ("country:Ukraine", True),
        ("country:RU", False),
        ("source:harbour", True),
        ("source:harbour.example", True),
        ("source:www.Harbour.example", True),
        ('source:"harbour courier"', True),
        ("source:example", False),
        ("source:lakes", False),
        ("lang:en", True),
        ("lang:fr", False),
        ("published:2026-11-20", True),
        ("published:2026-11-21", False),
        ("published:..2026-11-20", True),
        ("published:7d", True),
        ("published:24h", False),
        ("-published:24h", True),
    ],
)
def test_matches(query: str, expected: bool) -> None:
    assert matches(parse(query, now=NOW), ARTICLE, languages=["en"]) is expected


def test_an_article_without_a_date_is_never_published_within() -> None:
    undated = ARTICLE.model_copy(update={"published_at": None})
    assert not matches(parse("published:..2026", now=NOW), undated, languages=["en"])
    assert matches(parse("-published:..2026", now=NOW), undated, languages=["en"])


def test_words_are_stemmed_in_every_language_or_in_that_of_the_query() -> None:
    french = EnrichedArticle(id="f", text="Ils vont négocier demain.", language="fr", enrichment="test")
    talked = parse("négociaient", now=NOW)
    assert matches(talked, french, languages=["en", "fr"])
    assert not matches(talked, french, languages=["en"])
    assert matches(parse("négociaient lang:fr", now=NOW), french, languages=["en"])


@pytest.mark.parametrize(
    ("query", "languages"),
    [
        ("talks", ["en", "fr", "ru"]),
        ("talks lang:ru", ["ru"]),
        ("talks lang:(fr OR de)", ["de", "fr"]),
        ("talks -lang:fr", ["en", "fr", "ru"]),
        ("talks OR lang:fr", ["en", "fr", "ru"]),
        ("lang:uk", ["uk"]),
    ],
)
def test_query_languages(query: str, languages: list[str]) -> None:
    assert query_languages(parse(query, now=NOW), ["ru", "fr"]) == languages


@pytest.mark.parametrize(
    ("query", "surfaces"),
    [
        ("US", ["U.S."]),
        ("talk negotiation", ["talks", "negotiations"]),
        ("talks -negotiations", ["talks"]),
        ("-(-talks)", ["talks"]),
        ("COVID-19", ["COVID-19"]),
        ('"wendy sherman told"', ["Wendy Sherman told"]),
        ('"wendy sherman" "sherman told"', ["Wendy Sherman told"]),
        ("turkiye", ["Türkiye"]),
        ("person:sherman", ["Wendy Sherman", "Sherman's visit"]),
        ("place:kyiv", ["Kiev"]),
        ("country:US missiles", []),
        ("title:sherman", []),
    ],
)
def test_highlights(query: str, surfaces: list[str]) -> None:
    found = highlights(parse(query, now=NOW), Analysed(ARTICLE), languages=["en"])
    assert [(TITLE if field == "title" else TEXT)[start:end] for field, start, end in found] == surfaces


def test_highlights_are_offsets_in_code_points() -> None:
    article = EnrichedArticle(id="x", title="Fährmänner 🚢 sail", text="The 🚢 sailed. A sailor.", enrichment="test")
    found = highlights(parse("sail -train", now=NOW), Analysed(article), languages=["en"])
    assert [(field, getattr(article, field)[start:end]) for field, start, end in found] == [
        ("title", "sail"),
        ("text", "sailed"),
    ]


def test_positive_terms_keep_the_order_of_the_query() -> None:
    tree = parse('b -c title:"d e" (a OR -x) -(-y)', now=NOW)
    assert [leaf.text for leaf in positive(tree) if isinstance(leaf, Word | Phrase)] == ["b", "d e", "a", "y"]


words = st.sampled_from(["iran", "talk", "talks", "US", "us", "COVID-19", "café", "中国"])
leaves = st.one_of(st.builds(Word, words), st.builds(Word, words, st.just("title")), st.builds(Phrase, words))
texts = st.lists(words, max_size=6).map(" ".join)


@settings(deadline=None)
@given(leaves, leaves, texts, texts)
def test_operators_are_boolean(one: Word | Phrase, two: Word | Phrase, title: str, text: str) -> None:
    article = EnrichedArticle(id="x", title=title, text=text, language="en", enrichment="test")
    left, right = (matches(leaf, article, languages=["en"]) for leaf in (one, two))
    assert matches(And((one, two)), article, languages=["en"]) == (left and right)
    assert matches(Or((one, two)), article, languages=["en"]) == (left or right)
    assert matches(Not(one), article, languages=["en"]) != left
    assert bool(highlights(one, Analysed(article), languages=["en"])) == left
