"""A client reads what it has written, whichever node answers; it may ask for more, or for less."""

import pytest
from client import Api, assert_problem


def test_every_write_is_seen_by_the_next_read(api):
    for number in range(50):
        record = api.create(title=f"number {number}")
        assert api.record(record["id"]) == record
        changed = api.patch(f"/records/{record['id']}", {"title": f"changed {number}"}).json()
        assert api.record(record["id"]) == changed
        assert api.page()["total"] == number + 1


def test_a_deleted_record_is_gone_at_once(api):
    for _ in range(20):
        path = f"/records/{api.create()['id']}"
        assert api.delete(path).status_code == 204
        assert api.get(path).status_code == 404


def test_another_client_sees_it_too(api, deployment):
    other = Api(deployment.url)
    for _ in range(20):
        record = api.create()
        assert other.record(record["id"]) == record
    other.clean()


def test_writes_carry_a_token_where_there_is_a_log(api, store):
    body = {"title": "t", "owner": api.owner}
    made = api.post("/records/", json=body)
    path = made.headers["Location"]
    answers = [made, api.put(path, json=body), api.patch(path, {"title": "u"}), api.delete(path)]
    tokens = [answer.headers.get("X-Consistency-Token") for answer in answers]
    if store == "sqlite":
        assert tokens == [None] * 4
    else:
        positions = [[int(part, 16) for part in token.split("@")[0].split("/")] for token in tokens]
        assert positions == sorted(positions)
        assert len({token.split("@")[1] for token in tokens}) == 1


@pytest.mark.parametrize("token", ["0/0", "0/1", "1/AB", "0/abc", "0/1@0", "0/abc@1"])
def test_a_token_of_the_past_is_taken(api, token):
    record = api.create()
    response = api.get(f"/records/{record['id']}", headers={"X-Consistency-Token": token})
    assert response.json() == record


def test_a_token_of_a_log_that_is_gone_is_answered_with_another(api, store):
    record = api.create()
    path = f"/records/{record['id']}"
    answers = [
        api.get(path, headers={"X-Consistency-Token": "0/1@900000000"}),
        api.get("/records/", params={"owner": api.owner}, headers={"X-Consistency-Token": "0/1@900000000"}),
    ]
    assert answers[0].json() == record
    assert answers[1].json()["items"] == [record]
    for answer in answers:
        token = answer.headers.get("X-Consistency-Token")
        if store == "sqlite":
            assert token is None
        else:
            assert not token.endswith("@900000000")
            assert "X-Consistency-Token" not in api.get(path, headers={"X-Consistency-Token": token}).headers


@pytest.mark.parametrize(
    "token", ["x", "1", "0/", "/1", "0/1/2", "0/123456789", "-1/0", "0/ 1", "0x1/2", "0/1@", "0/1@x", "0/1@-1"]
)
@pytest.mark.parametrize("path", ["/records/", "/records/1", "/records/export"])
def test_a_token_that_is_none_is_400(api, path, token):
    assert_problem(api.get(path, headers={"X-Consistency-Token": token}), 400, "X-Consistency-Token")


@pytest.mark.parametrize(
    "wish", ["consistency=strong", "respond-async, consistency=strong", "Consistency=Strong", "consistency=strong; x=y"]
)
def test_a_strong_read_shows_the_latest(api, wish):
    record = api.create()
    headers = {"Prefer": wish}
    assert api.get(f"/records/{record['id']}", headers=headers).json() == record
    assert api.get("/records/", params={"owner": api.owner}, headers=headers).json()["total"] == 1


@pytest.mark.parametrize("wish", ["consistency=eventual", "consistency=nonsense", "return=minimal", ";;;"])
def test_a_lesser_or_an_unknown_wish_is_no_error(api, wish):
    assert api.get("/records/", params={"owner": api.owner}, headers={"Prefer": wish}).status_code == 200
