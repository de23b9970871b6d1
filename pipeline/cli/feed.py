"""`geowire feed …`: which sources are read, how they do, and polling them."""

import asyncio
import signal
import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, get_args

import typer

from pipeline import settings as configuration
from pipeline.cli import output
from pipeline.cli.inputs import AsJson, Data
from pipeline.errors import GeowireError, Misconfigured, QueryError, Rejected, Unavailable
from pipeline.feed import AddedFeed, Feed, FeedReport, Health, in_words, outcomes_in_words

if TYPE_CHECKING:
    from pipeline.polling import Report
    from pipeline.subscribing import Wanted

app = typer.Typer(no_args_is_help=True, help="Feeds: add them, see how they do, poll them.")

Names = Annotated[list[str], typer.Argument(metavar="ID…", help="Ids, as geowire feed list prints them, or addresses.")]
Rule = Annotated[str | None, typer.Option(help="A query of words, phrases, title:, source:, lang:, published:.")]


@app.command()
def add(
    urls: Annotated[list[str], typer.Argument(metavar="URL…", help="A feed, a sitemap, or a home page.")],
    tag: Annotated[list[str] | None, typer.Option("--tag", help="A tag; several times for several.")] = None,
    include: Rule = None,
    exclude: Rule = None,
    title: Annotated[str | None, typer.Option("--title", help="Another name than the feed's own.")] = None,
    teasers: Annotated[
        bool | None, typer.Option("--teasers/--no-teasers", help="Take teasers as they are; fetch no pages.")
    ] = None,
    as_json: AsJson = False,
    data: Data = None,
) -> None:
    """Add feeds by their addresses; of a home page, the feeds that it declares. One that is there is changed."""
    from pipeline.rules import check
    from pipeline.subscribing import Wanted

    wanted = Wanted(tuple(tag or ()), include, exclude, title, full_text=None if teasers is None else not teasers)
    for rule in (include or "", exclude or ""):
        try:
            check(rule, datetime.now(UTC))
        except QueryError as exc:
            output.query_error(exc, rule)
            raise typer.Exit(2) from None
    added, faults = asyncio.run(_add(configuration.load({"data": data}), urls, wanted))
    if as_json:
        output.data([each.model_dump(mode="json") for each in added])
    else:
        _print_added(added)
    if faults:
        raise GeowireError("\n".join(faults))


def _print_added(added: list[AddedFeed]) -> None:
    for each in added:
        word = "added" if each.new else "changed" if each.changed else "there already"
        entries = f"{each.entries:,} entr{'y' if each.entries == 1 else 'ies'} now"
        print(output.plain(f"{each.id}  {word}: {each.title} ({entries})  {each.url}"))
        if each.note:
            output.note(f"{each.id}  {each.note}")
    if added:
        print("geowire run polls them; geowire feed poll --once does it now")


@app.command("list")
def list_(
    health: Annotated[list[str] | None, typer.Option("--health", help="Only those; several times for several.")] = None,
    tag: Annotated[str | None, typer.Option("--tag", help="Only those with this tag, or in this folder.")] = None,
    as_json: AsJson = False,
    data: Data = None,
) -> None:
    """The feeds, how each does, and what became of what it brought."""
    if wrong := set(health or ()) - set(get_args(Health)):
        raise typer.BadParameter(f"{min(wrong)!r} is none of {', '.join(get_args(Health))}", param_hint="--health")
    every = asyncio.run(_feeds(configuration.load({"data": data})))
    feeds = [told for told in every if (not health or told.health in health) and (not tag or _is_in(told, tag))]
    now = datetime.now(UTC)
    if as_json:
        output.data([told.model_dump(mode="json") for told in feeds])
        return
    if not every:
        print("no feeds; geowire feed add URL adds one")
        return
    _print_feeds(feeds, now)
    counts = Counter(told.health for told in feeds)
    said = ", ".join(f"{counts[each]} {each}" for each in get_args(Health) if counts[each])
    print(f"{len(feeds)} of {len(every)} feeds{': ' if said else ''}{said}")


def _print_feeds(feeds: list[FeedReport], now: datetime) -> None:
    output.table(("id", "health", "title", "a day", "article", "polled", "next"), [_row(told, now) for told in feeds])
    for told in feeds:
        for said in _remarks(told, now):
            print(output.plain(f"{told.id}  {told.title} ({told.polled_at}): {said}"))
    for source, outcomes in {told.source.id: told.outcomes for told in feeds}.items():
        if outcomes:
            print(output.plain(f"{source}: {outcomes_in_words(outcomes)}"))


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
    try:
        new, there, refused = asyncio.run(_import(configuration.load({"data": data}), raw))
    except Rejected as exc:
        raise GeowireError(f"{'standard input' if path == '-' else path}: {exc}") from None
    print(f"{new} feed{'s' * (new != 1)} added, {there} were there already")
    for each in refused:
        print(output.plain(f"not added: {each}"))
    if refused:
        raise typer.Exit(1)


@app.command()
def export(data: Data = None) -> None:
    """Print the feeds as an OPML document."""
    sys.stdout.buffer.write(asyncio.run(_export(configuration.load({"data": data}))))


