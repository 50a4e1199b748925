#!/usr/bin/env python3
"""The chaos suite: clients write and read through the gateways while the cluster and the programs are broken on
purpose; then the history is checked against the database. Ends with 0 when nothing was lost, doubled, stale or
failed without need.

Needs what tests/run.sh installs and builds; RECORDS_BIN_DIR names the folder of the built programs. Run by ctest as
chaos.short, and by hand.
"""

import argparse
import contextlib
import fcntl
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import planted
from checker import Row, check
from cluster import CHECKOUT, Cluster
from faults import FAULTS, Scene
from history import read
from load import Load
from proxy import Proxy
from report import Report, Window
from schedule import SHORT, possible, rounds
from stack import Stack, copy_programs
from virtual import VirtualAddresses
from waiting import Late
from watch import Watch

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
CALM = (2.0, 4.0)  # seconds between two faults


def arguments():
    faults = "\n".join(f"  {fault.name:17} {fault.about}" for fault in FAULTS.values())
    parser = argparse.ArgumentParser(
        description=__doc__, epilog=f"faults:\n{faults}", formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--minutes",
        type=float,
        default=0,
        help="go on with rounds of the faults for so long (default: each fault once, in order)",
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--faults", help=f'comma-separated names, or "all" (default: all with --minutes, else {",".join(SHORT)})'
    )
    parser.add_argument("--writers", type=int, default=24)
    parser.add_argument("--readers", type=int, default=8)
    parser.add_argument(
        "--rate", type=float, default=400, help="requests a second that the clients aim at, all together"
    )
    parser.add_argument("--services", type=int, default=1, help="instances of records-service and of analytics-service")
    parser.add_argument("--gateways", type=int, default=2)
    parser.add_argument(
        "--addresses",
        choices=("nodes", "virtual"),
        default="nodes",
        help="what the services know: every node (default), or one address of the primary and one for reading",
    )
    parser.add_argument(
        "--planted",
        choices=sorted(planted.PLANTED),
        help="build with this fault planted; ends with 0 when the checker finds it",
    )
    parser.add_argument(
        "--out",
        type=pathlib.Path,
        default=CHECKOUT / "tests" / "out" / "chaos",
        help="folder of the report, the history and the logs",
    )
    options = parser.parse_args()
    names = options.faults or ("all" if options.minutes else ",".join(SHORT))
    if options.planted:
        names = ",".join(planted.PLANTED[options.planted].faults)
        vars(options).update(planted.PLANTED[options.planted].options)
    options.names = list(FAULTS) if names == "all" else names.split(",")
    for name in options.names:
        if name not in FAULTS:
            parser.error(f"there is no fault {name!r}")
    return options


def say(text):
    print(f"{time.strftime('%H:%M:%S')} {text}", flush=True)


