"""An article of a feed's entry and its page: whose date it has, and who is said to have told it."""

from typing import Any

import pytest

from pipeline.errors import Rejected
from pipeline.sources.entry import placed
from pipeline.sources.fulltext import merged
from pipeline.sources.html import ONLY_DAY

AHEAD = "2926-11-03T08:00:00+00:00"
FEED = {"published_at": "2025-11-03T08:00:00+02:00", "published_from": "feed"}


def page(published_at: str | None = None, origin: str = "none", **more: Any) -> dict[str, Any]:
    """What is read of a page."""
    told = {"published_at": published_at, "published_from": origin} if published_at else {}
    origins = {"authors": "jsonld"} | ({"published_at": origin} if published_at else {})
    return {"text": "A text.", "url": "https://a.example/1", "metadata_from": origins, **told, **more}


@pytest.mark.parametrize(
    ("entry", "read", "date", "origin"),
    [
        (FEED, page("2025-11-03T07:00:00+00:00", "jsonld"), "2025-11-03T07:00:00+00:00", "jsonld"),
        (FEED, page("2025-11-04T07:00:00+00:00", "time"), FEED["published_at"], "feed"),
        (FEED, page(AHEAD, "jsonld"), FEED["published_at"], "feed"),
        (FEED, page("2025-11-03", "jsonld"), FEED["published_at"], "feed"),  # its zone is not known
        (FEED, page(), FEED["published_at"], "feed"),
        ({}, page("2025-11-03", "url"), "2025-11-03", "url"),
        ({}, page(AHEAD, "jsonld"), AHEAD, "jsonld"),  # dropped at the door, with a note
        ({}, page(), None, "none"),
    ],
)
def test_a_date_and_its_origin_are_of_one_place(
    entry: dict[str, Any], read: dict[str, Any], date: str | None, origin: str
) -> None:
    found = merged(placed({"title": "Ferry", "text": "", **entry}, "feed"), read)
    assert (found.get("published_at"), found["published_from"]) == (date, origin)
    assert found["metadata_from"].get("published_at", "none") == origin
    assert found["metadata_from"]["title"] == "feed"


def test_notes_on_a_date_go_with_it() -> None:
    noted = page("2025-11-03", "jsonld", notes=[ONLY_DAY, "1 table left out of the text"])
    dated = merged({"text": "", "notes": ["of the feed"], **FEED}, noted)
    assert dated["notes"] == ["of the feed", "1 table left out of the text"]
    assert merged({"text": "", "notes": ["of the feed"]}, noted)["notes"] == ["of the feed", *noted["notes"]]


TEASER = (
    "The council of Ellery approved the new harbour plan on Friday after a long debate about its cost, and the fi..."
)


@pytest.mark.parametrize(
    "text", ["Loading...", "Write to us.", "Our site is down for maintenance. Please check back in a few minutes."]
)
def test_a_page_with_less_text_than_the_teaser_is_not_the_article(text: str) -> None:
    with pytest.raises(Rejected, match="less text on the page"):
        merged({"text": TEASER, "completeness": "teaser"}, page(text=text, completeness="full"))


def test_of_two_texts_that_tell_the_same_the_longer_one_is_taken() -> None:
    brief = TEASER.partition(", and")[0] + "."
    longer = {"text": f"{brief} From the harbour.", "completeness": "teaser"}
    found = merged(longer, page(text=brief, completeness="full"))
    assert (found["text"], found["completeness"]) == (longer["text"], "full")
    assert merged(longer, page(text=f"{brief} They will vote again in May."))["text"].endswith("May.")
    assert merged(longer | {"completeness": "full"}, page(text="Theirs."))["text"] == "Theirs."  # of another outlet
    with pytest.raises(Rejected, match="less text"):
        merged({"text": TEASER, "completeness": "teaser"}, page(text=brief))
