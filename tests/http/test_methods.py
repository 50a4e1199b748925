"""Methods and paths: trailing slashes, HEAD, OPTIONS, CORS, 405 with Allow, 404."""

import pytest
from client import assert_problem
from conftest import CORS_ORIGIN

PATHS = [
    "/records",
    "/records/export",
    "/records/import",
    "/records/analytics/flink",
    "/records/analytics/live",
    "/health",
    "/health/live",
    "/health/ready",
    "/cluster",
    "/metrics",
    "/openapi.json",
    "/docs",
]
READ_ONLY = [
    "/records/export",
    "/records/analytics/flink",
    "/records/analytics/live",
    "/health",
    "/health/live",
    "/health/ready",
    "/cluster",
    "/metrics",
    "/openapi.json",
    "/docs",
]
GETTABLE = [path for path in PATHS if path not in ("/records/import", "/records/analytics/live")]


@pytest.mark.parametrize("path", GETTABLE)
def test_paths_answer_with_and_without_the_trailing_slash(api, path):
    plain, slashed = api.get(path), api.get(path + "/")
    assert (plain.status_code, slashed.status_code) == (200, 200)
    assert plain.headers["Content-Type"] == slashed.headers["Content-Type"]


def test_a_record_answers_with_the_trailing_slash_too(api):
    record = api.create()
    path = f"/records/{record['id']}/"
    assert api.get(path).json() == record
    assert api.patch(path, {"title": "u"}).status_code == 200
    assert api.put(path, json={"title": "v", "owner": api.owner}).status_code == 200
    assert api.delete(path).status_code == 204


def test_post_answers_without_the_trailing_slash_too(api):
    assert api.post("/records", json={"title": "t", "owner": api.owner}).status_code == 201


@pytest.mark.parametrize(
    "path",
    [
        # A proxy does not say that it would stream what it does not send.
        pytest.param(path, marks=pytest.mark.direct) if path == "/records/export" else path
        for path in GETTABLE
        if path != "/metrics" and "health" not in path and path not in ("/cluster", "/records/analytics/flink")
    ],
)
def test_head_is_get_without_the_body(api, path):
    whole, head = api.get(path), api.head(path)
    assert (head.status_code, head.content) == (200, b"")
    different = {"Date", "X-Request-Id"}
    assert {k: v for k, v in head.headers.items() if k not in different} == {
        k: v for k, v in whole.headers.items() if k not in different
    }


@pytest.mark.parametrize("path", ["/health", "/cluster", "/metrics", "/records/analytics/flink"])
def test_head_of_what_changes_all_the_time(api, path):
    head = api.head(path)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["Content-Type"] == api.get(path).headers["Content-Type"]


def test_head_of_a_record_tells_its_length(api):
    path = f"/records/{api.create()['id']}"
    assert api.head(path).headers["Content-Length"] == str(len(api.get(path).content))


def test_head_of_the_live_stream_ends(api):
    head = api.head("/records/analytics/live")
    assert head.status_code == 200
    assert head.headers["Content-Type"].startswith("text/event-stream")


@pytest.mark.parametrize(
    "path, methods",
    [
        ("/records/", "GET HEAD POST"),
        ("/records/1", "GET HEAD PUT PATCH DELETE"),
        ("/records/import", "POST"),
        *[(path, "GET HEAD") for path in READ_ONLY],
    ],
)
def test_options_tells_what_a_path_takes(api, path, methods):
    response = api.options(path)
    assert (response.status_code, response.content) == (204, b"")
    assert set(response.headers["Allow"].split(", ")) == {*methods.split(), "OPTIONS"}


