"""deploy/local/run.sh --flink on ports of its own; what the tests do to its parts, and what they ask it and Flink."""

import json
import os
import signal
import subprocess
import threading
import time
import urllib.error
import urllib.request

from local import CHECKOUT, Local, free_ports
from waiting import wait_until

SUMMARY = "/records/analytics/flink"
FLINK = CHECKOUT / "deploy" / "flink" / "flink.sh"


class System(Local):
    def __init__(self):
        super().__init__()
        self.base = min(free_ports(8)) // 100 * 100 + 40
        self.environment["RECORDS_TOOLS"] = os.environ["RECORDS_TOOLS"]
        self.flink_url = f"http://127.0.0.1:{self.base + 31}"

    def start_all(self, *arguments):
        self.start("--flink", "--port-base", str(self.base), *arguments)

    def remove(self):
        self.run("--stop")
        super().remove()

    # ---- questions ----

    def summary(self, **query):
        """A summary and how long it took, in seconds."""
        parts = "&".join(f"{name}={value}" for name, value in {"owner_limit": 10000, **query}.items())
        began = time.monotonic()
        with urllib.request.urlopen(f"{self.url}{SUMMARY}?{parts}", timeout=150) as answer:
            return json.load(answer), time.monotonic() - began

    def by_flink(self, timeout=60):
        """The first summary that Flink makes again."""
        return wait_until(
            lambda: (seen := self.summary()[0])["engine"] == "flink" and seen, timeout, "a summary by Flink"
        )

    def refused(self):
        """The problem that asking for Flink alone is answered with, and its status."""
        try:
            with urllib.request.urlopen(f"{self.url}{SUMMARY}?engine=flink", timeout=150) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, json.load(error)

    def events(self, path):
        """Server-sent events: (name, data); the connection closes with the generator."""
        request = urllib.request.Request(self.url + path, headers={"Accept": "text/event-stream"})
        with urllib.request.urlopen(request, timeout=60) as answer:
            name = ""
            for line in answer:
                if line.startswith(b"event: "):
                    name = line[7:].decode().strip()
                elif line.startswith(b"data: "):
                    yield name, json.loads(line[6:])

    def counts(self):
        """The first event of the live counts."""
        events = self.events("/records/analytics/live?owner_limit=10000")
        try:
            return next(events)[1]
        finally:
            events.close()

    def flink(self, path):
        with urllib.request.urlopen(self.flink_url + path, timeout=20) as answer:
            return json.load(answer)

    def job_state(self, job_id):
        return self.flink(f"/jobs/{job_id}")["state"]

    def live_state(self):
        return self.get("/health").get("flink", {}).get("live", {}).get("state")

    # ---- writes ----

    def send(self, method, path, body=None, kind="application/json"):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, {"Content-Type": kind} if data else {}, method=method)
        with urllib.request.urlopen(request, timeout=60) as answer:
            text = answer.read()
            return json.loads(text) if text else None

    def change(self, number, **change):
        return self.send("PATCH", f"/records/{number}", change, "application/merge-patch+json")

    # ---- parts ----

    def pid(self, name):
        return int((self.folder / "run" / f"{name}.pid").read_text())

    def kill(self, name, number=signal.SIGKILL):
        pid = self.pid(name)
        os.kill(pid, number)
        if number == signal.SIGKILL:  # what goes down slowly would be taken for running
            wait_until(lambda: not os.path.exists(f"/proc/{pid}/fd/0"), what=f"the end of {name}")

    def restart_flink(self):
        done = subprocess.run(
            [str(FLINK), "start", "--dir", str(self.folder)],
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            timeout=200,
        )
        assert done.returncode == 0

    def kill_primary(self):
        """Both processes of the primary's node, at once; the node's name."""
        settings = dict(
            line.split("=", 1) for line in (self.folder / "cluster.env").read_text().splitlines() if "=" in line
        )
        for name, port in zip(
            settings["CLUSTER_NODES"].split(","), settings["CLUSTER_REST_PORTS"].split(","), strict=True
        ):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/primary", timeout=5).close()
            except OSError:
                continue
            postmaster = (self.folder / name / "data" / "postmaster.pid").read_text().split("\n", 1)[0]
            self.kill(name)
            os.kill(int(postmaster), signal.SIGKILL)
            return name
        raise AssertionError("there is no primary")


class Churn:
    """Records made, changed and deleted all the time, by one client, until the end of the block."""

    def __init__(self, system, name):
        self.system, self.name = system, name
        self.stopping = threading.Event()
        self.thread = threading.Thread(target=self.work)
        self.writes = 0
        self.failure = None

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.stopping.set()
        self.thread.join()
        assert self.failure is None, self.failure

    def work(self):
        statuses = ("pending", "active", "done", "archived")
        kept = []
        try:
            while not self.stopping.is_set():
                turn = self.writes
                made = self.system.post(
                    {"title": "churn", "owner": f"{self.name} {turn % 7}", "status": statuses[turn % 4]}
                )
                kept.append(made["id"])
                self.system.change(made["id"], owner=f"{self.name} {turn % 5}", status=statuses[(turn + 1) % 4])
                if turn % 3 == 0:
                    self.system.send("DELETE", f"/records/{kept.pop(turn % len(kept))}")
                self.writes += 1
        except Exception as problem:
            self.failure = problem


FIGURES = ("total", "status_counts", "owner_counts", "owners_total")


def figures(answer):
    return {name: answer[name] for name in FIGURES}
