"""compose/gaussdb-pseudo-distributed.yml with PostgreSQL in openGauss's place: replication, restart without a rebuild,
promotion by hand.

The tests stand in the order of a day and lean on each other's stack; each leaves it whole.
"""

from stack import docker, wait_until
from writers import Writers

STANDBYS = ("gauss-standby1", "gauss-standby2")
NODES = ("gauss-primary", *STANDBYS)


def built(stack, node):
    """How often the node has copied or made its data."""
    return docker("logs", stack.container(node)).count("first start:")


def status(stack, node):
    return stack.compose("exec", "-T", node, "gauss-node", "status")


def test_it_comes_up_as_the_roles_say(pseudo, say):
    say(f"ready {pseudo.up():.1f} s after `up`")
    wait_until(pseudo.is_whole, 90, "a primary and two standbys")
    assert pseudo.primary() == "gauss-primary"
    rows = status(pseudo, "gauss-primary")
    say(f"replication rows of the primary:\n{rows}")
    assert all(node in rows for node in STANDBYS)
    assert rows.count("streaming") == 2 and "sync" in rows
    for node in STANDBYS:
        assert "streaming" in status(pseudo, node)
    for node in NODES:
        wait_until(lambda one=node: pseudo.state(one)["Health"]["Status"] == "healthy", 60, f"a healthy {node}")


def test_the_contract_holds(pseudo, contract, say):
    files = ("test_records.py", "test_list.py", "test_paging.py", "test_idempotency.py", "test_consistency.py")
    say("through nginx:", contract(pseudo.frontend, "--proxied", *files))


def test_the_primary_restarts_under_writes_and_nothing_is_rebuilt(pseudo, say):
    with Writers(pseudo.frontend) as writers:
        wait_until(lambda: writers.count() > 200, 30, "200 writes")
        pseudo.kill("gauss-primary")
        at_kill = writers.count()
        pseudo.compose("up", "--detach")
        wait_until(lambda: writers.count() > at_kill + 200, 60, "writes after the restart")
    writers.assert_nothing_lost()
    say(f"the primary killed and restarted: {len(writers.acknowledged)} acknowledged, lost 0")
    wait_until(pseudo.is_whole, 60, "a whole cluster")
    assert [built(pseudo, node) for node in NODES] == [1, 1, 1]


def test_everything_restarts_with_its_data_and_without_a_rebuild(pseudo):
    before = pseudo.get("/records/export?format=ndjson").content
    assert before.count(b"\n") > 400
    pseudo.compose("stop", seconds=180)
    pseudo.up()
    wait_until(pseudo.is_whole, 90, "a whole cluster")
    assert pseudo.get("/records/export?format=ndjson").content == before
    assert [built(pseudo, node) for node in NODES] == [1, 1, 1]


def test_a_standby_is_promoted_by_hand_and_the_old_primary_gives_way(pseudo, say):
    with Writers(pseudo.frontend) as writers:
        wait_until(lambda: writers.count() > 200, 30, "200 writes")
        pseudo.kill("gauss-primary")
        at_kill = writers.count()
        # Whichever of the two has received more: with synchronous_standby_names '*' only one needs to have a commit.
        positions = {node: received(pseudo, node) for node in STANDBYS}
        chosen = max(positions, key=positions.get)
        pseudo.compose("exec", "-T", chosen, "gauss-node", "promote")
        wait_until(lambda: writers.count() > at_kill + 200, 60, "writes at the promoted standby")
        pseudo.compose("up", "--detach")
        wait_until(pseudo.is_whole, 90, "the old primary as a standby")
    writers.assert_nothing_lost()
    say(f"{chosen} promoted: {len(writers.acknowledged)} acknowledged, lost 0")
    assert pseudo.primary() == chosen
    assert f"{chosen} is the primary now: following it" in docker("logs", pseudo.container("gauss-primary"))


def received(stack, node):
    return int(stack.psql(node, "SELECT pg_last_wal_receive_lsn() - '0/0'::pg_lsn"))
