"""The processes that read: what an article does to one of them is that article's outcome and nobody else's."""

import asyncio
import importlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import psutil
import pytest
import spacy

from pipeline import settings as configuration
from pipeline.admission import admit
from pipeline.article import Article, EnrichedArticle
from pipeline.enrich.pool import Pool
from pipeline.errors import Misconfigured, Poison
from tests.cli.conftest import NOW

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
HOSTILE = """
import os, time
from spacy.language import Language


@Language.factory("hostile")
def make(nlp, name):
    def act(doc):
        if "CRASHME" in doc.text:
            os._exit(1)
        if "HANGME" in doc.text:
            time.sleep(600)
        if "EATMEMORY" in doc.text:
            _ = [bytearray(1 << 28) for _ in range(200)]
        if "INSTALLATION" in doc.text:
            from pipeline.errors import Misconfigured
            raise Misconfigured("the gazetteer is missing")
        if "RAISE" in doc.text:
            raise ValueError("no such luck")
        return doc

    return act
"""


@pytest.fixture
def hostile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installed spaCy pipeline that crashes, hangs and eats memory by the words of a text."""
    (tmp_path / "hostile.py").write_text(HOSTILE)
    info = tmp_path / "hostile-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: hostile\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[spacy_factories]\nhostile = hostile:make\n")
    monkeypatch.syspath_prepend(tmp_path)
    importlib.import_module("hostile")  # spaCy in this process has looked for installed factories already
    nlp = spacy.blank("en")
    ruler = nlp.add_pipe("entity_ruler")
    ruler.add_patterns([{"label": "PERSON", "pattern": "Zebedee"}])
    nlp.add_pipe("hostile")
    nlp.to_disk(tmp_path / "pipeline")
    return tmp_path / "pipeline"


@pytest.fixture
async def pool(hostile: Path) -> AsyncIterator[Pool]:
    """Two processes with the hostile pipeline, and little patience."""
    made = Pool(configuration.load(environ={"GEOWIRE_NLP_MODEL": str(hostile), "GEOWIRE_NLP_TIMEOUT": "3"}))
    await made.start()
    yield made
    made.close()


def article(text: str) -> Article:
    """An article in English."""
    return admit({"text": f"Zebedee came. {text}", "language": "en"}, now=NOW)


async def test_a_broken_installation_is_no_articles_fault(pool: Pool) -> None:
    with pytest.raises(Misconfigured, match="gazetteer"):
        await pool.enrich([article("INSTALLATION")])


async def test_each_poison_article_fails_alone(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.child.BEAT_SECONDS", 0.05)
    texts = ["One.", "CRASHME", "Two.", "HANGME", "Three.", "EATMEMORY", "RAISE", "Four."]
    beats = set()
    reading = asyncio.create_task(pool.enrich([article(text) for text in texts]))
    while not reading.done():
        beats.add(pool.heartbeat)
        await asyncio.sleep(0.1)
    results = await reading
    for text, result in zip(texts, results, strict=True):
        if text.endswith("."):
            assert isinstance(result, EnrichedArticle)
            assert result.text.endswith(text)
            assert [entity.name for entity in result.entities] == ["Zebedee"]
        else:
            assert isinstance(result, Poison), text
            assert str(result)
    assert "no such luck" in str(results[6])
    assert len(beats) > 3 * len(texts), "a process that is given time to read is no standstill"
    again = await pool.enrich([article("Five."), article("Six.")])
    assert all(isinstance(result, EnrichedArticle) for result in again)


async def test_close_ends_the_processes(pool: Pool) -> None:
    children = psutil.Process().children(recursive=True)
    readers = [child for child in children if "spawn_main" in " ".join(child.cmdline())]
    assert len(readers) == 2
    pool.close()
    _, alive = psutil.wait_procs(readers, timeout=10)
    assert alive == []


async def test_a_model_that_is_not_there_is_said_at_start() -> None:
    pool = Pool(configuration.load(environ={"GEOWIRE_NLP_MODEL": "en_no_such"}))
    try:
        with pytest.raises(Misconfigured, match="spacy download en_no_such"):
            await pool.start()
    finally:
        pool.close()


def test_the_processes_end_with_their_parent() -> None:
    program = (
        "import asyncio, os, time\n"
        "from pipeline import settings\n"
        "from pipeline.enrich.pool import Pool\n"
        "if __name__ == '__main__':\n"
        "    pool = Pool(settings.load())\n"
        "    asyncio.run(pool.start())\n"
        "    print('ready', flush=True)\n"
        "    time.sleep(600)\n"
    )
    with subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == b"ready\n"
        children = psutil.Process(parent.pid).children(recursive=True)
        assert len(children) >= 2
        os.kill(parent.pid, signal.SIGKILL)
    _, alive = psutil.wait_procs(children, timeout=15)
    assert alive == []


async def test_many_articles_keep_their_order() -> None:
    pool = Pool(configuration.load(environ={}))
    await pool.start()
    try:
        started = time.monotonic()
        articles = [article(f"Number {number} came to Mombasa, Kenya.") for number in range(64)]
        results = await asyncio.wait_for(pool.enrich(articles), 60)
        ids = [result.id for result in results if isinstance(result, EnrichedArticle)]
        assert ids == [each.id for each in articles]
        assert time.monotonic() - started < 60
    finally:
        pool.close()
