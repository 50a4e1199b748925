"""Idempotency-Key: what is sent twice is done once."""

import threading

import pytest
from client import assert_problem, unique


@pytest.fixture
def key():
    return unique("key").replace(" ", "-")


def with_key(key):
    return {"Idempotency-Key": key}


def test_a_post_sent_twice_stores_once(api, key):
    body = {"title": "once", "owner": api.owner, "description": "x" * 5000}
    first = api.post("/records/", json=body, headers=with_key(key))
    again = api.post("/records/", json=body, headers=with_key(key))
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.content == first.content
    assert again.headers["Location"] == first.headers["Location"] and again.headers["ETag"] == first.headers["ETag"]
    assert "Idempotency-Replayed" not in first.headers
    assert again.headers["Idempotency-Replayed"] == "true"
    assert api.page()["total"] == 1


def test_the_answer_is_the_first_one_also_after_a_change(api, key):
    body = {"title": "once", "owner": api.owner}
    first = api.post("/records/", json=body, headers=with_key(key)).json()
    api.patch(f"/records/{first['id']}", {"title": "changed"})
    assert api.post("/records/", json=body, headers=with_key(key)).json() == first
    assert api.record(first["id"])["title"] == "changed"


def test_a_patch_sent_twice_changes_once(api, key):
    path = f"/records/{api.create()['id']}"
    first = api.patch(path, {"title": "new"}, headers=with_key(key))
    again = api.patch(path, {"title": "new"}, headers=with_key(key))
    assert again.content == first.content
    assert again.headers["Idempotency-Replayed"] == "true"
    assert api.get(path).json()["version"] == 2


def test_a_patch_with_a_condition_sent_twice_is_no_conflict(api, key):
    path = f"/records/{api.create()['id']}"
    headers = {**with_key(key), "If-Match": '"1"'}
    assert [api.patch(path, {"title": "new"}, headers=headers).status_code for _ in range(2)] == [200, 200]


def test_a_put_sent_twice_changes_once(api, key):
    path, body = f"/records/{api.create()['id']}", {"title": "new", "owner": api.owner}
    assert [api.put(path, json=body, headers=with_key(key)).json()["version"] for _ in range(2)] == [2, 2]


def test_a_delete_sent_twice_is_done_once(api, key):
    path = f"/records/{api.create()['id']}"
    first, again = api.delete(path, headers=with_key(key)), api.delete(path, headers=with_key(key))
    assert (first.status_code, again.status_code) == (204, 204)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert_problem(api.delete(path), 404)


@pytest.mark.parametrize("change", [{"title": "other"}, {"status": "done"}, {"description": "more"}])
def test_a_key_with_another_body_is_422(api, key, change):
    body = {"title": "once", "owner": api.owner}
    api.post("/records/", json=body, headers=with_key(key))
    problem = assert_problem(
        api.post("/records/", json={**body, **change}, headers=with_key(key)), 422, "Idempotency-Key"
    )
    assert problem["code"] == "IDEMPOTENCY_KEY_REUSED"
    assert api.page()["total"] == 1


def test_a_key_of_another_kind_of_request_is_422(api, key):
    body = {"title": "once", "owner": api.owner}
    made = api.post("/records/", json=body, headers=with_key(key)).json()
    problem = assert_problem(api.delete(f"/records/{made['id']}", headers=with_key(key)), 422, "Idempotency-Key")
    assert problem["code"] == "IDEMPOTENCY_KEY_REUSED"
    assert api.record(made["id"]) == made


def test_a_refused_request_leaves_its_key_free(api, key):
    assert_problem(api.post("/records/", json={"title": "", "owner": api.owner}, headers=with_key(key)), 422, "title")
    response = api.post("/records/", json={"title": "good", "owner": api.owner}, headers=with_key(key))
    assert response.status_code == 201 and "Idempotency-Replayed" not in response.headers


def test_other_keys_are_other_requests(api, key):
    body = {"title": "same", "owner": api.owner}
    first, second = (api.post("/records/", json=body, headers=with_key(key + end)).json() for end in "ab")
    assert first["id"] != second["id"]


def test_many_at_once_store_once(api, deployment, key):
    from client import Api

    body, answers = {"title": "once", "owner": api.owner}, []

    def send():
        other = Api(deployment.url)
        answers.append(other.post("/records/", json=body, headers=with_key(key)))
        other.clean()

    threads = [threading.Thread(target=send) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert sum("Idempotency-Replayed" not in answer.headers for answer in answers) == 1
    assert api.page()["total"] == 1


@pytest.mark.parametrize("bad", ["", "x" * 256, "ä", "a b", "a\tb"])
def test_a_key_that_is_none_is_400(api, bad):
    response = api.post("/records/", json={"title": "t", "owner": api.owner}, headers={"Idempotency-Key": bad.encode()})
    assert_problem(response, 400, "Idempotency-Key")


def test_the_longest_key_is_a_good_one(api, key):
    response = api.post("/records/", json={"title": "t", "owner": api.owner}, headers=with_key((key + "x" * 255)[:255]))
    assert response.status_code == 201


def test_two_keys_in_one_request_are_400(api, wire):
    connection = wire().request(
        "POST /records/ HTTP/1.1",
        "Idempotency-Key: a",
        "Idempotency-Key: b",
        "Content-Type: application/json",
        "Content-Length: 2",
        body=b"{}",
    )
    assert connection.answer().status_code == 400
