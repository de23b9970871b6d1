"""`geowire feed …`: which sources are read, how they do, and polling them."""

import asyncio
import signal
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipeline import settings as configuration
from pipeline.cli import output
from pipeline.cli.worker import Data
from pipeline.errors import GeowireError, QueryError
from pipeline.feed import Feed, Poll, health, in_words, rate, silence

if TYPE_CHECKING:
    from pipeline.polling import Report
    from pipeline.subscribing import Added, Wanted

app = typer.Typer(no_args_is_help=True, help="Feeds: add them, see how they do, poll them.")

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Names = Annotated[list[str], typer.Argument(metavar="ID…", help="Ids or addresses, as geowire feed list prints them.")]
Rule = Annotated[str, typer.Option(help="A query of words, phrases, source:, lang:, published:.")]


@app.command()
def add(
    urls: Annotated[list[str], typer.Argument(metavar="URL…", help="A feed, a sitemap, or a home page.")],
    tag: Annotated[list[str] | None, typer.Option("--tag", help="A tag; several times for several.")] = None,
    include: Rule = "",
    exclude: Rule = "",
    title: Annotated[str | None, typer.Option("--title", help="Another name than the feed's own.")] = None,
    teasers: Annotated[bool, typer.Option("--teasers", help="Take teasers as they are; fetch no pages.")] = False,
    as_json: AsJson = False,
    data: Data = None,
) -> None:
    """Add feeds by their addresses; of a home page, the feeds that it declares."""
    from pipeline.subscribing import Wanted

    wanted = Wanted(tuple(tag or ()), include, exclude, title, full_text=not teasers)
    try:
        added = asyncio.run(_add(configuration.load({"data": data}), urls, wanted))
    except QueryError as exc:
        output.query_error(exc, include or exclude)
        raise typer.Exit(2) from None
    if as_json:
        output.data([{"new": each.new, "entries": each.entries, **each.feed.model_dump(mode="json")} for each in added])
        return
    for each in added:
        word = "added" if each.new else "there already"
        print(output.plain(f"{each.feed.id}  {word}: {each.feed.title} ({each.entries} entries now)  {each.feed.url}"))
    print("geowire run polls them; geowire feed poll --once does it now")


@app.command("list")
def list_(as_json: AsJson = False, data: Data = None) -> None:
    """The feeds, how each does, and what became of what it brought."""
    feeds, counts = asyncio.run(_feeds(configuration.load({"data": data})))
    now = datetime.now(UTC)
    rows = [_shown(feed, poll, counts.get(feed.source.id, {}), now) for feed, poll in feeds]
    if as_json:
        output.data(rows)
        return
    if not rows:
        print("no feeds; geowire feed add URL adds one")
        return
    output.table(("id", "health", "title", "a day", "article", "polled", "next"), [_row(row, now) for row in rows])
    for row in rows:
        for said in _remarks(row):
            print(output.plain(f"{row['id']}  {row['title']}: {said}"))
    for source in dict.fromkeys(feed.source.id for feed, _ in feeds):
        if source in counts:
            print(output.plain(f"{source}: {_said(counts[source])}"))


@app.command()
def pause(
    names: Names,
    resume: Annotated[bool, typer.Option("--resume", help="Poll them again.")] = False,
    data: Data = None,
) -> None:
    """Stop polling feeds, and keep them; with --resume poll them again."""
    for feed in asyncio.run(_pause(configuration.load({"data": data}), names, not resume)):
        print(output.plain(f"{feed.id}  {'polled again' if resume else 'paused'}: {feed.title}"))


@app.command()
def remove(names: Names, data: Data = None) -> None:
    """Forget feeds; their articles stay (geowire delete --source takes those out)."""
    for feed in asyncio.run(_remove(configuration.load({"data": data}), names)):
        print(output.plain(f"{feed.id}  removed: {feed.title}"))


@app.command()
def poll(
    names: Annotated[list[str] | None, typer.Argument(metavar="ID…", help="Only these, with --once.")] = None,
    once: Annotated[bool, typer.Option("--once", help="Poll every feed now, due or not, and end.")] = False,
    as_json: AsJson = False,
    data: Data = None,
) -> None:
    """Poll the feeds when they are due, until stopped; of several pollers one works at a time."""
    settings = configuration.load({"data": data})
    if not once:
        if names:
            raise typer.BadParameter("feeds are named with --once only", param_hint="ID")
        asyncio.run(_run(settings))
        return
    if asyncio.run(_once(settings, names or [], as_json=as_json)):
        raise typer.Exit(1)


@app.command("import")
def import_(
    path: Annotated[str, typer.Argument(metavar="FILE|-", help="An OPML document; - is standard input.")],
    data: Data = None,
) -> None:
    """Add the feeds of an OPML document; nested folders become tags."""
    raw = _content(path)
    new, there = asyncio.run(_import(configuration.load({"data": data}), raw))
    print(f"{new} feeds added, {there} were there already")


@app.command()
def export(data: Data = None) -> None:
    """Print the feeds as an OPML document."""
    sys.stdout.buffer.write(asyncio.run(_export(configuration.load({"data": data}))))


async def _add(settings: configuration.Settings, urls: list[str], wanted: "Wanted") -> "list[Added]":
    from pipeline.open import rooms
    from pipeline.sources.http import Client
    from pipeline.subscribing import add as add_feed

    async with rooms(settings) as (_, _, state), Client(allow_private=settings.allow_private_addresses) as client:
        return [each for url in urls for each in await add_feed(client, state, url, wanted)]


