"""Options that take one of several values: those of the code behind them, and a wrong one is told what there is."""

from typing import get_args

import pytest
from typer.testing import CliRunner

from pipeline import index, keys
from pipeline.cli import search
from pipeline.cli.main import app
from pipeline.formats import FORMATS


def test_every_format_and_every_order_is_offered() -> None:
    assert get_args(search.Form) == ("table", *FORMATS)
    assert search.Sort == index.Sort


@pytest.mark.parametrize(
    ("command", "values"),
    [
        (["search", "ferry", "--format", "xml"], get_args(search.Form)),
        (["search", "ferry", "--sort", "best"], get_args(search.Sort)),
        (["key", "add", "wire", "--role", "owner"], get_args(keys.Role)),
    ],
)
def test_a_wrong_value_is_told_what_there_is(command: list[str], values: tuple[str, ...]) -> None:
    done = CliRunner().invoke(app, command)
    assert done.exit_code == 2
    assert all(f"'{value}'" in done.output for value in values)


@pytest.mark.parametrize(
    ("option", "value", "told"),
    [
        ("--lang", "englsh", "is no language"),
        ("--lang", "xx-yy", "is no language"),
        ("--url", "/rel", "is no http or https address"),
        ("--published-at", "last week", "is not an ISO 8601 time"),
    ],
)
def test_what_is_said_of_articles_is_looked_at_before_anything_is_read(option: str, value: str, told: str) -> None:
    done = CliRunner().invoke(app, ["publish", "nowhere.txt", "--dry-run", option, value])
    assert (done.exit_code, told in " ".join(done.output.replace("│", " ").split())) == (2, True)
