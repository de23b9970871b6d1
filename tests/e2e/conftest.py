"""The two pairs that geowire runs on, each as a clean site."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.cluster import wipe
from tests.e2e.site import Site, cluster, embedded


@pytest.fixture(params=["embedded", pytest.param("cluster", marks=pytest.mark.servers)])
def site(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Site]:
    """A clean site; each test runs on both pairs."""
    made = embedded(tmp_path) if request.param == "embedded" else clean_cluster(request, tmp_path)
    yield made
    made.close()


@pytest.fixture
def embedded_site(tmp_path: Path) -> Iterator[Site]:
    """A clean embedded site."""
    made = embedded(tmp_path)
    yield made
    made.close()


def clean_cluster(request: pytest.FixtureRequest, folder: Path) -> Site:
    """A site on the session's real servers, emptied first and initialised."""
    kafka = request.getfixturevalue("kafka_server").url
    elasticsearch = request.getfixturevalue("elasticsearch_server").url
    wipe(kafka, elasticsearch)
    made = cluster(folder, kafka, elasticsearch)
    done = made.run("init", "--wait", "60")
    assert done.returncode == 0, done.stderr.decode()
    return made
