"""The house rules of ARCHITECTURE.md: one-way imports, confined giants, one file that reads the environment."""

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "pipeline"

FRONT = {"cli", "web"}
APP = {"app", "stages", "worker", "status", "supervise", "open", "publishing", "removing"}
APP |= {"polling", "poller", "subscribing", "rules", "backfill", "linking", "logs"}
APP |= {"searching", "counting", "excerpt", "likeness", "permalink", "formats", "keys", "evaluation"}
ROOMS = {"sources", "enrich", "broker", "index", "state"}
LEAVES = {"query", "text", "tables", "countries", "elastic_client", "sqlite_errors", "article", "settings", "errors"}
LEAVES |= {"admission", "agencies", "languages", "tombstone", "identity", "feed", "ledger", "shingles", "child"}
CONFINED = {
    "faust": {"app", "worker", "broker"},
    "mode": {"app", "worker", "broker"},
    "aiokafka": {"broker"},
    "kafka": {"broker"},
    "elasticsearch": {"index/elastic", "state/elastic", "elastic_client"},
    "elastic_transport": {"index/elastic", "state/elastic", "elastic_client"},
    "tantivy": {"index/tantivy", "index/tantivy_documents", "index/tantivy_order", "index/compile_tantivy"},
    "spacy": {"enrich/nlp", "enrich/encoder", "enrich/recogniser", "enrich/syntax"},
    "onnxruntime": {"enrich/encoder"},
    "fastapi": {"web"},
}


def modules() -> list[Path]:
    """Every Python file of the package."""
    return sorted(path for path in PACKAGE.rglob("*.py") if "model" not in path.relative_to(PACKAGE).parts)


def name_of(path: Path) -> str:
    """`index/elastic` for pipeline/index/elastic.py."""
    return path.relative_to(PACKAGE).with_suffix("").as_posix().removesuffix("/__init__")


def imports_of(path: Path) -> Iterator[str]:
    """Every module name that a file imports, inside functions too; those for type checking alone are left out."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    typing_only = {
        id(child)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test)
        for child in ast.walk(node)
    }
    for node in ast.walk(tree):
        if id(node) in typing_only:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert not node.level, f"{path}: relative import"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def room_of(module: str) -> str:
    """`index` for pipeline.index.elastic.ElasticIndex."""
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else ""


def allowed(room: str) -> set[str]:
    """What a room may import of the package, besides itself."""
    if room == "cli":
        return APP | ROOMS | LEAVES | {"web"}  # `geowire serve` starts it
    if room == "web":
        return APP | ROOMS | LEAVES
    if room in APP:
        return APP | ROOMS | LEAVES
    if room in ROOMS:
        return LEAVES
    return LEAVES


@pytest.mark.parametrize("path", modules(), ids=name_of)
def test_imports_point_one_way(path: Path) -> None:
    room = name_of(path).split("/")[0]
    if room in ("", ".", "__init__", "__main__"):
        return
    assert room in FRONT | APP | ROOMS | LEAVES, f"{room}: say in ARCHITECTURE.md and here which room this is"
    foreign = {room_of(name) for name in imports_of(path) if name.startswith("pipeline.")} - {room, "__version__"}
    assert foreign <= allowed(room), f"{name_of(path)} imports {foreign - allowed(room)}"


@pytest.mark.parametrize("path", modules(), ids=name_of)
def test_giants_are_confined(path: Path) -> None:
    name = name_of(path)
    for imported in imports_of(path):
        homes = CONFINED.get(imported.split(".")[0])
        assert homes is None or name in homes or name.split("/")[0] in homes, f"{name} imports {imported}"


@pytest.mark.parametrize("path", modules(), ids=name_of)
def test_only_settings_reads_the_environment(path: Path) -> None:
    if name_of(path) == "settings":
        return
    assert not re.search(r"\bos\.(environ|getenv)\b", path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", modules(), ids=name_of)
def test_files_and_functions_stay_short(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") <= 400
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert (node.end_lineno or 0) - node.lineno < 80, f"{node.name} is too long"


def test_every_ignored_type_error_gives_its_reason() -> None:
    for path in modules():
        for line in path.read_text(encoding="utf-8").splitlines():
            assert "type: ignore" not in line or re.search(r"type: ignore\[[a-z-, ]+\]  # \S", line), f"{path}: {line}"


def test_no_tracked_file_names_a_package_registry() -> None:
    # Put together here, so that this file is not found itself.
    hosts = "|".join(
        ("pypi" + r"\.org", "python" + "hosted", "registry" + r"\.npm", "repo1?" + r"\.maven", "deb" + r"\.debian")
    )
    found = subprocess.run(["git", "grep", "-lIE", hosts], cwd=ROOT, capture_output=True, text=True, check=False)
    assert found.stdout == ""


def test_the_build_hook_needs_only_what_the_build_installs() -> None:
    """Else `pip install` of a source fails, where the build has an environment of its own."""
    waiting, seen, foreign = ["pipeline.enrich.gazetteer_build"], set(), set()
    while waiting:
        module = waiting.pop()
        path = ROOT / f"{module.replace('.', '/')}.py"
        if module.split(".")[0] != "pipeline":
            foreign.add(module.split(".")[0])
        elif not path.is_file() and module.count(".") > 1:
            waiting.append(module.rpartition(".")[0])  # it is a name in that module
        elif path.is_file() and module not in seen:
            seen.add(module)
            waiting += imports_of(path)
    required = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["build-system"]["requires"]
    names = {re.split(r"[><=]", each)[0].lower() for each in required}
    distributions = packages_distributions()
    for module in foreign - sys.stdlib_module_names:
        assert names & {name.lower() for name in distributions[module]}, module
    assert "pipeline.text" in seen
