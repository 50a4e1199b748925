"""The three programs as processes: started on ports of the system's choice, watched by their logs, stopped by pid.

Used by conftest.py, with_gateway.py and the gRPC tests. RECORDS_BIN_DIR names the folder of the built programs.
"""

import json
import os
import pathlib
import signal
import subprocess
import threading

CHECKOUT = pathlib.Path(__file__).resolve().parents[2]
START_SECONDS = 60
STOP_SECONDS = 30


def binary(name):
    folder = os.environ.get("RECORDS_BIN_DIR")
    if not folder:
        raise RuntimeError("RECORDS_BIN_DIR is not set: it names the folder of the built programs (ctest sets it)")
    path = pathlib.Path(folder) / name
    if not path.exists():
        raise RuntimeError(f"{path} is missing: build it first")
    return str(path)


class Program:
    """One running process. Nothing of the caller's environment reaches it, and no .env file."""

    def __init__(self, name, folder, settings=None, arguments=()):
        self.name = name
        self.lines = []
        self._news = threading.Condition()
        self._ended = False
        environment = {"PATH": "/usr/bin:/bin", "LOG_LEVEL": "info", **(settings or {})}
        self._process = subprocess.Popen(
            [binary(name), *arguments],
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
        )
        self.pid = self._process.pid
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self):
        for line in self._process.stderr:
            with self._news:
                self.lines.append(line.rstrip("\n"))
                self._news.notify_all()
        with self._news:
            self._ended = True
            self._news.notify_all()

    def logged(self):
        """Every log line so far that is JSON."""
        with self._news:
            lines = list(self.lines)
        return [event for event in map(_parsed, lines) if event is not None]

    def wait_for(self, condition, seconds=START_SECONDS):
        """The first logged event for which `condition(event)` holds."""

        def found():
            return next((e for e in map(_parsed, self.lines) if e is not None and condition(e)), None)

        with self._news:
            self._news.wait_for(lambda: self._ended or found() is not None, seconds)
            event = found()
            if event is None:
                state = "ended" if self._ended else f"did not say what was awaited within {seconds} s"
                raise RuntimeError(f"{self.name} {state}:\n" + "\n".join(self.lines[-20:]))
            return event

    @property
    def port(self):
        return self.wait_for(lambda event: "port" in event)["port"]

    def signal(self, number):
        self._process.send_signal(number)

    def pause(self):
        """It answers nothing and keeps its connections, until `resume`."""
        self.signal(signal.SIGSTOP)

    def resume(self):
        self.signal(signal.SIGCONT)

    def wait(self, seconds=STOP_SECONDS):
        """The exit code; what the program has logged has been read by then."""
        code = self._process.wait(seconds)
        self._reader.join(seconds)
        return code

    def stop(self):
        """SIGTERM; the exit code."""
        if self._process.poll() is None:
            self.signal(signal.SIGTERM)
        try:
            return self.wait()
        except subprocess.TimeoutExpired:
            self.kill()
            raise

    def kill(self):
        self._process.kill()
        self._process.wait()


def _parsed(line):
    try:
        event = json.loads(line)
    except ValueError:
        return None
    return event if isinstance(event, dict) else None


class Services:
    """records-service and analytics-service on a store: "sqlite", a file in `folder`; "cluster": TEST_DATABASE_URL."""

    def __init__(self, store, folder, demo=0):
        self.store = store
        self.folder = pathlib.Path(folder)
        self.database = f"sqlite:///{self.folder}/records.db"
        if store == "cluster":
            self.database = os.environ.get("TEST_DATABASE_URL", "")
            if not self.database:
                raise RuntimeError(
                    "TEST_DATABASE_URL is not set: there is no cluster to test on (tests/run.sh sets it)"
                )
        self.programs = {}
        try:
            if demo:
                self.load_demo(demo)
            self.start_records()
            self.start_analytics()
        except BaseException:
            self.stop()
            raise

    def load_demo(self, count):
        settings = {"PATH": "/usr/bin:/bin", "DATABASE_URL": self.database, "LOG_LEVEL": "warn"}
        subprocess.run(
            [binary("records-service"), "demo", str(count)],
            cwd=self.folder,
            env=settings,
            stderr=subprocess.DEVNULL,
            check=True,
        )

    def _start(self, name, settings):
        self.programs[name] = program = Program(name, self.folder, settings)
        return program.port

    def start_records(self, port=0, **settings):
        given = {"DATABASE_URL": self.database, "RECORDS_LISTEN": f"127.0.0.1:{port}", **settings}
        self.records_port = self._start("records-service", given)

    def start_analytics(self, port=0, **settings):
        given = {
            "DATABASE_URL": self.database,
            "ANALYTICS_LISTEN": f"127.0.0.1:{port}",
            "LIVE_PERIOD_MS": "50",
            **settings,
        }
        self.analytics_port = self._start("analytics-service", given)

    @property
    def records(self):
        return self.programs["records-service"]

    @property
    def analytics(self):
        return self.programs["analytics-service"]

    def stop(self):
        """The gateway first, so that nothing new comes in while the others end."""
        for name in ("gateway", "analytics-service", "records-service"):
            if name in self.programs:
                self.programs.pop(name).stop()


class Deployment(Services):
    """Both services and a gateway before them."""

    def __init__(self, store, folder, demo=0, **gateway_settings):
        super().__init__(store, folder, demo)
        try:
            self.start_gateway(**gateway_settings)
        except BaseException:
            self.stop()
            raise

    def start_gateway(self, **settings):
        given = {
            "HTTP_ADDRESS": "127.0.0.1",
            "HTTP_PORT": "0",
            "RECORDS_SERVICE_ADDR": f"127.0.0.1:{self.records_port}",
            "ANALYTICS_SERVICE_ADDR": f"127.0.0.1:{self.analytics_port}",
            "FRONTEND_DIR": str(CHECKOUT / "frontend"),
            **settings,
        }
        self.http_port = self._start("gateway", given)

    @property
    def gateway(self):
        return self.programs["gateway"]

    @property
    def url(self):
        return f"http://127.0.0.1:{self.http_port}"
