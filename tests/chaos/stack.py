"""The programs of a run: so many of each, each on a port it keeps over restarts. Started by run.py, killed and
restarted by the faults."""

import contextlib
import os
import pathlib
import shutil
import subprocess
import sys
import urllib.error
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "http"))

from programs import Program, binary  # noqa: E402
from waiting import wait_until  # noqa: E402

NAMES = ("records-service", "analytics-service", "gateway")
_opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def copy_programs(folder, other=None):
    """A build beside the run changes nothing of it. `other`: paths of programs that take the place of those in
    RECORDS_BIN_DIR, by name."""
    folder.mkdir()
    for name in NAMES:
        shutil.copy2((other or {}).get(name) or binary(name), folder / name)
    os.environ["RECORDS_BIN_DIR"] = str(folder)


class Instance:
    """One program; the same port each time it runs."""

    def __init__(self, name, number, folder, settings, port_setting, address):
        self.name, self.number, self.folder = name, number, folder
        self._settings, self._port_setting, self._address = settings, port_setting, address
        self.port = 0
        self.lines = []  # of earlier runs
        self.program = None

    def __str__(self):
        return f"{self.name} {self.number + 1}"

    def start(self):
        settings = {**self._settings, self._port_setting: self._address.format(self.port)}
        self.program = Program(self.name, self.folder, settings)
        self.port = self.program.port

    def kill(self):
        self._end(self.program.kill)

    def stop(self):
        """SIGTERM; gives the exit code."""
        return self._end(self.program.stop)

    def _end(self, way):
        program, self.program = self.program, None
        try:
            return way()
        finally:
            self.lines += program.lines

    def has_ended(self):
        """Though nobody ended it."""
        try:
            return self.program is not None and self.program.wait(0) is not None
        except subprocess.TimeoutExpired:
            return False

    def log(self):
        return self.lines + (self.program.lines if self.program else [])


class Stack:
    def __init__(self, folder, database, services, gateways):
        """`database`: the settings of the services that say where it is."""
        self._database = database
        self.folder = pathlib.Path(folder)
        self.folder.mkdir()
        self.records = [
            Instance("records-service", n, self.folder, database, "RECORDS_LISTEN", "127.0.0.1:{}")
            for n in range(services)
        ]
        self.analytics = [
            Instance("analytics-service", n, self.folder, database, "ANALYTICS_LISTEN", "127.0.0.1:{}")
            for n in range(services)
        ]
        self.gateways = []
        self._gateways = gateways

    def start(self):
        for instance in (*self.records, *self.analytics):
            instance.start()
        addresses = lambda instances: ",".join(f"127.0.0.1:{instance.port}" for instance in instances)  # noqa: E731
        settings = {
            "HTTP_ADDRESS": "127.0.0.1",
            "HTTP_THREADS": "1",
            "RECORDS_SERVICE_ADDR": addresses(self.records),
            "ANALYTICS_SERVICE_ADDR": addresses(self.analytics),
        }
        self.gateways = [
            Instance("gateway", n, self.folder, settings, "HTTP_PORT", "{}") for n in range(self._gateways)
        ]
        for gateway in self.gateways:
            gateway.start()
        self.wait_ready()

    def all(self):
        return [*self.records, *self.analytics, *self.gateways]

    def wait_ready(self, seconds=60):
        for gateway in self.gateways:
            wait_until(lambda: self._ready(gateway.port), seconds, f"{gateway}'s readiness")  # noqa: B023

    @staticmethod
    def _ready(port):
        try:
            return _opener.open(f"http://127.0.0.1:{port}/health/ready", timeout=3).status == 200
        except (OSError, urllib.error.HTTPError):
            return False

    def check_counts(self):
        """What the operator's command has to say against the counts beside the records; empty: nothing."""
        environment = {"PATH": "/usr/bin:/bin", **self._database}
        done = subprocess.run(
            [binary("records-service"), "check-counts"],
            cwd=self.folder,
            env=environment,
            capture_output=True,
            text=True,
        )
        return done.stderr if done.returncode else ""

    def save_logs(self, folder):
        for instance in self.all():
            (folder / f"{instance.name}-{instance.number + 1}.log").write_text("\n".join(instance.log()) + "\n")

    def stop(self):
        """The gateways first, so that nothing new comes in meanwhile. All, even where one does not end in time."""
        with contextlib.ExitStack() as stopping:
            for instance in self.all():
                if instance.program:
                    stopping.callback(instance.stop)
