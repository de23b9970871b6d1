"""Reported speech, by the ways in which it is told; what nobody said is none."""

import pytest

from tests.enrich.conftest import read


def _indirect(text: str) -> list[tuple[str | None, str]]:
    return [(quote.speaker, quote.text) for quote in read(text).quotes if quote.kind == "indirect"]


@pytest.mark.parametrize(
    ("text", "speaker", "content"),
    [
        ("Eva Holt said the ferry would sail again in May.", "Eva Holt", "the ferry would sail again in May"),
        ("The ferry, Eva Holt said, would sail again.", "Eva Holt", "The ferry, Eva Holt said, would sail again"),
        ("As Eva Holt has pointed out, the ferry is too small.", "Eva Holt", "the ferry is too small"),
        ("Eva Holt wants to sell the old ferry.", "Eva Holt", "to sell the old ferry"),
        ("Eva Holt called for a second ferry.", "Eva Holt", "a second ferry"),
        ("Eva Holt blamed the council for the long delay.", "Eva Holt", "the council for the long delay"),
        ("Eva Holt described the old ferry as a danger.", "Eva Holt", "the old ferry as a danger"),
        ("Eva Holt is confident that the ferry will sail.", "Eva Holt", "that the ferry will sail"),
        ("The council heard Eva Holt's claim that the ferry was safe.", "Eva Holt", "that the ferry was safe"),
        ("Eva Holt said that the plan was “a costly mistake”.", "Eva Holt", "that the plan was “a costly mistake”"),
        ("“We are late,” Eva Holt said, adding that the ferry was sold.", "Eva Holt", "that the ferry was sold"),
        ("Eva Holt told reporters that the ferry had been sold.", "Eva Holt", "that the ferry had been sold"),
        ("Eva Holt urged the council to buy a second ferry.", "Eva Holt", "to buy a second ferry"),
        ("Eva Holt said the ferry would go, which few expected.", "Eva Holt", "the ferry would go"),
        ("The delay was first reported by Eva Holt.", "Eva Holt", "The delay"),
        ("Eva Holt criticised the council's lack of care.", "Eva Holt", "the council's lack of care"),
        ("Eva Holt seemed to suggest that the ferry was sold.", "Eva Holt", "that the ferry was sold"),
        ("Eva Holt: The ferry will sail again", "Eva Holt", "The ferry will sail again"),
        ("The mayor, Eva Holt, met Ana Ruiz. She said the ferry was sold.", "Eva Holt", "the ferry was sold"),
        ("Eva Holt: 'I will mend the ferry'", "Eva Holt", "I will mend the ferry"),
        (
            "Eva Holt said the ferry would sail again, blaming the council for the delay.",
            "Eva Holt",
            "the ferry would sail again",
        ),
    ],
)  # fmt: skip
def test_reported_speech(text: str, speaker: str, content: str) -> None:
    assert (speaker, content) in _indirect(text)


@pytest.mark.parametrize(
    "text",
    [
        "Eva Holt did not say that the ferry was safe.",
        "Eva Holt would say that the ferry is safe.",
        "Nobody asked Eva Holt to say that the ferry was safe.",
        "The ferry, called the Grey Lady by the sailors of the island, was sold.",
        "Residents described a \"quiet winter\" on the island.",
        "Eva Holt praised Ana Ruiz.",
        "The engineers were told that the ferry had been sold.",
        "You know that the ferry is slow.",
        "No minister confirmed that the bridge was closed.",
        "Neither council said that the bridge was closed.",
        "The board is certain to lose the vote.",
        "Eva Holt was surprised to win the race.",
        "If Eva Holt says that the ferry is sold, the island has none.",
        "Did Eva Holt say that the ferry was sold?",
        "The alleged plan was not found.",
        "Anyone wanting to sail again needs a ticket.",
        "Eva Holt praised Togo's election.",
    ],
)  # fmt: skip
def test_what_nobody_said_is_no_quote(text: str) -> None:
    assert _indirect(text) == []


def test_what_is_reported_within_a_report_is_told_once() -> None:
    assert [text for _, text in _indirect("Eva Holt said the council hoped to buy a second ferry.")] == [
        "the council hoped to buy a second ferry"
    ]


def test_two_asides_of_one_sentence_do_not_silence_each_other() -> None:
    assert _indirect("The ferry, Eva Holt said, as Jan Berg confirmed, would sail again.")


def test_a_clitic_before_a_participle_is_had() -> None:
    ((_, content),) = _indirect("He'd said that the ferry was sold.")
    assert content.endswith("the ferry was sold")


@pytest.mark.parametrize(
    ("text", "content"),
    [
        ("Eva Holt boasted, “The ferry is the fastest.”", "The ferry is the fastest."),
        ("According to Eva Holt, “the ferry is the fastest of all.”", "the ferry is the fastest of all."),
        ("As for the cost, “it is lower than last year,” said Eva Holt.", "it is lower than last year,"),
        (
            "“The ferry is late,” Eva Holt, the head of the harbour of the old town and of its fish market, said.",
            "The ferry is late,",
        ),
    ],
)
def test_speech_between_marks(text: str, content: str) -> None:
    (quote,) = [quote for quote in read(text).quotes if quote.kind == "direct"]
    assert (quote.text, quote.speaker) == (content, "Eva Holt")


def test_a_quotation_that_thousands_of_paragraphs_open_again_ends_somewhere() -> None:
    found = read("Eva Holt said: " + "“Rain.\n" * 1_200 + "“It is over now.”").quotes
    assert all(quote.text.strip() for quote in found)
