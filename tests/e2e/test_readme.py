"""README's examples: each `$ command` is run on the demo's archive and prints what README shows."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.site import ROOT, Site, embedded

pytestmark = pytest.mark.slow

EXAMPLES = re.findall(r"^```console\n\$ (.+)\n((?:.*\n)*?)```$", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """What `geowire demo` makes."""
    site = embedded(tmp_path_factory.mktemp("demo"))
    done = site.run("demo", "--no-serve", timeout=240)
    assert done.returncode == 0, done.stderr.decode()
    yield site
    site.close()


def comparable(output: str) -> list[str]:
    """Lines without how sure the model is, which another processor computes a little differently."""
    return [re.sub(r"confidence 0\.\d\d", "confidence …", line.rstrip()) for line in output.rstrip().splitlines()]


@pytest.mark.parametrize(("command", "shown"), EXAMPLES, ids=[command for command, _ in EXAMPLES])
def test_example(demo: Site, command: str, shown: str) -> None:
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    environment = {**os.environ, **demo.env, "PATH": path}
    done = subprocess.run(["bash", "-c", command], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert comparable(done.stdout) == comparable(shown)


def test_there_are_examples() -> None:
    assert {"search", "extract", "status"} <= {word for command, _ in EXAMPLES for word in command.split()}