@contextlib.contextmanager
def alone_in(folder):
    """A second run would write over the history of the first."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with open(f"{folder}.lock", "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            sys.exit(f"another run writes to {folder}: --out names a folder of its own")
        yield


class Run:
    """One run, from the start of the cluster to the verdict."""

    def __init__(self, options):
        self.options = options
        self.windows, self.troubles = [], []
        self.rng = random.Random(options.seed)
        self.faults, self.left_out = possible(options.names, options.services, options.gateways)

    def go(self):
        options = self.options
        logs = options.out / "logs"
        history = options.out / "history.jsonl"
        with contextlib.ExitStack() as stack:
            stack.enter_context(alone_in(options.out))
            shutil.rmtree(options.out, ignore_errors=True)
            logs.mkdir(parents=True)
            folder = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="chaos-")))
            folder.chmod(0o755)  # the database's own user must get to its folder
            copy_programs(
                folder / "bin", planted.build(options.planted, folder / "tree", say) if options.planted else None
            )
            scene = self._start(folder, history, logs, stack)
            try:
                self._endure(scene)
            except (Late, RuntimeError) as problem:
                self.troubles.append(str(problem))
                self.windows[-1].end = time.monotonic()
                say(f"gave up: {problem}")
            rows = self._end(scene)
            taken = scene.watch.taken
        say("everything is stopped; checking")
        calls = read(history)
        shown = {
            name: getattr(options, name)
            for name in ("seed", "minutes", "writers", "readers", "rate", "services", "gateways", "addresses")
        }
        report = Report(shown, calls, self.windows, taken, check(calls, rows), self.left_out, self.troubles)
        report.write(options.out)
        print(report.markdown())
        return report

    def _start(self, folder, history, logs, stack):
        """Everything, each with its end entered into `stack`."""
        options = self.options
        cluster = Cluster(folder / "cluster")
        stack.callback(cluster.destroy)
        stack.callback(cluster.save_logs, logs)
        cluster.start(small_disks=any(fault.small_disks for fault in self.faults))
        say(f"the cluster is up on ports {', '.join(str(node.port) for node in cluster.nodes)}")
        proxy = Proxy([node.port for node in cluster.nodes])
        stack.callback(proxy.stop)
        database = {"DATABASE_URL": cluster.url(proxy.ports)}
        if options.addresses == "virtual":
            virtual = VirtualAddresses(cluster, proxy.ports)
            stack.callback(virtual.stop)
            database = {
                "DATABASE_URL": cluster.url([virtual.primary]),
                "GAUSS_READ_DSN": cluster.url([virtual.standbys]),
            }
        programs = Stack(folder / "programs", database, options.services, options.gateways)
        stack.callback(programs.save_logs, logs)
        stack.callback(programs.stop)
        programs.start()
        watch = Watch(cluster)
        stack.callback(watch.stop)
        ports = [gateway.port for gateway in programs.gateways]
        load = Load(history, options.seed, options.writers, options.readers, options.rate, ports)
        stack.callback(load.stop)
        say(f"the clients work through gateways on ports {', '.join(map(str, ports))}")
        return Scene(cluster, proxy, programs, watch, load, self.rng)

    def _endure(self, scene):
        end = time.monotonic() + 60 * self.options.minutes
        self.windows.append(Window("(none)", frozenset(), time.monotonic()))
        for fault in rounds(self.faults, self.rng) if self.options.minutes else self.faults:
            scene.last(*CALM)
            if self.options.minutes and time.monotonic() > end:
                break
            self._suffer(scene, fault)
        scene.last(*CALM)
        self.windows[-1].end = time.monotonic()

    def _suffer(self, scene, fault):
        began, primary = time.monotonic(), scene.cluster.primary()
        self.windows[-1].end = began
        self.windows.append(Window(fault.name, fault.excuses, began))
        say(f"{fault.name} (primary: {primary}) ...")
        fault.run(scene)
        over = time.monotonic()
        scene.mend()
        lasted, mended = over - began, time.monotonic() - over
        say(f"  lasted {lasted:.1f} s, mended after {mended:.1f} s; {scene.load.acknowledged} writes")
        for instance in scene.stack.all():
            if instance.has_ended():
                raise RuntimeError(f"{instance} has ended by itself: {instance.log()[-3:]}")

    def _end(self, scene):
        """Lets the clients finish; gives all records, or None where there is nobody to ask."""
        try:
            scene.load.finish()
            found = scene.cluster.rows("SELECT id, title, description, version FROM records")
            if problem := scene.stack.check_counts():
                self.troubles.append(f"the kept counts are not those of the records: {problem}")
        except (Late, RuntimeError, subprocess.TimeoutExpired) as problem:
            self.troubles.append(str(problem))
            return None
        return [Row(int(identifier), title, mark, int(version)) for identifier, title, mark, version in found]


def _leave(number, _):
    """Everything is stopped on the way out, and no second signal gets in its way."""
    for each in SIGNALS:
        signal.signal(each, signal.SIG_IGN)
    say(f"stopping everything: {signal.Signals(number).name}")
    sys.exit(128 + number)


def main():
    options = arguments()
    for number in SIGNALS:
        signal.signal(number, _leave)
    report = Run(options).go()
    if options.planted:
        caught = planted.PLANTED[options.planted].kinds & {violation.kind for violation in report.violations}
        say(f"the planted fault was {'caught: ' + ', '.join(sorted(caught)) if caught else 'NOT caught'}")
        return 0 if caught else 1
    return 0 if report.passed else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (Late, RuntimeError, OSError) as problem:
        sys.exit(f"run.py: {problem}")
