"""docs/query-language.md: every example parses, every error reads as it says."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipeline.errors import QueryError
from pipeline.query.grammar import FIELDS, parse
from tests.query.test_grammar import locate

PAGE = (Path(__file__).parents[2] / "docs" / "query-language.md").read_text(encoding="utf-8")
EXAMPLES = [line.split("   ")[0] for line in PAGE.partition("```query\n")[2].partition("```")[0].splitlines()]
ERRORS = re.findall(r"^\| `(.+?)` \| (.+) \|$", PAGE, re.MULTILINE)
NOW = datetime(2026, 11, 24, tzinfo=UTC)


@pytest.mark.parametrize("query", EXAMPLES)
def test_examples_parse(query: str) -> None:
    parse(query, now=NOW, locate=locate)


@pytest.mark.parametrize(("query", "message"), ERRORS)
def test_errors_read_as_documented(query: str, message: str) -> None:
    with pytest.raises(QueryError) as caught:
        parse(query, now=NOW)
    assert caught.value.message == message


def test_every_field_has_an_example() -> None:
    assert {field for query in EXAMPLES for field in re.findall(r"(?:^|[\s(])([a-z.]+):", query)} == {
        *FIELDS,
        "type",
        "money.usd",
    }
    assert len(ERRORS) > 10
