"""An article of a feed's entry and its page: whose date it has, and who is said to have told it."""

from typing import Any

import pytest

from pipeline.sources.fulltext import merged

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
    found = merged({"title": "Ferry", "text": "", **entry}, read)
    assert (found.get("published_at"), found["published_from"]) == (date, origin)
    assert found["metadata_from"].get("published_at", "none") == origin
    assert found["metadata_from"]["title"] == "feed"


def test_notes_on_a_date_go_with_it() -> None:
    noted = page("2025-11-03", "jsonld", notes=["only its day was kept"])
    assert merged({"text": "", "notes": ["of the feed"], **FEED}, noted)["notes"] == ["of the feed"]
    assert merged({"text": "", "notes": ["of the feed"]}, noted)["notes"] == ["of the feed", "only its day was kept"]
