#!/usr/bin/env python3
"""The product and its peers side by side: one private PostgreSQL, the same rows, the same requests, in turns, round
after round, in one run. Absolute figures follow the machine and who shares it; the ratios, taken within a round, are
what the run is for.

Needs Debian's wrk, nginx-light and postgresql-15; a release build (RECORDS_BIN_DIR); the peers, built by
build_peers.sh FOLDER (Go, Cargo and python3-venv).
"""

import argparse
import contextlib
import datetime
import json
import os
import pathlib
import platform
import shutil
import signal
import sys
import tempfile
import time

from contract import check_contract
from database import Database
from processes import Started, first_half_of_processors, log
from report import markdown, summarise
from systems import PgBench, Product, System, nginx
from workloads import ONE_CLIENT, WORKLOADS

HERE = pathlib.Path(__file__).resolve().parent


def arguments():
    work = "\n".join(f"  {name:4} {about}" for name, (_, about, _) in WORKLOADS.items())
    parser = argparse.ArgumentParser(
        description=__doc__, epilog=f"workloads:\n{work}", formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--peers-folder", type=pathlib.Path, required=True, help="where build_peers.sh has put them")
    parser.add_argument("--peers", default="all", help="names out of systems.json, all or none")
    parser.add_argument(
        "--rows", default="200000", help="comma-separated; --sized workloads run at each, others at the first"
    )
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=6)
    parser.add_argument("--warmup", type=int, default=2, help="seconds, for each system and workload")
    parser.add_argument(
        "--connections", default="128", help="comma-separated; --wide workloads run at each, others at the first"
    )
    parser.add_argument("--wide", default="W1,W4,W5")
    parser.add_argument("--sized", default="W1,W2,W3,W7", help="workloads that run at every number of rows")
    parser.add_argument(
        "--open", default="W1,W4", help="workloads that run in an open loop too, at the first connections"
    )
    parser.add_argument("--offered", type=float, default=0.5, help="in an open loop; a part of the base's closed loop")
    parser.add_argument("--soak", type=float, default=0, help="minutes of the mixed load on the product at the end")
    parser.add_argument("--soak-connections", type=int, default=1000)
    parser.add_argument("--pool", type=int, default=16, help="database connections of each system")
    parser.add_argument(
        "--together",
        default="ours",
        help="systems whose processes share the first half of the processors, as `taskset` does; others run on all",
    )
    parser.add_argument("--workloads", default=",".join(WORKLOADS))
    parser.add_argument(
        "--own-indexes",
        action="store_true",
        help="the product keeps its indexes for text search and for sorting by times and title, which no peer has",
    )
    parser.add_argument("--standbys", type=int, default=0, help="streaming, the first one synchronous")
    parser.add_argument("--base", default="rust", help="the system that ratios are taken to")
    parser.add_argument("--out", type=pathlib.Path, default=HERE.parent / "out" / "bench")
    options = parser.parse_args()
    options.peers_folder = options.peers_folder.resolve()
    return options


def choose(options):
    specs = [] if options.peers == "none" else json.loads((HERE / "systems.json").read_text())
    if options.peers not in ("all", "none"):
        specs = [spec for spec in specs if spec["name"] in options.peers.split(",")]
    return [Product(), *map(System, specs)]


def begin(options, database, started, work):
    """Every system, started and true to the contract; then the limits."""
    systems = choose(options)
    for system in systems:
        with first_half_of_processors() if system.name in options.together.split(",") else contextlib.nullcontext():
            system.begin(started, database, options, work)
        sql = lambda text, name=system.database: database.sql(name, text)  # noqa: E731
        wrong = check_contract(system.url, sql, system.paths["analytics"])
        if wrong:
            raise RuntimeError(f"{system.name} breaks the contract:\n    " + "\n    ".join(wrong))
        log(f"{system.name}: the contract holds")
    database.settle()
    size = "SELECT avg(length(to_json(r)::text))::int FROM (SELECT * FROM records LIMIT 1000) r"
    systems.append(nginx(started, work, int(database.sql("peers", size))))
    systems.append(PgBench("L-pg", f"pgbench -M prepared, TCP, {options.pool} clients", "127.0.0.1", options.pool))
    systems.append(PgBench("L-pipe", "the same, 16 queries in a pipeline", "127.0.0.1", options.pool, ["W1"], 16))
    return systems


def measure(options, workload, connections, systems, database, work):
    rounds = {system.name: [] for system in systems if system.does(workload)}
    for number in range(-1 if options.warmup else 0, options.rounds):
        for system in systems:
            if not system.does(workload):
                continue
            seconds = options.warmup if number < 0 else options.seconds
            seen = system.round(workload, connections, seconds, 1000 + number, database, work)
            if WORKLOADS[workload][2]:
                database.settle()
            if number >= 0:
                rounds[system.name].append(seen)
                log(
                    f"{workload}/{connections} round {number + 1} {system.name}: {seen['rps']:.0f}/s, "
                    f"p99 {seen['p99_ms']:.1f} ms, CPU {seen['cpu_us']:.0f} + PostgreSQL {seen['pg_cpu_us']:.0f} us, "
                    f"errors {seen['errors']}, foreign {seen['foreign']:.0%}"
                )
    return rounds


