"""Documentation is a test: every command, option, setting, endpoint and make target is described."""

import re
from pathlib import Path

import pytest
import typer
from typer.main import get_command

from pipeline.article import Article, Source
from pipeline.cli.main import app
from pipeline.settings import Settings

ROOT = Path(__file__).parent.parent
COMMANDS = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
SETTINGS = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
API = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")


def commands() -> dict[str, object]:
    """Every command by its full name, sub-commands included."""
    found: dict[str, object] = {}
    root = get_command(app)
    for name, command in root.commands.items():  # type: ignore[attr-defined]  # a Typer app with commands is a group
        subcommands = getattr(command, "commands", None)
        if subcommands is None:
            found[name] = command
        else:
            found |= {f"{name} {inner}": sub for inner, sub in subcommands.items()}
    return found


@pytest.mark.parametrize("name", commands())
def test_command_is_documented_with_its_options(name: str) -> None:
    command = commands()[name]
    section = COMMANDS.partition(f"## geowire {name}\n")[2].partition("\n## ")[0]
    assert section, f"docs/commands.md has no section '## geowire {name}'"
    assert getattr(command, "help", None), f"{name} has no help"
    for param in command.params:  # type: ignore[attr-defined]  # every command has parameters
        for option in (opt for opt in param.opts if opt.startswith("--") and not param.hidden and opt != "--help"):
            assert f"`{option}" in section, f"docs/commands.md: {name} {option}"


@pytest.mark.parametrize("name", Settings.model_fields)
def test_setting_is_documented(name: str) -> None:
    row = next((line for line in SETTINGS.splitlines() if line.startswith(f"| `GEOWIRE_{name.upper()}`")), "")
    assert row, f"docs/settings.md has no row for GEOWIRE_{name.upper()}"
    assert (Settings.model_fields[name].description or "?") in row


def test_documented_settings_exist() -> None:
    named = set(re.findall(r"^\| `GEOWIRE_([A-Z_]+)`", SETTINGS, re.MULTILINE))
    assert named == {name.upper() for name in Settings.model_fields}


def test_every_field_of_a_pushed_article_is_documented() -> None:
    table = API.partition("### Fields of an article")[2].partition("\n#")[0]
    assert re.findall(r"^\| `(\w+)`", table, re.MULTILINE) == list(Article.model_fields)
    assert all(f"`{name}`" in table for name in Source.model_fields)


def test_endpoints_are_documented() -> None:
    from pipeline.web.api import paths

    for path in paths():
        assert f"`{path}`" in API, f"docs/api.md: {path}"


def test_problems_are_documented() -> None:
    problems = {
        found for path in (ROOT / "pipeline" / "web").glob("*.py")
        for found in re.findall(r"HttpProblem\(\s*(\d{3}), \"([a-z-]+)\"", path.read_text(encoding="utf-8"))
    }  # fmt: skip
    rows = re.findall(r"^\| (\d{3}) \| (`.*?) \|", API, re.MULTILINE)
    told = {(status, kind) for status, kinds in rows for kind in re.findall(r"`([a-z-]+)`", kinds)}
    assert len(problems) > 15
    assert problems | {("404", "http")} == told  # `http`: whatever the framework says by itself


def test_make_targets_are_documented() -> None:
    targets = re.findall(r"^([a-z0-9-]+):.*##", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    everything = README + (ROOT / "docs" / "testing.md").read_text(encoding="utf-8")
    for target in targets:
        assert f"make {target}" in everything, target


def test_relative_links_lead_somewhere() -> None:
    for page in [ROOT / "README.md", ROOT / "ARCHITECTURE.md", *sorted((ROOT / "docs").glob("*.md"))]:
        for link in re.findall(r"\]\((?!https?://|#)([^)#]+)", page.read_text(encoding="utf-8")):
            assert (page.parent / link).exists(), f"{page.name} → {link}"


def test_readme_opens_with_the_two_commands() -> None:
    assert re.search(r"make demo\nmake test", README[:1500])


def test_nothing_is_left_to_fill_in() -> None:
    for page in [ROOT / "README.md", ROOT / "ARCHITECTURE.md", *sorted((ROOT / "docs").glob("*.md"))]:
        left = re.findall(
            r"\b(?:TODO|TBD|FIXME|[A-Z]+_(?:SECONDS|RATE|MEMORY|DISK))\b", page.read_text(encoding="utf-8")
        )
        assert not left, f"{page.name}: {left}"


def test_typer_app_is_complete() -> None:
    assert isinstance(app, typer.Typer)
    expected = {"demo", "publish", "worker", "serve", "run", "init", "extract", "search", "show", "delete", "status"}
    expected |= {
        "doctor",
        "key add",
        "key list",
        "key remove",
        "explain",
        "eval",
        "dead list",
        "dead show",
        "dead retry",
    }
    expected |= {f"feed {name}" for name in ("add", "list", "pause", "remove", "poll", "import", "export")}
    assert expected == set(commands())
