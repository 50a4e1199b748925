"""compose/docker-compose.yml as a user runs it: up, used through nginx, its primary killed under writes, stopped and
started again.

The tests stand in the order of a day and lean on each other's stack; each leaves it whole.
"""

import requests
from stack import PROGRAMS, docker, wait_until
from writers import Writers


def test_one_command_brings_it_up(all_in_one, say):
    say(f"ready {all_in_one.up():.1f} s after `up`")
    wait_until(all_in_one.is_whole, 90, "a primary and two standbys")
    assert all_in_one.get("/health").json()["status"] == "ok"
    for service in (*PROGRAMS, "frontend", "node1", "node2", "node3", "etcd"):
        wait_until(
            lambda one=service: all_in_one.state(one)["Health"]["Status"] == "healthy", 60, f"a healthy {service}"
        )


def test_containers_can_write_nowhere_and_have_no_privilege(all_in_one):
    for service in (*PROGRAMS, "frontend", "node1", "etcd"):
        container = all_in_one.container(service)
        fields = ("ReadonlyRootfs", "CapDrop", "SecurityOpt", "Privileged")
        form = " ".join("{{.HostConfig." + field + "}}" for field in fields)
        assert docker("inspect", "-f", form, container).strip() == "true [ALL] [no-new-privileges:true] false", service


def test_the_contract_holds_at_the_gateway(all_in_one, contract, say):
    say("at the gateway:", contract(all_in_one.gateway))


def test_the_contract_holds_through_nginx(all_in_one, contract, say):
    say("through nginx:", contract(all_in_one.frontend, "--proxied"))


def test_the_frontend_works_in_a_browser_through_nginx(all_in_one, browse):
    browse(all_in_one.frontend, "spa.test.mjs", "spa-edit.test.mjs", "console.test.mjs")


def test_passwords_show_in_no_environment_and_no_log(all_in_one):
    password = all_in_one.compose("exec", "-T", "node1", "cat", "/secrets/app.password").strip()
    assert len(password) > 40
    for service in (*PROGRAMS, "node1", "node2", "node3", "secrets"):
        container = all_in_one.container(service)
        assert password not in docker("inspect", container)
        assert password not in docker("logs", container)


def test_the_primary_s_container_is_killed_under_writes_and_nothing_is_lost(all_in_one, say):
    before = all_in_one.primary()
    with Writers(all_in_one.frontend) as writers:
        wait_until(lambda: writers.count() > 200, 30, "200 writes")
        all_in_one.kill(before)
        at_kill = writers.count()
        # Many more than the four threads had on their way: there is a primary again.
        wait_until(lambda: writers.count() > at_kill + 200, 90, "writes after the failover")
    writers.assert_nothing_lost()
    after = all_in_one.primary()
    say(f"{before} killed, {after} took over: {len(writers.acknowledged)} acknowledged, lost 0")
    say(f"answers meanwhile: {dict(writers.answers)}")
    assert after and after != before
    all_in_one.compose("up", "--detach")
    wait_until(all_in_one.is_whole, 120, "the killed node as a standby")


def test_patroni_leaves_a_slot_of_change_capture_alone(all_in_one):
    primary = all_in_one.primary()
    slots = "SELECT string_agg(slot_name, ' ') FROM pg_replication_slots WHERE slot_name IN ('kept', 'stray')"
    all_in_one.psql(primary, "SELECT pg_create_logical_replication_slot('kept', 'pgoutput')", "records")
    all_in_one.psql(primary, "SELECT pg_create_physical_replication_slot('stray')")
    # Patroni looks for slots that it does not know when PostgreSQL has started; the other one shows when it has.
    all_in_one.compose(
        "exec", "-T", primary, "patronictl", "-c", "/run/gauss/patroni.yml", "restart", "--force", "records", primary
    )
    wait_until(lambda: "stray" not in all_in_one.psql(primary, slots), 60, "Patroni's dropping the stray slot")
    assert all_in_one.psql(primary, slots) == "kept"
    all_in_one.psql(primary, "SELECT pg_drop_replication_slot('kept')")
    wait_until(all_in_one.is_whole, 60, "a whole cluster")


def test_a_killed_service_comes_back_and_requests_wait_for_it(all_in_one):
    for service in PROGRAMS[:2]:
        all_in_one.kill(service)
        all_in_one.compose("up", "--detach")
        assert all_in_one.get("/records/?limit=1").json()["items"]
        assert all_in_one.get("/records/analytics/flink").json()["total"] > 0


def test_stopping_drains_and_starting_again_finds_the_data(all_in_one, say):
    export = requests.get(f"{all_in_one.frontend}/records/export?format=ndjson", timeout=60).content
    assert export.count(b"\n") > 400
    all_in_one.compose("stop", seconds=180)
    for service in PROGRAMS:
        assert all_in_one.state(service)["ExitCode"] == 0, service
        assert '"msg":"stopped"' in docker("logs", "--tail=1", all_in_one.container(service))
    say(f"ready {all_in_one.up():.1f} s after the restart of everything")
    wait_until(all_in_one.is_whole, 90, "a whole cluster")
    assert requests.get(f"{all_in_one.frontend}/records/export?format=ndjson", timeout=60).content == export