def measure_open(options, workload, connections, rate, systems, database):
    """Rounds of an open loop; the limits take no part."""
    rounds = {system.name: [] for system in systems if not system.is_limit and system.does(workload)}
    for number in range(options.rounds):
        for system in systems:
            if system.name not in rounds:
                continue
            seen = system.open_loop(workload, rate, connections, options.seconds, database)
            if WORKLOADS[workload][2]:
                database.settle()
            rounds[system.name].append(seen)
            log(f"{workload} open {rate:.0f}/s round {number + 1} {system.name}: p99 {seen['p99_ms']:.1f} ms")
    return rounds


def soak(options, product, database, work):
    """Resident MB of the product's programs, every half minute under the mixed load."""
    sizes, seed = [], 0
    end = time.monotonic() + options.soak * 60
    while time.monotonic() < end:
        seed += 1
        seen = product.round("W5", options.soak_connections, 30, 5000 + seed, database, work)
        sizes.append(seen["rss_mb"])
        log(f"soak: {seen['rss_mb']:.0f} MB, {seen['rps']:.0f}/s, errors {seen['errors']}")
    return sizes


class Run:
    """One run of the bench: what it has shown so far is written after each workload."""

    def __init__(self, options):
        self.options = options
        self.report = {"base": options.base, "systems": {}, "results": {}, "rounds": {}, "soak": []}

    def _keep(self, key, rounds):
        self.report["rounds"][key] = rounds
        self.report["results"][key] = summarise(rounds, self.options.base, "L-pg")
        self._write()

    def _write(self):
        (self.options.out / "results.json").write_text(json.dumps(self.report, indent=1))
        (self.options.out / "results.md").write_text(markdown(self.report))

    def at(self, rows, is_first):
        """Everything that runs at this number of rows, on a database of its own."""
        options = self.options
        with contextlib.ExitStack() as stack:
            work = pathlib.Path(tempfile.mkdtemp(prefix="bench-"))
            stack.callback(shutil.rmtree, work, ignore_errors=True)
            database = Database(work, rows, options.standbys)
            stack.callback(database.stop)
            database.load_peers()
            started = Started()
            stack.callback(started.stop)
            systems = begin(options, database, started, work)
            if is_first:
                self._describe(systems, database)
            self._all(systems, database, work, is_first)

    def _describe(self, systems, database):
        options = self.options
        self.report["systems"] = {system.name: system.about for system in systems}
        self.report["about"] = (
            f"{datetime.datetime.now():%Y-%m-%d %H:%M}, {os.cpu_count()} cores, "
            f"{platform.system()} {platform.release()}; "
            f"PostgreSQL {database.sql('peers', 'SHOW server_version')}, {options.rows} rows, pool {options.pool}, "
            f"{options.standbys} standbys, the product "
            f"{'with all its indexes' if options.own_indexes else 'with the same indexes as the peers'}, "
            f"{options.rounds} rounds of {options.seconds} s in turns; "
            f"on the first half of the processors: {options.together or 'none'}."
        )

    def _all(self, systems, database, work, is_first):
        options = self.options
        every = [int(count) for count in options.connections.split(",")]
        size = "" if is_first else f", {database.rows:,} rows"
        for workload in options.workloads.split(","):
            if not is_first and workload not in options.sized.split(","):
                continue
            for connections in every if is_first and workload in options.wide.split(",") else every[:1]:
                alone = WORKLOADS[workload][0] in ONE_CLIENT
                key = f"{workload}{size}" if alone else f"{workload}, {connections} connections{size}"
                rounds = measure(options, workload, connections, systems, database, work)
                self._keep(key, rounds)
                if is_first and workload in options.open.split(",") and connections == every[0]:
                    base = self.report["results"][key].get(options.base) or self.report["results"][key]["ours"]
                    rate = round(base["rps"] * options.offered)
                    self._keep(
                        f"{workload}, open loop, {rate} offered a second, {connections} connections",
                        measure_open(options, workload, connections, rate, systems, database),
                    )
        if is_first and options.soak:
            self.report["soak"] = soak(options, systems[0], database, work)
            self._write()


def main():
    options = arguments()
    options.out.mkdir(parents=True, exist_ok=True)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))
    run = Run(options)
    for place, rows in enumerate(options.rows.split(",")):
        run.at(int(rows), place == 0)
    print(markdown(run.report))


if __name__ == "__main__":
    main()
