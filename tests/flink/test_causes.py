"""Why SQL answers instead of a real Flink, each cause provoked: reason in answer and health, time, recovery."""

import signal

from system import Slots, same_as_sql
from waiting import wait_until


def fallback(system, *words, within):
    """Until Flink's absence is noticed a caller may wait a little; then it costs nothing. For Flink alone: 503."""
    seen, seconds = system.summary()
    assert seen["engine"] == "sql_fallback", seen
    assert seconds < within, seen["fallback_reason"]
    noticed(system, *words)


def noticed(system, *words):
    def down():
        health = system.get("/health")["flink"]
        return health["status"] == "down" and says_why(health["detail"])

    def says_why(text):
        return all(word in text for word in words)

    wait_until(down, what=f"Flink down in /health with {words}")
    seen, seconds = system.summary()
    assert seen["engine"] == "sql_fallback" and says_why(seen["fallback_reason"]), seen
    assert seconds < 1
    status, problem = system.refused()
    assert status == 503 and says_why(problem["detail"]), problem


def test_gateway_killed_and_its_sessions_with_it(system):
    before = system.by_flink()["job_id"]
    system.kill("flink-gateway")
    noticed(system, f"127.0.0.1:{system.base + 33}", "Connection refused")
    system.restart_flink()
    wait_until(lambda: system.get("/health")["flink"]["status"] == "ok", what="Flink in /health")
    # The service still has the session that is lost, for it has not asked since; it opens another unnoticed.
    assert system.by_flink()["job_id"] != before
    reasons = [run.get("fallback_reason", "") for run in system.get("/records/analytics/runs?limit=50")["items"]]
    assert not any("Session" in reason for reason in reasons), reasons
    same_as_sql(system)


def test_a_part_that_ends_while_starting_is_started_once_more(system):
    ended = system.pid("flink-gateway")
    system.kill("flink-gateway")
    starting = system.starting_flink()
    wait_until(lambda: system.pid("flink-gateway") != ended, what="another gateway")
    system.kill("flink-gateway")
    complaints = starting.communicate(timeout=200)[1]
    assert starting.returncode == 0, complaints
    assert "flink-gateway ended with status 137" in complaints
    system.by_flink()


def test_gateway_silent(system):
    system.by_flink()
    system.kill("flink-gateway", signal.SIGSTOP)
    try:
        seen = system.summarize_by_grpc(seconds=6)[-1]["summary"]  # its deadline is kept
        assert seen["engine"] == "sql_fallback" and seen["fallback_reason"]
        noticed(system, "no answer in time")
    finally:
        system.kill("flink-gateway", signal.SIGCONT)
    system.by_flink()


def test_a_job_that_fails_while_it_runs(system):
    system.by_flink()
    # What is asked for before the job is seen, what the job reads is not; SQL has counters of its own.
    system.sql("REVOKE SELECT ON records FROM records", "GRANT SELECT (id) ON records TO records")
    try:
        reason = "Flink: ERROR: permission denied for table records"
        # Until the standby that is read has heard of it, and again after each pause of the breaker's.
        wait_until(lambda: system.summary()[0].get("fallback_reason") == reason, what=f"SQL because of {reason}")
        wait_until(lambda: system.summary() and failed_runs(system, reason) >= 2, 60, "another try and its failure")
        seen, seconds = system.summary()
        assert (seen["engine"], seen["fallback_reason"]) == ("sql_fallback", reason) and seconds < 10
        status, problem = system.refused()
        assert (status, problem["detail"]) == (503, reason)
        health = wait_until(
            lambda: (flink := system.get("/health")["flink"])["status"] == "down" and flink, what="it in health"
        )
        assert health["detail"] == reason
    finally:
        system.sql("GRANT SELECT ON records TO records")
    same_as_sql(system)
    assert system.get("/health")["flink"]["status"] == "ok"


def failed_runs(system, reason):
    runs = system.get("/records/analytics/runs?limit=50")["items"]
    return sum(run["outcome"] == "failed" and run["fallback_reason"] == reason and run["job_id"] != "" for run in runs)


def test_slots_taken_by_others(system):
    system.by_flink()
    wait_until(lambda: system.flink("/overview")["slots-available"] == 2, what="two free slots")
    with Slots(system, 2):
        fallback(system, "no free slot", within=12)
    seen = same_as_sql(system)
    assert seen["parallelism"] == 2


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
