"""The sets of others: measured where they lie, never trained on, never shipped."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pipeline.article import Article, EnrichedArticle
from pipeline.evaluation import geoparse, plover, polnear, reuters
from pipeline.evaluation.scores import Score

Read = Callable[[Article], EnrichedArticle]
# A day for sentences without one; PLOVER's tell of days up to 2020, and what lies after publication is no fact.
PUBLISHED, AFTER_PLOVER = datetime(2016, 9, 1, tzinfo=UTC), datetime(2021, 9, 1, tzinfo=UTC)


def measure(folder: Path, read: Read, advance: Callable[[int], None]) -> Iterator[list[Score]]:
    """The scores of each set that a folder holds.

    Args:
        folder: holds the sets under their names: geoparse_dev, polnear_dev, plover_dev, reuters21578.
        read: from an article to its facts.
        advance: told of every article that was read.
    """

    def each(documents: Iterator[tuple[Article, Any]]) -> list[tuple[EnrichedArticle, Any]]:
        results = []
        for article, gold in documents:
            results.append((read(article), gold))
            advance(1)
        return results

    if (folder / "geoparse_dev").is_dir():
        yield geoparse.score(each(geoparse.documents(folder / "geoparse_dev")))
    if (folder / "polnear_dev" / "dev").is_dir():
        yield polnear.score(each(_dated(polnear.documents(folder / "polnear_dev" / "dev"))))
    if (folder / "plover_dev").is_dir():
        yield plover.score(each(_dated(plover.documents(folder / "plover_dev"), AFTER_PLOVER)))
    if (folder / "reuters21578").is_dir():
        yield reuters.score(each(reuters.documents(folder / "reuters21578")))


def _dated(documents: Iterator[tuple[str, Any]], published: datetime = PUBLISHED) -> Iterator[tuple[Article, Any]]:
    for text, gold in documents:
        yield Article(text=text, language="en", published_at=published), gold
