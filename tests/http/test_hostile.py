"""Texts that mean something to SQL, HTML, shells or file systems are texts like any other, wherever they stand."""

import html

import pytest
from client import assert_problem

TEXTS = [
    "'; DROP TABLE records; --",
    "' OR '1'='1",
    "1; SELECT pg_sleep(10)",
    "\\'; DELETE FROM records; --",
    "%' OR 1=1 --",
    "$1",
    "$$",
    "?",
    ":name",
    "{0}",
    "%s%n%x",
    '"; --',
    "`id`",
    "$(id)",
    "|| id",
    "../../etc/passwd",
    "<script>alert(1)</script>",
    "{{7*7}}",
    "{% raw %}",
    "${7*7}",
    "&lt;",
    "&#x27;",
    "null",
    "undefined",
    "NaN",
    "true",
    "0",
    "-1",
    "1e999",
    "\\",
    "\\\\",
    "/*",
    "*/",
    "--",
    "#",
    "\u202etxt.exe",
    "\ufeff",
    "a\u200bb",
    "ﬀ",
    "İ",
    "ß",
    "a" * 200,
    "\x1b[31m",
    "\x7f",
]


@pytest.mark.parametrize("text", TEXTS)
def test_a_text_is_stored_found_changed_and_deleted_as_it_is(api, text):
    bystander = api.create(title="bystander")
    record = api.create(title=text, description=text)
    assert (record["title"], record["description"]) == (text, text)
    assert api.record(record["id"]) == record
    found = api.page(q=text)
    assert record["id"] in [item["id"] for item in found["items"]]
    assert found["total"] == len(found["items"])
    changed = api.patch(f"/records/{record['id']}", {"description": text + text}).json()
    assert changed["description"] == text + text
    exported = api.get("/records/export", params={"owner": api.owner, "format": "ndjson", "fields": "title"}).text
    assert len(exported.split("\n")) == 3
    assert api.delete(f"/records/{record['id']}").status_code == 204
    assert api.page()["items"] == [bystander]


@pytest.mark.parametrize("text", TEXTS)
def test_a_text_as_an_owner_is_only_a_name(api, text):
    owner = api.new_owner(text)
    record = api.create(owner=owner)
    api.create()
    assert api.page(owner=owner)["items"] == [record]


@pytest.mark.parametrize("text", TEXTS)
def test_a_text_where_it_does_not_belong_is_refused_and_harms_nothing(api, text):
    record = api.create()
    for name in ("limit", "skip", "sort", "status", "count", "page_token"):
        if (name, text) == ("skip", "0"):
            continue
        response = api.get("/records/", params={name: text})
        assert response.status_code == 400, (name, response.text)
    assert_problem(api.post("/records/", json={"title": "t", "owner": api.owner, "status": text}), 422, "status")
    assert api.get("/records/" + "".join(f"%{byte:02x}" for byte in text.encode())).status_code in (400, 404)
    assert api.record(record["id"]) == record


@pytest.mark.parametrize("text", TEXTS)
def test_the_console_shows_a_text_without_obeying_it(api, text):
    record = api.create(title=text)
    page = api.get("/", params={"owner": api.owner, "q": text})
    assert page.status_code == 200
    assert f"/console/records/{record['id']}" in page.text
    shown = html.unescape(page.text)
    assert text in shown
    assert "<script>alert" not in page.text
