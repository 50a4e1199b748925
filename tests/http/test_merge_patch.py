"""PATCH as a JSON merge patch (RFC 7386): only what is named changes, null resets."""

import pytest
from client import assert_problem

FULL = {"title": "before", "status": "active", "description": "kept"}


@pytest.mark.parametrize(
    "change",
    [
        {"title": "after"},
        {"status": "done"},
        {"description": "other"},
        {"description": ""},
        {"title": "after", "status": "archived", "description": "all"},
    ],
)
def test_only_what_is_named_changes(api, change):
    record = api.create(**FULL)
    response = api.patch(f"/records/{record['id']}", change)
    assert response.status_code == 200
    changed = response.json()
    moving = {"version": 2, "updated_at": changed["updated_at"]}
    assert changed == {**record, **change, **moving}
    assert response.headers["ETag"] == '"2"'
    assert api.record(record["id"]) == changed


def test_the_owner_changes_and_the_lists_follow(api):
    record, other = api.create(), api.new_owner()
    assert api.patch(f"/records/{record['id']}", {"owner": other}).json()["owner"] == other
    assert api.page()["total"] == 0
    assert api.page(owner=other)["total"] == 1


def test_null_resets_status_and_description(api):
    record = api.create(**FULL)
    changed = api.patch(f"/records/{record['id']}", {"status": None, "description": None}).json()
    assert (changed["status"], changed["description"], changed["title"]) == ("pending", "", "before")


@pytest.mark.parametrize("field", ["title", "owner"])
def test_null_is_refused_for_what_must_be_there(api, field):
    record = api.create(**FULL)
    assert_problem(api.patch(f"/records/{record['id']}", {field: None}), 422, field)
    assert api.record(record["id"]) == record


@pytest.mark.parametrize(
    "change, named",
    [
        ({"title": ""}, "title"),
        ({"title": "x" * 201}, "title"),
        ({"owner": " "}, "owner"),
        ({"status": "x"}, "status"),
        ({"description": []}, "description"),
        ({"id": 1}, "id"),
        ({"unknown": None}, "unknown"),
    ],
)
def test_a_bad_value_changes_nothing(api, change, named):
    record = api.create(**FULL)
    assert_problem(api.patch(f"/records/{record['id']}", {"status": "done", **change}), 422, named)
    assert api.record(record["id"]) == record


def test_an_empty_patch_is_a_good_one(api):
    record = api.create(**FULL)
    response = api.patch(f"/records/{record['id']}", {})
    assert response.status_code == 200
    changed = response.json()
    assert {name: changed[name] for name in FULL} == FULL


def test_a_patch_also_goes_as_plain_json(api):
    record = api.create(**FULL)
    response = api.request("PATCH", f"/records/{record['id']}", json={"title": "after"})
    assert response.json()["title"] == "after"
