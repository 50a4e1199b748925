"""Every call of RecordsService, as a gRPC client without our code makes it."""

import json


def test_a_record_lives_and_dies(records, owner):
    made = records(
        "Create", {"record": {"title": "first", "owner": owner, "status": "STATUS_ACTIVE", "description": "two\nlines"}}
    ).message
    record = made["record"]
    assert (record["title"], record["owner"], record["status"], record["version"]) == (
        "first",
        owner,
        "STATUS_ACTIVE",
        "1",
    )
    strong = ["-H", "x-consistency: strong"]
    assert records("Get", {"id": record["id"]}, options=strong).message["record"] == record
    changed = records("Update", {"id": record["id"], "title": "second", "expected_versions": ["1"]}).message["record"]
    assert (changed["title"], changed["description"], changed["version"]) == ("second", "two\nlines", "2")
    assert records("Delete", {"id": record["id"]}).message == {}
    assert records("Get", {"id": record["id"]}, options=strong).error["code"] == 5


def test_list_pages_with_an_exact_total(records, owner, create):
    ids = [create(title=f"number {i}")["id"] for i in range(5)]
    request = {"filter": {"owner": owner}, "sort": "SORT_ID_DESC", "limit": 2}
    seen, strong = [], ["-H", "x-consistency: strong"]
    for _ in range(3):
        page = records("List", request, options=strong).message
        assert page["total"] == "5"
        seen += [item["id"] for item in page["items"]]
        request["page_token"] = page.get("next_page_token", "")
    assert seen == ids[::-1]
    assert request["page_token"] == ""


def test_batch_calls_give_each_item_its_own_outcome(records, owner):
    good, bad = {"title": "good", "owner": owner}, {"title": "", "owner": owner}
    outcomes = records("BatchCreate", {"requests": [{"record": good}, {"record": bad}, {"record": good}]}).message[
        "outcomes"
    ]
    assert [next(iter(outcome)) for outcome in outcomes] == ["created", "error", "created"]
    assert outcomes[1]["error"]["code"] == 3
    ids = [outcomes[i]["created"]["record"]["id"] for i in (2, 0)]
    found = records(
        "BatchGet", {"ids": [ids[0], "9000000000000000000", ids[1]]}, options=["-H", "x-consistency: strong"]
    ).message
    assert [record["id"] for record in found["records"]] == ids
    assert found["missing_ids"] == ["9000000000000000000"]


def test_import_and_export_stream(records, owner):
    def row(line, title):
        return {"line": line, "record": {"title": title, "owner": owner}}

    done = records(
        "Import",
        {"rows": [row(1, "one"), row(2, "")]},
        {"rows": [row(3, "three")], "rejected": [{"line": 4, "message": "no row"}]},
    ).message
    assert (done["imported"], done["failed"]) == ("2", "2")
    assert [(error["line"], error.get("field", "")) for error in done["errors"]] == [("2", "title"), ("4", "")]
    refused = records("Import", {"mode": "IMPORT_MODE_ATOMIC", "rows": [row(1, "four"), row(2, "")]}).message
    assert (refused.get("imported", "0"), refused["failed"]) == ("0", "1")
    exported = records(
        "Export", {"filter": {"owner": owner}, "sort": "SORT_TITLE"}, options=["-H", "x-consistency: strong"]
    )
    assert [record["title"] for message in exported.messages for record in message["records"]] == ["one", "three"]


def test_execute_answers_items_of_one_stream_each_for_itself(records, owner, create):
    known = create()["id"]
    calls = [
        {"id": 1, "get": {"id": known}, "consistency": "CONSISTENCY_STRONG"},
        {"id": 2, "get": {"id": "9000000000000000000"}},
        {"id": 3, "create": {"record": {"title": "", "owner": owner}}},
        {"id": 4, "list": {"filter": {"owner": owner}}, "consistency": "CONSISTENCY_STRONG"},
    ]
    answer = records("Execute", {"calls": calls})
    replies = {reply["id"]: reply for message in answer.messages for reply in message["replies"]}
    assert replies["1"]["get"]["record"]["id"] == known
    assert [replies[i]["error"]["code"] for i in ("2", "3")] == [5, 3]
    assert replies["4"]["list"]["total"] == "1"


def test_an_idempotency_key_stores_once(records, owner):
    request = {"record": {"title": "once", "owner": owner}, "idempotency_key": f"key {owner}"}
    first, again = records("Create", request).message, records("Create", request).message
    assert again == {**first, "replayed": True}
    request["record"]["title"] = "another"
    refused = records("Create", request)
    assert refused.reason() == "IDEMPOTENCY_KEY_REUSED"


def test_refused_fields_are_named_in_the_details(records, owner):
    refused = records("Create", {"record": {"title": "x" * 201, "owner": " ", "status": 9}})
    assert refused.error["code"] == 3
    assert set(refused.fields()) == {"title", "owner", "status"}
    assert "200" in refused.fields()["title"]
    assert set(records("List", {"limit": 201, "skip": -1}).fields()) == {"limit", "skip"}


def test_a_stale_version_is_a_precondition_that_failed(records, create):
    record = create()
    refused = records("Update", {"id": record["id"], "title": "late", "expected_versions": ["7"]})
    assert (refused.error["code"], refused.reason()) == (9, "VERSION_MISMATCH")


def test_a_deadline_in_the_past_is_honoured_by_the_server(records):
    (message,) = records("Execute", {"calls": [{"id": 1, "timeout_us": 1, "list": {}}]}).messages
    assert message["replies"][0]["error"]["code"] == 4


def test_what_a_write_returns_shows_it_everywhere(records, services, owner):
    """The token of a write, sent with a read, makes any node answer with that write; without a log there is none."""
    done = records("Create", {"record": {"title": "seen", "owner": owner}}, options=["-v"]).printed
    tokens = [line.split(": ")[1] for line in done.splitlines() if line.startswith("x-consistency-token: ")]
    assert len(tokens) == (1 if services.store == "cluster" else 0)
    options = [part for token in tokens for part in ("-H", f"x-consistency-token: {token}")]
    page = records("List", {"filter": {"owner": owner}}, options=options).message
    assert page["total"] == "1", json.dumps(page)


def test_a_token_that_is_none_is_refused(records):
    refused = records("List", {}, options=["-H", "x-consistency-token: nonsense"])
    assert set(refused.fields()) == {"consistency_token"}
