"""What the servers need of the machine: a JDK, and their files, fetched once by Maven into a cache."""

import fcntl
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from xml.etree import ElementTree

from tests.servers.folders import reachable

POM = Path(__file__).with_name("pom.xml")
JVM_FOLDERS = (Path("/usr/lib/jvm"), Path("/opt/java"), Path("/Library/Java/JavaVirtualMachines"))
FETCH_SECONDS = 900


class UnavailableError(Exception):
    """This machine cannot have the server: no Java, no Maven, or no way to the artifacts. Tests skip on it."""


def pinned(name: str) -> str:
    """A version from pom.xml, the one place that holds them."""
    found = ElementTree.parse(POM).getroot().findtext(f".//{{*}}properties/{{*}}{name}.version")
    if found is None:
        raise KeyError(f"pom.xml has no property {name}.version")
    return found


def find_jdk(minimum: int, *, compiler: bool = False, user: int | None = None) -> Path:
    """The home of the oldest installed Java that suffices: the nearest to what the server's makers test with.

    `compiler` asks for javac too, `user` for one that this user may run (root's home folder is closed to others).
    """
    homes = [home for home in java_homes() if reachable(home, user)]
    known = {home: java_version(home) for home in homes if not compiler or (home / "bin" / "javac").exists()}
    good = {home: version for home, version in known.items() if version >= minimum}
    if not good:
        kind = "JDK (javac)" if compiler else "Java"
        raise UnavailableError(f"no {kind} {minimum} or newer in JAVA_HOME, on PATH or in {JVM_FOLDERS[0]}")
    return min(good, key=lambda home: good[home])


def java_homes() -> list[Path]:
    """Every Java of this machine, the user's own choice first."""
    found = [Path(os.environ["JAVA_HOME"])] if os.environ.get("JAVA_HOME") else []
    if on_path := shutil.which("java"):
        found.append(Path(on_path).resolve().parent.parent)
    for folder in JVM_FOLDERS:
        found += sorted(folder.glob("*")) + sorted(folder.glob("*/Contents/Home"))
    return list(dict.fromkeys(home.resolve() for home in found if (home / "bin" / "java").exists()))


@cache
def java_version(home: Path) -> int:
    """21 for Java 21.0.3; 0 for what does not run."""
    try:
        command = [str(home / "bin" / "java"), "-version"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    except (OSError, subprocess.SubprocessError):
        return 0
    match = re.search(r'version "(?:1\.)?(\d+)', done.stderr)
    return int(match.group(1)) if match else 0


def kafka_jars() -> Path:
    """The folder with Kafka's jars, fetched if it is not there yet."""
    return fetched(f"kafka-{pinned('kafka')}-log4j-{pinned('log4j')}", "copy-dependencies@kafka")


def elasticsearch_zip(version: str) -> Path:
    """The zip of an Elasticsearch server, fetched if it is not there yet."""
    name = f"elasticsearch-{version}"
    return fetched(name, "copy@elasticsearch", f"-Delasticsearch.version={version}") / f"{name}.zip"


def cache_folder() -> Path:
    """Where the files of the servers are kept: outside of the repository, shared by all its clones."""
    base = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(base).expanduser() / "geowire-servers"


def fetched(name: str, goal: str, *options: str) -> Path:
    """The folder `name` of the cache. It appears complete or not at all, and of two runs only one fetches."""
    target = cache_folder() / name
    if target.is_dir():
        return target
    cache_folder().mkdir(parents=True, exist_ok=True)
    with locked(cache_folder() / f"{name}.lock"):
        if target.is_dir():
            return target
        for left_over in cache_folder().glob(f"{name}.part-*"):
            shutil.rmtree(left_over, ignore_errors=True)
        with tempfile.TemporaryDirectory(dir=cache_folder(), prefix=f"{name}.part-") as part:
            into = Path(part) / "files"
            run_maven(goal, f"-Dinto={into}", *options)
            into.rename(target)
    return target


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold an exclusive lock between processes; the system lets go of it when the holder dies."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def run_maven(goal: str, *options: str) -> None:
    """Run one goal of the dependency plugin on pom.xml, with a Java of our choice (mvn's own search may find none)."""
    maven = shutil.which("mvn")
    if maven is None:
        raise UnavailableError("Maven is not installed (mvn is not on PATH)")
    command = [
        maven,
        "--quiet",
        "--batch-mode",
        "-Dstyle.color=never",
        "--file",
        str(POM),
        f"dependency:{goal}",
        *options,
    ]
    java = {**os.environ, "JAVA_HOME": str(find_jdk(17))}
    try:
        done = subprocess.run(command, env=java, capture_output=True, text=True, timeout=FETCH_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        raise UnavailableError(f"Maven did not end within {FETCH_SECONDS} s: {goal}") from None
    if done.returncode:
        lines = [line for line in done.stdout.splitlines() if "ERROR" in line]
        raise UnavailableError(f"Maven failed: {goal}: {lines[0] if lines else done.stderr.strip()[-300:]}")
