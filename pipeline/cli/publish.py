"""`geowire publish`: files, folders and standard input go to the topic `articles`."""

import asyncio
import contextlib
import hashlib
import json
import os
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline import settings as configuration
from pipeline.article import Article
from pipeline.cli import output
from pipeline.cli.inputs import Data, Lang, PublishedAt, Source, Url, defaults
from pipeline.errors import Misconfigured, Unavailable

if TYPE_CHECKING:
    from pipeline.publishing import Published
    from pipeline.sources.door import Door, Input


def publish(
    paths: Annotated[
        list[str], typer.Argument(metavar="PATH…|-", help="Text, HTML, JSON, NDJSON, saved feeds, folders; - is stdin.")
    ],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print the articles as NDJSON and publish nothing.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one line a result.")] = False,
    resume: Annotated[bool, typer.Option("--resume", help="Go on where the same command was interrupted.")] = False,
    backfill: Annotated[
        bool, typer.Option("--backfill", help="Old articles, which are read only while no news wait.")
    ] = False,
    published_at: PublishedAt = None,
    source: Source = None,
    url: Url = None,
    lang: Lang = None,
    data: Data = None,
) -> None:
    """Publish articles; a rejected one is reported with its reason, and the rest goes on."""
    from pipeline.sources.door import Door
    from pipeline.sources.files import read_paths

    door = Door(defaults(published_at, source, url, lang))
    inputs = read_paths(paths, door)
    if dry_run:
        rejected = print_articles(inputs)
    else:
        settings = configuration.load({"data": data})
        progress = Progress(settings.data / "publishing.json", [paths, published_at, source, url, lang])
        skipped = progress.done() if resume else 0

        def publish() -> "AsyncIterator[Published]":
            return _answers(settings, inputs, lambda done: progress.set(skipped + done), backfill=backfill)

        rejected = asyncio.run(_publish(publish, inputs, skipped, expected(paths), as_json=as_json))
        progress.set(None)
    tell_passed_over(door)
    if rejected:
        raise typer.Exit(1)


def print_articles(inputs: "Iterator[Input]") -> int:
    """One line an input: the article, or its rejection; the number of rejections."""
    rejected = 0
    for each in inputs:
        if isinstance(each.item, Article):
            output.line(each.item.model_dump(mode="json"))
        else:
            rejected += 1
            output.line(rejection(each))
    return rejected


def rejection(each: "Input") -> dict[str, str | None]:
    """What stands in the place of an input that is not taken."""
    assert not isinstance(each.item, Article)
    return {"id": each.item.id, "outcome": "rejected", "reason": each.item.reason, "origin": each.origin}


def tell_passed_over(door: "Door") -> None:
    """How much of what was read is no article at all, and what it is."""
    if door.passed_over:
        kinds = ", ".join(f"{kind} ({count:,})" for kind, count in door.passed_over.most_common())
        output.note(f"passed over as no articles: {kinds}")


class Progress:
    """How far a publication came, kept in a file until it is complete; without that file `--resume` begins anew.

    Args:
        path: the file.
        command: what was asked for; another command has its own progress.
    """

    def __init__(self, path: Path, command: object) -> None:
        self._path = path
        self._key = hashlib.sha256(json.dumps(command).encode()).hexdigest()[:16]

    def done(self) -> int:
        """How many inputs are durable."""
        return self._all().get(self._key, 0)

    def set(self, done: int | None) -> None:
        """Note how many inputs are durable; None: all."""
        kept = {key: count for key, count in self._all().items() if key != self._key}
        if done is not None:
            kept[self._key] = done
        with contextlib.suppress(OSError):  # in a container that can't be written, publishing twice is harmless
            self._path.parent.mkdir(parents=True, exist_ok=True)
            temporary = self._path.with_suffix(f".{os.getpid()}")
            temporary.write_text(json.dumps(kept), encoding="utf-8")
            temporary.replace(self._path)

    def _all(self) -> dict[str, int]:
        try:
            found: dict[str, int] = json.loads(self._path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return found


def expected(paths: list[str]) -> int | None:
    """How many inputs there will be, for the progress bar: lines of NDJSON files; None where that is not known."""
    if not sys.stderr.isatty() or not all(path.endswith((".ndjson", ".jsonl")) for path in paths):
        return None
    count = 0
    for path in paths:
        with contextlib.suppress(OSError), open(path, "rb") as stream:
            count += sum(1 for _ in stream)
    return count


async def _publish(
    publish: Callable[[], "AsyncIterator[Published]"],
    inputs: "Iterator[Input]",
    skipped: int,
    total: int | None,
    *,
    as_json: bool,
) -> int:
    sent, rejected = 0, 0
    for _ in islice(inputs, skipped):
        pass
    if skipped:
        output.note(f"{skipped} inputs were published before; going on after them")
    try:
        with output.progress("publishing", total) as advance:
            advance(skipped)
            async for answer in publish():
                advance(1)
                sent, rejected = sent + (answer.outcome == "pending"), rejected + (answer.outcome == "rejected")
                if as_json:
                    output.line(answer.answer())
                elif answer.outcome == "rejected":
                    output.note(f"rejected: {answer.origin}: {answer.reason}")
    except asyncio.CancelledError:
        output.note("interrupted; the same command with --resume goes on where this one ended")
        raise
    except (Unavailable, Misconfigured):
        output.note(f"stopped after {sent} published, {rejected} rejected; go on with --resume once that is mended")
        raise
    if not sent + rejected + skipped:
        output.note("nothing there that is read: no file of a known kind, or no article in one")
    if not as_json:
        print(f"{sent} published, {rejected} rejected; geowire status shows what becomes of them")
    return rejected


async def _answers(
    settings: configuration.Settings, inputs: "Iterator[Input]", durable: Callable[[int], None], *, backfill: bool
) -> "AsyncIterator[Published]":
    from pipeline.open import opened
    from pipeline.publishing import batches, publish_batch

    async with opened(settings) as (broker, _index, state):
        done = 0
        for batch in batches(inputs):
            sending = asyncio.ensure_future(publish_batch(broker, state, batch, backfill=backfill))
            try:
                answers = await asyncio.shield(sending)
            except asyncio.CancelledError:  # by Ctrl-C: the batch is sent to its end, and counts as sent
                await asyncio.wait([sending])
                if sending.exception() is None:
                    durable(done + len(batch))
                raise
            done += len(batch)
            durable(done)
            for answer in answers:
                yield answer
