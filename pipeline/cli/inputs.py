"""The options that commands share; with some a caller says of articles what they do not say themselves."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from pipeline.sources.door import Defaults

Data = Annotated[Path | None, typer.Option("--data", help="Folder of the embedded mode (GEOWIRE_DATA).")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
PublishedAt = Annotated[
    str | None, typer.Option("--published-at", metavar="TIME", help="ISO 8601; UTC where no zone is given.")
]
Source = Annotated[str | None, typer.Option("--source", metavar="NAME", help="The outlet's name.")]
Url = Annotated[str | None, typer.Option("--url", help="The article's address (for one article).")]
Lang = Annotated[
    str | None, typer.Option("--lang", metavar="CODE", help="The articles' language, such as en or pt-BR.")
]


def defaults(published_at: str | None, source: str | None, url: str | None, lang: str | None) -> "Defaults":
    """The options as the door takes them; a date, an address or a language that is none is a wrong use."""
    from pipeline.admission import is_web
    from pipeline.languages import language_tag
    from pipeline.sources.door import Defaults

    if url is not None and not is_web(url):
        raise typer.BadParameter(f"{url!r} is no http or https address", param_hint="--url")
    if lang is not None and language_tag(lang) is None:
        wanted = "a code such as en or pt-BR, or an English name"
        raise typer.BadParameter(f"{lang!r} is no language; {wanted} is needed", param_hint="--lang")

    when = None
    if published_at is not None:
        try:
            when = datetime.fromisoformat(published_at)
        except ValueError:
            raise typer.BadParameter(
                f"{published_at!r} is not an ISO 8601 time such as 2026-11-03T08:00:00+03:00",
                param_hint="--published-at",
            ) from None
    return Defaults(when, source, url, lang)
