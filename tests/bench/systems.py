"""The systems under test: the product, the peers of systems.json, and the limits (pgbench with the same SQL, nginx with
a static answer). Each measures itself for one round. Started by bench.py."""

import http.client
import json
import math
import os
import pathlib
import shlex
import statistics
import subprocess
import sys
import time
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "http"))

from client import wait_until  # noqa: E402
from contract import ask  # noqa: E402
from processes import free_port, machine_busy, usage, wait_port  # noqa: E402
from programs import Program, binary  # noqa: E402
from workloads import ONE_CLIENT, OPEN, PATHS, PGBENCH, WORKLOADS  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent
# For text search and for sorting by times and title, which no peer does.
OWN_INDEXES = ("records_text", "records_created_at_id", "records_updated_at_id", "records_title_id")
SETTLE = 0.3  # seconds after a round until processes that end with it have handed their CPU time to their parent


class Meter:
    """CPU, memory and foreign load between its making and `read`."""

    def __init__(self, parts, postmasters):
        self._parts, self._postmasters = parts, postmasters
        self._before = {name: usage([pid])[0] for name, pid in parts.items()}
        self._pg = usage(postmasters)[0]
        self._busy, self._began, self._own = machine_busy(), time.monotonic(), os.times()

    def read(self, requests):
        time.sleep(SETTLE)
        own, wall = os.times(), time.monotonic() - self._began
        cpu = {name: usage([pid])[0] - self._before[name] for name, pid in self._parts.items()}
        pg, busy = usage(self._postmasters)[0] - self._pg, machine_busy()
        load = sum(own[:4]) - sum(self._own[:4])
        each = 1e6 / max(1, requests)
        foreign = busy[0] - self._busy[0] - sum(cpu.values()) - pg - load
        return {
            "cpu_us": sum(cpu.values()) * each,
            "parts_us": {name: seconds * each for name, seconds in cpu.items()},
            "pg_cpu_us": pg * each,
            "load_cpu_us": load * each,
            "rss_mb": sum(usage([pid])[1] for pid in self._parts.values()) / 1e6,
            "foreign": max(0.0, foreign) / wall / os.cpu_count(),
            "steal": (busy[1] - self._busy[1]) / wall / os.cpu_count(),
        }


