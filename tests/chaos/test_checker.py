"""The checker on histories made by hand: a sound one passes, and each kind of fault is told, once and by its name.
Run by ctest as chaos.checker."""

import itertools
import random
import subprocess

import pytest
from checker import KINDS, Row, check
from cluster import CHECKOUT
from history import Call
from planted import FOLDER, PLANTED

RECORD = 7


def write(op, name, start, end, version, **more):
    """An acknowledged write to RECORD, or what `more` makes of it."""
    given = {
        "status": {"create": 201, "delete": 204}.get(op, 200),
        "record": RECORD,
        "client": "w1",
        "version": version,
    }
    if op != "delete":
        given.update(title="c", mark=name)
    return Call(op=op, name=name, start=start, end=end, **{**given, **more})


def get(start, version, mark, basis, **more):
    given = {"client": "w1", "status": 200, "record": RECORD, "version": version, "title": "c", "mark": mark}
    return Call(op="get", name="", start=start, end=start + 0.5, basis=basis, **{**given, **more})


def listed(start, items, basis):
    return Call(op="list", name="", client="w1", start=start, end=start + 0.5, status=200, basis=basis, items=items)


def unknown(op, name, start, end, error="broken", **more):
    return write(op, name, start, end, 0, status=0, error=error, title="", mark="", **more)


def row(version, mark, record=RECORD, title="c"):
    return Row(record, title, mark, version)


CREATED = write("create", "c", 0, 1, 1)
PATCHED = write("patch", "p1", 2, 3, 2)
AGAIN = write("patch", "p2", 4, 5, 3)
DELETED = write("delete", "d", 6, 7, 0)


def kinds(calls, rows):
    return [violation.kind for violation in check(calls, rows)]


# ---- sound histories -------------------------------------------------------------------------------------------------


SOUND = {
    "nothing": ([], []),
    "created": ([CREATED], [row(1, "c")]),
    "updated": ([CREATED, PATCHED, AGAIN], [row(3, "p2")]),
    "deleted": ([CREATED, PATCHED, DELETED], []),
    "creation unknown, and there": ([unknown("create", "c", 0, 1, record=0)], [row(1, "c")]),
    "creation unknown, and not there": ([unknown("create", "c", 0, 1, record=0)], []),
    "update unknown, and there": ([CREATED, unknown("patch", "p1", 2, 3)], [row(2, "p1")]),
    "update unknown, and not there": ([CREATED, unknown("patch", "p1", 2, 3)], [row(1, "c")]),
    "update unknown, done late": (
        [CREATED, unknown("patch", "p1", 2, 3), write("patch", "p2", 4, 5, 2)],
        [row(3, "p1")],
    ),
    "deletion unknown, and done": ([CREATED, unknown("delete", "d", 2, 3)], []),
    "deletion unknown, and not done": ([CREATED, unknown("delete", "d", 2, 3)], [row(1, "c")]),
    "deletion unknown, then not found": ([CREATED, unknown("delete", "d", 2, 3), get(4, 0, "", "c", status=404)], []),
    "key repeated": (
        [CREATED, unknown("patch", "p1", 2, 3, keyed=True), write("patch", "p1", 4, 5, 2, keyed=True, replayed=True)],
        [row(2, "p1")],
    ),
    "key repeated after the answer": ([CREATED, PATCHED, write("patch", "p1", 4, 5, 2, replayed=True)], [row(2, "p1")]),
    "side by side, either order": (
        [CREATED, write("patch", "p1", 2, 9, 3), write("patch", "p2", 2, 9, 2)],
        [row(3, "p1")],
    ),
    "read of the own write": ([CREATED, PATCHED, get(4, 2, "p1", "p1")], [row(2, "p1")]),
    "read of a newer state": ([CREATED, PATCHED, get(4, 2, "p1", "c")], [row(2, "p1")]),
    "read based on an older write": ([CREATED, write("patch", "p1", 2, 3, 2), get(4, 1, "c", "c")], [row(2, "p1")]),
    "read beside a write": ([CREATED, write("patch", "p1", 2, 9, 2), get(4, 1, "c", "c")], [row(2, "p1")]),
    "read without a basis": ([CREATED, PATCHED, get(4, 1, "c", "")], [row(2, "p1")]),
    "not found after the deletion": ([CREATED, DELETED, get(8, 0, "", "d", status=404)], []),
    "list": ([CREATED, PATCHED, listed(4, [[RECORD, 2, "c"]], "p1")], [row(2, "p1")]),
    "list after the deletion": ([CREATED, DELETED, listed(8, [], "d")], []),
    "list beside the deletion": ([CREATED, write("delete", "d", 2, 9, 0), listed(4, [], "c")], []),
    "refused, nothing sent": ([unknown("create", "c", 0, 1, "refused", record=0)], []),
    "412 as another was faster": (
        [CREATED, PATCHED, write("patch", "p2", 4, 5, 0, status=412, if_match=1, title="", mark="")],
        [row(2, "p1")],
    ),
    "failed as unavailable, and not done": (
        [CREATED, write("patch", "p1", 2, 3, 0, status=503, title="", mark="")],
        [row(1, "c")],
    ),
}


