"""The limits of every field, at the last good and at the first bad value; all bad fields are named at once."""

import pytest
from client import assert_problem

# Four bytes a character: limits are of characters, not of bytes.
WIDE = "😀"

GOOD = {
    "shortest": {"title": "x"},
    "longest title": {"title": "x" * 200},
    "longest title of wide characters": {"title": WIDE * 200},
    "longest description": {"description": WIDE * 10_000},
    "empty description": {"description": ""},
    "blanks around a title": {"title": "  x  "},
    "blank description": {"description": " \n "},
    "escapes": {"title": "\\u0041 \\n"},
}
BAD = {
    "empty title": ({"title": ""}, "title"),
    "blank title": ({"title": " \t\r\n"}, "title"),
    "title too long": ({"title": "x" * 201}, "title"),
    "title of wide characters too long": ({"title": WIDE * 201}, "title"),
    "title with NUL": ({"title": "a\0b"}, "title"),
    "title a number": ({"title": 5}, "title"),
    "title null": ({"title": None}, "title"),
    "title a list": ({"title": ["x"]}, "title"),
    "title an object": ({"title": {"x": "y"}}, "title"),
    "title true": ({"title": True}, "title"),
    "empty owner": ({"owner": ""}, "owner"),
    "blank owner": ({"owner": "   "}, "owner"),
    "owner too long": ({"owner": "x" * 101}, "owner"),
    "owner with NUL": ({"owner": "\0"}, "owner"),
    "owner null": ({"owner": None}, "owner"),
    "unknown status": ({"status": "open"}, "status"),
    "status in capitals": ({"status": "ACTIVE"}, "status"),
    "empty status": ({"status": ""}, "status"),
    "status a number": ({"status": 1}, "status"),
    "status null": ({"status": None}, "status"),
    "description too long": ({"description": "x" * 10_001}, "description"),
    "description with NUL": ({"description": "\0"}, "description"),
    "description a number": ({"description": 0.5}, "description"),
    "description null": ({"description": None}, "description"),
    "unknown field": ({"colour": "red"}, "colour"),
    "id given": ({"id": 5}, "id"),
    "version given": ({"version": 5}, "version"),
    "created_at given": ({"created_at": "2020-01-01T00:00:00Z"}, "created_at"),
    "field in other letters": ({"Title": "x"}, "Title"),
}


@pytest.mark.parametrize("fields", GOOD.values(), ids=GOOD)
def test_good_values_are_stored(api, fields):
    stored = api.record(api.create(**fields)["id"])
    assert {name: stored[name] for name in fields} == fields


def test_the_longest_owner_is_stored_and_found(api):
    owner = api.new_owner(WIDE * 50)
    owner_of_100 = (owner + "y" * 100)[:100]
    api._owners.append(owner_of_100)
    api.create(owner=owner_of_100)
    assert api.page(owner=owner_of_100)["total"] == 1


@pytest.mark.parametrize("fields, named", BAD.values(), ids=BAD)
def test_bad_values_are_refused_by_post_and_named(api, fields, named):
    assert_problem(api.post("/records/", json={"title": "t", "owner": api.owner, **fields}), 422, named)
    assert api.page()["total"] == 0


@pytest.mark.parametrize("fields, named", BAD.values(), ids=BAD)
def test_bad_values_are_refused_by_put_and_named(api, fields, named):
    record = api.create()
    assert_problem(api.put(f"/records/{record['id']}", json={"title": "t", "owner": api.owner, **fields}), 422, named)
    assert api.record(record["id"]) == record


@pytest.mark.parametrize("missing", ["title", "owner"])
def test_title_and_owner_are_required(api, missing):
    body = {"title": "t", "owner": api.owner}
    del body[missing]
    assert_problem(api.post("/records/", json=body), 422, missing)


def test_all_bad_fields_are_named_at_once(api):
    body = {"title": "", "owner": "x" * 101, "status": "open", "description": 7, "colour": 1}
    assert_problem(api.post("/records/", json=body), 422, "title", "owner", "status", "description", "colour")


def test_an_empty_object_lacks_title_and_owner(api):
    assert_problem(api.post("/records/", json={}), 422, "title", "owner")
