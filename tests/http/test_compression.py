"""Content codings: gzip and br for those who ask, with Vary and tags of their own."""

import gzip

import brotli
import pytest

DECODE = {"gzip": gzip.decompress, "br": brotli.decompress}
LARGE = ["/records/?limit=200", "/openapi.json", "/docs", "/app/", "/app/styles.css", "/metrics", "/"]


@pytest.fixture
def filled(api):
    for i in range(20):
        api.create(title=f"number {i}", description="some text " * 20)


def fetch(api, path, accept):
    response = api.get(path, headers={"Accept-Encoding": accept}, stream=True)
    body = response.raw.read(decode_content=False)
    return response, body


@pytest.mark.parametrize("coding", ["gzip", "br"])
@pytest.mark.parametrize("path", LARGE)
def test_large_answers_are_compressed(api, filled, path, coding):
    response, body = fetch(api, path, coding)
    assert response.headers["Content-Encoding"] == coding
    assert "Accept-Encoding" in response.headers["Vary"]
    assert int(response.headers["Content-Length"]) == len(body)
    plain = DECODE[coding](body)
    assert len(body) < len(plain)
    if path in ("/records/?limit=200", "/metrics", "/"):
        assert plain[:20] == api.get(path).content[:20]
    else:
        assert plain == api.get(path).content


@pytest.mark.parametrize("path", LARGE)
def test_those_who_do_not_ask_get_it_plain_and_caches_are_told(api, filled, path):
    response, _ = fetch(api, path, "identity")
    assert "Content-Encoding" not in response.headers
    assert "Accept-Encoding" in response.headers["Vary"]


@pytest.mark.parametrize(
    "accept, coding",
    [
        ("gzip, br", "br"),
        ("br;q=0.5, gzip", "gzip"),
        ("gzip;q=0, br;q=0", None),
        ("*", "br"),
        ("*;q=0", None),
        ("deflate", None),
        ("identity", None),
        ("gzip;q=0.1, identity", None),
        ("GZIP", "gzip"),
        ("x-gzip", "gzip"),
        ("br;q=0, *", "gzip"),
        ("gzip;q=1.000, br;q=0.999", "gzip"),
        ("nonsense;;;=", None),
        ("gzip;q=x", None),
    ],
)
def test_the_heaviest_coding_wins(api, accept, coding):
    response, _ = fetch(api, "/openapi.json", accept)
    assert response.headers.get("Content-Encoding") == coding


def test_small_answers_stay_plain(api):
    response, _ = fetch(api, f"/records/{api.create()['id']}", "gzip, br")
    assert "Content-Encoding" not in response.headers


@pytest.mark.parametrize("path", ["/openapi.json", "/app/styles.css"])
def test_each_coding_has_its_tag_and_each_tag_is_known_again(api, path):
    tags = {coding: fetch(api, path, coding)[0].headers["ETag"] for coding in ("identity", "gzip", "br")}
    assert len(set(tags.values())) == 3
    for coding, tag in tags.items():
        response = api.get(path, headers={"Accept-Encoding": coding, "If-None-Match": tag})
        assert response.status_code == 304
        assert response.content == b""


def test_no_tag_of_before_hides_a_change(api):
    assert api.get("/openapi.json", headers={"If-None-Match": '"0123456789abcdef-gzip"'}).status_code == 200


def test_head_tells_of_the_coding(api):
    head = api.head("/openapi.json", headers={"Accept-Encoding": "gzip"})
    whole, body = fetch(api, "/openapi.json", "gzip")
    assert head.headers["Content-Encoding"] == "gzip"
    assert head.headers["Content-Length"] == str(len(body))
