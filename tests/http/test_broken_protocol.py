"""What is no good HTTP is refused with 400 or 431 and the connection ends; it never becomes two requests nor a 5xx."""

import json

import pytest

JSON = "Content-Type: application/json"


def assert_refused(connection, status=400):
    answer = connection.answer()
    assert answer.status_code == status, answer
    assert answer.headers["content-type"] == "application/problem+json"
    assert json.loads(answer.body)["status"] == status
    assert answer.headers["connection"] == "close"
    assert connection.is_closed()


@pytest.mark.parametrize(
    "line",
    [
        "GET",
        "GET /",
        "GET / HTTP",
        "GET / HTTP/1.1 x",
        "GET  / HTTP/1.1",
        "GET /a b HTTP/1.1",
        "GET / HTTP/1.2.3",
        "GET / http/1.1",
        "GET / HTTP/2.0",
        "GET / HTTP/9.9",
        "GET / FTP/1.1",
        " GET / HTTP/1.1",
        "G@T / HTTP/1.1",
        "GET\t/ HTTP/1.1",
        "GET records HTTP/1.1",
        "GET ftp://x/ HTTP/1.1",
        "GET /\x01 HTTP/1.1",
        "GET /\x7f HTTP/1.1",
        "GET /#part HTTP/1.1",
        "GET * HTTP/1.1",
        "CONNECT tests:80 HTTP/1.1",
    ],
)
def test_a_bad_request_line(wire, line):
    connection = wire().send(line + "\r\nHost: tests\r\n\r\n")
    answer = connection.answer()
    assert answer.status_code in (400, 404, 405, 505), answer
    assert json.loads(answer.body)["status"] == answer.status_code


@pytest.mark.parametrize("path", ["/%", "/%2", "/%zz", "/%00", "/records/%ff", "/records/%c0%af", "/a%00b"])
def test_a_bad_path_is_400(wire, path):
    answer = wire().request(f"GET {path} HTTP/1.1").answer()
    assert answer.status_code == 400
    assert json.loads(answer.body)["errors"][0]["field"] == "path"


@pytest.mark.parametrize(
    "garbage",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(100),
        b"\x00" * 100,
        b"\xff\xfe\xfd",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b'{"title":1}\r\n\r\n',
        b"<html></html>\r\n\r\n",
        b"SSH-2.0-OpenSSH_9.2\r\n\r\n",
        b"GET / HTTP/1.1\nHost: tests\n\n",
    ],
    ids=["TLS", "NUL", "high bytes", "HTTP/2", "JSON", "HTML", "SSH", "line feeds alone"],
)
def test_what_is_not_http_is_refused(wire, garbage):
    assert_refused(wire().send(garbage))


@pytest.mark.parametrize(
    "headers",
    [
        ["Bad Name: x"],
        ["Name : x"],
        [": x"],
        ["no colon"],
        ["X: a\x00b"],
        ["X: a\x01b"],
        ["X\x00: a"],
        ["X: a", " folded"],
        ["X: a", "\tfolded"],
        ["Ünicode: x"],
    ],
    ids=[
        "blank in a name",
        "blank before the colon",
        "no name",
        "no colon",
        "NUL in a value",
        "control in a value",
        "NUL in a name",
        "folded",
        "folded by a tab",
        "name",
    ],
)
def test_a_bad_header_line(wire, headers):
    assert_refused(wire().request("GET /health/live HTTP/1.1", *headers))


@pytest.mark.parametrize(
    "hosts", [[], ["Host: a", "Host: b"], ["Host: a", "host: a"]], ids=["none", "two", "the same twice"]
)
def test_a_request_has_one_host(wire, hosts):
    lines = "\r\n".join(["GET /health/live HTTP/1.1", *hosts, "", ""])
    assert_refused(wire().send(lines))


@pytest.mark.parametrize(
    "name, values",
    [
        ("Content-Type", ["application/json", "text/plain"]),
        ("Idempotency-Key", ["a", "b"]),
        ("X-Consistency-Token", ["0/1", "0/2"]),
        ("Content-Length", ["2", "3"]),
    ],
)
def test_what_may_stand_once_stands_once(wire, name, values):
    lines = [JSON, "Content-Length: 2"]
    lines = [line for line in lines if not line.startswith(name)] + [f"{name}: {value}" for value in values]
    assert_refused(wire().request("POST /records/ HTTP/1.1", *lines, body=b"{}"))


SMUGGLED = b"GET /health/live HTTP/1.1\r\nHost: smuggled\r\n\r\n"


