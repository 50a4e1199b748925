"""GET /records/analytics/flink: counts by status and owner, by SQL where there is no Flink, with the reason."""

import json
import re

import pytest
from client import assert_problem, wait_until
from test_live import Events

PATH = "/records/analytics/flink"
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")


def summary(api, **query):
    response = api.get(PATH, params={"owner_limit": 10000, **query})
    assert response.status_code == 200, response.text
    return response.json()


def settled(api, expected):
    """The summary once it shows this test's records: a standby may be a moment behind."""
    return wait_until(
        lambda: (seen := summary(api))["owner_counts"].get(api.owner, 0) == expected and seen,
        what="the test's records in the summary",
    )


def test_a_summary_has_its_shape(api):
    answer = summary(api)
    assert {
        "engine",
        "job_name",
        "parallelism",
        "total",
        "status_counts",
        "owner_counts",
        "generated_at",
        "duration_ms",
        "as_of",
        "fallback_reason",
    } <= set(answer)
    assert answer["engine"] == "sql_fallback"
    assert answer["fallback_reason"]
    assert "job_id" not in answer
    assert set(answer["status_counts"]) == {"pending", "active", "done", "archived"}
    assert MOMENT.fullmatch(answer["generated_at"]) and MOMENT.fullmatch(answer["as_of"])
    assert answer["duration_ms"] >= 0


def test_its_figures_add_up(api):
    answer = summary(api)
    assert sum(answer["status_counts"].values()) == answer["total"]
    assert sum(answer["owner_counts"].values()) + answer["other_owners_count"] == answer["total"]
    assert len(answer["owner_counts"]) == min(answer["owners_total"], 10000)


def test_records_are_counted_by_owner(api):
    for status in ("pending", "active", "active", "done"):
        api.create(status=status)
    settled(api, 4)
    api.delete(f"/records/{api.page()['items'][0]['id']}")
    settled(api, 3)


def test_the_figures_agree_with_the_lists(api):
    """Other tests do not write meanwhile, so what is counted and what is listed must be the same in the end."""
    api.create(status="archived")
    settled(api, 1)

    def listed(status=None):
        return api.page(owner=None, status=status, limit=1)["total"]

    def agree():
        seen = summary(api)
        return seen["total"] == listed() and all(listed(status) == n for status, n in seen["status_counts"].items())

    wait_until(agree, what="the same figures")


def test_the_owners_with_most_records_come_first(api):
    for _ in range(3):
        api.create()
    settled(api, 3)
    counts = list(summary(api)["owner_counts"].values())
    assert counts == sorted(counts, reverse=True)
    assert len(summary(api, owner_limit=1)["owner_counts"]) == 1


@pytest.mark.parametrize("engine", ["auto", "sql"])
def test_sql_answers_where_it_may(api, engine):
    assert summary(api, engine=engine)["engine"] == "sql_fallback"


def test_flink_alone_is_503_where_there_is_none(api):
    problem = assert_problem(api.get(PATH, params={"engine": "flink"}), 503)
    assert "Flink" in problem["detail"]


@pytest.mark.parametrize(
    "query, named",
    [
        ("engine=spark", "engine"),
        ("engine=", "engine"),
        ("owner_limit=0", "owner_limit"),
        ("owner_limit=10001", "owner_limit"),
        ("x=1", "x"),
    ],
)
def test_a_bad_parameter_is_400(api, query, named):
    assert_problem(api.get(f"{PATH}?{query}"), 400, named)


def test_whoever_asks_for_events_sees_progress_and_the_end(wire):
    events = list(Events(wire(), PATH, "Accept: text/event-stream"))
    assert events[-1][0] == "summary"
    assert events[-1][1]["engine"] == "sql_fallback"
    assert all(name == "progress" and data["stage"] for name, data in events[:-1])


def test_odd_owners_are_json_all_the_same(api):
    owners = [api.new_owner(stem) for stem in ('quote " and \\', "new\nline", "😀 数据", "__proto__", "\x7f\x1f")]
    for owner in owners:
        api.create(owner=owner)
    wait_until(lambda: set(owners) <= set(summary(api)["owner_counts"]), what="all owners")
    assert json.loads(api.get(PATH).text)


def test_past_runs_are_listed_newest_first(api):
    def listed():
        total = summary(api, engine="auto")["total"]
        runs = api.get("/records/analytics/runs").json()["items"]
        return runs and runs[0]["total"] == total and runs

    # Of those by SQL one a second is kept: other tests may just have had theirs. And a standby may still be behind.
    runs = wait_until(listed, what="the run among past runs")
    assert runs[0]["engine"] == "sql_fallback" and runs[0]["outcome"] == "done"
    assert MOMENT.fullmatch(runs[0]["started_at"])
    started = [run["started_at"] for run in runs]
    assert started == sorted(started, reverse=True)
    assert len(api.get("/records/analytics/runs?limit=1").json()["items"]) == 1


@pytest.mark.parametrize("query, named", [("limit=0", "limit"), ("limit=201", "limit"), ("x=1", "x")])
def test_a_bad_parameter_of_past_runs_is_400(api, query, named):
    assert_problem(api.get(f"/records/analytics/runs?{query}"), 400, named)
