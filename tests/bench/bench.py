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

from contract import check_contract
from database import Database
from processes import Started, log
from report import markdown, summarise
from systems import PgBench, Product, System, nginx
from workloads import WORKLOADS

HERE = pathlib.Path(__file__).resolve().parent


def arguments():
    work = "\n".join(f"  {name:4} {about}" for name, (_, about, _) in WORKLOADS.items())
    parser = argparse.ArgumentParser(
        description=__doc__, epilog=f"workloads:\n{work}", formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--peers-folder", type=pathlib.Path, required=True, help="where build_peers.sh has put them")
    parser.add_argument("--peers", default="all", help="names out of systems.json, all or none")
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=6)
    parser.add_argument("--warmup", type=int, default=2, help="seconds, for each system and workload")
    parser.add_argument(
        "--connections", default="128", help="comma-separated; --wide workloads run at each, others at the first"
    )
    parser.add_argument("--wide", default="W1,W4,W5")
    parser.add_argument("--pool", type=int, default=16, help="database connections of each system")
    parser.add_argument("--workloads", default=",".join(WORKLOADS))
    parser.add_argument(
        "--text-index", action="store_true", help="the product keeps its index for text search, which no peer has"
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


def run(options, stack):
    work = pathlib.Path(tempfile.mkdtemp(prefix="bench-"))
    stack.callback(shutil.rmtree, work, ignore_errors=True)
    database = Database(work, options.rows, options.standbys)
    stack.callback(database.stop)
    database.load_peers()
    started = Started()
    stack.callback(started.stop)
    systems = begin(options, database, started, work)
    raw, results = {}, {}
    report = {
        "base": options.base,
        "systems": {system.name: system.about for system in systems},
        "results": results,
        "rounds": raw,
        "about": f"{datetime.datetime.now():%Y-%m-%d %H:%M}, {os.cpu_count()} cores, "
        f"{platform.system()} {platform.release()}; "
        f"PostgreSQL {database.sql('peers', 'SHOW server_version')}, {options.rows} rows, pool {options.pool}, "
        f"{options.standbys} standbys, the product {'with' if options.text_index else 'without'} its text index, "
        f"{options.rounds} rounds of {options.seconds} s in turns.",
    }
    every = [int(count) for count in options.connections.split(",")]
    for workload in options.workloads.split(","):
        alone = WORKLOADS[workload][0] == "analytics"
        for connections in every if workload in options.wide.split(",") else every[:1]:
            key = workload if alone else f"{workload}/{connections}"
            raw[key] = measure(options, workload, connections, systems, database, work)
            results[key] = summarise(raw[key], options.base, "L-pg")
            (options.out / "results.json").write_text(json.dumps(report, indent=1))
            (options.out / "results.md").write_text(markdown(report))
    print(markdown(report))


def main():
    options = arguments()
    options.out.mkdir(parents=True, exist_ok=True)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))
    with contextlib.ExitStack() as stack:
        run(options, stack)


if __name__ == "__main__":
    main()
