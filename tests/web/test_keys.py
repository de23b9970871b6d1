"""API keys: roles, hashes, limits; as the server and as the command see them."""

import json
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from pipeline import keys
from pipeline.errors import GeowireError, Misconfigured
from pipeline.keys import Role
from pipeline.web.api import create_web
from pipeline.web.guard import Limit, needed_role
from pipeline.web.problems import HttpProblem
from tests.web.conftest import serving, site
from tests.web.test_reading import problem

ARTICLE = {"id": "a", "text": "A text."}


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def test_a_key_is_kept_as_a_hash_and_shown_once(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "keys.json"
    token = keys.add(path, "desk", "publish")
    assert token not in path.read_text()
    assert path.stat().st_mode & 0o077 == 0
    found = keys.find(keys.load(path), token)
    assert found is not None
    assert (found.name, found.role) == ("desk", "publish")
    assert keys.find(keys.load(path), token + "x") is None
    with pytest.raises(GeowireError, match="already"):
        keys.add(path, "desk", "read")
    with pytest.raises(GeowireError, match="letters"):
        keys.add(path, "a b", "read")
    keys.remove(path, "desk")
    assert keys.load(path) == []
    with pytest.raises(GeowireError, match="no key"):
        keys.remove(path, "desk")


def test_a_spoilt_file_lets_nobody_in(tmp_path: Path) -> None:
    settings = site(tmp_path)
    settings.api_keys_path.write_text("[{}]")
    with pytest.raises(Misconfigured):
        keys.load(settings.api_keys_path)
    with serving(create_web(settings)) as client:
        assert client.get("/api/search").status_code == 500


@pytest.mark.parametrize(
    ("path", "method", "closed", "role"),
    [
        ("/api/search", "GET", False, None), ("/api/search", "GET", True, "read"), ("/healthz", "GET", True, None),
        ("/", "HEAD", True, "read"), ("/api/articles", "POST", False, "publish"),
        ("/api/feeds", "POST", False, "admin"),
        ("/api/articles/x", "DELETE", True, "admin"), ("/nothing", "PUT", False, "admin"),
    ],
)  # fmt: skip
def test_what_is_not_named_needs_everything(path: str, method: str, closed: bool, role: Role | None) -> None:
    assert needed_role(path, method, closed=closed) == role


@pytest.fixture
def guarded(tmp_path: Path) -> Iterator[tuple[httpx2.Client, Path]]:
    """A server with a file of keys, still empty but for one that may publish."""
    settings = site(tmp_path, GEOWIRE_API_KEYS=str(tmp_path / "keys.json"))
    keys.add(settings.api_keys_path, "first", "publish")
    with serving(create_web(settings)) as client:
        yield client, settings.api_keys_path


def test_roles(guarded: tuple[httpx2.Client, Path]) -> None:
    client, path = guarded
    assert client.get("/api/search").status_code == 200  # reading is open until a key is for reading
    reader, desk = keys.add(path, "reader", "read"), keys.add(path, "desk", "publish")
    refused = client.get("/api/search")
    problem(refused, 401)
    assert "Basic" in refused.headers["www-authenticate"]
    assert client.get("/healthz").status_code == 200
    assert client.get("/api/search", headers=bearer(reader)).status_code == 200
    assert client.get("/api/search", auth=("anybody", reader)).status_code == 200
    problem(client.get("/api/search", auth=("anybody", "wrong")), 401)
    problem(client.post("/api/articles", json=ARTICLE), 401)
    refused = client.post("/api/articles", json=ARTICLE, headers=bearer(reader))
    assert problem(refused, 403)["detail"] == "the key reader has the role read; this needs the role publish or admin"
    assert client.post("/api/articles", json=ARTICLE, headers=bearer(desk)).status_code == 202
    keys.remove(path, "desk")
    removed = client.post("/api/articles", json=ARTICLE, headers=bearer(desk))
    assert "was removed" in str(problem(removed, 401)["detail"])


def test_openapi_says_which_request_needs_a_key(guarded: tuple[httpx2.Client, Path], tmp_path: Path) -> None:
    client, path = guarded

    def needed(**headers: str) -> dict[str, list[dict[str, list[str]]]]:
        document = client.get("/api/openapi.json", headers=headers).json()
        assert set(document["components"]["securitySchemes"]) == {"bearer", "basic"}
        operations = [("/api/articles", "post"), ("/api/feeds", "post"), ("/api/search", "get"), ("/healthz", "get")]
        return {each: document["paths"][each][method].get("security", []) for each, method in operations}

    publish, admin = ([{"bearer": [role]}, {"basic": [role]}] for role in ("publish", "admin"))
    assert needed() == {"/api/articles": publish, "/api/feeds": admin, "/api/search": [], "/healthz": []}
    reader = bearer(keys.add(path, "reader", "read"))
    assert needed(**reader)["/api/search"] == [{"bearer": ["read"]}, {"basic": ["read"]}]
    assert needed(**reader)["/healthz"] == []
    assert "securitySchemes" not in create_web(site(tmp_path / "open")).openapi()["components"]


def test_too_many_requests(tmp_path: Path) -> None:
    settings = site(tmp_path, GEOWIRE_API_KEY="secret", GEOWIRE_RATE_LIMIT="3")
    with serving(create_web(settings)) as client:
        assert [client.get("/healthz").status_code for _ in range(5)].count(429) >= 1
        refused = next(one for one in (client.get("/api/search") for _ in range(5)) if one.status_code == 429)
        problem(refused, 429)
        assert int(refused.headers["retry-after"]) >= 1
        refusals = [client.post("/api/articles", json=ARTICLE, headers=bearer("guess")) for _ in range(5)]
        assert {one.status_code for one in refusals} <= {401, 429}
        assert refusals[-1].status_code == 429
        assert client.get("/healthz", headers=bearer("secret")).status_code == 200  # a bucket of its own


def test_a_limit_of_nothing_is_none() -> None:
    limit = Limit(0)
    for _ in range(5000):
        limit.take("x")
    strict = Limit(1)
    strict.take("x")
    with pytest.raises(HttpProblem):
        strict.take("x")
    strict.take("y")


def test_the_file_is_json_that_people_can_read(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    keys.add(path, "desk", "admin")
    (kept,) = json.loads(path.read_text())
    assert set(kept) == {"name", "role", "sha256", "created_at"}