@pytest.mark.parametrize("name", SOUND)
def test_a_sound_history_passes(name):
    assert kinds(*SOUND[name]) == []


# ---- faults ----------------------------------------------------------------------------------------------------------


FAULTY = {
    "creation lost": ("lost", [CREATED], []),
    "update lost": ("lost", [CREATED, PATCHED], [row(1, "c")]),
    "deletion lost": ("undeleted", [CREATED, DELETED], [row(1, "c")]),
    "update lost under a later one": (
        "lost",
        [CREATED, unknown("patch", "p1", 2, 3), write("patch", "p2", 4, 5, 2)],
        [row(2, "p1")],
    ),
    "content of another version": ("lost", [CREATED, PATCHED, AGAIN], [row(3, "p1")]),
    "not found while writing": (
        "lost",
        [CREATED, write("patch", "p1", 2, 3, 0, status=404, title="", mark="")],
        [row(1, "c")],
    ),
    "repeated deletion not found": (
        "lost",
        [CREATED, unknown("delete", "d", 2, 3, keyed=True), write("delete", "d", 4, 5, 0, status=404, keyed=True)],
        [],
    ),
    "creation doubled": ("doubled", [CREATED], [row(1, "c"), row(1, "c", record=8)]),
    "unknown creation doubled": (
        "doubled",
        [unknown("create", "c", 0, 1, record=0)],
        [row(1, "c"), row(1, "c", record=8)],
    ),
    "doubled, seen in a list": ("doubled", [CREATED, listed(4, [[RECORD, 1, "c"], [8, 1, "c"]], "c")], [row(1, "c")]),
    "update doubled at the end": ("doubled", [CREATED, PATCHED], [row(3, "p1")]),
    "update doubled in the answer": ("doubled", [CREATED, write("patch", "p1", 2, 3, 3)], [row(3, "p1")]),
    "412 against oneself": (
        "doubled phantom",
        [CREATED, write("patch", "p1", 2, 3, 0, status=412, if_match=1, title="", mark="")],
        [row(2, "p1")],
    ),
    "record nobody asked for": ("phantom", [CREATED], [row(1, "c"), row(1, "x", record=8, title="x")]),
    "content nobody asked for": ("phantom", [CREATED], [row(1, "x")]),
    "content of another record": (
        "phantom",
        [CREATED, PATCHED, get(4, 2, "q", "p1"), write("patch", "q", 4, 5, 2, record=9, title="")],
        [row(2, "p1")],
    ),
    "creation never sent": ("phantom", [unknown("create", "c", 0, 1, "refused", record=0)], [row(1, "c")]),
    "read from the future": ("phantom", [CREATED, get(2, 2, "p1", "c"), write("patch", "p1", 4, 5, 2)], [row(2, "p1")]),
    "old version read": ("stale", [CREATED, PATCHED, get(4, 1, "c", "p1")], [row(2, "p1")]),
    "old version read after another's write": (
        "stale",
        [
            CREATED,
            PATCHED,
            write("patch", "q", 4, 5, 2, record=9, client="w2", title="e"),
            get(6, 1, "c", "q"),
            write("create", "e", 0, 1, 1, record=9, title="e"),
        ],
        [row(2, "p1"), row(2, "q", record=9, title="e")],
    ),
    "own creation not found": ("stale", [CREATED, get(2, 0, "", "c", status=404)], [row(1, "c")]),
    "deleted record read": ("stale", [CREATED, DELETED, get(8, 1, "c", "d")], []),
    "list lacks a record": ("stale", [CREATED, listed(2, [], "c")], [row(1, "c")]),
    "list shows an old version": ("stale", [CREATED, PATCHED, listed(4, [[RECORD, 1, "c"]], "p1")], [row(2, "p1")]),
    "list shows a deleted record": ("stale", [CREATED, DELETED, listed(8, [[RECORD, 1, "c"]], "d")], []),
    "second write with a lower version": (
        "order",
        [CREATED, write("patch", "p1", 2, 3, 3), write("patch", "p2", 4, 5, 2), unknown("patch", "p3", 2, 9)],
        [row(4, "p3")],
    ),
    "one version twice": (
        "lost order",
        [CREATED, write("patch", "p1", 2, 9, 2), write("patch", "p2", 2, 9, 2)],
        [row(3, "p2")],
    ),
    "creation with version 2": ("order", [write("create", "c", 0, 1, 2), unknown("patch", "p1", 2, 3)], [row(2, "c")]),
    "replay differs": (
        "replay",
        [CREATED, PATCHED, write("delete", "d", 6, 7, 0), write("delete", "d", 8, 9, 0, record=8, replayed=True)],
        [],
    ),
    "replay does not say so": ("replay", [CREATED, PATCHED, write("patch", "p1", 4, 5, 2)], [row(2, "p1")]),
    "bad request": (
        "unexpected",
        [CREATED, write("patch", "p1", 2, 3, 0, status=400, title="", mark="")],
        [row(1, "c")],
    ),
    "answer of another call": (
        "lost unexpected",
        [CREATED, write("patch", "p1", 2, 9, 2, mark="p2"), unknown("patch", "p2", 2, 3)],
        [row(2, "p1")],
    ),
}

