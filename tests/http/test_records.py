"""One record from its making to its end: POST, GET, PUT, PATCH, DELETE."""

import re

import pytest
from client import assert_problem, unique

MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")
NOWHERE = 9_000_000_000_000_000_000


def test_post_answers_the_record_its_place_and_its_tag(api):
    response = api.post(
        "/records/", json={"title": "first", "owner": api.owner, "status": "active", "description": "two\nlines"}
    )
    assert response.status_code == 201
    record = response.json()
    assert list(record) == ["id", "title", "owner", "status", "description", "created_at", "updated_at", "version"]
    assert (record["title"], record["owner"], record["status"], record["description"]) == (
        "first",
        api.owner,
        "active",
        "two\nlines",
    )
    assert record["version"] == 1 and record["id"] >= 1
    assert response.headers["Location"] == f"/records/{record['id']}"
    assert response.headers["ETag"] == '"1"'
    assert response.headers["Content-Type"] == "application/json"
    assert api.get(response.headers["Location"]).json() == record


def test_what_is_not_given_has_its_default(api):
    record = api.create(title="bare")
    assert (record["status"], record["description"]) == ("pending", "")


def test_times_are_utc_with_microseconds_and_move_with_changes(api):
    record = api.create()
    assert MOMENT.fullmatch(record["created_at"]) and record["updated_at"] == record["created_at"]
    changed = api.patch(f"/records/{record['id']}", {"status": "done"}).json()
    assert changed["created_at"] == record["created_at"]
    assert MOMENT.fullmatch(changed["updated_at"]) and changed["updated_at"] > record["updated_at"]


def test_ids_grow(api):
    first, second = api.create(), api.create()
    assert second["id"] > first["id"]


@pytest.mark.parametrize("status", ["pending", "active", "done", "archived"])
def test_every_status_is_kept(api, status):
    assert api.record(api.create(status=status)["id"])["status"] == status


def test_put_replaces_the_record_and_resets_what_it_leaves_out(api):
    record = api.create(status="done", description="long")
    path, owner = f"/records/{record['id']}", api.new_owner()
    response = api.put(path, json={"title": "new", "owner": owner})
    assert response.status_code == 200
    assert response.headers["ETag"] == '"2"'
    replaced = response.json()
    assert (replaced["title"], replaced["owner"], replaced["status"], replaced["description"]) == (
        "new",
        owner,
        "pending",
        "",
    )
    assert replaced["version"] == 2
    assert api.record(record["id"]) == replaced


def test_put_needs_title_and_owner(api):
    record = api.create()
    assert_problem(api.put(f"/records/{record['id']}", json={"status": "done"}), 422, "title", "owner")
    assert api.record(record["id"]) == record


def test_put_makes_no_record(api):
    assert_problem(api.put(f"/records/{NOWHERE}", json={"title": "new", "owner": api.owner}), 404)


def test_delete_leaves_nothing_and_says_nothing(api):
    path = f"/records/{api.create()['id']}"
    response = api.delete(path)
    assert (response.status_code, response.content) == (204, b"")
    assert "Content-Length" not in response.headers and "Content-Type" not in response.headers
    assert_problem(api.get(path), 404)
    assert_problem(api.delete(path), 404)


def test_an_id_is_never_used_again(api):
    gone = api.create()["id"]
    api.delete(f"/records/{gone}")
    assert api.create()["id"] > gone


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "PATCH", "DELETE"])
def test_no_record_is_404_for_every_method(api, method):
    body = {"title": "t", "owner": api.owner} if method in ("PUT", "PATCH") else None
    response = api.request(method, f"/records/{NOWHERE}", json=body)
    if method == "HEAD":
        assert (response.status_code, response.content) == (404, b"")
    else:
        assert_problem(response, 404)


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize(
    "identifier",
    ["0", "-1", "abc", "1.0", "1e3", "+1", "01", "9223372036854775808", "99999999999999999999999", "%20", "１", "1;2"],
)
def test_what_can_be_no_id_is_400_and_named(api, method, identifier):
    body = {"title": "t", "owner": api.owner} if method in ("PUT", "PATCH") else None
    assert_problem(api.request(method, f"/records/{identifier}", json=body), 400, "id")


def test_the_greatest_id_is_a_good_one(api):
    assert_problem(api.get("/records/9223372036854775807"), 404)


def test_texts_come_back_as_they_were_sent(api):
    text = '„Größe“ 数据 😀 e\u0301 \u202e a\u00adb \\ " </script> \t end'
    record = api.create(title=text, description=text + "\r\n\n\u0001\u001f\u007f" + text)
    stored = api.record(record["id"])
    assert stored["title"] == text
    assert stored["description"] == text + "\r\n\n\u0001\u001f\u007f" + text


def test_the_body_is_utf_8_and_not_escaped(api):
    response = api.get(f"/records/{api.create(title='数据 😀')['id']}")
    assert "数据 😀".encode() in response.content


def test_two_changes_at_once_are_both_kept_in_some_order(api):
    identifier = api.create(title=unique("start"))["id"]
    for number in range(2, 12):
        assert api.patch(f"/records/{identifier}", {"description": f"change {number}"}).json()["version"] == number
    assert api.record(identifier)["version"] == 11
