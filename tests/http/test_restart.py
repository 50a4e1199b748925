"""A service that is restarted or killed again and again while clients ask: a call may meet it as it stops."""

import collections
import concurrent.futures
import contextlib
import http.client
import itertools
import json
import signal
import threading
import urllib.parse

import pytest
from client import wait_until

RESTARTS = 15
AWAITED = 100  # answers between two restarts


@pytest.fixture
def running(own_deployment):
    return own_deployment()


class Clients:
    """Each asks one thing again and again, over one connection."""

    def __init__(self, port):
        self.port = port
        self.outcomes = collections.Counter()
        self.answered = 0
        self._over = threading.Event()

    @contextlib.contextmanager
    def asking(self, *calls):
        with concurrent.futures.ThreadPoolExecutor(len(calls)) as threads:
            running = [threads.submit(self._ask, *call) for call in calls]
            try:
                yield self
            finally:
                self._over.set()
            for each in running:
                each.result()

    def _ask(self, method, path, body_of=lambda: None, headers=()):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        while not self._over.is_set():
            try:
                connection.request(method, path, body_of(), dict(headers))
                answer = connection.getresponse()
                outcome = answer.status
                said = answer.read()
            except (ConnectionError, http.client.HTTPException) as broken:
                outcome, said = type(broken).__name__, b""
                connection.close()
            self.outcomes[method, path, outcome, said if isinstance(outcome, int) and outcome >= 400 else b""] += 1
            self.answered += 1

    def bad(self):
        return {call: count for call, count in self.outcomes.items() if call[2] not in (200, 201, 404)}


def restart_often(clients, running, service, by=signal.SIGTERM):
    start = {"records": running.start_records, "analytics": running.start_analytics}[service]
    for _ in range(RESTARTS):
        enough = clients.answered + AWAITED
        wait_until(lambda enough=enough: clients.answered > enough, what="answers again")
        program = getattr(running, service)
        program.signal(by)
        assert program.wait() == (0 if by == signal.SIGTERM else -by)
        start(program.port)


@pytest.mark.parametrize("by", [signal.SIGTERM, signal.SIGKILL])
@pytest.mark.parametrize(
    "service, paths",
    [
        ("analytics", ["/records/analytics/flink", "/records/analytics/runs"]),
        ("records", ["/records/?owner=nobody", "/records/export?owner=nobody", "/records/1"]),
    ],
)
def test_a_service_that_ends_loses_no_read(running, service, paths, by):
    calls = [("GET", path) for path in paths] * 4
    with Clients(running.http_port).asking(*calls) as clients:
        restart_often(clients, running, service, by)
    assert clients.bad() == {}


def test_a_restart_of_records_loses_no_call_and_doubles_no_record(running, own_api):
    api = own_api(running)
    owner = urllib.parse.quote(api.owner)
    numbers = itertools.count()
    sent = {kind: set() for kind in ("posted", "imported")}

    def title(kind):
        sent[kind].add(text := f"{kind} {next(numbers)}")
        return text

    def record():
        return json.dumps({"title": title("posted"), "owner": api.owner})

    def row():
        return f"title,owner\n{title('imported')},{api.owner}\n"

    calls = [
        ("POST", "/records/", record, [("Content-Type", "application/json")]),
        ("POST", "/records/import", row, [("Content-Type", "text/csv")]),
        ("POST", "/records/import?mode=atomic", row, [("Content-Type", "text/csv")]),
        ("GET", "/records/export?owner=nobody"),
        ("GET", f"/records/export?owner={owner}"),
        ("GET", f"/records/?owner={owner}"),
    ]
    with Clients(running.http_port).asking(*calls * 2) as clients:
        restart_often(clients, running, "records")
    assert clients.bad() == {}
    kept = collections.Counter(
        json.loads(line)["title"] for line in api.get(f"/records/export?format=ndjson&owner={owner}").text.splitlines()
    )
    assert set(kept) == sent["posted"] | sent["imported"]
    assert max(kept.values()) == 1
