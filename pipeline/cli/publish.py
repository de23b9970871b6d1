"""`geowire publish`: files, folders and standard input go to the topic `articles`."""

import asyncio
import contextlib
import hashlib
import json
import os
import sys
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipeline import settings as configuration
from pipeline.article import Article
from pipeline.cli import output
from pipeline.cli.inputs import Data, Lang, PublishedAt, Source, Url, defaults
from pipeline.errors import Misconfigured, Unavailable

if TYPE_CHECKING:
    from pipeline.publishing import Published
    from pipeline.sources.door import Door, Input

MAX_NOTES = 20  # of what is said of articles; the others are counted together
MAX_COMMANDS = 1_000  # whose progress is kept
MOMENTS = {"fetched_at", "first_seen_at"}  # of a run, not of what an input says


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
        command = [settings.broker, [_absolute(path) for path in paths], published_at, source, url, lang]
        progress, trail = Progress(settings.data / "publishing.json", command), Trail(inputs)
        before = progress.get() if resume else Place()

        def publish() -> "AsyncIterator[Published]":
            return _answers(settings, trail, lambda: progress.set(trail.place), backfill=backfill)

        rejected = asyncio.run(_publish(publish, trail, before, expected(paths), as_json=as_json))
        if "-" in paths:  # the next stream is another one
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


@dataclass(frozen=True)
class Place:
    """A place in a sequence of inputs: how many come before it, and a hash of what those say."""

    done: int = 0
    said: str = ""


class Trail:
    """Inputs in their order, and the place that was reached in them."""

    def __init__(self, inputs: "Iterator[Input]") -> None:
        self._inputs, self._done, self._said = inputs, 0, hashlib.sha256()

    def __iter__(self) -> "Iterator[Input]":
        return self

    def __next__(self) -> "Input":
        each = next(self._inputs)
        item = each.item
        says = item.model_dump_json(exclude=MOMENTS) if isinstance(item, Article) else item.reason
        self._said.update(hashlib.sha256(says.encode("utf-8", "replace")).digest())
        self._done += 1
        return each

    @property
    def place(self) -> Place:
        """Behind the last input that was taken."""
        return Place(self._done, self._said.hexdigest()[:16] if self._done else "")


class Progress:
    """How far publications came, in a file; `--resume` goes on there.

    Args:
        path: the file.
        command: what was asked for; another command has its own progress. Of the oldest ones none is kept.
    """

    def __init__(self, path: Path, command: object) -> None:
        self._path = path
        self._key = hashlib.sha256(json.dumps(command).encode()).hexdigest()[:16]

    def get(self) -> Place:
        """Behind what is durable."""
        try:
            return Place(**self._all()[self._key])
        except (KeyError, TypeError):
            return Place()

    def set(self, place: Place | None) -> None:
        """Note the place behind what is durable; None: there is none to go on at."""
        kept = {key: each for key, each in self._all().items() if key != self._key}
        kept = dict(list(kept.items())[-MAX_COMMANDS:])
        if place is not None:
            kept[self._key] = vars(place)
        with contextlib.suppress(OSError):  # in a container that can't be written, publishing twice is harmless
            self._path.parent.mkdir(parents=True, exist_ok=True)
            temporary = self._path.with_suffix(f".{os.getpid()}")
            temporary.write_text(json.dumps(kept), encoding="utf-8")
            temporary.replace(self._path)

    def _all(self) -> dict[str, Any]:
        try:
            found = json.loads(self._path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}


def _absolute(path: str) -> str:
    """A path that means the same in every folder; standard input has none."""
    return path if path == "-" else os.path.abspath(path)


def expected(paths: list[str]) -> int | None:
    """How many inputs there will be, for the progress bar: lines of NDJSON files; None where that is not known."""
    if not sys.stderr.isatty() or not all(path.endswith((".ndjson", ".jsonl")) for path in paths):
        return None
    count = 0
    for path in paths:
        with contextlib.suppress(OSError), open(path, "rb") as stream:
            count += sum(1 for _ in stream)
    return count


def _pass_by(trail: Trail, before: Place) -> None:
    """Take what was published before, and say so where that says something else by now: only its number is skipped."""
    for _ in islice(trail, before.done):
        pass
    if before.done:
        output.note(f"{before.done} inputs were published before; going on after them")
    if trail.place != before:
        output.note("some of them have changed since, or others stand in their place: publish them without --resume")


async def _publish(
    publish: Callable[[], "AsyncIterator[Published]"],
    trail: Trail,
    before: Place,
    total: int | None,
    *,
    as_json: bool,
) -> int:
    sent, rejected, noted = 0, 0, Counter[str]()
    _pass_by(trail, before)
    try:
        with output.progress("publishing", total) as advance:
            advance(before.done)
            async for answer in publish():
                advance(1)
                sent, rejected = sent + (answer.outcome == "pending"), rejected + (answer.outcome == "rejected")
                if as_json:
                    output.line(answer.answer())
                    continue
                if answer.outcome == "rejected":
                    output.note(f"rejected: {answer.origin}: {answer.reason}")
                noted.update(note if note in noted or len(noted) < MAX_NOTES else "others" for note in answer.notes)
    except asyncio.CancelledError:
        output.note("interrupted; the same command with --resume goes on where this one ended")
        raise
    except (Unavailable, Misconfigured):
        output.note(f"stopped after {sent} published, {rejected} rejected; go on with --resume once that is mended")
        raise
    if not sent + rejected:
        nothing = "nothing there that is read: no file of a known kind, or no article in one"
        output.note("nothing is left after them" if before.done else nothing)
    for note, count in noted.most_common():
        output.note(f"noted of {count:,} article{'' if count == 1 else 's'}: {note}")
    if not as_json:
        print(f"{sent} published, {rejected} rejected; geowire status shows what becomes of them")
    return rejected


async def _answers(
    settings: configuration.Settings, inputs: "Iterator[Input]", durable: Callable[[], None], *, backfill: bool
) -> "AsyncIterator[Published]":
    from pipeline.open import opened
    from pipeline.publishing import batches, publish_batch

    async with opened(settings) as (broker, _index, state):
        for batch in batches(inputs):
            sending = asyncio.ensure_future(publish_batch(broker, state, batch, backfill=backfill))
            try:
                answers = await asyncio.shield(sending)
            except asyncio.CancelledError:  # by Ctrl-C: the batch is sent to its end, and counts as sent
                await asyncio.wait([sending])
                if sending.exception() is None:
                    durable()
                raise
            durable()
            for answer in answers:
                yield answer
