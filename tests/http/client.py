"""What the tests say over HTTP: a client of one gateway, which makes records under its own names and removes them."""

import itertools
import os
import pathlib
import sys
import time

import requests

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))

from waiting import wait_until  # noqa: E402, F401  handed on

_numbers = itertools.count(1)


def unique(stem):
    """A text that no other test and no other run uses."""
    return f"{stem} {os.getpid()}-{time.time_ns():x}-{next(_numbers)}"


class Api:
    def __init__(self, url):
        self.url = url
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.headers = {"Accept-Encoding": "identity", "User-Agent": "tests"}
        self._owners = []
        self.owner = self.new_owner()

    def new_owner(self, stem="owner"):
        """An owner whose records are removed at the end."""
        self._owners.append(unique(stem)[-100:])
        return self._owners[-1]

    def request(self, method, path, **options):
        options.setdefault("timeout", 60)
        return self.session.request(method, self.url + path, allow_redirects=False, **options)

    def get(self, path, **options):
        return self.request("GET", path, **options)

    def head(self, path, **options):
        return self.request("HEAD", path, **options)

    def post(self, path, **options):
        return self.request("POST", path, **options)

    def put(self, path, **options):
        return self.request("PUT", path, **options)

    def delete(self, path, **options):
        return self.request("DELETE", path, **options)

    def options(self, path, **options):
        return self.request("OPTIONS", path, **options)

    def patch(self, path, fields, **options):
        headers = {"Content-Type": "application/merge-patch+json", **options.pop("headers", {})}
        return self.request("PATCH", path, json=fields, headers=headers, **options)

    def create(self, **fields):
        """Stores a record of this test's owner; must succeed."""
        response = self.post("/records/", json={"title": "a record", "owner": self.owner, **fields})
        assert response.status_code == 201, response.text
        return response.json()

    def record(self, identifier):
        """The record as stored; must be there."""
        response = self.get(f"/records/{identifier}")
        assert response.status_code == 200, response.text
        return response.json()

    def page(self, **query):
        """A page of this test's owner; must succeed. owner=None: of all owners."""
        query = {"owner": self.owner, **query}
        response = self.get("/records/", params={name: value for name, value in query.items() if value is not None})
        assert response.status_code == 200, response.text
        return response.json()

    def titles(self, **query):
        return [item["title"] for item in self.page(limit=200, **query)["items"]]

    def clean_owner(self, owner):
        while items := self.page(owner=owner, limit=200, count="none")["items"]:
            for item in items:
                self.delete(f"/records/{item['id']}")

    def clean(self):
        for owner in self._owners:
            self.clean_owner(owner)
        self.session.close()


def assert_problem(response, status, *fields):
    """A problem document (RFC 9457) of this status that names exactly these fields; gives the document."""
    assert response.status_code == status, f"expected {status}, got {response.status_code}: {response.text[:500]}"
    assert response.headers["Content-Type"] == "application/problem+json"
    problem = response.json()
    assert {"type", "title", "status", "detail", "trace_id"} <= set(problem)
    assert problem["status"] == status
    assert problem["detail"]
    assert len(problem["trace_id"]) == 32 and int(problem["trace_id"], 16) != 0
    assert {error["field"] for error in problem.get("errors", [])} == set(fields), problem
    assert all(error["message"] for error in problem.get("errors", []))
    if status in (429, 503):
        assert int(response.headers["Retry-After"]) >= 1
    return problem
