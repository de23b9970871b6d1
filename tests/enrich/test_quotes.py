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
        ("The ferry, said Eva Holt, would sail again.", "Eva Holt", "The ferry, said Eva Holt, would sail again"),
        ("The ferry was late, Eva Holt said, adding that it was old.", "Eva Holt", "The ferry was late"),
        ("The ferry was late, Eva Holt said, adding that it was old.", "Eva Holt", "that it was old"),
        ("The firm, which declined to comment, was fined.", "The firm", "to comment"),
        ("The ferry, said the mayor, had sailed.", "the mayor", "The ferry, said the mayor, had sailed"),
        ("The Herald quoted Eva Holt as saying that the ferry was sold.", "Eva Holt", "that the ferry was sold"),
        ("Eva Holt was quoted as saying that the ferry was sold.", "Eva Holt", "that the ferry was sold"),
        ("Eva Holt said the sale was an insult and threatened a strike on Monday.", "Eva Holt", "a strike"),
        ("Eva Holt said the men had fled and urged the crew to wait.", "Eva Holt", "to wait"),
        ("Eva Holt was told to avoid a conflict of interest and said she would leave.", "Eva Holt", "she would leave"),
        ("Eva Holt wrote to the owners asking them to wait.", "Eva Holt", "to wait"),
        ("Eva Holt rejected that, saying the ferry was old.", "Eva Holt", "the ferry was old"),
        ("A lawyer for Captain Eva Holt said the ferry was old.", "A lawyer for Captain Eva Holt", "the ferry was old"),
        ("Eva Holt met the owner, Jan Berg, her office said.", "her office", "Eva Holt met the owner, Jan Berg"),
        ("Sen. Eva Holt, R-Ariz., said the ferry was old.", "Eva Holt", "the ferry was old"),
        ("The ferry was late, an aide said, but Eva Holt denied that it was old.", "an aide", "The ferry was late"),
        ("The ferry was late, an aide said, but Eva Holt denied that it was old.", "Eva Holt", "that it was old"),
        ("A study found that ferries pay. It found that buses do not pay.", "A study", "that buses do not pay"),
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
        "Asked if the ferry was sold, Eva Holt laughed.",
        "Told that the ferry was sold, Eva Holt wept.",
        "The island was discovered by Eva Holt.",
        "The song was written by Eva Holt.",
        "The floods claimed 192 lives on the island.",
        "A bushfire threatens two towns of the island.",
        "Divers found the wreck of an old ferry.",
        "Rest assured that the ferry will sail.",
        "Said Holt met Muhammad bin Said Berg on Monday.",
        "An envoy who asked not to be named met Eva Holt.",
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
        ("'It's the crews' fault,' Eva Holt said.", "It's the crews' fault,"),
        ("‘The crews’ union won’t like it,’ said Eva Holt.", "The crews’ union won’t like it,"),
        ("The 'Grey Lady' is old. 'We sold it,' Eva Holt said.", "We sold it,"),
        ('According to biologist Eva Holt, "the ferry drives the whales away."', "the ferry drives the whales away."),
        ("“The ferry is late,” the Herald quoted Eva Holt as saying.", "The ferry is late,"),
        ("Eva Holt thanked God. “The ferry is here,” she said.", "The ferry is here,"),
        ("Eva Holt, asked if it was late, said: “The ferry is here.”", "The ferry is here."),
    ],
)
def test_speech_between_marks(text: str, content: str) -> None:
    (quote,) = [quote for quote in read(text).quotes if quote.kind == "direct"]
    assert (quote.text, quote.speaker) == (content, "Eva Holt")


def test_who_asked_for_something_within_a_clause_says_the_quotation_by_another_verb() -> None:
    (quote,) = read("“Nobody slammed a door,” the envoy, who asked not to be named, said.").quotes
    assert (quote.speaker, quote.cue) == ("the envoy", "said")


def test_a_shadow_minister_is_not_the_minister() -> None:
    text = "Shadow foreign secretary Eva Holt spoke first. The foreign secretary said that the talks were over."
    assert ("The foreign secretary", "that the talks were over") in _indirect(text)


def test_a_quotation_that_thousands_of_paragraphs_open_again_ends_somewhere() -> None:
    found = read("Eva Holt said: " + "“Rain.\n" * 1_200 + "“It is over now.”").quotes
    assert all(quote.text.strip() for quote in found)
