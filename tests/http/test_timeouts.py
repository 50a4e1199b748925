"""Clients that are too slow: 408 and the end of the connection; the others are served meanwhile."""

import json

import pytest
from wire import Wire, trickle

SHORT = {"HEADER_TIMEOUT_MS": "500", "BODY_TIMEOUT_MS": "500", "IDLE_TIMEOUT_MS": "1000"}


@pytest.fixture
def slow(own_deployment):
    """Opens connections to a gateway without patience."""
    deployment = own_deployment(**SHORT)
    connections = []

    def connect():
        connections.append(Wire(deployment.http_port))
        return connections[-1]

    yield connect
    for connection in connections:
        connection.close()


def assert_timeout(connection):
    answer = connection.answer()
    assert answer.status_code == 408, answer
    assert json.loads(answer.body)["status"] == 408
    assert answer.headers["connection"] == "close"
    assert connection.is_closed()


def test_a_header_that_does_not_end_is_408(slow):
    connection = slow().send("GET /health/live HTTP/1.1\r\nHost: tests\r\n")
    assert slow().is_open()
    assert_timeout(connection)


def test_a_body_that_does_not_come_is_408(slow):
    connection = slow().request("POST /records/ HTTP/1.1", "Content-Type: application/json", "Content-Length: 10")
    assert slow().is_open()
    assert_timeout(connection)


def test_a_body_that_trickles_is_408(slow):
    connection = slow().request("POST /records/ HTTP/1.1", "Content-Type: application/json", "Content-Length: 100000")
    connection.socket.setblocking(False)

    def answered():
        try:
            return connection.socket.recv(1, 0x2) != b""  # MSG_PEEK
        except BlockingIOError:
            return False

    trickle(connection, "x" * 1000, answered)
    connection.socket.settimeout(30)
    assert_timeout(connection)


def test_an_import_that_stops_is_408(slow):
    head = ("POST /records/import HTTP/1.1", "Content-Type: text/csv", "Content-Length: 1000")
    assert_timeout(slow().request(*head, body=b"title,owner\n"))


def test_a_quiet_connection_is_closed_without_a_word(slow):
    connection = slow()
    assert connection.is_open()
    assert connection.is_closed()


def test_a_connection_that_never_speaks_is_closed(slow):
    assert slow().is_closed()