class System:
    """A service that is started here."""

    database = "peers"
    is_limit = False

    def __init__(self, spec):
        self.name, self.about, self.spec = spec["name"], spec.get("about", ""), spec
        self.paths = {**PATHS, **spec.get("paths", {})}
        self.only = spec.get("workloads")
        self.url, self.parts = "", {}

    def begin(self, started, database, options, work):
        port, port2 = free_port(), free_port()
        dsn = database.dsn("peers")
        names = {"build": options.peers_folder, "port": port}
        environment = {
            **os.environ,
            "DATABASE_URL": dsn,
            "POOL": str(options.pool),
            "PORT": str(port),
            "PORT2": str(port2),
            **self.spec.get("env", {}),
        }
        self.url = f"http://127.0.0.1:{port}"
        folder = HERE / self.spec.get("dir", ".")
        with open(work / f"{self.name}.log", "w") as out:
            for command in self.spec["start"]:
                words = [word.format(**names) for word in shlex.split(command)]
                process = started.start(words, cwd=folder, env=environment, stdout=out, stderr=out)
                self.parts[pathlib.Path(words[0]).name] = process.pid
        wait_port(port, self.name)

    def does(self, workload):
        return self.only is None or workload in self.only

    def round(self, workload, connections, seconds, seed, database, work):
        kind = WORKLOADS[workload][0]
        meter = Meter(self.parts, database.postmasters)
        if kind in ONE_CLIENT:
            result = self._one_client(seconds, writes=kind == "analytics")
        else:
            result = self._wrk(kind, connections, seconds, seed, database.rows)
        return {**result, **meter.read(result["requests"])}

    def _wrk(self, kind, connections, seconds, seed, rows):
        paths = [self.paths[name] for name in ("get", "list", "owner", "deep", "post", "put")]
        command = ["wrk", f"-t{min(2, connections)}", f"-c{connections}", f"-d{seconds}s", "--timeout", "20s"]
        command += ["-s", HERE / "wrk.lua", self.url, "--", kind, str(rows), str(seed), *paths]
        out = subprocess.run(command, capture_output=True, text=True, timeout=seconds + 90)
        lines = [line for line in out.stdout.splitlines() if line.startswith("WRK ")]
        if not lines:
            raise RuntimeError(f"{self.name}: wrk gave no figures: {out.stdout[-300:]} {out.stderr[-300:]}")
        seen = json.loads(lines[-1][4:])
        # Connections that wait to the end without one answer are no error to wrk.
        unanswered = 0 if seen["requests"] else connections
        return {
            "requests": seen["requests"],
            "rps": seen["requests"] / seen["us"] * 1e6,
            "p50_ms": seen["p50_us"] / 1e3,
            "p99_ms": seen["p99_us"] / 1e3,
            "errors": seen["bad_status"] + seen["broken"] + unanswered,
            "bytes": seen["bytes"] / max(1, seen["requests"]),
        }

    def open_loop(self, workload, rate, connections, seconds, database):
        """At `rate` requests a second whether or not it keeps up; latencies from when each was due."""
        address = urllib.parse.urlsplit(self.url)
        command = [binary("open_loop"), "--port", str(address.port), "--rate", str(rate), "--seconds", str(seconds)]
        command += ["--connections", str(connections), "--numbers", str(database.rows), *OPEN[workload]]
        meter = Meter(self.parts, database.postmasters)
        seen = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        good = [figures for status, figures in seen["status"].items() if status in ("200", "201")]
        done = sum(figures["count"] for figures in good)
        return {
            "requests": done,
            "rps": done / seconds,
            "p50_ms": max((figures["due"]["p50_us"] for figures in good), default=0) / 1e3,
            "p99_ms": max((figures["due"]["p99_us"] for figures in good), default=0) / 1e3,
            "errors": seen["offered"] - done,
            "bytes": 0,
            **meter.read(done),
        }

    def _one_client(self, seconds, writes):
        address = urllib.parse.urlsplit(self.url)
        connection = http.client.HTTPConnection(address.hostname, address.port, timeout=60)
        times, errors, stale, total = [], 0, 0, None
        end = time.monotonic() + seconds
        while time.monotonic() < end or len(times) < 3:
            made = 201
            if writes:
                made, _ = ask(self.url, "POST", self.paths["post"], {"title": "Made", "owner": "owner001"}, connection)
            began = time.perf_counter()
            status, got = ask(self.url, "GET", self.paths["analytics"], conn=connection)
            times.append(time.perf_counter() - began)
            if made != 201 or status != 200:
                errors += 1
                continue
            stale += total is not None and got["total"] != total + writes
            total = got["total"]
        connection.close()
        return {
            "requests": len(times),
            "rps": len(times) / sum(times),
            "p50_ms": statistics.median(times) * 1e3,
            "p99_ms": sorted(times)[math.ceil(len(times) * 0.99) - 1] * 1e3,
            "errors": errors,
            "stale": stale,
            "bytes": 0,
        }


class Product(System):
    """Ours: gateway, records-service and analytics-service on a database of their own, with all nodes known."""

    database = "product"

    def __init__(self):
        super().__init__({"name": "ours", "about": "gateway, records-service, analytics-service; release build"})
        self.paths["analytics"] += "?owner_limit=10000"

    def begin(self, started, database, options, work):
        services = {"DATABASE_URL": database.dsn("product", 3), "POOL_SIZE": str(options.pool)}
        records = started.keep(Program("records-service", work, {**services, "RECORDS_LISTEN": "127.0.0.1:0"}))
        analytics = started.keep(Program("analytics-service", work, {**services, "ANALYTICS_LISTEN": "127.0.0.1:0"}))
        gateway = started.keep(
            Program(
                "gateway",
                work,
                {
                    "HTTP_PORT": "0",
                    "HTTP_THREADS": "1",
                    # As long as `ask` waits: without its index the contract's search reads a long table.
                    "REQUEST_TIMEOUT_MS": "60000",
                    "RECORDS_SERVICE_ADDR": f"127.0.0.1:{records.port}",
                    "ANALYTICS_SERVICE_ADDR": f"127.0.0.1:{analytics.port}",
                },
            )
        )
        self.parts = {program.name: program.pid for program in (records, analytics, gateway)}
        self.url = f"http://127.0.0.1:{gateway.port}"
        wait_until(lambda: ask(self.url, "GET", "/health/ready")[0] == 200, what="a ready gateway")
        if not options.own_indexes:
            database.sql("product", f"DROP INDEX IF EXISTS {', '.join(OWN_INDEXES)}")
        database.load("product")
        # Its own way to a deep page: the token of the page before.
        status, page = ask(self.url, "GET", f"/records/?limit=20&skip={database.rows // 2 - 20}")
        if status != 200 or "next_page_token" not in page:
            raise RuntimeError(f"ours gives no page token: {status} {page}")
        self.paths["deep"] = f"/records/?limit=20&page_token={page['next_page_token']}"


