"""The profiles of compose/docker-compose.yml: figures by Flink; Prometheus, the alerts and the dashboard's questions.

The tests stand in the order of a day and lean on each other's stack.
"""

import json

import pytest
import requests
import yaml
from stack import CHECKOUT, wait_until

SUMMARY = "/records/analytics/flink"
DASHBOARD = CHECKOUT / "compose/monitoring/grafana/dashboards/records.json"
# What stays empty as long as nothing is refused.
MAY_BE_EMPTY = {"sum by (reason) (rate(http_requests_refused_total[1m]))"}


def flink(stack, path):
    """What Flink's own REST interface answers, asked from inside: it is published nowhere."""
    request = f"GET {path} HTTP/1.0\\r\\nHost: flink\\r\\n\\r\\n"
    command = f"exec 3<>/dev/tcp/flink-jobmanager/8081; printf '{request}' >&3; cat <&3"
    answer = stack.compose("exec", "-T", "flink-jobmanager", "bash", "-c", command)
    return json.loads(answer[answer.index("{") : answer.rindex("}") + 1])


def by_flink(stack, total):
    """A summary of so many records by Flink, or nothing yet: the standby that it reads may be behind."""
    answer = requests.get(f"{stack.frontend}{SUMMARY}?engine=flink", timeout=60)
    return answer.json() if answer.ok and answer.json()["total"] == total else None


def live_counts(stack):
    """The first event of the live counts."""
    with requests.get(f"{stack.frontend}/records/analytics/live", stream=True, timeout=30) as answer:
        data = next(line for line in answer.iter_lines() if line.startswith(b"data: "))
        return json.loads(data[6:])


def store(stack, count, owner):
    records = "".join(
        json.dumps({"title": f"{owner} {n}", "owner": owner, "status": "active"}) + "\n" for n in range(count)
    )
    answer = requests.post(
        f"{stack.frontend}/records/import", records, headers={"Content-Type": "application/x-ndjson"}, timeout=60
    )
    assert answer.ok, answer.text


def ask(stack, path, **query):
    answer = requests.get(f"http://127.0.0.1:{stack.ports['PROMETHEUS_PORT']}/api/v1/{path}", params=query, timeout=10)
    assert answer.ok, answer.text
    return answer.json()["data"]


def firing(stack, name):
    return [
        one for one in ask(stack, "alerts")["alerts"] if one["labels"]["alertname"] == name and one["state"] == "firing"
    ]


def test_flink_makes_the_summary(with_flink, say):
    say(f"ready {with_flink.up():.1f} s after `up`")
    wait_until(with_flink.is_whole, 90, "a primary and two standbys")
    store(with_flink, 300, "Ada")
    seen = wait_until(lambda: by_flink(with_flink, 300), 240, "a summary by Flink")
    say(f"{seen['engine']}, job {seen['job_id']}, {seen['duration_ms']} ms")
    assert (seen["engine"], seen["total"], seen["owner_counts"]) == ("flink", 300, {"Ada": 300})
    job = flink(with_flink, f"/jobs/{seen['job_id']}")
    assert (job["name"], job["state"]) == (seen["job_name"], "FINISHED")


def test_live_counts_come_by_change_capture(with_flink, say):
    wait_until(lambda: live_counts(with_flink)["source"] == "flink_cdc", 120, "live counts by Flink")
    jobs = flink(with_flink, "/jobs/overview")["jobs"]
    # On a busy machine one may have been given up and begun anew before.
    assert [job["state"] for job in jobs if job["name"].endswith("-live")].count("RUNNING") == 1
    slots = with_flink.psql(
        with_flink.primary(), "SELECT slot_name FROM pg_replication_slots WHERE plugin = 'pgoutput' AND active"
    )
    assert slots.startswith("records_flink_")
    store(with_flink, 50, "Grace")

    def arrived():
        seen = live_counts(with_flink)
        # Flink writes each row of its sink by itself: for a moment one group has the new records and another not yet.
        counts = (seen["owner_counts"].get("Grace"), seen["total"], sum(seen["status_counts"].values()))
        return seen["source"] == "flink_cdc" and counts == (50, 350, 350) and seen

    seen = wait_until(arrived, 30, "the new records in all of Flink's counts")
    say(f"{seen['source']}: {seen['total']} records, {seen['lag_ms']} ms behind")