# p1 and p2 are both under way when version 2 is read as p1's; then a failover makes p2 the first.
BOTH = [CREATED, write("patch", "p1", 2, 9, 3), write("patch", "p2", 2, 8, 2)]
EARLY_OR_LATE = {
    "both under way": ("undone", get(4, 2, "p1", "c"), [row(3, "p1")]),
    "after the other's acknowledgement": ("lost", get(8, 2, "p1", "c"), [row(3, "p1")]),
    "at the end": ("lost", get(4, 2, "p2", "c"), [row(2, "p1")]),
}


@pytest.mark.parametrize("name", EARLY_OR_LATE)
def test_a_read_of_what_a_failover_undid_is_noted_only_if_nobody_had_been_told(name):
    told, read, rows = EARLY_OR_LATE[name]
    assert told in kinds([*BOTH, read], rows)


@pytest.mark.parametrize("name", FAULTY)
def test_a_fault_is_told_by_its_name(name):
    told, calls, rows = FAULTY[name]
    assert set(kinds(calls, rows)) == set(told.split()), check(calls, rows)


def test_every_kind_is_tried():
    assert {kind for told, _, _ in FAULTY.values() for kind in told.split()} == set(KINDS)


# ---- made-up worlds --------------------------------------------------------------------------------------------------


def world(seed):
    """A history of a flawless store, with unknown outcomes among it, and the rows it ends with."""
    rng, clock, names = random.Random(seed), itertools.count(), itertools.count()
    calls, rows, last = [], {}, None
    for _ in range(400):
        start, end, name = next(clock), next(clock), f"n{next(names)}"
        op = rng.choice(("create", "patch", "put", "delete", "get", "list"))
        if op == "create" or not rows:
            call, record = Call(op="create", name=name, client="w1"), len(calls) + 1
            rows[record] = row(1, name, record, name)
        elif op == "list":
            if last:
                items = [[each.id, each.version, each.title] for each in rows.values()]
                calls.append(
                    Call(op=op, name="", client="w1", start=start, end=end, status=200, basis=last, items=items)
                )
            continue
        else:
            call, record = Call(op=op, name=name, client="w1"), rng.choice(sorted(rows))
            call.record = record
        now = rows[record]
        if op == "get" and call.op == "get":
            call.basis, call.name = last or "", ""
        elif call.op == "delete":
            del rows[record]
        elif call.op != "create":
            now = rows[record] = row(now.version + 1, name, record, now.title)
        call.start, call.end = start, end
        if call.is_write and rng.random() < 0.1:
            call.error = "broken"
        else:
            call.record, call.status = record, {"create": 201, "delete": 204}.get(call.op, 200)
            if call.op != "delete":
                call.version, call.title, call.mark = now.version, now.title, now.mark
            last = call.name or last
        calls.append(call)
    return calls, list(rows.values())


@pytest.mark.parametrize("seed", range(20))
def test_a_flawless_store_passes(seed):
    assert check(*world(seed)) == []


@pytest.mark.parametrize("seed", range(20))
def test_a_row_that_vanishes_goes_back_or_comes_twice_is_noticed(seed):
    calls, rows = world(seed)
    created = {call.record for call in calls if call.op == "create" and call.acknowledged}
    in_doubt = {call.record for call in calls if call.error}
    victim = next(each for each in rows if each.id in created - in_doubt)
    others = [each for each in rows if each is not victim]
    assert "lost" in kinds(calls, others)
    assert "doubled" in kinds(calls, [*rows, Row(10_000, victim.title, victim.mark, victim.version)])
    assert "doubled" in kinds(calls, [*others, Row(victim.id, victim.title, victim.mark, victim.version + 1)])


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_fault_fits_the_sources(name):
    command = ["patch", "-p1", "--dry-run", "--input", FOLDER / f"{name}.patch"]
    done = subprocess.run(command, cwd=CHECKOUT, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
