"""Every call of AnalyticsService and of ClusterService, by grpcurl."""

import time

import pytest


def summary(analytics, **request):
    """The summary, and the progress before it."""
    *progress, last = analytics("Summarize", request).messages
    assert all("progress" in message for message in progress)
    return last["summary"]


def until(condition):
    """A standby may be a moment behind the latest write."""
    end = time.monotonic() + 20
    while time.monotonic() < end:
        if found := condition():
            return found
    raise AssertionError("what was awaited did not come")


def test_a_summary_by_sql_says_why_it_is_not_flink(analytics, create, owner):
    for status in ("STATUS_ACTIVE", "STATUS_ACTIVE", "STATUS_DONE"):
        create(status=status)

    def counted():
        seen = summary(analytics, owner_limit=10000)
        return {each["owner"]: each["count"] for each in seen["owner_counts"]}.get(owner) == "3" and seen

    answer = until(counted)
    assert answer["engine"] == "sql_fallback"
    assert answer["fallback_reason"]
    assert [each["status"] for each in answer["status_counts"]] == ["pending", "active", "done", "archived"]
    assert sum(int(each.get("count", 0)) for each in answer["status_counts"]) == int(answer["total"])


def test_flink_alone_is_unavailable_where_there_is_none(analytics):
    refused = analytics("Summarize", {"engine": "ENGINE_FLINK"})
    assert refused.error["code"] == 14


def test_an_owner_limit_out_of_bounds_is_named(analytics):
    assert set(analytics("Summarize", {"owner_limit": 10001}).fields()) == {"owner_limit"}


def test_watched_counts_come_at_once_and_end_at_the_deadline(analytics):
    answer = analytics("WatchCounts", options=["-max-time", "2"])
    assert answer.error["code"] == 4
    assert len(answer.messages) >= 1
    assert [each["status"] for each in answer.messages[0]["status_counts"]] == ["pending", "active", "done", "archived"]


def test_the_engine_is_disabled_without_an_address(analytics):
    status = analytics("GetEngineStatus").message
    assert status["flink"] == "disabled"
    assert status["job_name"]


@pytest.mark.parametrize("name", ["records", "analytics"])
def test_both_services_know_the_topology(name, services, request):
    service = request.getfixturevalue(name)
    expected = ["ROLE_PRIMARY", "ROLE_STANDBY", "ROLE_STANDBY"] if services.store == "cluster" else ["ROLE_PRIMARY"]

    def whole():
        seen = service("cluster.v1.ClusterService/GetTopology").message
        return sorted(node.get("role", "") for node in seen["nodes"]) == expected and seen

    topology = until(whole)
    assert topology["dialect"] == ("postgresql" if services.store == "cluster" else "sqlite")
    assert topology["version"]