def test_without_the_sql_gateway_sql_answers_and_flink_is_taken_up_again(with_flink):
    with_flink.compose("stop", "--timeout", "5", "flink-sql-gateway")
    total = with_flink.get("/records/?limit=1").json()["total"]
    seen = with_flink.get(SUMMARY).json()
    assert (seen["engine"], seen["total"]) == ("sql_fallback", total) and seen["fallback_reason"]
    with_flink.compose("start", "flink-sql-gateway")
    wait_until(lambda: by_flink(with_flink, total), 60, "a summary by Flink again")


def test_prometheus_scrapes_every_target_and_has_every_rule(with_flink):
    with_flink.compose("up", "--detach", "prometheus")

    def scraped():
        targets = ask(with_flink, "targets")["activeTargets"]
        return targets and all(target["health"] == "up" for target in targets) and targets

    wait_until(lambda: ready(with_flink), 30, "Prometheus")
    targets = wait_until(scraped, 30, "a scrape of every target")
    assert [target["labels"]["job"] for target in targets] == ["gateway"]
    rules = [
        rule
        for group in yaml.safe_load((CHECKOUT / "deploy/alerts.yml").read_text())["groups"]
        for rule in group["rules"]
    ]
    loaded = wait_until(lambda: rules_evaluated(with_flink), 30, "an evaluation of every rule")
    assert {rule["name"] for rule in loaded} == {rule["alert"] for rule in rules}
    assert all(rule["health"] == "ok" for rule in loaded)
    with_flink.compose("exec", "-T", "prometheus", "promtool", "check", "config", "/etc/prometheus/prometheus.yml")


def ready(stack):
    try:
        return requests.get(f"http://127.0.0.1:{stack.ports['PROMETHEUS_PORT']}/-/ready", timeout=5).ok
    except requests.RequestException:
        return False


def rules_evaluated(stack):
    rules = [rule for group in ask(stack, "rules")["groups"] for rule in group["rules"]]
    return all(rule["health"] != "unknown" for rule in rules) and rules


def questions():
    return [target["expr"] for panel in json.loads(DASHBOARD.read_text())["panels"] for target in panel["targets"]]


@pytest.mark.parametrize("question", questions())
def test_every_question_of_the_dashboard_is_answered(with_flink, question):
    def answered():
        with_flink.get("/records/?limit=1")
        result = ask(with_flink, "query", query=question)["result"]
        return question in MAY_BE_EMPTY or (result and all(one["value"][1] != "NaN" for one in result))

    wait_until(answered, 30, question)


def test_an_alert_comes_with_its_cause_and_goes_with_it(with_flink, say):
    assert not firing(with_flink, "RecordsServiceDown") and not firing(with_flink, "FailedOver")
    with_flink.compose("stop", "--timeout", "5", "records-service")
    (alert,) = wait_until(lambda: firing(with_flink, "RecordsServiceDown"), 90, "RecordsServiceDown")
    say(f"{alert['labels']} since {alert['activeAt']}")
    with_flink.compose("start", "records-service")
    wait_until(lambda: not firing(with_flink, "RecordsServiceDown"), 30, "the end of RecordsServiceDown")


def test_a_failover_is_noted(with_flink):
    before = with_flink.primary()
    patronictl = ("patronictl", "-c", "/run/gauss/patroni.yml")
    with_flink.compose("exec", "-T", before, *patronictl, "switchover", "--force", "records")
    wait_until(lambda: with_flink.primary() not in (None, before), 60, "another primary")
    wait_until(lambda: firing(with_flink, "FailedOver"), 30, "FailedOver")