async def _add(
    settings: configuration.Settings, urls: list[str], wanted: "Wanted"
) -> tuple[list[AddedFeed], list[str]]:
    """The feeds, and what is wrong with the addresses that gave none."""
    from pipeline.open import opened
    from pipeline.sources.http import Client
    from pipeline.subscribing import add as add_feed

    added, faults = list[AddedFeed](), list[str]()
    async with opened(settings) as (_, _, state), Client(allow_private=settings.allow_private_addresses) as client:
        for url in urls:
            try:
                added += await add_feed(client, state, url, wanted)
            except (Unavailable, Misconfigured):
                raise
            except GeowireError as exc:
                faults.append(str(exc))
    return added, faults


async def _feeds(settings: configuration.Settings) -> list[FeedReport]:
    from pipeline.open import opened
    from pipeline.subscribing import reports

    async with opened(settings) as (_, _, state):
        return await reports(state)


async def _pause(settings: configuration.Settings, names: list[str], paused: bool) -> list[Feed]:
    from pipeline import subscribing
    from pipeline.open import opened

    async with opened(settings) as (_, _, state):
        return await subscribing.pause(state, names, paused=paused)


async def _remove(settings: configuration.Settings, names: list[str]) -> list[Feed]:
    from pipeline import subscribing
    from pipeline.open import opened

    async with opened(settings) as (_, _, state):
        return await subscribing.remove(state, names)


async def _once(settings: configuration.Settings, names: list[str], *, as_json: bool) -> int:
    """Poll once and print each report as it comes; how many failed."""
    from pipeline.poller import opened_poller
    from pipeline.subscribing import chosen

    failed, totals = 0, dict[str, int]()
    async with opened_poller(settings) as (poller, state):
        feeds = await chosen(state, names)
        with output.progress("polling", len(feeds) or None) as advance:
            async for report in poller.once([feed.id for feed in feeds]):
                advance(1)
                failed += report.status in ("failed", "gone")
                for outcome, count in report.outcomes.items():
                    totals[outcome] = totals.get(outcome, 0) + count
                _print_report(report, as_json=as_json)
    if not as_json:
        faults = f"; {failed} feed{'s' * (failed > 1)} failed" if failed else ""
        print((outcomes_in_words(totals) or "nothing new") + faults)
    return failed


def _print_report(report: "Report", *, as_json: bool) -> None:
    feed = report.feed
    if as_json:
        told = {"status": report.status, "outcomes": report.outcomes, "error": report.error}
        output.line({"id": feed.id, "url": feed.url, **told})
        return
    said = f"{feed.url}: {report.error}" if report.error else outcomes_in_words(report.outcomes)
    print(output.plain(f"{feed.id}  {report.status:9}  {feed.title}  {said}".rstrip()), flush=True)


async def _run(settings: configuration.Settings) -> None:
    from pipeline import logs, poller

    logs.to_stderr(settings)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for sign in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(sign, stop.set)
    output.note("the poller of the feeds; Ctrl-C ends it")
    await poller.run(settings, stop)


async def _import(settings: configuration.Settings, raw: bytes) -> tuple[int, int, list[str]]:
    from pipeline.open import opened
    from pipeline.subscribing import import_opml

    async with opened(settings) as (_, _, state):
        return await import_opml(state, raw)


async def _export(settings: configuration.Settings) -> bytes:
    from pipeline.open import opened
    from pipeline.subscribing import export_opml

    async with opened(settings) as (_, _, state):
        return await export_opml(state)


def _content(path: str) -> bytes:
    try:
        return sys.stdin.buffer.read() if path == "-" else Path(path).read_bytes()
    except OSError as exc:
        raise GeowireError(f"{path} can't be read: {exc.strerror}") from None


def _row(told: FeedReport, now: datetime) -> list[str]:
    paces = f"{told.per_day:g} ({told.per_day_usual:g})" if told.last_article_at else "-"
    moments = [_distance(moment, now) for moment in (told.last_article_at, told.last_poll_at, told.next_poll_at)]
    return [told.id, told.health, told.title, paces, *moments]


def _remarks(told: FeedReport, now: datetime) -> list[str]:
    """What a person should know of a feed, in plain words."""
    again = f", {told.failures} polls in a row" if told.failures > 1 else ""
    again += f"; last read {_distance(told.last_success_at, now)}" if told.last_success_at else "; never read yet"
    found = [f"{told.error}{again}" if told.error else None, told.silence, told.note]
    if told.polled_at != told.url:
        found.append(f"moved for good to {told.polled_at}")
    return [each for each in found if each]


def _is_in(told: FeedReport, tag: str) -> bool:
    """Whether it has a tag, or one of a folder in it: `East` has `East/Ports`."""
    return any(each == tag or each.startswith(f"{tag}/") for each in told.tags)


def _distance(moment: datetime | None, now: datetime) -> str:
    """`3 h ago`, `in 12 min`."""
    if moment is None:
        return "-"
    span = in_words(moment - now)
    return f"{span} ago" if moment <= now else f"in {span}"