@pytest.mark.parametrize(
    "path, methods",
    [
        ("/records/", "PUT PATCH DELETE"),
        ("/records/1", "POST"),
        ("/records/import", "GET PUT DELETE"),
        *[(path, "POST PUT PATCH DELETE") for path in READ_ONLY],
    ],
)
def test_other_methods_are_405_and_told_what_is_allowed(api, path, methods):
    for method in [*methods.split(), "PROPFIND", "PURGE"]:
        response = api.request(method, path)
        assert_problem(response, 405)
        allowed = response.headers["Allow"].split(", ")
        assert method not in allowed and "OPTIONS" in allowed


@pytest.mark.direct
@pytest.mark.parametrize("path", ["/records/", "/records/1", "/records/import", *READ_ONLY])
def test_trace_is_405(api, path):
    response = api.request("TRACE", path)
    assert_problem(response, 405)
    assert "TRACE" not in response.headers["Allow"]


@pytest.mark.parametrize(
    "path",
    [
        "/nothing",
        "/record",
        "/records/1/2",
        "/records//",
        "//records",
        "/records/1//",
        "/healthz",
        "/health/x",
        "/docs/x",
        "/console/x",
        "/Records/",
        "/records/export/x",
        "/.env",
        "/app/../records",
        "/%2e%2e/etc/passwd",
    ],
)
def test_what_is_not_there_is_404(wire, path):
    # As bytes: a client's library would tidy the path up.
    answer = wire().request(f"GET {path} HTTP/1.1").answer()
    assert answer.status_code == 404, answer


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_what_is_not_there_is_404_for_every_method(api, method):
    assert_problem(api.request(method, "/nothing"), 404)


def test_404_is_a_problem_document(api):
    assert_problem(api.get("/nothing"), 404)


def test_a_page_of_a_known_origin_may_read(api):
    response = api.get("/records/", headers={"Origin": CORS_ORIGIN})
    assert response.headers["Access-Control-Allow-Origin"] == CORS_ORIGIN
    exposed = response.headers["Access-Control-Expose-Headers"].split(", ")
    assert {"ETag", "Location", "Link", "X-Request-Id", "Retry-After"} <= set(exposed)
    assert "Origin" in response.headers["Vary"]


def test_errors_may_be_read_too(api):
    response = api.get("/records/9000000000000000000", headers={"Origin": CORS_ORIGIN})
    assert response.status_code == 404
    assert response.headers["Access-Control-Allow-Origin"] == CORS_ORIGIN


@pytest.mark.parametrize(
    "origin",
    ["https://other.example", "null", "http://pages.example", CORS_ORIGIN + ":444", CORS_ORIGIN + ".evil.example", ""],
)
def test_a_page_of_another_origin_may_not(api, origin):
    response = api.get("/records/", headers={"Origin": origin})
    assert response.status_code == 200
    assert "Access-Control-Allow-Origin" not in response.headers
    assert "Origin" in response.headers["Vary"]


@pytest.mark.parametrize(
    "path, method",
    [
        ("/records/", "POST"),
        ("/records/1", "PATCH"),
        ("/records/1", "DELETE"),
        ("/records/import", "POST"),
        ("/health", "GET"),
    ],
)
def test_a_preflight_is_answered(api, path, method):
    headers = {
        "Origin": CORS_ORIGIN,
        "Access-Control-Request-Method": method,
        "Access-Control-Request-Headers": "content-type, if-match, idempotency-key",
    }
    response = api.options(path, headers=headers)
    assert response.status_code == 204
    assert response.headers["Access-Control-Allow-Origin"] == CORS_ORIGIN
    assert method in response.headers["Access-Control-Allow-Methods"].split(", ")
    allowed = {name.lower() for name in response.headers["Access-Control-Allow-Headers"].split(", ")}
    assert {"content-type", "if-match", "idempotency-key", "prefer", "x-consistency-token"} <= allowed
    assert int(response.headers["Access-Control-Max-Age"]) > 0


def test_the_console_is_closed_to_other_origins(api):
    response = api.get("/", headers={"Origin": CORS_ORIGIN})
    assert response.status_code == 200
    assert "Access-Control-Allow-Origin" not in response.headers
