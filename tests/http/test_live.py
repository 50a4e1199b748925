"""GET /records/analytics/live: server-sent events with the counts, at once and whenever they change."""

import json

import pytest
from client import assert_problem, wait_until


class Events:
    """A stream of server-sent events, read as it comes."""

    def __init__(self, wire, target="/records/analytics/live", *headers):
        self.wire = wire.request(f"GET {target} HTTP/1.1", *headers)
        first, *lines = wire._take_until(b"\r\n\r\n").decode().split("\r\n")
        self.status = int(first.split(" ")[1])
        self.headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}
        self._chunks = wire.chunks()
        self._text = ""

    def __iter__(self):
        return self

    def __next__(self):
        """The next event: its name and its data."""
        while "\n\n" not in self._text:
            self._text += next(self._chunks).decode()
        block, _, self._text = self._text.partition("\n\n")
        fields = dict(line.split(": ", 1) for line in block.split("\n"))
        return fields["event"], json.loads(fields["data"])

    def until(self, condition):
        """The data of the first event that shows what is awaited."""
        while True:
            name, counts = next(self)
            assert name == "counts"
            if condition(counts):
                return counts


@pytest.fixture
def live(wire):
    return lambda query="owner_limit=10000": Events(wire(), f"/records/analytics/live?{query}")


def of(api, counts):
    return counts["owner_counts"].get(api.owner, 0)


def test_the_counts_come_at_once(api, live):
    events = live()
    assert events.status == 200
    assert events.headers["content-type"].startswith("text/event-stream")
    assert events.headers["cache-control"] == "no-store"
    assert "content-encoding" not in events.headers
    name, counts = next(events)
    assert name == "counts"
    assert set(counts["status_counts"]) == {"pending", "active", "done", "archived"}
    assert sum(counts["status_counts"].values()) == counts["total"]
    assert sum(counts["owner_counts"].values()) + counts["other_owners_count"] == counts["total"]
    assert counts["as_of"].endswith("Z")


def test_every_kind_of_change_is_told(api, live):
    events = live()
    next(events)
    record = api.create(status="active")
    before = events.until(lambda counts: of(api, counts) == 1)
    api.patch(f"/records/{record['id']}", {"status": "archived"})
    events.until(lambda counts: counts["status_counts"]["archived"] > before["status_counts"]["archived"])
    other = api.new_owner()
    api.patch(f"/records/{record['id']}", {"owner": other})
    events.until(lambda counts: of(api, counts) == 0 and counts["owner_counts"].get(other) == 1)
    api.delete(f"/records/{record['id']}")
    events.until(lambda counts: other not in counts["owner_counts"])


def test_many_writes_end_in_the_right_counts(api, live):
    events = live()
    for number in range(60):
        api.create(title=f"number {number}")
    events.until(lambda counts: of(api, counts) == 60)


def test_all_watchers_are_told(api, live):
    watchers = [live() for _ in range(8)]
    api.create()
    for events in watchers:
        events.until(lambda counts: of(api, counts) == 1)


def test_the_owners_listed_are_bounded(api, live):
    for _ in range(3):
        api.create(owner=api.new_owner())
    counts = live("owner_limit=2").until(lambda counts: counts["owners_total"] >= 3)
    assert len(counts["owner_counts"]) == 2
    assert counts["total"] == sum(counts["owner_counts"].values()) + counts["other_owners_count"]


def test_a_watcher_that_leaves_is_forgotten(api, wire):
    def open_connections():
        metrics = api.get("/metrics").text
        return float(
            next(line.split(" ")[1] for line in metrics.split("\n") if line.startswith("http_connections_open "))
        )

    wait_until(lambda: open_connections() == 1, what="the end of other tests' connections")
    connections = [wire() for _ in range(5)]
    for connection in connections:
        next(Events(connection))
    assert open_connections() == 6
    for connection in connections:
        connection.close()
    wait_until(lambda: open_connections() == 1, what="the end of the streams that were left")


@pytest.mark.parametrize(
    "query, named",
    [
        ("owner_limit=0", "owner_limit"),
        ("owner_limit=10001", "owner_limit"),
        ("owner_limit=x", "owner_limit"),
        ("x=1", "x"),
    ],
)
def test_a_bad_parameter_is_400(api, query, named):
    assert_problem(api.get(f"/records/analytics/live?{query}"), 400, named)


def test_an_http_1_0_client_gets_the_events_without_chunks(api, wire):
    connection = wire().send("GET /records/analytics/live HTTP/1.0\r\n\r\n")
    head = connection._take_until(b"\r\n\r\n")
    assert b"Transfer-Encoding" not in head
    assert connection._take_until(b"\n\n").startswith(b"event: counts\ndata: {")
