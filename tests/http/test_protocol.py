"""HTTP/1.1 as bytes: what must work between a client and the gateway (RFC 9112)."""

import json

import pytest


def post(api, *headers, body=b"", path="/records/"):
    return (f"POST {path} HTTP/1.1", "Content-Type: application/json", *headers), body


def record_body(api, title="t"):
    return json.dumps({"title": title, "owner": api.owner}).encode()


def head_of_post(length):
    lines = (
        "POST /records/ HTTP/1.1",
        "Host: tests",
        "Content-Type: application/json",
        f"Content-Length: {length}",
        "",
        "",
    )
    return "\r\n".join(lines).encode()


def chunked(*pieces, end=b"0\r\n\r\n"):
    return b"".join(f"{len(piece):x}\r\n".encode() + piece + b"\r\n" for piece in pieces) + end


def test_one_connection_takes_many_requests(wire, api):
    connection = wire()
    for _ in range(20):
        assert connection.request("GET /records/?limit=1 HTTP/1.1").answer().status_code == 200


def test_pipelined_requests_are_answered_in_order(wire, api):
    ids = [api.create()["id"] for _ in range(10)]
    connection = wire()
    connection.send(*(f"GET /records/{identifier} HTTP/1.1\r\nHost: tests\r\n\r\n" for identifier in ids))
    assert [json.loads(connection.answer().body)["id"] for _ in ids] == ids


def test_pipelined_writes_and_reads_keep_their_order(wire, api):
    body, connection = record_body(api), wire()
    head = head_of_post(len(body))
    look = f"GET /records/?owner={api.owner.replace(' ', '+')}&count=exact HTTP/1.1\r\nHost: tests\r\n\r\n".encode()
    connection.send((head + body + look) * 5)
    answers = [connection.answer() for _ in range(10)]
    assert [answer.status_code for answer in answers] == [201, 200] * 5
    assert [json.loads(answer.body)["total"] for answer in answers[1::2]] == [1, 2, 3, 4, 5]


def test_a_request_may_come_byte_by_byte(wire, api):
    body = record_body(api)
    head = head_of_post(len(body))
    connection = wire()
    for byte in head + body:
        connection.send(bytes([byte]))
    assert connection.answer().status_code == 201


def test_connection_close_is_kept(wire):
    connection = wire().request("GET /health/live HTTP/1.1", "Connection: close")
    answer = connection.answer()
    assert answer.headers["connection"] == "close"
    assert connection.is_closed()


def test_an_http_1_0_client_is_answered_and_closed(wire):
    connection = wire().send("GET /health/live HTTP/1.0\r\n\r\n")
    answer = connection.answer()
    assert answer.status_code == 200 and answer.headers["connection"] == "close"
    assert connection.is_closed()


def test_an_http_1_0_client_may_stay(wire):
    connection = wire()
    for _ in range(2):
        answer = connection.send("GET /health/live HTTP/1.0\r\nConnection: keep-alive\r\n\r\n").answer()
        assert answer.status_code == 200 and answer.headers["connection"] == "keep-alive"


def test_an_http_1_0_client_gets_no_chunks(wire, api):
    api.create(title="exported")
    connection = wire().send(f"GET /records/export?owner={api.owner.replace(' ', '+')} HTTP/1.0\r\n\r\n")
    answer = connection.answer()
    assert "transfer-encoding" not in answer.headers
    assert b"exported" in answer.body


