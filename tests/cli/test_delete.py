"""`geowire delete`: what it says of what is here and of what is not, and that it asks on a terminal."""

import asyncio
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipeline import settings as configuration
from pipeline.app import ARTICLES
from pipeline.cli import delete
from pipeline.cli.main import app
from pipeline.index import Put, open_index
from pipeline.open import opened
from tests.cli.conftest import enriched


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """An archive of two articles of one outlet."""

    async def fill() -> None:
        index = open_index(configuration.load({"data": tmp_path}), write=True)
        await index.init()
        articles = [enriched(number, "Ferry", "A ferry.", source={"id": "post"}) for number in (1, 2)]
        await index.put([Put(each, f"articles/0/{number}") for number, each in enumerate(articles)])
        await index.close()

    asyncio.run(fill())
    return tmp_path


def published(data: Path) -> int:
    """How many messages the topic has."""

    async def count() -> int:
        async with opened(configuration.load({"data": data})) as (broker, _index, _state):
            return sum(broker.end_offsets(ARTICLES).values())

    return asyncio.run(count())


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["a1"], ["a1 will be taken out"]),
        (["a1", "nosuch"], ["a1 will be taken out", "nosuch is not in the index; if it comes, it will not get in"]),
        (["--source", "post"], ["2 articles of post will be taken out, and whatever comes of it will not get in"]),
        (
            ["--source", "nosuch.example"],
            ["no article of nosuch.example is in the index; whatever comes of it will not get in"],
        ),
    ],
)
def test_each_is_told_in_one_sentence(data: Path, arguments: list[str], said: list[str]) -> None:
    done = CliRunner().invoke(app, ["delete", *arguments, "--data", str(data)])
    lines = done.output.splitlines()
    assert (done.exit_code, lines[:-1]) == (0, said)
    assert lines[-1] == "a worker does it; geowire status counts it as deleted"
    assert published(data) == len(arguments) - ("--source" in arguments)


@pytest.mark.parametrize(("answer", "count"), [("y\n", 1), ("\n", 0), ("n\n", 0)])
def test_a_terminal_is_asked(data: Path, monkeypatch: pytest.MonkeyPatch, answer: str, count: int) -> None:
    monkeypatch.setattr(delete, "is_terminal", lambda: True)
    done = CliRunner().invoke(app, ["delete", "nosuch", "--data", str(data)], input=answer)
    assert "nosuch is not in the index; if it comes, it will not get in\nthis can't be undone; go on?" in done.output
    assert (published(data), done.exit_code) == (count, 0 if count else 1)
    done = CliRunner().invoke(app, ["delete", "nosuch", "--yes", "--data", str(data)])
    assert (published(data), "go on?" in done.output) == (count + 1, False)
