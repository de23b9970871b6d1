"""API keys: who may read, publish or change over HTTP. Kept as hashes in one file (`GEOWIRE_API_KEYS`).

A key is 256 random bits, so one SHA-256 of it is as good as any slow hash: there is nothing to guess. The file can be
mounted read-only for several web servers, and is read again when it changes.
"""

import hashlib
import hmac
import json
import os
import re
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from pydantic import TypeAdapter, ValidationError

from pipeline.article import Moment, Record
from pipeline.errors import GeowireError, Misconfigured

Role = Literal["read", "publish", "admin"]
RANK: dict[Role, int] = {"read": 0, "publish": 1, "admin": 2}
PREFIX = "gw_"  # so that a key that leaks is recognised as one


class ApiKey(Record):
    """A key as it is kept: its name, what it may do, and its hash."""

    name: str
    role: Role
    sha256: str
    created_at: Moment


_FILE = TypeAdapter(list[ApiKey])


def load(path: Path) -> list[ApiKey]:
    """The keys of a file; none where it is not there.

    Raises:
        Misconfigured: the file can't be read, or is none of ours.
    """
    try:
        return _FILE.validate_json(path.read_bytes())
    except FileNotFoundError:
        return []
    except OSError as exc:
        raise Misconfigured(f"the API keys in {path} can't be read: {exc.strerror}") from None
    except ValidationError:
        raise Misconfigured(
            f"{path} is no file of API keys; move it away, and make new keys with geowire key add"
        ) from None


def add(path: Path, name: str, role: Role) -> str:
    """Make a key and keep its hash; the key itself is shown this once."""
    if not re.fullmatch(r"[\w.-]{1,60}", name):
        raise GeowireError(f"`{name}`: a name has letters, digits, dots and hyphens")
    keys = load(path)
    if any(key.name == name for key in keys):
        raise GeowireError(f"there is a key {name} already; geowire key remove {name} takes it away")
    token = PREFIX + secrets.token_urlsafe(32)
    _write(path, [*keys, ApiKey(name=name, role=role, sha256=_hash(token), created_at=datetime.now(UTC))])
    return token


def remove(path: Path, name: str) -> None:
    """Take a key away."""
    keys = load(path)
    left = [key for key in keys if key.name != name]
    if len(left) == len(keys):
        raise GeowireError(f"no key {name}; geowire key list shows them")
    _write(path, left)


def find(keys: Sequence[ApiKey], token: str) -> ApiKey | None:
    """The key that a token is; every hash is compared, in constant time."""
    given = _hash(token)
    found = [key for key in keys if hmac.compare_digest(key.sha256, given)]
    return found[0] if found else None


def master(token: str) -> ApiKey:
    """The key of `GEOWIRE_API_KEY`, which may do everything."""
    return ApiKey(name="GEOWIRE_API_KEY", role="admin", sha256=_hash(token), created_at=datetime.now(UTC))


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).hexdigest()


def _write(path: Path, keys: Sequence[ApiKey]) -> None:
    """Replace the file at once, readable by its owner alone."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f"{path.name}.new")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        json.dump([key.model_dump(mode="json") for key in keys], file, indent=1)
    fresh.replace(path)
