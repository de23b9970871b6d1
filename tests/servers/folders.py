"""The temporary folders of the servers: open to the user they run as, deleted even after a run that was killed."""

import fcntl
import os
import shutil
import tempfile
from pathlib import Path
from typing import IO

NOBODY = 65534
PREFIX = "geowire-test-"
OWNER = "owner.lock"
_owned: dict[Path, IO[str]] = {}  # the locks of our folders: the system lets go of them when we die


def unprivileged() -> int | None:
    """The user to be instead of root, whom Elasticsearch refuses; None where we are not root."""
    return NOBODY if os.geteuid() == 0 else None


def server_folder(name: str, user: int | None = None) -> Path:
    """A new temporary folder that `user` can reach and owns."""
    bases = [Path(base) for base in (tempfile.gettempdir(), "/tmp", "/var/tmp")]
    base = next((base for base in bases if reachable(base, user)), bases[0])
    delete_left_over(base)
    folder = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{name}-", dir=base)).resolve()
    lock = (folder / OWNER).open("w")
    fcntl.flock(lock, fcntl.LOCK_EX)
    _owned[folder] = lock
    if user is not None:
        os.chown(folder, user, user)
    return folder


def delete_folder(folder: Path) -> None:
    """Delete one of our folders; harmless if it is gone."""
    shutil.rmtree(folder, ignore_errors=True)
    if lock := _owned.pop(folder, None):
        lock.close()


def delete_left_over(base: Path) -> None:
    """Delete the folders of runs that were killed: nobody holds their lock any more."""
    for path in base.glob(f"{PREFIX}*/{OWNER}"):
        try:
            with path.open() as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(path.parent, ignore_errors=True)
        except OSError:  # in use, somebody else's, or just deleted
            continue


def reachable(folder: Path, user: int | None) -> bool:
    """May another user pass through it? Home folders, root's above all, are closed."""
    folder = folder.resolve()
    return folder.is_dir() and (user is None or all(path.stat().st_mode & 0o001 for path in (folder, *folder.parents)))


def give_to(user: int, folder: Path) -> None:
    """Make `user` the owner of a folder and all in it."""
    for path in (folder, *folder.rglob("*")):
        os.chown(path, user, user, follow_symlinks=False)
