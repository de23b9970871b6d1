"""Events by what their verbs and nouns take, beyond what tests/gold counts; what is no event of a kind."""

import pytest

from pipeline.article import Party
from tests.enrich.conftest import read

PUBLISHED = {"published_at": "2026-01-08T00:00:00Z"}


def _events(text: str) -> list[tuple[str, str | None, str | None, str]]:
    return [
        (event.type, _country(event.actor), _country(event.target), event.status)
        for event in read(text, **PUBLISHED).events
    ]


def _country(party: Party | None) -> str | None:
    return party.country if party is not None else None


@pytest.mark.parametrize(
    ("text", "event"),
    [
        ("Ghana and Togo signed a fishing agreement.", ("SUPPORT", "GH", "TG", "happened")),
        ("Ghana and Togo will sign a fishing agreement in May.", ("AGREE", "GH", "TG", "planned")),
        ("Ghana agreed with Togo to build a harbour.", ("AGREE", "GH", "TG", "happened")),
        ("Ghana accepted a demand from Togo.", ("CONCEDE", "GH", "TG", "happened")),
        ("Ghana called off a planned visit to Togo.", ("REJECT", "GH", "TG", "happened")),
        ("South Sudan has not withdrawn from the border town.", ("RETREAT", "SS", None, "denied")),
        ("ACCRA, Jan 7 (Agency) - The Ghanaian government condemned Togo.", ("ACCUSE", "GH", "TG", "happened")),
        ("Teachers went on strike over their wages.", ("PROTEST", None, None, "happened")),
        ("Ghana said it would free two Togolese soldiers.", ("CONCEDE", "GH", "TG", "planned")),
        ("Togolese troops remained on alert on Monday.", ("MOBILIZE", "TG", None, "happened")),
        ("Ghana accepted 300 refugees from Togo.", ("AID", "GH", "TG", "happened")),
        ("Critics attacked Togo over press freedom.", ("ACCUSE", None, "TG", "happened")),
        ("Ghana was attacked for its silence by Togo.", ("ACCUSE", "TG", "GH", "happened")),
        ("Ghana attacked Togo over the weekend.", ("ASSAULT", "GH", "TG", "happened")),
        ("Militants attacked Togo over a mine.", ("ASSAULT", None, "TG", "happened")),
        ("An armed group said it had attacked Togo.", ("ASSAULT", None, "TG", "happened")),
        ("The Ghanaian army is certain to attack Togo.", ("ASSAULT", "GH", "TG", "planned")),
        ("Ghana withdrew some of its troops from Togo.", ("RETREAT", "GH", "TG", "happened")),
        ("Ghana withdrew its observers from Togo.", ("SANCTION", "GH", "TG", "happened")),
        ("Ghana retook the islands from Togo in June.", ("ASSAULT", "GH", "TG", "happened")),
        ("The ministry received reports that Togo had attacked Ghana.", ("ASSAULT", "TG", "GH", "alleged")),
        ("The raid on Togo followed a storm.", ("ASSAULT", None, "TG", "happened")),
        ("Ghana issued a statement condemning Togo.", ("ACCUSE", "GH", "TG", "happened")),
        ("Ghana is willing to withdraw its troops from Togo.", ("AGREE", "GH", "TG", "happened")),
        ("Ghana sent a platoon to Togo on a peacekeeping mission.", ("AID", "GH", "TG", "happened")),
        ("Ghana gave two million euros to rebuild schools in Togo.", ("AID", "GH", "TG", "happened")),
        ("The government of Togo has received medicine from Ghana.", ("AID", "GH", "TG", "happened")),
        ("Ghana is the largest donor of aid in Togo.", ("AID", "GH", "TG", "happened")),
        ("The Ghanaian president called Togo on Friday.", ("CONSULT", "GH", "TG", "happened")),
        ("Ghana has never been the largest donor to Togo.", ("AID", "GH", "TG", "denied")),
        ("Ghana will be the largest donor to Togo.", ("AID", "GH", "TG", "planned")),
        ("Rumours of an attack on Togo spread.", ("ASSAULT", None, "TG", "alleged")),
        ("Rumours of an attack on Togo were false.", ("ASSAULT", None, "TG", "denied")),
        ("An attack on Togo would be an attack on Ghana.", ("ASSAULT", None, "TG", "threatened")),
        ("A Ghanaian minister was arrested on Friday.", ("COERCE", None, "GH", "happened")),
        ("Ghana stepped up preparations for an invasion of Togo.", ("ASSAULT", None, "TG", "planned")),
        ("Ghana not only attacked Togo but also bombed its capital.", ("ASSAULT", "GH", "TG", "happened")),
        ("Ghana sent 200 troops to Togo, but no tanks.", ("MOBILIZE", "GH", "TG", "happened")),
        ("No fewer than 20 Ghanaian jets attacked Togo.", ("ASSAULT", "GH", "TG", "happened")),
        ("Ghana did not hesitate to attack Togo.", ("ASSAULT", "GH", "TG", "happened")),
        ("Ghana did not react when Togo attacked Benin.", ("ASSAULT", "TG", "BJ", "happened")),
        ("The court ruled that Ghana attacked Togo illegally.", ("ASSAULT", "GH", "TG", "happened")),
        ("Ghana will respond because Togo attacked it.", ("ASSAULT", "TG", "GH", "happened")),
        ("Let us not forget that Ghana attacked Togo.", ("ASSAULT", "GH", "TG", "happened")),
        ("Ghana bombed Togo for the first time since the Cold War.", ("ASSAULT", "GH", "TG", "happened")),
        ("Ghana said it would never attack Togo.", ("ASSAULT", "GH", "TG", "denied")),
        ("The army of Ghana no longer bombs Togo.", ("ASSAULT", "GH", "TG", "denied")),
        ("Ghana vowed to fight back at Togo.", ("THREATEN", "GH", "TG", "happened")),
        ("Ghana pledged to help Togo.", ("AGREE", "GH", "TG", "happened")),
        ("Thousands of Ghanaian teachers protested against the tax.", ("PROTEST", "GH", None, "happened")),
        ("The army of Ghana fired missiles into Togo.", ("ASSAULT", "GH", "TG", "happened")),
        ("Ghana attacked half of Togo.", ("ASSAULT", "GH", "TG", "happened")),
        ("Ghana deported an Israeli.", ("COERCE", "GH", "IL", "happened")),
        ("The plot for an attack on Togo failed.", ("ASSAULT", None, "TG", "planned")),
    ],
)
def test_events(text: str, event: tuple[str, str | None, str | None, str]) -> None:
    assert event in _events(text)


