#!/usr/bin/env python3
"""What happens beyond capacity: the rate of answers and their latency at 1, 2 and 5 times what the system can do, how
fast the rest is refused, what memory does; and how one polite client fares beside one that floods.

Starts a cluster of its own (one synchronous standby, one asynchronous) and the three programs in RECORDS_BIN_DIR, which
should be a release build. Where there are several processors, the gateway and the generator get the last one and all
others are the database's and the service's, so that refusing takes nothing from the work, as on machines of their own.
The gateway is scheduled as SCHED_BATCH there: otherwise each request that is sent takes the processor from the
generator at once, and both change places for every one, which no two machines do.
A machine's speed changes with the minutes (its disk's above all), so that a closed loop runs before and after each of
these; "of closed" is what was done, as part of what those two did, and "longest sync" how long the disk stood still.
A connection has one request under way, so where all are busy an answer takes connections / answers a second at least.
With --sync-ms 50 --set MAX_REQUESTS=256 --connections 500 --closed 190 --work POST the database fills up and not the
gateway.
Needs what tests/run.sh installs.
"""

import argparse
import contextlib
import json
import os
import pathlib
import resource
import subprocess
import sys
import tempfile
import threading
import time

TESTS = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS / "http"), str(TESTS / "chaos")]

from client import Api, wait_until  # noqa: E402
from cluster import Cluster  # noqa: E402
from processes import usage  # noqa: E402
from programs import Deployment, binary  # noqa: E402

ROWS = 2000
CLIENTS = 4
DONE, REFUSED = ("200", "201"), ("429", "503")
# In this order: what is read wants the table as small as it was made.
WORK = {
    # Too short for the text index, so the table is read; the skip makes each another query. The database is the bound.
    "search": ["--path=/records/?q=zz&skip=#", "--numbers=1000000"],
    "GET by id": ["--path=/records/#", f"--numbers={ROWS}"],
    "page of 20": ["--path=/records/?limit=20&owner=bench"],
    "POST": ["--method=POST", "--path=/records/", '--body={"title":"t #","owner":"o"}', "--numbers=1000000"],
}


def separate():
    """The processors of the database and the service, and those of the gateway and the generator."""
    every = sorted(os.sched_getaffinity(0))
    return (set(every[:-1]), {every[-1]}) if len(every) > 1 else (set(every), set(every))


def set_apart(pid, processors):
    for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
        os.sched_setaffinity(int(task.name), processors)
        os.sched_setscheduler(int(task.name), os.SCHED_BATCH, os.sched_param(0))


