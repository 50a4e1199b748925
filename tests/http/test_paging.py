"""Paging by token: over many pages, in every order, while others write; tokens that are none of this query."""

import base64
import re

import pytest
from client import assert_problem

SORTS = ["id", "-id", "created_at", "-created_at", "updated_at", "-updated_at", "title", "-title"]


@pytest.fixture
def many(api):
    """53 records; titles repeat, so that ties are broken within and across pages."""
    return [api.create(title=f"title {i % 7}", status="done" if i % 2 else "active") for i in range(53)]


def pages(api, **query):
    """Follows next_page_token to the end."""
    token = None
    while True:
        page = api.page(page_token=token, **query)
        yield page
        token = page["next_page_token"]
        if token is None:
            return


def ids(items):
    return [item["id"] for item in items]


@pytest.mark.parametrize("sort", SORTS)
def test_pages_show_every_record_once_in_order(api, many, sort):
    whole = ids(api.page(sort=sort, limit=200)["items"])
    assert sorted(whole) == ids(many)
    seen = list(pages(api, sort=sort, limit=10))
    assert [len(page["items"]) for page in seen] == [10, 10, 10, 10, 10, 3]
    assert [page["total"] for page in seen] == [53] * 6
    assert [identifier for page in seen for identifier in ids(page["items"])] == whole


def test_a_last_page_that_is_full_says_that_it_is_the_last(api):
    for _ in range(4):
        api.create()
    assert [len(page["items"]) for page in pages(api, limit=2)] == [2, 2]


def test_pages_under_filters_have_exact_totals(api, many):
    seen = list(pages(api, status="done", q="title", sort="-title", limit=7))
    assert [page["total"] for page in seen] == [26] * 4
    assert len({identifier for page in seen for identifier in ids(page["items"])}) == 26


def test_link_leads_through_all_pages(api, many):
    target, seen = f"/records?owner={api.owner.replace(' ', '%20')}&limit=20&sort=-id&skip=0", []
    for _ in range(3):
        response = api.get(target)
        seen += ids(response.json()["items"])
        link = response.headers.get("Link")
        if link is None:
            break
        target = re.fullmatch(r'<(/records/\?[^>]*)>; rel="next"', link).group(1)
    assert seen == ids(many)[::-1]


def test_the_last_page_has_no_link(api):
    api.create()
    assert "Link" not in api.get(f"/records/?owner={api.owner}").headers


def test_paging_goes_on_from_a_skipped_page(api, many):
    first = api.page(skip=30, limit=10)
    second = api.page(page_token=first["next_page_token"], limit=10)
    assert ids(second["items"]) == ids(many)[40:50]


def test_page_size_may_change_on_the_way(api, many):
    first = api.page(limit=10)
    assert ids(api.page(page_token=first["next_page_token"], limit=30)["items"]) == ids(many)[10:40]


def test_nothing_is_shown_twice_or_missed_while_others_write(api, many):
    steps = pages(api, sort="-id", limit=10)
    seen = ids(next(steps)["items"])
    api.create(title="new, before what is shown")
    api.delete(f"/records/{many[42]['id']}")
    api.delete(f"/records/{many[0]['id']}")
    for page in steps:
        seen += ids(page["items"])
    assert seen == [record["id"] for record in many[::-1] if record not in (many[42], many[0])]


def test_paging_goes_on_when_the_last_record_shown_is_deleted(api, many):
    first = api.page(limit=10)
    api.delete(f"/records/{first['items'][-1]['id']}")
    assert ids(api.page(page_token=first["next_page_token"], limit=10)["items"]) == ids(many)[10:20]


def test_a_token_works_without_a_count(api, many):
    first = api.page(limit=10, count="none")
    second = api.page(limit=10, count="none", page_token=first["next_page_token"])
    assert second["total"] is None
    assert ids(second["items"]) == ids(many)[10:20]


@pytest.mark.parametrize(
    "change", [{"sort": "-id"}, {"sort": "title"}, {"status": "done"}, {"q": "title"}, {"owner": None}]
)
def test_a_token_belongs_to_its_filter_and_order(api, many, change):
    token = api.page(limit=10)["next_page_token"]
    query = {"owner": api.owner, "page_token": token, **change}
    response = api.get("/records/", params={name: value for name, value in query.items() if value is not None})
    problem = assert_problem(response, 400, "page_token")
    assert problem["code"] == "PAGE_TOKEN_INVALID"


def flipped(token):
    return ("B" if token[0] == "A" else "A") + token[1:]


def reencoded(token, change):
    plain = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    return base64.urlsafe_b64encode(change(plain)).decode().rstrip("=")


@pytest.mark.parametrize(
    "forge",
    [
        lambda token: "x",
        lambda token: "!!!",
        lambda token: "%00",
        lambda token: token * 20,
        flipped,
        lambda token: token[:-3],
        lambda token: token + "A",
        lambda token: reencoded(token, lambda plain: plain + b"' OR 1=1"),
        lambda token: reencoded(token, lambda plain: plain[:16] + b"9" * 40 + b":"),
        lambda token: reencoded(token, lambda plain: plain[:16]),
        lambda token: reencoded(token, lambda plain: b"\xff" * 40),
    ],
    ids=["short", "signs", "NUL", "long", "changed", "cut", "lengthened", "sql", "huge id", "no id", "bytes"],
)
def test_a_forged_token_is_refused(api, many, forge):
    token = forge(api.page(limit=10)["next_page_token"])
    response = api.get(f"/records/?owner={api.owner}&page_token={token}")
    assert response.status_code == 400
    assert [error["field"] for error in response.json()["errors"]] == ["page_token"]


def test_an_empty_token_is_refused(api):
    assert_problem(api.get("/records/?page_token="), 400, "page_token")