class PgBench:
    """pgbench with the same SQL: what the database gives when nothing stands before it."""

    is_limit = True

    def __init__(self, name, about, host, clients, only=None, pipeline=0):
        self.name, self.about, self.only = name, about, only
        self._host, self._clients, self._pipeline = host, clients, pipeline

    def does(self, workload):
        return self.only is None or workload in self.only

    def _scripts(self, kind, work):
        shares = {kind: 1}
        if "mixed" in kind:
            shares = {"get": 80, "owner" if kind == "mixed" else "list": 10, "post": 8, "put": 2}
        for part, weight in shares.items():
            text = PGBENCH[part]
            if self._pipeline:
                text = "\\startpipeline\n" + text * self._pipeline + "\\endpipeline\n"
            file = work / f"{self.name}.{part}.sql"
            file.write_text(text)
            yield from ("-f", f"{file}@{weight}")

    def round(self, workload, connections, seconds, seed, database, work):
        kind = WORKLOADS[workload][0]
        clients = 1 if kind in ONE_CLIENT else self._clients
        command = ["pgbench", "-n", "-M", "prepared", "-h", str(self._host), "-p", str(database.port), "-U", "bench"]
        command += ["-c", str(clients), "-j", str(min(2, clients)), "-T", str(seconds), "-D", f"rows={database.rows}"]
        sampled = "1" if kind in (*ONE_CLIENT, "deep", "list") else "0.05"
        command += ["--random-seed", str(seed), "-l", "--sampling-rate", sampled, "--log-prefix", str(work / "pgbench")]
        command += [*self._scripts(kind, work), "peers"]
        for old in work.glob("pgbench.*"):
            old.unlink()
        meter = Meter({}, database.postmasters)
        out = subprocess.run(command, capture_output=True, text=True, timeout=seconds + 60, cwd=work)
        split = (line.partition("=" if "=" in line else ":") for line in out.stdout.splitlines())
        value = {key.strip(): text for key, _, text in split}
        if "tps" not in value:
            raise RuntimeError(f"{self.name}: pgbench gave no figures: {out.stderr[-400:]}")
        each = max(1, self._pipeline)
        requests = int(value["number of transactions actually processed"].split("/")[0]) * each
        lines = (line for file in work.glob("pgbench.*") for line in file.read_text().splitlines())
        latencies = sorted(int(line.split()[2]) for line in lines)

        def pick(part):
            return latencies[min(len(latencies) - 1, int(len(latencies) * part))] / 1e3 if latencies else 0.0

        return {
            "requests": requests,
            "rps": float(value["tps"].split()[0]) * each,
            "p50_ms": pick(0.5),
            "p99_ms": pick(0.99),
            "errors": int(value.get("number of failed transactions", "0").split()[0]),
            "bytes": 0,
            **meter.read(requests),
        }


def nginx(started, work, size):
    """A static answer of the size of one record: the limit of HTTP."""
    port, folder = free_port(), work / "nginx"
    folder.mkdir()
    text = json.dumps({"id": 1, "pad": "x" * max(0, size - 19)}, separators=(",", ":"))
    (folder / "nginx.conf").write_text(f"""
daemon off; worker_processes 2; pid nginx.pid; error_log error.log;
events {{ worker_connections 1024; }}
http {{ access_log off; keepalive_requests 100000000; default_type application/json;
  client_body_temp_path t1; proxy_temp_path t2; fastcgi_temp_path t3; uwsgi_temp_path t4; scgi_temp_path t5;
  server {{ listen 127.0.0.1:{port}; location / {{ return 200 '{text}'; }} }} }}
""")
    process = started.start(["nginx", "-p", f"{folder}/", "-c", "nginx.conf", "-e", "error.log"])
    wait_port(port, "nginx")
    system = System({"name": "L-http", "about": "nginx, a static answer of one record's size", "workloads": ["W1"]})
    system.is_limit = True
    system.url, system.parts = f"http://127.0.0.1:{port}", {"nginx": process.pid}
    return system
