"""Faults of the database nodes themselves. Entered into faults.FAULTS."""

import contextlib
import errno
import pathlib
import signal
import threading

from cluster import send
from faults import fault
from pgwire import PgError
from waiting import Late, wait_until


@fault("kill-primary", "kill -9 of the primary's PostgreSQL", often=2)
def kill_primary(scene):
    send(scene.primary().postgres(), signal.SIGKILL)
    scene.until_writes(60)


@fault("kill-node", "kill -9 of the primary's Patroni and PostgreSQL", often=1)
def kill_node(scene):
    primary = scene.primary()
    send([primary.patroni(), *primary.postgres()], signal.SIGKILL)
    scene.until_writes(90)


@fault("switchover", "Patroni hands the primary's role to the synchronous standby", often=2)
def switchover(scene):
    scene.cluster.switchover()
    scene.until_writes(60)


@contextlib.contextmanager
def stopped(pids):
    send(pids, signal.SIGSTOP)
    try:
        yield
    finally:
        send(pids, signal.SIGCONT)


@fault("pause-primary", "SIGSTOP of the primary's PostgreSQL for 3 to 8 s")
def pause_primary(scene):
    with stopped(scene.primary().postgres()):
        scene.last(3, 8)


@fault("freeze-node", "SIGSTOP of the primary's Patroni and PostgreSQL until there is another primary, 27 s at most")
def freeze_node(scene):
    primary = scene.primary()
    with stopped([primary.patroni(), *primary.postgres()]), contextlib.suppress(Late):
        scene.until_writes(27)


@fault("hang-primary", "SIGSTOP of the primary's PostgreSQL alone until there is another primary, 27 s at most")
def hang_primary(scene):
    with stopped(scene.primary().postgres()), contextlib.suppress(Late):
        scene.until_writes(27)


@fault("pause-standby", "SIGSTOP of a standby's PostgreSQL for 3 to 8 s")
def pause_standby(scene):
    with stopped(scene.standby().postgres()):
        scene.last(3, 8)


@contextlib.contextmanager
def replay_paused(scene, nodes):
    """Again and again, because Patroni resumes it."""
    sessions = [scene.cluster.session(node) for node in nodes]
    over = threading.Event()

    def keep_paused():
        while True:
            for session in sessions:
                session.query("SELECT pg_wal_replay_pause()")
            if over.wait(0.02):
                return

    keeper = threading.Thread(target=keep_paused)
    keeper.start()
    try:
        yield
    finally:
        over.set()
        keeper.join()
        for session in sessions:
            session.query("SELECT pg_wal_replay_resume()")
            session.close()


@fault("lag-standby", "a standby replays nothing for 4 to 8 s")
def lag_standby(scene):
    with replay_paused(scene, [scene.standby()]):
        scene.last(4, 8)


@fault("lag-standbys", "all standbys replay nothing for 4 to 8 s")
def lag_standbys(scene):
    with replay_paused(scene, scene.cluster.standbys()):
        scene.last(4, 8)


@fault("no-standbys", "kill -9 of Patroni and PostgreSQL of all standbys, gone for 5 to 10 s")
def no_standbys(scene):
    for node in scene.cluster.standbys():
        send([node.patroni(), *node.postgres()], signal.SIGKILL)
    scene.last(5, 10)


@fault(
    "connection-limit",
    "the application's sessions on the primary end, and others take all its connections for 4 to 7 s",
)
def connection_limit(scene):
    primary, taken = scene.primary(), []
    try:
        _take_all_connections(scene.cluster, primary, taken)
        with contextlib.closing(scene.cluster.session(primary)) as superuser:  # connections are kept for those
            superuser.query(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE usename = 'records' AND application_name <> 'chaos'"
            )
        _take_all_connections(scene.cluster, primary, taken)
        scene.last(4, 7)
    finally:
        for session in taken:
            session.close()


def _take_all_connections(cluster, node, taken):
    try:
        while True:
            taken.append(cluster.session(node, cluster.settings["GAUSS_USER"], cluster.settings["GAUSS_DB"]))
    except PgError as refusal:
        if refusal.state != "53300":
            raise


@fault("disk-full", "no room on the primary's disk until it gives up", small_disks=True)
def disk_full(scene):
    primary = scene.primary()
    filler = pathlib.Path(scene.cluster.folder, primary.name, "filler")
    try:
        with contextlib.closing(scene.cluster.session(primary)) as session:
            _fill(filler)
            scene.last(2, 4)
            # Uses up the log's files that are there already; without room for another one PostgreSQL ends.
            with contextlib.suppress(OSError, PgError):
                while True:
                    session.query("SELECT pg_switch_wal() FROM pg_logical_emit_message(false, 'chaos', '')", 30)
        wait_until(lambda: primary.postmaster() is None, 30, "the end of the primary")
    finally:
        filler.unlink(missing_ok=True)
    scene.until_writes(90)


def _fill(path):
    with open(path, "wb", buffering=0) as file:
        for size in (1 << 23, 1 << 16, 1 << 12):
            piece = b"\1" * size
            try:
                while True:
                    file.write(piece)
            except OSError as problem:
                if problem.errno != errno.ENOSPC:
                    raise