def offer(port, work, rate, seconds, connections, clients):
    # On a machine of its own the generator would not take turns with the gateway: it gets what the gateway leaves.
    command = ["nice", "-n", "10", binary("open_loop"), "--port", str(port), "--seconds", str(seconds)]
    command += ["--rate", str(rate), "--connections", str(connections), *WORK[work]]
    command += [f"--client={client}" for client in clients]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def outcome(process):
    """What the generator counted, and the processor time it took, s."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    text = process.communicate()[0]
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if process.returncode:
        raise RuntimeError(f"the generator ended with {process.returncode}")
    return json.loads(text) | {"cpu": after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime}


def measured(port, work, rate, seconds, connections):
    return outcome(offer(port, work, rate, seconds, connections, [f"192.0.2.{n}" for n in range(1, CLIENTS + 1)]))


class Sampler:
    """Looks at something again and again while the block runs."""

    period = 0.2  # s

    def _run(self):
        while not self._ended.wait(self.period):
            self.look()

    def __enter__(self):
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._ended.set()
        self._thread.join()


class Memory(Sampler):
    """The highest resident size of processes, MiB."""

    def __init__(self, programs):
        self._pids = [program.pid for program in programs]
        self.most = [0.0] * len(self._pids)

    def look(self):
        for place, pid in enumerate(self._pids):
            self.most[place] = max(self.most[place], usage([pid])[1] / 2**20)


class Disk(Sampler):
    """The longest that the disk took to keep a page in a file of its own, ms: virtual disks stand still now and then,
    and every commit with them."""

    period = 0.02

    def __init__(self, folder):
        self._page = os.open(folder / "page", os.O_CREAT | os.O_WRONLY)
        self.longest = 0.0

    def look(self):
        began = time.perf_counter()
        os.pwrite(self._page, bytes(8192), 0)
        os.fdatasync(self._page)
        self.longest = max(self.longest, (time.perf_counter() - began) * 1000)

    def __exit__(self, *_):
        super().__exit__()
        os.close(self._page)


def split(figures):
    """Of the answers: those that did the work, those refused, all others."""
    good = refused = other = 0
    for status, seen in figures.get("status", {}).items():
        if status in DONE:
            good += seen["count"]
        elif status in REFUSED:
            refused += seen["count"]
        else:
            other += seen["count"]
    return good, refused, other + figures["unanswered"] + figures["broken"]


def latency(figures, statuses, part):
    status = figures.get("status", {})
    return max((seen["sent"][part] for name, seen in status.items() if name in statuses), default=0) / 1000


def row(name, factor, seen, seconds, closed):
    figures, memory, disk = seen
    good, refused, other = split(figures)
    refusals = [latency(figures, REFUSED, part) for part in ("p50_us", "p99_us")]
    return (
        f"| {name} | {factor} | {figures['offered'] / seconds:.0f} | {figures['unsent'] / seconds:.0f} "
        f"| {good / seconds:.0f} | {f'{good / seconds / closed:.2f}' if closed else ''} "
        f"| {latency(figures, DONE, 'p50_us'):.1f} | {latency(figures, DONE, 'p99_us'):.1f} "
        f"| {refused / seconds:.0f} | {refusals[0]:.1f} | {refusals[1]:.1f} "
        f"| {other} | {memory[0]:.0f} | {memory[1]:.0f} | {figures['cpu'] / seconds:.2f} "
        f"| {disk:.0f} |"
    )


def run(options, say):
    with contextlib.ExitStack() as stack:
        folder = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="overload-")))
        folder.chmod(0o755)
        of_database, of_gateway = separate()
        os.sched_setaffinity(0, of_database)  # what is started from here on keeps to it
        cluster = Cluster(folder / "cluster")
        stack.callback(cluster.destroy)
        cluster.start()
        # No checkpoint falls into it: what three nodes on one disk write then is not what is looked at here.
        settings = {"max_wal_size": "'16GB'", "checkpoint_timeout": "'1h'"}
        if options.sync_ms:
            settings |= {"commit_delay": options.sync_ms * 1000, "commit_siblings": 0}
        for name, value in settings.items():
            cluster.rows(f"ALTER SYSTEM SET {name} = {value}")
        cluster.rows("SELECT pg_reload_conf()")
        os.environ["TEST_DATABASE_URL"] = cluster.url([node.port for node in cluster.nodes])
        deployment = Deployment("cluster", folder, TRUST_FORWARDED_FOR="1", **dict(options.set))
        stack.callback(deployment.stop)
        set_apart(deployment.gateway.pid, of_gateway)
        os.sched_setaffinity(0, of_gateway)
        port, seconds = deployment.http_port, options.seconds
        api = Api(deployment.url)
        wait_until(lambda: api.get("/health/ready").status_code == 200, what="a ready gateway")
        lines = "".join("t,bench\n" for _ in range(ROWS))
        api.post(
            "/records/import", data="title,owner\n" + lines, headers={"Content-Type": "text/csv"}
        ).raise_for_status()
        say(
            "| work | offered | offered/s | no free connection/s | done/s | of closed | p50 ms | p99 ms "
            "| refused/s | p50 ms | p99 ms | other | gateway MiB | records-service MiB | generator's cores "
            "| longest sync ms |"
        )
        say("|" + "---|" * 16)
        capacity = {}

        def measure(work, rate, connections):
            with Memory([deployment.gateway, deployment.records]) as memory, Disk(folder) as disk:
                figures = measured(port, work, rate, seconds, connections)
            return figures, memory.most, disk.longest

        for work in options.work:

            def closed_loop(work=work):
                seen = measure(work, 0, options.closed)
                return split(seen[0])[0] / seconds, row(work, f"closed loop, {options.closed}", seen, seconds, None)

            measured(port, work, 0, 2, options.closed)  # warm
            before, line = closed_loop()
            capacity[work] = before
            say(line)
            for factor in (1, 2, 5):
                seen = measure(work, factor * capacity[work], options.connections)
                after, line = closed_loop()
                say(row(work, f"{factor} ×", seen, seconds, (before + after) / 2))
                say(line)
                before = after
        say("")
        say("| a polite client, 100 requests/s | done | refused | p50 ms | p99 ms |")
        say("|---|---|---|---|---|")
        for work in options.work:
            for name in ("alone", "beside a client that floods with 5 ×"):
                flood = None
                if name != "alone":
                    flood = offer(port, work, 5 * capacity[work], seconds + 2, options.connections, ["192.0.2.100"])
                figures = outcome(offer(port, work, 100, seconds, 16, ["192.0.2.200"]))
                if flood:
                    outcome(flood)
                good, refused, _ = split(figures)
                say(
                    f"| {work}, {name} | {good} | {refused} | {latency(figures, DONE, 'p50_us'):.1f} "
                    f"| {latency(figures, DONE, 'p99_us'):.1f} |"
                )


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--connections", type=int, default=3000)
    parser.add_argument("--closed", type=int, default=256, help="connections of the loop that finds the capacity")
    parser.add_argument(
        "--sync-ms", type=int, default=0, help="what a commit waits for its disk, by commit_delay; 0: as the disk is"
    )
    parser.add_argument("--work", nargs="*", choices=sorted(WORK), default=list(WORK))
    parser.add_argument(
        "--set", nargs="*", default=[], type=lambda text: text.split("=", 1), help="NAME=VALUE, settings of the gateway"
    )
    parser.add_argument("--out", type=pathlib.Path, default=TESTS / "out" / "overload.md")
    options = parser.parse_args()
    options.out.parent.mkdir(parents=True, exist_ok=True)
    with options.out.open("w") as file:

        def say(line):
            print(line, flush=True)
            print(line, file=file)

        run(options, say)


if __name__ == "__main__":
    main()
