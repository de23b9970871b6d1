"""The API is as its OpenAPI document says, for requests that are made from it: in bounds, out of bounds, and broken."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.generation import GenerationMode

from pipeline.web.api import create_web
from tests.web.conftest import fill, serving, site

pytestmark = pytest.mark.slow

DOCUMENT = create_web(site(Path("unused"))).openapi()
OPERATIONS = [(path, method) for path, methods in DOCUMENT["paths"].items() for method in methods]
# What asks for nothing, or for any text as an id, can't be asked in a broken way.
BREAKABLE = [
    (path, method)
    for path, method in OPERATIONS
    if method == "post" or any(one["in"] == "query" for one in DOCUMENT["paths"][path][method].get("parameters", ()))
]


@pytest.fixture(scope="module")
def described(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The document of a server of its own, for what is published stays."""
    here = site(tmp_path_factory.mktemp("openapi"))
    asyncio.run(fill(here))
    with serving(create_web(here)) as client:
        yield schemathesis.openapi.from_url(f"{client.base_url}/api/openapi.json")


def test_what_the_guard_answers_is_described() -> None:
    for path, method in OPERATIONS:
        assert {"401", "403", "429"} <= DOCUMENT["paths"][path][method]["responses"].keys(), path


@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_every_endpoint_answers_as_described(described: Any, path: str, method: str) -> None:
    ask(described[path][method.upper()], GenerationMode.POSITIVE)


@pytest.mark.parametrize(("path", "method"), BREAKABLE)
def test_a_broken_request_is_refused_as_described(described: Any, path: str, method: str) -> None:
    ask(described[path][method.upper()], GenerationMode.NEGATIVE)


def ask(operation: Any, mode: GenerationMode) -> None:
    """Ask an endpoint what its description allows, or what it forbids, and compare the answers with it."""

    @given(case=operation.as_strategy(generation_mode=mode))
    @settings(
        max_examples=15,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
        derandomize=True,
        database=None,
    )
    def each(case: schemathesis.Case[Any]) -> None:
        # A text is a valid `q` and may still be no query: that is answered by 400, as described.
        case.call_and_validate(excluded_checks=[schemathesis.checks.positive_data_acceptance])

    each()