@pytest.mark.parametrize(
    "text",
    [
        "Ghana called its new harbour a success on Friday.",
        "Ghana is thinking of pulling back its soldiers.",
        "The minister spoke about withdrawing from the town.",
        "Ghana is not willing to help Togo.",
        "Ghana is reluctant to help Togo.",
        "Calls for an attack on Togo grew louder.",
        "The film tells of an attack on Togo.",
        "Ghana does not plan to attack Togo.",
        "A Kenyan man attacked a Polish woman in Lima.",
        "Northgate Bank was fined for its fees.",
        "Ghana vowed to stay the course.",
        "Ghana attacked Togo down the left wing.",
        "Soldiers fired shots into the air in Ghana.",
        "Ghana came close to attacking Togo.",
        "No evidence has emerged that Ghana attacked Togo.",
        "Ghana does not believe that Togo attacked Benin.",
        "Did Ghana attack Togo?",
        "Consider this scenario: Ghana attacks Togo.",
        "The plot: Ghana invades Togo.",
        "Ghana was to have sent troops to Togo.",
    ],
)
def test_what_is_no_event(text: str) -> None:
    assert _events(text) == []


def test_troops_are_no_target_of_those_who_send_them() -> None:
    assert [event.target for event in read("Ghana mobilized its army.", **PUBLISHED).events] == [None]


def test_a_place_of_its_own_is_no_target_of_a_retreat() -> None:
    assert _events("Ghana has withdrawn its troops from Accra.") == [("RETREAT", "GH", None, "happened")]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Farmers marched through Tirana against the new tax.", "PROTEST"),
        ("Nurses clashed with police in Jakarta.", "PROTEST"),
        ("The rebels clashed with soldiers near Goma.", "ASSAULT"),
        ("Turkey withdrew from Syria on Monday.", "RETREAT"),
    ],
)
def test_a_rule_of_two_conditions_asks_for_both(text: str, kind: str) -> None:
    assert [event.type for event in read(text).events] == [kind]