@pytest.mark.parametrize("pieces", [1, 2, 7, 1000])
def test_a_chunked_body_is_read(wire, api, pieces):
    body = record_body(api, "in chunks")
    step = max(1, -(-len(body) // pieces))
    parts = [body[i : i + step] for i in range(0, len(body), step)]
    line, _ = post(api, "Transfer-Encoding: chunked")
    answer = wire().request(*line, body=chunked(*parts)).answer()
    assert answer.status_code == 201 and json.loads(answer.body)["title"] == "in chunks"


@pytest.mark.parametrize("end", [b"0\r\nX-Trailer: a\r\n\r\n", b"0;last=yes\r\n\r\n", b"000\r\n\r\n"])
def test_trailers_and_extensions_of_chunks_are_passed_over(wire, api, end):
    line, _ = post(api, "Transfer-Encoding: chunked")
    body = record_body(api)
    connection = wire().request(*line, body=f'{len(body):X};name="value"\r\n'.encode() + body + b"\r\n" + end)
    assert connection.answer().status_code == 201
    assert connection.is_open()


def test_after_a_chunked_body_comes_the_next_request(wire, api):
    line, _ = post(api, "Transfer-Encoding: chunked")
    connection = wire().request(
        *line, body=chunked(record_body(api)) + b"GET /health/live HTTP/1.1\r\nHost: tests\r\n\r\n"
    )
    assert [connection.answer().status_code for _ in range(2)] == [201, 200]


def test_a_client_that_asks_first_is_told_to_go_on(wire, api):
    body = record_body(api)
    line, _ = post(api, f"Content-Length: {len(body)}", "Expect: 100-continue")
    connection = wire().request(*line)
    assert connection.answer().status_code == 100
    assert connection.send(body).answer().status_code == 201
    assert connection.is_open()


def test_a_client_that_asks_first_and_does_not_wait_is_served_too(wire, api):
    body = record_body(api)
    line, _ = post(api, f"Content-Length: {len(body)}", "Expect: 100-continue")
    answer = wire().request(*line, body=body).answer()
    if answer.status_code == 100:
        return
    assert answer.status_code == 201


@pytest.mark.parametrize(
    "line, status",
    [
        (("POST /records/ HTTP/1.1", "Content-Type: application/json", "Content-Length: 9999999"), 413),
        (("POST /nothing HTTP/1.1", "Content-Type: application/json", "Content-Length: 5"), 404),
        (("POST /health HTTP/1.1", "Content-Type: application/json", "Content-Length: 5"), 405),
    ],
)
def test_a_client_that_asks_first_is_spared_a_body_for_nothing(wire, line, status):
    connection = wire().request(*line, "Expect: 100-continue")
    assert connection.answer().status_code == status


def test_another_expectation_is_417(wire):
    assert wire().request("GET /health/live HTTP/1.1", "Expect: a miracle").answer().status_code == 417


@pytest.mark.parametrize(
    "target", ["http://tests/health/live", "https://elsewhere/health/live", "HTTP://tests/health/live"]
)
def test_an_absolute_target_is_its_path(wire, target):
    assert wire().request(f"GET {target} HTTP/1.1").answer().status_code == 200


def test_options_of_the_server_itself(wire):
    assert wire().request("OPTIONS * HTTP/1.1").answer("OPTIONS").status_code == 204


def test_escapes_in_a_path_are_read(wire):
    assert wire().request("GET /%68ealth/%6cive HTTP/1.1").answer().status_code == 200


def test_blank_lines_before_a_request_are_passed_over(wire):
    assert wire().send("\r\n\r\nGET /health/live HTTP/1.1\r\nHost: tests\r\n\r\n").answer().status_code == 200


def test_names_of_fields_have_no_case(wire, api):
    body = record_body(api)
    connection = wire().send(
        head_of_post(len(body)).swapcase().replace(b"post /RECORDS/ http", b"POST /records/ HTTP"), body
    )
    assert connection.answer().status_code == 201


def test_a_get_may_bring_a_body_that_nobody_reads(wire):
    connection = wire().request("GET /health/live HTTP/1.1", "Content-Length: 5", body=b"hello")
    assert connection.answer().status_code == 200
    assert connection.is_open()


@pytest.mark.parametrize(
    "path, status", [("/nothing", 404), ("/records/9000000000000000000", 404), ("/records/?limit=0", 400)]
)
def test_an_error_does_not_end_the_connection(wire, path, status):
    connection = wire()
    assert connection.request(f"GET {path} HTTP/1.1").answer().status_code == status
    assert connection.is_open()


def test_a_refused_body_does_not_end_the_connection(wire):
    line = ("POST /records/ HTTP/1.1", "Content-Type: application/json", "Content-Length: 3")
    connection = wire().request(*line, body=b"{x}")
    assert connection.answer().status_code == 400
    assert connection.is_open()


def test_every_answer_has_a_date_and_forbids_sniffing(wire):
    answer = wire().request("GET /health/live HTTP/1.1").answer()
    assert answer.headers["date"].endswith(" GMT")
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_header_of_16_kib_is_read(wire):
    connection = wire().request("GET /health/live HTTP/1.1", "X-Long: " + "x" * 16_000)
    assert connection.answer().status_code == 200
    assert connection.is_open()


def test_no_answer_names_a_header_twice(wire, api):
    record = api.create()
    for target in (
        "/records/",
        f"/records/{record['id']}",
        "/health",
        "/docs",
        "/app/",
        "/",
        "/openapi.json",
        "/metrics",
    ):
        names = [
            name.lower()
            for name, _ in wire()
            .request(f"GET {target} HTTP/1.1", "Accept-Encoding: gzip", "Origin: https://pages.example")
            .answer()
            .header_list
        ]
        once = [name for name in names if name not in ("vary", "set-cookie")]
        assert len(once) == len(set(once)), (target, names)
