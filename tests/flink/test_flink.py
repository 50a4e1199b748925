"""Summaries by a real Flink: right figures, progress, one job for all, cancelling; SQL with the reason without it."""

import signal
import threading

from system import SUMMARY, figures
from waiting import wait_until


def same_as_sql(system):
    """A summary by Flink that shows what SQL shows; a standby may be a moment behind."""

    def both():
        by_flink, by_sql = system.by_flink(), system.summary(engine="sql")[0]
        return figures(by_flink) == figures(by_sql) and by_flink

    return wait_until(both, 60, "the same figures by Flink and by SQL")


def test_flink_counts_what_sql_counts_and_its_own_rest_shows_the_job(system):
    seen = same_as_sql(system)
    assert seen["total"] == 3000
    assert seen["parallelism"] == 2
    assert "fallback_reason" not in seen
    job = system.flink(f"/jobs/{seen['job_id']}")
    assert job["name"] == seen["job_name"] == "records-summary"
    assert job["state"] == "FINISHED"
    assert job["vertices"][0]["parallelism"] == 2
    assert seen["job_url"] == f"{system.flink_url}/#/job/completed/{seen['job_id']}/overview"
    assert seen["as_of"] <= seen["generated_at"]
    runs = wait_until(
        lambda: [run for run in system.get("/records/analytics/runs")["items"] if run.get("job_id") == seen["job_id"]],
        what="the run among past runs",
    )
    assert [(run["engine"], run["outcome"], run["total"]) for run in runs] == [("flink", "done", 3000)]


def test_odd_owners_changes_and_deletions_are_counted_right(system):
    owners = ["o'brien; DROP", 'quote " and \\', "comma, comma", "😀 数据 é", "new\nline", "${x}", "NULL", "a" * 100]
    made = [system.post({"title": "odd", "owner": owner, "status": "done"})["id"] for owner in owners for _ in range(2)]
    seen = same_as_sql(system)
    assert {owner: seen["owner_counts"].get(owner) for owner in owners} == dict.fromkeys(owners, 2)
    for number in made[::2]:
        system.change(number, owner="o'brien; DROP", status="archived")
    system.send("DELETE", f"/records/{made[1]}")
    seen = same_as_sql(system)
    assert seen["owner_counts"]["o'brien; DROP"] == len(owners)
    few = system.summary(engine="flink", owner_limit=3)[0]
    assert len(few["owner_counts"]) == 3
    assert sum(few["owner_counts"].values()) + few["other_owners_count"] == few["total"]
    assert few["owners_total"] == seen["owners_total"]


def test_progress_comes_as_events(system):
    system.by_flink()
    events = list(system.events(f"{SUMMARY}?engine=flink"))
    assert [name for name, _ in events] == ["progress"] * (len(events) - 1) + ["summary"]
    progress, summary = [data for _, data in events[:-1]], events[-1][1]
    assert progress[0]["stage"] == "connecting"
    reading = [each for each in progress if each["stage"] == "reading"]
    assert reading and all(each["job_id"] == summary["job_id"] for each in reading)
    percents = [each["percent"] for each in progress if "percent" in each]
    assert percents == sorted(percents) and percents[-1] <= 100


def test_callers_at_the_same_time_share_one_job(system):
    system.by_flink()
    seen, ready = [], threading.Barrier(8)

    def ask():
        ready.wait()
        seen.append(system.summary(engine="flink")[0])

    callers = [threading.Thread(target=ask) for _ in range(8)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    assert len(seen) == 8
    assert len({each["job_id"] for each in seen}) == 1


def test_a_job_that_nobody_waits_for_any_more_is_cancelled(system):
    system.by_flink()
    system.kill("flink-taskmanager", signal.SIGSTOP)  # so that the job cannot end by itself
    try:
        events = system.events(f"{SUMMARY}?engine=flink")
        job_id = next(data["job_id"] for _, data in events if data.get("job_id"))
        events.close()
        wait_until(lambda: system.job_state(job_id) in ("CANCELLING", "CANCELED"), what="the order to cancel")
    finally:
        system.kill("flink-taskmanager", signal.SIGCONT)
    wait_until(lambda: system.job_state(job_id) == "CANCELED", what="the job's end")
    runs = wait_until(
        lambda: [run for run in system.get("/records/analytics/runs")["items"] if run.get("job_id") == job_id],
        what="the cancelled run among past runs",
    )
    assert runs[0]["outcome"] == "cancelled"
    system.by_flink()


def fallback(system, *words, within):
    """Until Flink's absence is noticed a caller may wait a little; then it costs nothing. For Flink alone: 503."""
    seen, seconds = system.summary()
    assert seen["engine"] == "sql_fallback", seen
    assert seconds < within, seen["fallback_reason"]

    def down():
        health = system.get("/health")["flink"]
        return health["status"] == "down" and all(word in health["detail"] for word in words) and health

    health = wait_until(down, what=f"Flink down in /health with {words}")
    seen, seconds = system.summary()
    assert seen["engine"] == "sql_fallback" and seen["fallback_reason"] == health["detail"]
    assert seconds < 1
    status, problem = system.refused()
    assert status == 503 and problem["detail"] == health["detail"]


def test_gateway_killed(system):
    system.by_flink()
    system.kill("flink-gateway")
    fallback(system, f"127.0.0.1:{system.base + 33}", "Connection refused", within=5)
    system.restart_flink()
    same_as_sql(system)  # in a new session, for the old one went with the gateway


def test_gateway_silent(system):
    system.by_flink()
    system.kill("flink-gateway", signal.SIGSTOP)
    try:
        fallback(system, "no answer in time", within=12)
    finally:
        system.kill("flink-gateway", signal.SIGCONT)
    system.by_flink()


def test_taskmanager_killed(system):
    system.by_flink()
    system.kill("flink-taskmanager")
    fallback(system, "no TaskManager", within=25)
    system.restart_flink()
    system.by_flink()


def test_jobmanager_killed(system):
    system.by_flink()
    system.kill("flink-jobmanager")
    fallback(system, f"127.0.0.1:{system.base + 31}", "Connection refused", within=12)
    system.restart_flink()
    same_as_sql(system)


def test_no_password_in_any_log(system):
    secrets = [path.read_text().strip() for path in (system.folder / "secrets").glob("*.password")]
    assert secrets
    for log in (system.folder / "log").glob("*.log"):
        text = log.read_text(errors="replace")
        assert not any(secret in text for secret in secrets), log
