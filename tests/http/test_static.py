"""/app/: the files of the single-page frontend, from memory."""

import pathlib
import re

import pytest
from programs import CHECKOUT

FRONTEND = CHECKOUT / "frontend"
FILES = sorted(str(path.relative_to(FRONTEND)) for path in FRONTEND.rglob("*") if path.is_file())
TYPES = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".html": "text/html; charset=utf-8",
}


@pytest.mark.parametrize("name", FILES)
def test_every_file_is_served_as_it_is(api, name):
    response = api.get(f"/app/{name}")
    assert response.status_code == 200
    assert response.content == (FRONTEND / name).read_bytes()
    assert response.headers["Content-Type"] == TYPES[pathlib.Path(name).suffix]
    assert response.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("name", ["", *FILES])
def test_every_file_has_a_tag_and_is_304_to_who_has_it(api, name):
    tag = api.get(f"/app/{name}").headers["ETag"]
    response = api.get(f"/app/{name}", headers={"If-None-Match": tag})
    assert (response.status_code, response.content) == (304, b"")
    assert response.headers["ETag"] == tag


def test_a_browser_that_asks_for_an_icon_unbidden_gets_one(api):
    response = api.get("/favicon.ico")
    assert response.content == (FRONTEND / "favicon.svg").read_bytes()
    assert response.headers["Content-Type"] == "image/svg+xml"


def test_caches_ask_before_they_use_it(api):
    assert api.get("/app/app.js").headers["Cache-Control"] == "no-cache"


def test_the_page_stands_in_its_folder(api):
    response = api.get("/app?view=cluster")
    assert response.status_code == 308
    assert response.headers["Location"] == "/app/?view=cluster"


def test_the_page_has_a_policy_and_keeps_it(api):
    response = api.get("/app/")
    policy = response.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "script-src 'self'" in policy and "unsafe" not in policy
    assert not re.findall(r"<script(?![^>]*src=)[^>]*>[^<]", response.text), "no script in the page itself"
    for part in re.findall(r'(?:href|src)="([^"#:?]+)"', response.text):
        path = part if part.startswith("/") else f"/app/{part}"
        assert api.get(path.replace("/app/../", "/")).status_code in (200, 308), part


@pytest.mark.parametrize(
    "path",
    [
        "/app/nothing.js",
        "/app/modules",
        "/app/modules/",
        "/app//app.js",
        "/app/../gateway",
        "/app/../../etc/passwd",
        "/app/..%2f..%2fetc%2fpasswd",
        "/app/%2e%2e/%2e%2e/etc/passwd",
        "/app/modules/../../../etc/passwd",
        "/app/....//etc/passwd",
        "/app/.env",
        "/app/app.js%00.css",
        "/app/app.js/",
        "/app/APP.JS",
        "/app/\\..\\..\\etc\\passwd",
        "/app//etc/passwd",
    ],
)
def test_nothing_else_is_served(wire, path):
    answer = wire().request(f"GET {path} HTTP/1.1").answer()
    assert answer.status_code in (400, 404), answer
    assert b"root:" not in answer.body