async def _feeds(
    settings: configuration.Settings,
) -> tuple[list[tuple[Feed, Poll]], dict[str, dict[str, int]]]:
    from pipeline.open import rooms
    from pipeline.status import by_source

    async with rooms(settings) as (_, _, state):
        return await state.feeds(), by_source(await state.tally())


async def _pause(settings: configuration.Settings, names: list[str], paused: bool) -> list[Feed]:
    from pipeline.open import rooms
    from pipeline.subscribing import chosen

    async with rooms(settings) as (_, _, state):
        feeds = [feed.model_copy(update={"paused": paused}) for feed in await chosen(state, names)]
        await state.put_feeds(feeds)
        return feeds


async def _remove(settings: configuration.Settings, names: list[str]) -> list[Feed]:
    from pipeline.open import rooms
    from pipeline.subscribing import chosen

    async with rooms(settings) as (_, _, state):
        feeds = await chosen(state, names)
        for feed in feeds:
            await state.remove_feed(feed.id)
        return feeds


async def _once(settings: configuration.Settings, names: list[str], *, as_json: bool) -> int:
    """Poll once and print each report as it comes; how many failed."""
    from pipeline.poller import opened
    from pipeline.subscribing import chosen

    failed, totals = 0, dict[str, int]()
    async with opened(settings) as (poller, state):
        feeds = await chosen(state, names)
        with output.progress("polling", len(feeds) or None) as advance:
            async for report in poller.once([feed.id for feed in feeds]):
                advance(1)
                failed += report.status in ("failed", "gone")
                for outcome, count in report.outcomes.items():
                    totals[outcome] = totals.get(outcome, 0) + count
                _print_report(report, as_json=as_json)
    if not as_json:
        said = [_said(totals) or "nothing new", *([f"{failed} feed{'s' * (failed > 1)} failed"] if failed else [])]
        print("; ".join(said))
    return failed


def _print_report(report: "Report", *, as_json: bool) -> None:
    feed = report.feed
    if as_json:
        told = {"status": report.status, "outcomes": report.outcomes, "error": report.error}
        output.line({"id": feed.id, "url": feed.url, **told})
        return
    said = report.error or _said(report.outcomes)
    print(output.plain(f"{feed.id}  {report.status:9}  {feed.title}  {said}".rstrip()), flush=True)


def _said(outcomes: dict[str, int]) -> str:
    return ", ".join(f"{count} {'published' if name == 'pending' else name}" for name, count in outcomes.items())


async def _run(settings: configuration.Settings) -> None:
    from pipeline import poller

    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for sign in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(sign, stop.set)
    output.note("polling the feeds; Ctrl-C ends it")
    await poller.run(settings, stop)


async def _import(settings: configuration.Settings, raw: bytes) -> tuple[int, int]:
    from pipeline.open import rooms
    from pipeline.subscribing import import_opml

    async with rooms(settings) as (_, _, state):
        return await import_opml(state, raw)


async def _export(settings: configuration.Settings) -> bytes:
    from pipeline.open import rooms
    from pipeline.subscribing import export_opml

    async with rooms(settings) as (_, _, state):
        return await export_opml(state)


def _content(path: str) -> bytes:
    try:
        return sys.stdin.buffer.read() if path == "-" else Path(path).read_bytes()
    except OSError as exc:
        raise GeowireError(f"{path} can't be read: {exc.strerror}") from None


def _shown(feed: Feed, poll: Poll, counts: Mapping[str, int], now: datetime) -> dict[str, Any]:
    """A feed for programs: what is asked for, how it does, and the outcomes of its source."""
    last, usual = rate(poll, now)
    return {
        **feed.model_dump(mode="json"),
        "health": health(feed, poll, now),
        "polled_at": poll.url or feed.url,
        "last_poll_at": poll.last_poll_at,
        "last_success_at": poll.last_success_at,
        "last_article_at": poll.last_article_at,
        "next_poll_at": None if feed.paused or poll.gone else poll.next_poll_at,
        "per_day": round(last, 1),
        "per_day_usual": round(usual, 1),
        "silence": silence(poll, now) if health(feed, poll, now) == "silent" else None,
        "last_poll": {"status": poll.status, "outcomes": poll.outcomes},
        "polls": poll.polls,
        "failures": poll.failures,
        "error": poll.error,
        "note": poll.note,
        "outcomes": dict(counts),
    }


def _row(row: dict[str, Any], now: datetime) -> list[str]:
    paces = f"{row['per_day']:g} ({row['per_day_usual']:g})" if row["last_article_at"] else "-"
    moments = [_distance(row[name], now) for name in ("last_article_at", "last_poll_at", "next_poll_at")]
    return [row["id"], row["health"], row["title"], paces, *moments]


def _remarks(row: dict[str, Any]) -> list[str]:
    """What a person should know of a feed, in plain words."""
    failed = row["failures"]
    again = f", {failed} polls in a row" if failed > 1 else ""
    found = [f"{row['error']}{again}" if row["error"] else None, row["silence"], row["note"]]
    if row["polled_at"] != row["url"]:
        found.append(f"moved for good to {row['polled_at']}")
    return [each for each in found if each]


def _distance(moment: datetime | None, now: datetime) -> str:
    """`3 h ago`, `in 12 min`."""
    if moment is None:
        return "-"
    span = in_words(moment - now)
    return f"{span} ago" if moment <= now else f"in {span}"
