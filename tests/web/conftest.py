"""A real web server over an embedded archive with a handful of articles, a hostile one among them."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
import uvicorn
from fastapi import FastAPI

from pipeline import settings as configuration
from pipeline.admission import admit
from pipeline.article import CountryWeight, EnrichedArticle, Entity, Event, Place, Quote, Span, Stretch
from pipeline.index import Put, open_index
from pipeline.settings import Settings
from pipeline.web.api import create_web

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
SCRIPT = "<script>alert(1)</script>"


def spans(text: str, *surfaces: str) -> list[Span]:
    """Where surfaces stand first in a text."""
    found = [(text.index(surface), surface) for surface in surfaces]
    return [Span(start=start, end=start + len(surface), surface=surface) for start, surface in found]


def enriched(data: dict[str, Any], **facts: Any) -> EnrichedArticle:
    """An article through the door, with facts as enrichment would give them."""
    return EnrichedArticle(**admit(data, now=NOW).model_dump(), enrichment="test", **facts)


def articles() -> list[EnrichedArticle]:
    """The archive: one with everything, a hostile one, one in Arabic without a date, and thirty alike."""
    talks = (
        "Envoys met in Kyiv on Tuesday. Olena Petrenko, the foreign minister of Ukraine, said that talks would "
        "go on.\n\nOfficials of the World Health Organization were there too."
    )
    full = enriched(
        {
            "id": "talks-1",
            "url": "https://news.example/2026/talks",
            "title": "Ceasefire talks resume in Kyiv",
            "text": talks,
            "language": "en",
            "source": {"id": "news.example", "name": "The Example"},
            "published_at": "2026-11-17T08:30:00Z",
        },
        entities=[
            Entity(
                id="person/olena", name="Olena Petrenko", type="PERSON", role="foreign minister", confidence=0.9,
                mentions=spans(talks, "Olena Petrenko"), method="ner",
            ),
            Entity(
                id="org/who", name="World Health Organization", type="ORG", aliases=["WHO"], confidence=0.9,
                mentions=spans(talks, "World Health Organization"), method="ner",
            ),
        ],
        places=[
            Place(
                name="Kyiv", lat=50.4547, lon=30.5238, country="UA", admin1="Kyiv City", geonames_id=703448,
                is_focus=True, pinned=True, mentions=spans(talks, "Kyiv"), method="gazetteer", reason="the capital",
                confidence=0.95,
            )
        ],
        countries=[CountryWeight(code="UA", weight=1.0, why=["place", "actor"], is_focus=True)],
        quotes=[
            Quote(
                start=79, end=97, text="that talks would go on", kind="indirect", speaker="Olena Petrenko",
                speaker_id="person/olena", cue="said", method="rules", confidence=0.8,
            )
        ],
        events=[
            Event(
                type="CONSULT", status="happened", trigger=spans(talks, "met")[0], sentence=Stretch(start=0, end=30),
                method="rules", confidence=0.8, reason="test",
            )
        ],
    )  # fmt: skip
    hostile = enriched(
        {
            "id": "hostile/1?x#y",
            "title": f"Hostile {SCRIPT} title",
            "text": f'Hostile text {SCRIPT} "><img src=x onerror=alert(1)> ends.',
            "language": 'en"><script>alert(2)</script>',
            "source": {"id": "evil", "name": f"Evil {SCRIPT}"},
            "authors": [SCRIPT],
            "rights": SCRIPT,
        },
        entities=[Entity(id="x", name=f'"{SCRIPT}', type="ORG", mentions=[], method="ner", confidence=1)],
    ).model_copy(
        update={"url": "javascript:alert(1)"}
    )  # the door refuses it; an archive of another program may have it
    arabic = enriched({"id": "ar-1", "title": "محادثات في بيروت", "text": "عقدت محادثات في بيروت.", "language": "ar"})
    many = [
        enriched(
            {
                "id": f"many-{number}",
                "title": f"Harvest report {number}",
                "text": "The harvest was good.",
                "published_at": (NOW - timedelta(days=number)).isoformat(),
            }
        )
        for number in range(30)
    ]
    return [full, hostile, arabic, *many]


async def fill(settings: Settings) -> None:
    """Write the archive; an updated article has an earlier version."""
    index = open_index(settings, write=True)
    await index.init()
    first, *rest = articles()
    earlier = first.model_copy(update={"title": "Talks expected", "fetched_at": NOW - timedelta(days=1)})
    await index.put([Put(earlier, "articles/0/0")])
    await index.put([Put(article, f"articles/0/{at}") for at, article in enumerate([first, *rest], start=1)])
    await index.refresh()
    await index.close()


@contextmanager
def serving(app: FastAPI) -> Iterator[httpx2.Client]:
    """The server on a free port, in a thread; a client of it."""
    config = uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error", lifespan="on")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        assert thread.is_alive(), "the server did not start"
        thread.join(0.02)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        with httpx2.Client(base_url=f"http://127.0.0.1:{port}", timeout=20) as client:
            yield client
    finally:
        server.should_exit = True
        thread.join(20)


def site(folder: Path, **extra: str) -> Settings:
    """Settings of an embedded archive in a folder."""
    return configuration.load(environ={"GEOWIRE_DATA": str(folder), "GEOWIRE_CONFIG": "", **extra})


@pytest.fixture(scope="session")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx2.Client]:
    """A server without a key, for reading."""
    settings = site(tmp_path_factory.mktemp("web"))
    asyncio.run(fill(settings))
    with serving(create_web(settings)) as client:
        yield client


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[httpx2.Client]:
    """A server without a key and without articles, for publishing."""
    with serving(create_web(site(tmp_path))) as client:
        yield client


@pytest.fixture
def keyed(tmp_path: Path) -> Iterator[httpx2.Client]:
    """A server with a key."""
    with serving(create_web(site(tmp_path, GEOWIRE_API_KEY="s3cret-ключ"))) as client:
        yield client
