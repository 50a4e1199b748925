"""The server-rendered console by plain requests: pages, forms, and who may post them. In a browser: tests/browser."""

import re

import pytest
from client import Api

PAGES = ["/", "/console/records/new", "/console/import", "/console/summary"]


def form(api, path):
    """The hidden fields of the page's form."""
    page = api.get(path)
    assert page.status_code == 200, path
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page.text))


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("language, word", [("en", 'lang="en"'), ("zh-CN", 'lang="zh')])
def test_pages_are_there_in_both_languages(api, path, language, word):
    response = api.get(path, headers={"Accept-Language": language})
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "text/html; charset=utf-8"
    assert word in response.text
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]
    assert "unsafe" not in response.headers["Content-Security-Policy"]


def test_records_are_listed_and_escaped(api):
    api.create(title='<script>alert(1)</script> & "quotes"')
    page = api.get("/", params={"owner": api.owner}).text
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp;" in page
    assert "<script>alert" not in page


def test_filters_and_pages_work_by_address(api):
    for number in range(12):
        api.create(title=f"number {number}", status="done" if number % 2 else "active")
    page = api.get("/", params={"owner": api.owner, "status": "done", "limit": 10}).text
    assert page.count("number ") >= 6 and "number 2<" not in page


def test_a_form_stores_a_record(api):
    fields = {
        **form(api, "/console/records/new"),
        "title": "by form",
        "owner": api.owner,
        "status": "active",
        "description": "d",
    }
    response = api.post(
        "/console/records/new", data=fields, headers={"Origin": api.url, "Sec-Fetch-Site": "same-origin"}
    )
    assert response.status_code == 303
    assert response.headers["Location"].startswith("/")
    (record,) = api.page()["items"]
    assert (record["title"], record["status"]) == ("by form", "active")


def test_a_bad_form_comes_back_with_what_was_typed(api):
    fields = {
        **form(api, "/console/records/new"),
        "title": "",
        "owner": api.owner,
        "status": "active",
        "description": "kept text",
    }
    response = api.post("/console/records/new", data=fields, headers={"Origin": api.url})
    assert response.status_code == 422
    assert "kept text" in response.text and "title-error" in response.text
    assert api.page()["total"] == 0


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "null"},
    ],
)
def test_a_form_of_another_site_is_403(api, headers):
    fields = {**form(api, "/console/records/new"), "title": "by form", "owner": api.owner, "status": "active"}
    assert api.post("/console/records/new", data=fields, headers=headers).status_code == 403
    assert api.page()["total"] == 0


def test_a_form_without_its_token_is_403(api, deployment):
    fields = {**form(api, "/console/records/new"), "title": "by form", "owner": api.owner, "status": "active"}
    assert api.post("/console/records/new", data={**fields, "csrf": "x" * 43}).status_code == 403
    stranger = Api(deployment.url)
    assert stranger.post("/console/records/new", data=fields).status_code == 403
    stranger.clean()


def test_a_stale_form_shows_the_conflict(api):
    record = api.create(title="before")
    path = f"/console/records/{record['id']}"
    fields = {**form(api, path), "title": "mine", "owner": api.owner, "status": "done", "description": ""}
    api.patch(f"/records/{record['id']}", {"title": "theirs"})
    response = api.post(path, data=fields, headers={"Origin": api.url})
    assert response.status_code == 409
    assert "theirs" in response.text and "mine" in response.text
    assert api.record(record["id"])["title"] == "theirs"


@pytest.mark.parametrize("path", ["/console/records/9000000000000000000", "/console/records/x", "/console/nothing"])
def test_what_is_not_there_is_a_page_with_404(api, path):
    response = api.get(path)
    assert response.status_code == 404
    assert response.headers["Content-Type"] == "text/html; charset=utf-8"


@pytest.mark.parametrize("query", ["limit=x", "status=x", "page_token=x", "sort=x", "skip=-1"])
def test_a_bad_address_is_a_page_and_no_fault(api, query):
    assert api.get(f"/?{query}").status_code in (200, 400, 422)


def test_cookies_are_for_this_site_only(api):
    cookie = api.get("/").headers["Set-Cookie"]
    assert "HttpOnly" in cookie and "SameSite=Strict" in cookie and "Path=/" in cookie
