"""`geowire status`, `doctor`, `init`, `dead` and the exit codes that all commands share."""

import socket
import subprocess
import sys

import pytest

from tests.e2e.site import Site

pytestmark = pytest.mark.slow


def test_status_adds_up_for_people_and_programs(archive: Site) -> None:
    status = archive.json("status", "--json")
    assert (status["inputs"], status["published"], status["adds_up"]) == (4, 4, True)
    assert status["sources"] == {"post": {"indexed": 4}}
    table = archive.run("status").stdout.decode()
    assert "4 inputs = 4 settled + 0 pending" in table
    assert "3 articles in the index" in table


def test_a_deleted_ledger_does_not_add_up(site: Site) -> None:
    assert site.run("publish", "-", stdin=b"Some text.").returncode == 0
    assert site.json("status", "--json")["adds_up"], "published, not read yet"
    site.start_worker()
    site.settle(1)
    site.settings.state_path.unlink()
    done = site.run("status")
    assert done.returncode == 1
    assert b"1 messages were read and have no outcome" in done.stderr


def test_a_deleted_log_does_not_add_up(site: Site) -> None:
    assert site.run("publish", "-", stdin=b"Some text.").returncode == 0
    worker = site.start_worker()
    site.settle(1)
    site.terminate(worker)
    for file in site.settings.data.glob("broker.db*"):
        file.unlink()
    assert site.run("status").returncode == 1


def test_doctor(archive: Site) -> None:
    done = archive.run("doctor")
    assert done.returncode == 0, done.stdout.decode() + done.stderr.decode()
    shown = done.stdout.decode()
    assert "en_" in shown
    assert "environment GEOWIRE_DATA" in shown
    checks = archive.json("doctor", "--json")
    assert checks


def test_doctor_names_what_mends_it(site: Site) -> None:
    site.env["GEOWIRE_NLP_MODEL"] = "en_no_such_model"
    done = site.run("doctor")
    assert done.returncode == 1
    assert b"spacy download en_no_such_model" in done.stdout + done.stderr


def test_init_is_safe_to_repeat(site: Site) -> None:
    first, second = site.run("init"), site.run("init")
    assert (first.returncode, second.returncode) == (0, 0)
    assert b"articles.enriched" in first.stderr
    assert b"there already" in second.stderr


def test_no_dead_letters(archive: Site) -> None:
    assert archive.json("dead", "list", "--json") == []
    missing = archive.run("dead", "show", "articles/0/99")
    assert missing.returncode == 1
    assert b"geowire dead list" in missing.stderr
    assert archive.run("dead", "retry").returncode == 2


def test_wrong_settings_are_one_sentence(site: Site) -> None:
    for name, value in (
        ("GEOWIRE_PARTITIONS", "none"),
        ("GEOWIRE_INDEX", "http://127.0.0.1:9200"),
        ("GEOWIRE_CONFIG", "/no"),
    ):
        broken = Site(site.env | {name: value})
        done = broken.run("status")
        assert done.returncode == 4, (name, done.stderr)
        assert len(done.stderr.splitlines()) == 1, done.stderr


def test_wrong_use(site: Site) -> None:
    assert site.run("publish").returncode == 2
    assert site.run("nonsense").returncode == 2
    assert site.run("--version").stdout.startswith(b"geowire ")


def test_a_port_in_use_is_said_at_once(archive: Site) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = archive.run("serve", "--port", str(taken.getsockname()[1]))
    assert done.returncode == 4
    assert b"--port" in done.stderr


def test_strangers_are_not_served_without_a_key(archive: Site) -> None:
    open_to_all = Site(archive.env | {"GEOWIRE_HOST": "0.0.0.0"})
    done = open_to_all.run("serve", "--port", "0")
    assert done.returncode == 4
    assert b"GEOWIRE_API_KEY" in done.stderr


def test_the_rule_that_is_wrong_is_shown(site: Site) -> None:
    done = site.run("feed", "add", "https://tidewater-post.example/", "--include", "ferry", "--exclude", "(strike")
    assert done.returncode == 2
    assert b"\n  (strike\n" in done.stderr


@pytest.mark.parametrize("while_loading", ["typer", "pipeline.cli.status"])
def test_ctrl_c_while_the_command_is_still_loading(while_loading: str) -> None:
    code = f"""
import os, signal, sys
from pipeline.__main__ import main
class Interrupts:
    def find_spec(self, name, *_):
        if name == {while_loading!r}:
            os.kill(os.getpid(), signal.SIGINT)
sys.meta_path.insert(0, Interrupts())
sys.argv = ["geowire", "status"]
main()
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (130, b"geowire: stopped before it had begun\n")
