"""`make bench`: articles a second through the agents, memory, and search latency, on the embedded pair.

With GEOWIRE_BROKER and GEOWIRE_INDEX set (for example by `make servers`) it measures that pair instead.
"""

import argparse
import asyncio
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import psutil

from pipeline import settings as configuration
from pipeline.open import opened
from pipeline.query.grammar import parse
from pipeline.status import collect

SEEDS = Path(__file__).parent.parent / "seeds"
QUERIES = ["ceasefire", "talks AND border", '"according to"', "country:UA", "place:Geneva", "election NOT protest"]


def main() -> None:
    """Run all measurements and print one JSON object."""
    parser = argparse.ArgumentParser(prog="make bench")
    parser.add_argument("--articles", type=int, default=400, help="how many articles to publish")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="geowire-bench-") as folder:
        environ = dict(os.environ) | {"GEOWIRE_DATA": folder}
        settings = configuration.load(environ=environ)
        figures: dict[str, Any] = {
            "pair": f"{settings.broker_kind} + {settings.index_kind}",
            "articles": options.articles,
        }
        source = _articles(Path(folder), options.articles)
        figures["publish_per_s"] = round(options.articles / _timed_command(["publish", str(source)], environ), 1)
        figures |= _drain(settings, environ, options.articles)
        figures["search_ms"] = asyncio.run(_search(settings))
    print(json.dumps(figures, indent=2))


def _articles(folder: Path, count: int) -> Path:
    """The seeds over and over, each copy under a URL of its own and with its sentences shuffled."""
    texts = [
        json.loads(line) for file in sorted(SEEDS.glob("*.ndjson")) for line in file.read_text("utf-8").splitlines()
    ]
    rng = random.Random(7)
    path = folder / "bench.ndjson"
    with path.open("w", encoding="utf-8") as file:
        for number in range(count):
            article = dict(texts[number % len(texts)])
            paragraphs = article["text"].split("\n\n")
            rng.shuffle(paragraphs)
            article |= {"url": f"https://bench.example/{number}", "text": "\n\n".join(paragraphs)}
            file.write(json.dumps(article) + "\n")
    return path


def _timed_command(args: list[str], environ: dict[str, str]) -> float:
    started = time.perf_counter()
    subprocess.run([sys.executable, "-m", "pipeline", *args], env=environ, check=True, capture_output=True)
    return time.perf_counter() - started


def _drain(settings: configuration.Settings, environ: dict[str, str], count: int) -> dict[str, Any]:
    """Run a worker until everything has its outcome; speed without the start, memory of the whole process tree."""
    with subprocess.Popen([sys.executable, "-m", "pipeline", "worker", "--quiet"], env=environ) as worker:
        peak, first = 0, 0.0
        while True:
            status = asyncio.run(_status(settings))
            peak = max(peak, _memory(worker.pid))
            settled = sum(status.outcomes.values())
            if settled and not first:
                first, already = time.perf_counter(), settled
            if status.pending == 0 and settled >= count:
                break
            if worker.poll() is not None:
                sys.exit("the worker ended; its message stands above")
            time.sleep(0.2)
        seconds = time.perf_counter() - first
        worker.terminate()
    return {"articles_per_s": round((count - already) / seconds, 1), "worker_memory_mb": round(peak / 1e6)}


async def _status(settings: configuration.Settings) -> Any:
    async with opened(settings) as (broker, index, state):
        return await collect(broker, index, state)


def _memory(pid: int) -> int:
    """Proportional set size of a process and its children, in bytes: shared pages count once."""
    total = 0
    try:
        parent = psutil.Process(pid)
        for process in [parent, *parent.children(recursive=True)]:
            total += process.memory_full_info().pss
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        pass
    return total


async def _search(settings: configuration.Settings) -> dict[str, float]:
    """Median milliseconds of 20 runs of each query."""
    found = {}
    async with opened(settings) as (_broker, index, _state):
        await index.refresh()
        for query in QUERIES:
            tree = parse(query, now=_now())
            times = []
            for _ in range(20):
                started = time.perf_counter()
                await index.search(tree, size=10)
                times.append((time.perf_counter() - started) * 1000)
            found[query] = round(sorted(times)[len(times) // 2], 2)
    return found


def _now() -> Any:
    from datetime import UTC, datetime

    return datetime.now(UTC)


if __name__ == "__main__":
    main()
