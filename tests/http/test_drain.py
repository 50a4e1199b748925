"""SIGTERM: what runs ends, nothing new begins, and the exit code is 0."""

import json
import signal
import socket

import pytest
from client import wait_until
from test_live import Events
from wire import Closed, Wire


@pytest.fixture
def running(own_deployment):
    return own_deployment()


@pytest.fixture
def connect(running):
    connections = []

    def open_one():
        connections.append(Wire(running.http_port))
        return connections[-1]

    yield open_one
    for connection in connections:
        connection.close()


def refuses(port):
    try:
        socket.create_connection(("127.0.0.1", port), 5).close()
        return False
    except ConnectionError:
        return True


def drain(running):
    """Sends SIGTERM and waits until no new connection is taken."""
    running.gateway.signal(signal.SIGTERM)
    wait_until(lambda: refuses(running.http_port), what="a closed door")


def test_a_running_request_ends_and_no_other_begins(running, connect):
    assert connect().request("GET /records/ HTTP/1.1").answer().status_code == 200
    running.records.pause()
    connection = connect().request("GET /records/ HTTP/1.1")
    watcher = connect()

    def under_way():
        text = watcher.request("GET /metrics HTTP/1.1").answer().body.decode()
        return "\nbackend_calls_in_flight 1\n" in text

    wait_until(under_way, what="the request on its way")
    drain(running)
    running.records.resume()
    answer = connection.answer()
    assert answer.status_code == 200 and json.loads(answer.body)["items"] is not None
    assert answer.headers["connection"] == "close"
    assert connection.is_closed()
    assert running.gateway.wait() == 0
    assert any(event["msg"] == "stopped" for event in running.gateway.logged())


def test_who_has_connected_before_the_signal_is_answered(running, connect):
    """More than are accepted in one turn; the system has taken them all, the gateway none yet."""
    running.gateway.pause()
    connections = [connect().request("GET /health/live HTTP/1.1") for _ in range(200)]
    running.gateway.signal(signal.SIGTERM)
    running.gateway.resume()
    for connection in connections:
        assert connection.answer().status_code == 200
    assert running.gateway.wait() == 0


def test_quiet_connections_end_at_once(running, connect):
    connections = [connect() for _ in range(5)]
    for connection in connections:
        assert connection.is_open()
    drain(running)
    assert all(connection.is_closed() for connection in connections)
    assert running.gateway.wait() == 0


def test_a_live_stream_ends_in_order(running, connect):
    events = Events(connect())
    next(events)
    drain(running)
    with pytest.raises(StopIteration):
        while True:
            next(events)
    assert events.wire.is_closed()
    assert running.gateway.wait() == 0


def test_an_import_under_way_is_taken_to_its_end(running, connect):
    body = b"title,owner\n" + b"one,draining\n" + b"two,draining\n"
    connection = connect().request(
        "POST /records/import HTTP/1.1",
        "Content-Type: text/csv",
        f"Content-Length: {len(body)}",
        "Expect: 100-continue",
    )
    assert connection.answer().status_code == 100
    connection.send(body[:20])
    drain(running)
    answer = connection.send(body[20:]).answer()
    assert answer.status_code == 200 and json.loads(answer.body)["imported"] == 2
    assert running.gateway.wait() == 0
    running.start_gateway()
    second = connect()
    for item in json.loads(second.request("GET /records/?owner=draining HTTP/1.1").answer().body)["items"]:
        second.request(f"DELETE /records/{item['id']} HTTP/1.1").answer()


def test_what_does_not_end_in_time_is_given_up(own_deployment):
    running = own_deployment(DRAIN_MS="300")
    running.records.pause()
    try:
        connection = Wire(running.http_port).request("GET /records/ HTTP/1.1")
        drain(running)
        with pytest.raises(Closed):
            connection.answer()
        assert running.gateway.wait() == 0
        connection.close()
    finally:
        running.records.resume()


@pytest.mark.parametrize("name", ["records-service", "analytics-service", "gateway"])
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_every_program_ends_with_0_on_either_signal(running, name, number):
    program = running.programs[name]
    program.signal(number)
    assert program.wait() == 0
    assert [event["msg"] for event in program.logged()][-2:] == ["draining", "stopped"]
