"""Who may ask: names of this machine, pages of other sites, the key, and the headers of every answer."""

import httpx2
import pytest

from pipeline.errors import Misconfigured
from pipeline.web.api import create_web
from tests.web.conftest import site
from tests.web.test_reading import problem

ARTICLE = {"id": "a", "text": "A text."}


@pytest.mark.parametrize("host", ["localhost", "localhost:9000", "127.0.0.1", "127.0.0.1:80", "[::1]", "[::1]:8000", "LOCALHOST"])  # fmt: skip  # noqa: E501
def test_names_of_this_machine(web: httpx2.Client, host: str) -> None:
    assert web.get("/api/search", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "host",
    ["evil.example", "evil.example:8000", "localhost.evil.example", "127.0.0.1.evil.example", "127.0.0.1@evil.example",
     "evil.example@127.0.0.1", "0.0.0.0", "192.168.1.2", "127.0.0.1:x", "[::1", "localhost/evil"],
)  # fmt: skip
@pytest.mark.parametrize("path", ["/", "/api/search", "/healthz", "/metrics", "/static/style.css"])
def test_other_names_are_refused(web: httpx2.Client, host: str, path: str) -> None:
    response = web.get(path, headers={"Host": host})
    assert response.status_code in (400, 403)  # 400: uvicorn itself refuses what is no host
    assert "geowire" not in response.text.replace("urn:geowire", "")


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
    ],
)
def test_pages_of_other_sites_may_not_publish(empty: httpx2.Client, headers: dict[str, str]) -> None:
    problem(empty.post("/api/articles", json=ARTICLE, headers=headers), 403)
    assert empty.get("/api/status").json()["inputs"] == 0


def test_own_pages_may_publish(empty: httpx2.Client) -> None:
    own = {"Sec-Fetch-Site": "same-origin", "Origin": str(empty.base_url).rstrip("/")}
    assert empty.post("/api/articles", json=ARTICLE, headers=own).status_code == 202


@pytest.mark.parametrize("given", ["", "Bearer", "Bearer wrong", "Bearer s3cret", "Basic s3cret-ключ", "s3cret-ключ"])
def test_wrong_key(keyed: httpx2.Client, given: str) -> None:
    response = keyed.post("/api/articles", json=ARTICLE, headers={b"Authorization": given.encode()})
    problem(response, 401)
    assert response.headers["www-authenticate"].startswith("Bearer")
    assert "s3cret" not in response.text
    assert keyed.get("/api/status").json()["inputs"] == 0


def test_right_key_by_any_name(keyed: httpx2.Client) -> None:
    headers = {b"Authorization": "Bearer s3cret-ключ".encode(), b"Host": b"news.example"}
    assert keyed.post("/api/articles", json=ARTICLE, headers=headers).status_code == 202
    assert keyed.get("/api/search", headers={"Host": "news.example"}).status_code == 200


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.2", "news.example", "localhost.evil.example", ""])
def test_other_machines_need_a_key(tmp_path_factory: pytest.TempPathFactory, host: str) -> None:
    settings = site(tmp_path_factory.mktemp("host")).model_copy(update={"host": host})
    with pytest.raises(Misconfigured, match="GEOWIRE_API_KEY"):
        create_web(settings)


def test_other_machines_with_a_key(tmp_path_factory: pytest.TempPathFactory) -> None:
    create_web(site(tmp_path_factory.mktemp("host"), GEOWIRE_HOST="0.0.0.0", GEOWIRE_API_KEY="k"))


@pytest.mark.parametrize("host", ["127.0.0.1", "127.1.2.3", "localhost", "::1"])
def test_loopback_needs_no_key(tmp_path_factory: pytest.TempPathFactory, host: str) -> None:
    create_web(site(tmp_path_factory.mktemp("host"), GEOWIRE_HOST=host))


@pytest.mark.parametrize("path", ["/", "/?q=(", "/articles/talks-1", "/api/search", "/api/nothing", "/static/style.css", "/metrics"])  # fmt: skip  # noqa: E501
def test_headers_of_every_answer(web: httpx2.Client, path: str) -> None:
    headers = web.get(path).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cache-control"] == "no-cache"
    assert "access-control-allow-origin" not in headers


def test_refusals_carry_the_headers_too(web: httpx2.Client) -> None:
    assert "content-security-policy" in web.get("/", headers={"Host": "evil.example"}).headers


@pytest.mark.parametrize("path", ["/", "/healthz", "/api/search", "/static/style.css"])
def test_head_is_get_without_a_body(web: httpx2.Client, path: str) -> None:
    response = web.head(path)
    assert (response.status_code, response.content) == (200, b"")
    assert response.headers["content-type"] == web.get(path).headers["content-type"]
