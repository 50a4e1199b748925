"""Live counts by Flink's change capture: exact when writes pause, whatever was killed; SQL counts while it starts."""

import time

import pytest
from system import Churn, figures
from waiting import wait_until


def live(system, timeout=120):
    wait_until(lambda: system.live_state() == "live", timeout, "live counts by Flink")


def agree(system, timeout=60):
    """Live counts by Flink that show what SQL shows."""

    deadline = time.monotonic() + timeout
    while True:
        live, by_sql = system.counts(), system.summary(engine="sql")[0]
        if live["source"] == "flink_cdc" and figures(live) == figures(by_sql):
            return live
        if time.monotonic() > deadline:
            flink = system.get("/health")["flink"]["live"]
            pytest.fail(f"{live['source']}, lag {live.get('lag_ms')} ms, {flink}, {differences(live, by_sql)}")
        time.sleep(0.1)


def differences(live, by_sql):
    """The counts that are not equal: live, by SQL."""
    told = {}
    for name in ("status_counts", "owner_counts"):
        ours, theirs = live[name], by_sql[name]
        told |= {
            key: (ours.get(key), theirs.get(key)) for key in {**ours, **theirs} if ours.get(key) != theirs.get(key)
        }
    return told


def job_id(system):
    return system.get("/health")["flink"]["live"].get("job_id", "")


def running(system):
    return [
        job["jid"]
        for job in system.flink("/jobs/overview")["jobs"]
        if job["name"] == "records-summary-live" and job["state"] not in ("FAILED", "CANCELED", "FINISHED")
    ]


def test_sql_counts_until_the_snapshot_is_complete_and_both_agree(system):
    assert system.counts()["total"] == 3000
    live(system)
    seen = agree(system)
    assert seen["total"] == 3000
    assert seen["lag_ms"] >= 0


def test_every_change_comes_through(system):
    live(system)
    with Churn(system, "o'live, 😀") as churn:
        wait_until(lambda: churn.writes >= 60, what="sixty rounds of writes")
    seen = agree(system)
    assert sum(seen["created_per_minute"].values()) > 0
    assert any(owner.startswith("o'live, 😀") for owner in seen["owner_counts"])


def test_a_taskmanager_killed_under_writes_costs_nothing(system):
    live(system)
    before = job_id(system)
    with Churn(system, "task") as churn:
        wait_until(lambda: churn.writes >= 20, what="writes before the kill")
        system.kill("flink-taskmanager")
        wait_until(lambda: churn.writes >= 60, what="writes while it is away")
        system.restart_flink()
    agree(system, 120)
    # Flink itself has taken it up again, unless it was found to have lost something on the way.
    assert (
        job_id(system) == before or "live counts are wrong" in (system.folder / "log/analytics-service.log").read_text()
    )
    assert running(system) == [job_id(system)]


def test_a_jobmanager_killed_under_writes_goes_on_from_its_checkpoint(system):
    live(system)
    before = job_id(system)
    with Churn(system, "job") as churn:
        wait_until(lambda: churn.writes >= 20, what="writes before the kill")
        system.kill("flink-jobmanager")
        system.restart_flink()
        wait_until(lambda: job_id(system) not in ("", before), 120, "another job")
    agree(system, 120)
    assert running(system) == [job_id(system)]


def test_messages_in_the_log_that_are_no_changes_are_passed_over(system):
    live(system)
    before = job_id(system)
    system.sql("SELECT pg_logical_emit_message(true, 'somebody', 'else')")
    with Churn(system, "message") as churn:
        wait_until(lambda: churn.writes >= 5, what="writes behind the message")
    agree(system)
    assert job_id(system) == before


def test_counts_that_have_gone_wrong_are_counted_anew_while_writes_go_on(system):
    live(system)
    before = job_id(system)
    with Churn(system, "wrong"):
        one = "SELECT min(k) FROM flink_counts WHERE dim = 'owner' AND k LIKE '%@%'"
        system.sql(f"UPDATE flink_counts SET n = n + 7 WHERE dim = 'owner' AND k = ({one})")
        wait_until(lambda: job_id(system) not in ("", before), 60, "another job")
        live(system)
    agree(system)
    assert running(system) == [job_id(system)]


def test_a_snapshot_that_breaks_off_begins_anew(system):
    live(system)
    system.sql(
        "INSERT INTO records (title, owner, status)"
        " SELECT 'many', 'owner ' || i % 50, 'active' FROM generate_series(1, 200000) AS i"
    )
    agree(system, 120)
    before = job_id(system)
    system.sql("UPDATE flink_counts SET n = n + 7 WHERE dim = 'status' AND k = 'done'")
    wait_until(lambda: job_id(system) not in ("", before), 60, "another job")
    broken = job_id(system)
    assert system.live_state() == "starting"
    system.kill("flink-taskmanager")
    with Churn(system, "snapshot"):
        system.restart_flink()
        wait_until(lambda: job_id(system) not in ("", before, broken), 120, "yet another job")
        live(system)
    agree(system, 120)
    assert running(system) == [job_id(system)]


def test_a_failover_of_the_database_begins_anew_and_is_exact(system):
    live(system)
    before = job_id(system)
    with Churn(system, "primary"):
        system.kill_primary()
        wait_until(lambda: job_id(system) not in ("", before), 120, "another job")
    live(system)
    agree(system, 120)
    assert running(system) == [job_id(system)]
