"""`python -m benchmarks.polling`: a thousand feeds of a local server, one in twenty slow, broken or hostile.

Prints how long it took until every other feed was read, and the memory of all processes at their peaks.
"""

import argparse
import asyncio
import json
import logging
import resource
import time
from collections.abc import Sequence
from datetime import UTC, datetime

from pipeline.article import Article, Source
from pipeline.feed import Feed, Poll
from pipeline.polling import Polling
from pipeline.publishing import Published
from pipeline.sources.door import Input
from pipeline.sources.http import Client
from pipeline.sources.reading import PROCESSES, Readers
from tests.sources.misbehaving import item, misbehaving, rss

BAD = ("/slow", "/endless", "/bomb", "/truncated", "/never", "/loop", "/half-gzip", "/missing")


async def measure(count: int) -> dict[str, object]:
    """Poll so many feeds at once; the seconds, the megabytes, and what came."""
    published = 0

    async def publish(inputs: Sequence[Input]) -> list[Published]:
        nonlocal published
        published += sum(isinstance(each.item, Article) for each in inputs)
        return [Published(each.origin, "pending") for each in inputs]

    async with misbehaving() as served, Client(allow_private=True) as client, Readers() as readers:
        feeds = []
        for number in range(count):
            path = BAD[number // 20 % len(BAD)] if number % 20 == 0 else f"/feed/{number}"
            links = (f"https://tidewater-post.example/{number}/{n}" for n in range(20))
            served.pages[f"/feed/{number}"] = rss(*(item(n, link=link) for n, link in enumerate(links)))
            source = Source(id=f"outlet {number}", name=f"Outlet {number}")
            feeds.append(Feed(id=str(number), url=served.url + path, source=source, added_at=datetime.now(UTC)))
        polling, done = Polling(client, readers, publish), list[tuple[float, str]]()
        started = time.perf_counter()
        room = asyncio.Semaphore(100)

        async def one(feed: Feed) -> None:
            async with room:
                report = await polling.poll(feed, Poll())
                done.append((time.perf_counter() - started, report.status))

        await asyncio.gather(*(one(feed) for feed in feeds))
    good = [seconds for seconds, status in done if status == "read"]
    return {
        "feeds": count,
        "read": len(good),
        "failed": sum(status == "failed" for _, status in done),
        "articles": published,
        "seconds_until_all_good_were_read": round(max(good), 1),
        "cpu_seconds": round(time.process_time(), 1),  # of this process, the server's share included
        "memory_mb": (_peak(resource.RUSAGE_SELF) + PROCESSES * _peak(resource.RUSAGE_CHILDREN)) // 1024,
    }


def _peak(who: int) -> int:
    """The kilobytes of this process, or of the largest of those that it started and that have ended."""
    return resource.getrusage(who).ru_maxrss


def main() -> None:
    """Measure and print JSON."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.polling")
    parser.add_argument("--feeds", type=int, default=1000)
    logging.getLogger("aiohttp.server").setLevel(logging.CRITICAL)  # of those whose client hangs up on them
    print(json.dumps(asyncio.run(measure(parser.parse_args().feeds)), indent=2))


if __name__ == "__main__":
    main()
