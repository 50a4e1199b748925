"""Conditional requests: reading only what is new, writing only over what was seen (RFC 9110 section 13)."""

import pytest
from client import assert_problem


@pytest.fixture
def record(api):
    """A record of version 3."""
    made = api.create(title="one")
    for title in ("two", "three"):
        made = api.patch(f"/records/{made['id']}", {"title": title}).json()
    return made


@pytest.fixture
def path(record):
    return f"/records/{record['id']}"


def test_the_tag_is_the_version(api, path):
    assert api.get(path).headers["ETag"] == '"3"'
    assert api.head(path).headers["ETag"] == '"3"'


@pytest.mark.parametrize("tags", ['"3"', '"1", "3"', 'W/"3"', '"x","3","y"', "*", '"1",W/"3"', ' "3" '])
def test_what_the_client_has_is_304(api, path, tags):
    response = api.get(path, headers={"If-None-Match": tags.strip()})
    assert (response.status_code, response.content) == (304, b"")
    assert response.headers["ETag"] == '"3"'
    assert "Content-Length" not in response.headers or response.headers["Content-Length"] != "0"


@pytest.mark.parametrize("tags", ['"2"', '"33"', "3", '"', "nonsense", '"3 "', 'w/"3"'])
def test_what_the_client_does_not_have_is_sent(api, path, tags):
    assert api.get(path, headers={"If-None-Match": tags}).json()["title"] == "three"


def test_head_is_304_as_well(api, path):
    response = api.head(path, headers={"If-None-Match": '"3"'})
    assert response.status_code == 304


def test_a_change_makes_another_tag(api, path):
    api.patch(path, {"title": "four"})
    response = api.get(path, headers={"If-None-Match": '"3"'})
    assert (response.status_code, response.headers["ETag"]) == (200, '"4"')


def write(api, method, path, tags):
    body = {"title": "new", "owner": api.owner} if method != "DELETE" else None
    return api.request(method, path, json=body, headers={"If-Match": tags})


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("tags", ['"3"', '"1", "3"', '"7","3"', "*", '"3-gzip"', '"3-br"'])
def test_a_write_over_what_was_seen_is_done(api, path, method, tags):
    assert write(api, method, path, tags).status_code == (204 if method == "DELETE" else 200)


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize(
    "tags", ['"2"', '"1", "2"', '"4"', 'W/"3"', '"x"', '""', '"03"', '"-3"', '"3.0"', '"99999999999999999999"']
)
def test_a_write_over_something_else_is_412(api, path, record, method, tags):
    problem = assert_problem(write(api, method, path, tags), 412)
    assert problem["code"] == "VERSION_MISMATCH"
    assert api.record(record["id"]) == record


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("tags", ["3", "nonsense", '"3', '3"', ",", '"3" "4"', ", ".join(f'"{i}"' for i in range(200))])
def test_tags_that_are_none_are_400(api, path, record, method, tags):
    assert_problem(write(api, method, path, tags), 400, "If-Match")
    assert api.record(record["id"]) == record


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
def test_any_tag_needs_a_record(api, method):
    assert_problem(write(api, method, "/records/9000000000000000000", "*"), 404)


def test_of_two_writers_one_is_told(api, path):
    first = api.patch(path, {"title": "mine"}, headers={"If-Match": '"3"'})
    second = api.patch(path, {"title": "theirs"}, headers={"If-Match": '"3"'})
    assert (first.status_code, second.status_code) == (200, 412)
    assert api.get(path).json()["title"] == "mine"
