"""docs/query-language.md: every example parses, every error reads as it says."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.errors import QueryError
from pipeline.query.evaluate import matches
from pipeline.query.grammar import parse
from pipeline.query.language import operators
from pipeline.query.tree import Similar
from tests.index.test_cases import ARCHIVES, LANGUAGES, NOW
from tests.query.test_grammar import locate

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "query-language.md").read_text(encoding="utf-8")
EXAMPLES = [query for operator in operators() for query, _ in operator.examples]
ERRORS = re.findall(r"^\| `(.+?)` \| (.+) \|$", PAGE, re.MULTILINE)


@pytest.mark.parametrize("query", EXAMPLES)
def test_examples_find_something(query: str) -> None:
    node = parse(query, now=NOW, locate=locate)
    if isinstance(node, Similar):  # its words are looked up in an archive: tests/index/test_counting.py
        return
    archives = ((LANGUAGES[name], articles) for name, articles in ARCHIVES.items())
    assert any(matches(node, one, languages=languages) for languages, articles in archives for one in articles)


def test_the_ten_questions_parse() -> None:
    section = PAGE.partition("## Ten questions")[2].partition("\n## ")[0]
    queries = re.findall(r"^\| [^`|]+ \| `(.+)` \|$", section, re.MULTILINE)
    assert len(queries) == 10
    for query in queries:
        parse(query, now=NOW, locate=lambda name: (14.6, 121.0) if name == "Manila" else None)


def test_the_page_is_up_to_date() -> None:
    assert subprocess.run([sys.executable, "scripts/query_docs.py", "--check"], cwd=ROOT).returncode == 0, "make docs"


@pytest.mark.parametrize(("query", "message"), ERRORS)
def test_errors_read_as_documented(query: str, message: str) -> None:
    with pytest.raises(QueryError) as caught:
        parse(query, now=NOW)
    assert caught.value.message == message


def test_every_field_has_an_example_of_its_own() -> None:
    for operator in operators():
        assert any(f"{operator.field}:" in query or not operator.field for query, _ in operator.examples), operator
    assert len(ERRORS) > 10
