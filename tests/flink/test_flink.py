"""Summaries by a real Flink: right figures, progress, one job for all, cancelling."""

import collections
import random
import signal
import threading

from programs import Program
from system import SUMMARY, same_as_sql
from waiting import wait_until


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


def test_random_changes_are_counted_as_they_were_made(system):
    chance, kept = random.Random(6), {}
    owners, statuses = ["random 'a'", 'random, "b"', "random 😀", "random"], ["pending", "active", "done", "archived"]
    for turn in range(300):
        owner, status = chance.choice(owners), chance.choice(statuses)
        if turn < 50 or chance.random() < 0.4:
            number = system.post({"title": "random", "owner": owner, "status": status})["id"]
        else:
            number = chance.choice(list(kept))
            if chance.random() < 0.3:
                system.send("DELETE", f"/records/{number}")
                del kept[number]
                continue
            system.change(number, owner=owner, status=status)
        kept[number] = owner
    seen = same_as_sql(system)
    counted = collections.Counter(kept.values())
    assert {owner: seen["owner_counts"].get(owner, 0) for owner in owners} == {
        owner: counted[owner] for owner in owners
    }


def test_an_empty_table_is_nothing(system):
    system.sql("DELETE FROM records")
    seen = same_as_sql(system)
    assert seen["total"] == seen["owners_total"] == seen["other_owners_count"] == 0
    assert seen["owner_counts"] == {} and not any(seen["status_counts"].values())
    system.post({"title": "only", "owner": "one"})
    assert same_as_sql(system)["owner_counts"] == {"one": 1}
    system.sql("DELETE FROM records")


def test_of_very_many_owners_the_greatest_are_named_and_the_rest_is_stated(system):
    # More than twice what an answer names, so that Flink's rows are cut on the way too. Of one count the first by name
    # are named.
    owners = [f"many {number}, 'x'" for number in range(20_400)]
    system.load([*owners, *owners[-300:]])
    seen = same_as_sql(system)
    assert (seen["total"], seen["owners_total"], len(seen["owner_counts"])) == (20_700, 20_400, 10_000)
    assert set(list(seen["owner_counts"])[:300]) == set(owners[-300:])
    assert list(seen["owner_counts"])[300:] == sorted(owners[:-300])[:9_700]
    assert seen["other_owners_count"] == 20_700 - 600 - 9_700


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


def test_a_password_of_a_passfile_reaches_flink(system, tmp_path):
    settings = system.settings()
    ports = settings["GAUSS_PORT"].split(",")
    nodes = ",".join(f"{host}:{port}" for host, port in zip(settings["GAUSS_HOST"].split(","), ports, strict=True))
    program = Program(
        "analytics-service",
        tmp_path,
        {
            "DATABASE_URL": f"postgresql://records@{nodes}/records?passfile={settings['CLUSTER_PGPASS_FILE']}",
            "ANALYTICS_LISTEN": "127.0.0.1:0",
            "FLINK_SQL_GATEWAY_URL": f"http://127.0.0.1:{system.base + 33}",
            "FLINK_REST_URL": system.flink_url,
        },
    )
    try:
        address = f"127.0.0.1:{program.port}"
        seen = system.summarize_by_grpc(60, address, engine="ENGINE_FLINK")[-1]["summary"]
    finally:
        program.stop()
    assert seen["engine"] == "flink"


def test_no_password_in_any_log(system):
    secrets = [path.read_text().strip() for path in (system.folder / "secrets").glob("*.password")]
    assert secrets
    for log in (system.folder / "log").glob("*.log"):
        text = log.read_text(errors="replace")
        assert not any(secret in text for secret in secrets), log