@pytest.mark.parametrize(
    "headers, body",
    [
        (["Content-Length: 5", "Transfer-Encoding: chunked"], b"0\r\n\r\n" + SMUGGLED),
        (["Transfer-Encoding: chunked", "Content-Length: 5"], b"0\r\n\r\n" + SMUGGLED),
        (["Transfer-Encoding: identity, chunked, identity"], b"0\r\n\r\n" + SMUGGLED),
        (["Transfer-Encoding: chunked, chunked"], b"0\r\n\r\n" + SMUGGLED),
        (["Transfer-Encoding: xchunked"], b"0\r\n\r\n" + SMUGGLED),
        (["Transfer-Encoding: gzip"], SMUGGLED),
        (["Transfer-Encoding : chunked"], b"0\r\n\r\n" + SMUGGLED),
        (["Content-Length: 5", "Content-Length: 6"], b"hello" + SMUGGLED),
        (["Content-Length: +5"], b"hello" + SMUGGLED),
        (["Content-Length: -5"], b"hello" + SMUGGLED),
        (["Content-Length: 0x5"], b"hello" + SMUGGLED),
        (["Content-Length: 5 5"], b"hello" + SMUGGLED),
        (["Content-Length: "], SMUGGLED),
        (["Content-Length: 99999999999999999999999999"], b"hello" + SMUGGLED),
    ],
)
def test_a_body_of_unclear_length_is_never_two_requests(wire, headers, body):
    """Whoever stands before the gateway may have read it the other way."""
    connection = wire().request("POST /records/ HTTP/1.1", JSON, *headers, body=body)
    answer = connection.answer()
    assert answer.status_code in (400, 411, 413, 501), answer
    assert connection.is_closed()


@pytest.mark.parametrize(
    "body",
    [
        b"x\r\n",
        b"-1\r\n",
        b"5\r\nhelloX",
        b"5\r\nhello\r\n5",
        b"5 \r\nhel",
        b"\r\n",
        b"ffffffffffffffffffffff\r\n",
        b"5\nhello\n0\n\n",
        b"5;" + b"x" * 100_000,
        b"0\r\nbad trailer\r\n\r\n",
        b"3\r\nhello\r\n0\r\n\r\n",
    ],
    ids=[
        "no number",
        "negative",
        "no line end",
        "cut short",
        "blank",
        "no size",
        "beyond 64 bits",
        "line feeds",
        "endless extension",
        "bad trailer",
        "too short",
    ],
)
def test_broken_chunks_are_400(wire, body):
    connection = wire().request("POST /records/ HTTP/1.1", JSON, "Transfer-Encoding: chunked", body=body)
    connection.end_sending()
    assert_refused(connection)


def test_broken_chunks_of_an_import_are_400(wire):
    connection = wire().request(
        "POST /records/import HTTP/1.1",
        "Content-Type: text/csv",
        "Transfer-Encoding: chunked",
        body=b"b\r\ntitle,owner\r\nzz\r\n",
    )
    assert_refused(connection)


def test_a_body_that_is_cut_short_stores_nothing(wire, api):
    body = json.dumps({"title": "t", "owner": api.owner}).encode()
    connection = wire().request("POST /records/ HTTP/1.1", JSON, f"Content-Length: {len(body) + 1}", body=body)
    connection.end_sending()
    connection.rest()
    assert api.page()["total"] == 0


@pytest.mark.parametrize(
    "lines", [["X-Long: " + "x" * 20_000], [f"X-Many-{i}: {i}" for i in range(2_000)]], ids=["one long", "many"]
)
def test_a_header_beyond_16_kib_is_431(wire, lines):
    assert_refused(wire().request("GET /health/live HTTP/1.1", *lines), 431)


def test_a_target_beyond_16_kib_is_refused(wire):
    answer = wire().request("GET /" + "x" * 20_000 + " HTTP/1.1").answer()
    assert answer.status_code in (414, 431)


def test_a_client_that_never_ends_its_header_is_cut_off(wire):
    connection = wire().send("GET /health/live HTTP/1.1\r\nHost: tests\r\nX: ")
    try:
        for _ in range(200):
            connection.send(b"x" * 1024)
    except OSError:
        return
    assert connection.answer().status_code == 431


def test_nothing_at_all_is_no_error(wire, deployment):
    connection = wire().end_sending()
    assert connection.is_closed()
    assert wire().is_open()


def test_half_a_header_and_goodbye_is_no_error(wire):
    wire().send("GET /records/ HTTP/1.1\r\nHo").close()
    assert wire().is_open()


@pytest.mark.parametrize(
    "header",
    [
        "If-None-Match",
        "If-Match",
        "Prefer",
        "Accept",
        "Accept-Encoding",
        "Accept-Language",
        "Cookie",
        "Origin",
        "Traceparent",
        "X-Request-Id",
        "Content-Type",
        "Idempotency-Key",
        "X-Consistency-Token",
        "Range",
        "If-Range",
        "If-Modified-Since",
    ],
)
@pytest.mark.parametrize(
    "value",
    [
        b"",
        b",,,;;;===",
        b"\xff\xfe",
        b"'; DROP TABLE records; --",
        b'"' * 999,
        b"a" * 9000,
        b"W/",
        b"\\",
        b"%00%0d%0a",
        b"*/*;q=9999999999999",
    ],
    ids=["empty", "signs", "bytes", "sql", "quotes", "long", "weak", "backslash", "escapes", "weight"],
)
def test_odd_values_of_headers_are_never_our_fault(wire, header, value):
    for target in ("/records/?limit=1", "/"):
        connection = wire().send(f"GET {target} HTTP/1.1\r\nHost: tests\r\n{header}: ", value, b"\r\n\r\n")
        assert connection.answer().status_code < 500
