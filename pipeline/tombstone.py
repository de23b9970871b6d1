"""The record of what is taken out for good: a message in `articles`, and a name that the state remembers."""

from typing import Annotated, Literal

from pydantic import Field

from pipeline.article import Moment, Record


class Tombstone(Record):
    """An article, or everything of a source, that is taken out for good: a message in the topic `articles`."""

    tombstone: Literal["article", "source"]
    id: Annotated[str, Field(min_length=1, max_length=500)]
    at: Moment

    @property
    def name(self) -> str:
        """`article:…` or `source:…`."""
        return f"{self.tombstone}:{self.id}"
