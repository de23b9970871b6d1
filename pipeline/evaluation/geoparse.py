"""Places on GeoWebNews and TR-News: every gold with coordinates that is no demonym, from raw text.

A gold is reached if a pinned mention of ours that overlaps its span lies within 161 km of it; a pinned mention is right
if a gold that it overlaps lies within 161 km. TR-News' offsets are partly late by some characters; a gold is moved to
where its phrase stands.
"""

import gzip
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.article import Article, EnrichedArticle, Place, Source
from pipeline.enrich.demonyms import demonyms
from pipeline.evaluation.scores import Score, Tally
from pipeline.query.tiles import distance
from pipeline.text import fold

NEAR = 161.0  # kilometres (100 miles)
DRIFT = 12  # characters that a gold may be off
NOT_PLACES = ("Demonym", "Non_Toponym", "Homonym", "Language")


@dataclass(frozen=True)
class Toponym:
    """A gold: its span, point (degrees) and GeoNames id."""

    start: int
    end: int
    lat: float
    lon: float
    geonames_id: int | None


def documents(folder: Path) -> Iterator[tuple[Article, list[Toponym]]]:
    """Articles with their golds; parsed with entities left alone (the files declare none)."""
    for name in ("GWN.xml.gz", "TR-News.xml.gz"):
        with gzip.open(folder / name, "rt", encoding="utf-8") as file:
            root = ElementTree.fromstring(file.read())  # noqa: S314  # files of the evaluation set, not the network's
        for number, node in enumerate(root.iter("article")):
            text = node.findtext("text") or ""
            url = (node.findtext("link") or node.findtext("url") or "").strip() or None
            article = Article(
                id=f"{name}-{number}", title=(node.findtext("title") or "").strip(), text=text, url=url, language="en",
                source=Source(domain=_domain(url)),
            )  # fmt: skip
            yield article, [gold for each in node.iter("toponym") if (gold := _toponym(each, text)) is not None]


def _domain(url: str | None) -> str | None:
    return url.split("/")[2].removeprefix("www.") if url and url.count("/") >= 2 else None


def _toponym(node: Any, text: str) -> Toponym | None:
    kind = node.findtext("type") or ""
    tag = node.find("gaztag")
    lat = node.findtext("lat") or node.findtext("latitude") or (tag.findtext("lat") if tag is not None else None)
    lon = node.findtext("lon") or node.findtext("longitude") or (tag.findtext("lon") if tag is not None else None)
    if not lat or not lon or any(word in kind for word in NOT_PLACES):
        return None
    number = (
        (tag.get("geonameid") if tag is not None else None) or node.findtext("geonamesID") or node.findtext("geonameid")
    )
    phrase = (node.findtext("phrase") or node.findtext("extractedName") or "").strip()
    start = int(node.findtext("start"))
    if phrase and text[start : start + len(phrase)] != phrase:
        moved = text.find(phrase, max(0, start - DRIFT), start + len(phrase) + DRIFT)
        start = moved if moved >= 0 else start
    end = start + len(phrase) if phrase else int(node.findtext("end"))
    if tuple(fold(phrase)) in demonyms():
        return None
    identifier = int(number) if number and number.isdigit() else None
    return Toponym(start, end, float(lat), float(lon), identifier)


def score(results: Sequence[tuple[EnrichedArticle, Sequence[Toponym]]]) -> list[Score]:
    """Reached within 161 km, reached by id, and precision of pins."""
    near, exact, pins = Tally(), Tally(), Tally()
    for article, golds in results:
        mentions = [
            (span, place) for place in article.places if place.pinned for span in place.mentions if span.field == "text"
        ]
        for gold in golds:
            ours = [place for span, place in mentions if span.start < gold.end and gold.start < span.end]
            near.add(int(any(_near(place, gold) for place in ours)), 1, 1)
            if gold.geonames_id is not None:
                exact.add(int(any(place.geonames_id == gold.geonames_id for place in ours)), 1, 1)
        for span, place in mentions:
            right = any(span.start < gold.end and gold.start < span.end and _near(place, gold) for gold in golds)
            pins.add(int(right), 1, 0)
    return [
        Score("geoparse_dev", "places: within 161 km", near.recall, near.gold, 0.68),
        Score("geoparse_dev", "places: exact GeoNames id", exact.recall, exact.gold, 0.60),
        Score("geoparse_dev", "places: precision of pins", pins.precision, pins.found, 0.88),
    ]


def _near(place: Place, gold: Toponym) -> bool:
    return (
        place.lat is not None and place.lon is not None and distance(place.lat, place.lon, gold.lat, gold.lon) <= NEAR
    )
