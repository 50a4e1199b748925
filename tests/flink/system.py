"""deploy/local/run.sh --flink on ports of its own; what the tests do to its parts, and what they ask it and Flink."""

import json
import os
import pathlib
import signal
import subprocess
import threading
import time
import urllib.error
import urllib.request

import grpcurl
from local import CHECKOUT, Local
from waiting import Late, wait_until

SUMMARY = "/records/analytics/flink"
FLINK = CHECKOUT / "deploy" / "flink" / "flink.sh"


class System(Local):
    def __init__(self):
        super().__init__()
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
            seen, seconds = json.load(answer), time.monotonic() - began
        print(f"{seconds:8.3f} s  {seen['engine']}  {seen.get('fallback_reason') or seen.get('job_id', '')}")
        return seen, seconds

    def by_flink(self, timeout=120):
        """The first summary that Flink makes again."""
        reasons = []

        def by_flink():
            seen = self.summary()[0]
            reasons.append(seen.get("fallback_reason"))
            return seen["engine"] == "flink" and seen

        try:
            return wait_until(by_flink, timeout, "a summary by Flink")
        except Late as late:
            raise Late(f"{late}: {list(dict.fromkeys(reasons))}") from None

    def refused(self):
        """The problem that asking for Flink alone is answered with, and its status."""
        try:
            with urllib.request.urlopen(f"{self.url}{SUMMARY}?engine=flink", timeout=150) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, json.load(error)

    def summarize_by_grpc(self, seconds, address=None, **request):
        """The messages of a call with this deadline, which must not be missed."""
        program = pathlib.Path(os.environ["RECORDS_TOOLS"]) / "bin" / "grpcurl"
        done = subprocess.run(
            [
                *[program, "-plaintext", "-max-time", str(seconds), "-d", json.dumps(request)],
                *[address or self.environment["ANALYTICS_LISTEN"], "analytics.v1.AnalyticsService/Summarize"],
            ],
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert done.returncode == 0, done.stderr
        return grpcurl.messages(done.stdout)

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

    def load(self, owners):
        """A record of each of these owners, by an import."""
        lines = "".join(json.dumps({"title": "loaded", "owner": owner}) + "\n" for owner in owners)
        request = urllib.request.Request(
            self.url + "/records/import", lines.encode(), {"Content-Type": "application/x-ndjson"}
        )
        with urllib.request.urlopen(request, timeout=120) as answer:
            assert json.load(answer)["imported"] == len(owners)

    def sql(self, *statements):
        """Run on the primary by the database's superuser, one after another, each in its own transaction; the rows."""
        done = subprocess.run(
            ["psql", self.settings()["CLUSTER_SUPERUSER_DSN"].strip("'"), "-XAtq", "-v", "ON_ERROR_STOP=1"],
            input=";\n".join(statements) + ";\n",
            env={**self.environment, "LC_ALL": "C.UTF-8"},
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert done.returncode == 0, done.stderr
        return [line.split("|") for line in done.stdout.splitlines()]

    # ---- parts ----

    def settings(self):
        """Of the database cluster."""
        lines = (self.folder / "cluster.env").read_text().splitlines()
        return dict(line.split("=", 1) for line in lines if "=" in line)

    def kill(self, name, number=signal.SIGKILL):
        pid = self.pid(name)
        os.kill(pid, number)
        if number == signal.SIGKILL:  # what goes down slowly would be taken for running, and its port for another's
            wait_until(lambda: _has_ended(pid), what=f"the end of {name}")

    def starting_flink(self):
        """flink.sh, which starts what does not run; its complaints are in `stderr`."""
        return subprocess.Popen(
            [str(FLINK), "start", "--dir", str(self.folder)],
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )

    def restart_flink(self):
        starting = self.starting_flink()
        complaints = starting.communicate(timeout=200)[1]
        assert starting.returncode == 0, complaints

    def kill_primary(self):
        """Both processes of the primary's node, at once; the node's name."""
        settings = self.settings()
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


class Slots:
    """A job of somebody else's that holds so many slots of the TaskManager, until the end of the block."""

    def __init__(self, system, count):
        self.system, self.count = system, count
        self.gateway = f"http://127.0.0.1:{system.base + 33}/v3/sessions"
        self.job_id = ""

    def call(self, method, url, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(url, data, {"Content-Type": "application/json"}, method=method)
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.loads(answer.read() or "{}")

    def __enter__(self):
        properties = {"execution.runtime-mode": "streaming", "parallelism.default": str(self.count)}
        session = f"{self.gateway}/{self.call('POST', self.gateway, {'properties': properties})['sessionHandle']}"
        for table in (
            "many (n BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '1')",
            "gone (n BIGINT) WITH ('connector' = 'blackhole')",
        ):
            self.call("POST", f"{session}/configure-session", {"statement": f"CREATE TABLE {table}"})
        statement = {"statement": "INSERT INTO gone SELECT n FROM many"}
        operation = self.call("POST", f"{session}/statements", statement)["operationHandle"]
        result = f"{session}/operations/{operation}/result/0?rowFormat=JSON"
        self.job_id = wait_until(lambda: self.call("GET", result).get("jobID"), 30, "the job that takes the slots")
        try:
            wait_until(self.is_running, 60, "a job in each slot")
        except BaseException:
            self.__exit__()
            raise
        return self

    def is_running(self):
        vertices = self.system.flink(f"/jobs/{self.job_id}")["vertices"]
        return all(vertex["tasks"]["RUNNING"] == self.count for vertex in vertices)

    def __exit__(self, *_):
        self.call("PATCH", f"{self.system.flink_url}/jobs/{self.job_id}?mode=cancel")


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


FIGURES = ("total", "status_counts", "owner_counts", "owners_total", "other_owners_count")


def _has_ended(pid):
    """With its last thread: as long as one is left, its sockets are open."""
    try:
        return len(os.listdir(f"/proc/{pid}/task")) == 1 and not os.path.exists(f"/proc/{pid}/fd/0")
    except FileNotFoundError:
        return True


def figures(answer):
    return {name: answer[name] for name in FIGURES}


def same_as_sql(system):
    """A summary by Flink that shows what SQL shows; a standby may be a moment behind."""

    def both():
        by_flink, by_sql = system.by_flink(), system.summary(engine="sql")[0]
        return figures(by_flink) == figures(by_sql) and by_flink

    return wait_until(both, 150, "the same figures by Flink and by SQL")
