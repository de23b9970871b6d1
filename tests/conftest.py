"""Fixtures for all tests; the real servers come from tests/servers/fixtures.py."""

import pytest

pytest_plugins = ["tests.servers.fixtures"]

SERVER_FIXTURES = {"kafka_server", "elasticsearch_server", "elasticsearch_secured"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs a real server, so that `make check` leaves it out and nobody has to remember the marker."""
    for item in items:
        if SERVER_FIXTURES & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.servers)
