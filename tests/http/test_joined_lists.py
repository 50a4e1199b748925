"""Lists that ask the same and wait together are answered by one call; each caller still has an answer of its own."""

import json
from urllib.parse import quote

import pytest
from client import wait_until
from test_outage import metric
from wire import Wire

# Of lists so many are under way at a time; what is asked while the service is paused waits behind them.
UNDER_WAY = 128


@pytest.fixture
def running(own_deployment):
    return own_deployment(HTTP_THREADS="1")


@pytest.fixture
def client(running, own_api):
    return own_api(running)


class Crowd:
    """Lists asked one after the other while the service is paused."""

    def __init__(self, running, client):
        self._running, self._client = running, client
        self.waiting = []

    def ask(self, *paths):
        for path in paths:
            self.waiting.append(Wire(self._running.http_port).request(f"GET {path} HTTP/1.1"))
        self.see_all()
        return self.waiting[-len(paths) :]

    def see_all(self):
        count = len(self.waiting)
        wait_until(lambda: metric(self._client, "backend_calls_in_flight") == count, what=f"{count} calls on their way")

    def leave(self, connection):
        connection.close()
        self.waiting.remove(connection)
        self.see_all()

    def __enter__(self):
        self._running.records.pause()
        self.ask(*(f"/records/?limit=1&skip={number}" for number in range(UNDER_WAY)))
        return self

    def __exit__(self, *_):
        self._running.records.resume()


def joined(client):
    return metric(client, "backend_joined_total")


def page_of(connection):
    return json.loads(connection.answer().body)


def test_each_of_those_who_ask_the_same_has_the_whole_answer(running, client):
    records = [client.create(title=f"title {number}") for number in range(3)]
    same = f"/records/?owner={quote(client.owner)}&limit=2"
    with Crowd(running, client) as crowd:
        alike = crowd.ask(same, same, f"/records/?limit=2&skip=0&owner={quote(client.owner)}", same)
        other = crowd.ask(same + "&skip=1", same + "&sort=-id", same + "&count=none")
        assert joined(client) == 3
    pages = [page_of(connection) for connection in alike]
    assert [page["items"] for page in pages] == [records[:2]] * 4
    assert [(page["total"], page["skip"], page["limit"]) for page in pages] == [(3, 0, 2)] * 4
    skipped, backwards, uncounted = map(page_of, other)
    assert skipped["items"] == records[1:] and skipped["skip"] == 1
    assert backwards["items"] == records[:0:-1]
    assert uncounted["items"] == records[:2] and uncounted["total"] is None


@pytest.mark.parametrize("leaving", [0, 1, 2])
def test_whoever_leaves_takes_nobodys_answer_along(running, client, leaving):
    record = client.create()
    same = f"/records/?owner={quote(client.owner)}"
    with Crowd(running, client) as crowd:
        (leader,) = crowd.ask(same)
        alike = [leader, *crowd.ask(same, same, same)]
        assert joined(client) == 3
        crowd.leave(alike.pop(leaving))
    assert [page_of(connection)["items"] for connection in alike] == [[record]] * 3
