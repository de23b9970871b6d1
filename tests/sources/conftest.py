"""The misbehaving server, and a client that may reach it."""

from collections.abc import AsyncIterator

import pytest

from pipeline.sources.http import Client
from tests.sources.misbehaving import Served, misbehaving


@pytest.fixture
async def served() -> AsyncIterator[Served]:
    """A web server on loopback that does what the test says."""
    async with misbehaving() as server:
        yield server


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    """The client as on an intranet: loopback may be reached."""
    async with Client(allow_private=True) as opened:
        yield opened
