"""deploy/local/run.sh in a folder and on ports of a test's own."""

import contextlib
import json
import os
import pathlib
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import urllib.request

CHECKOUT = pathlib.Path(__file__).resolve().parents[2]
RUN = CHECKOUT / "deploy" / "local" / "run.sh"

# What run.sh starts outlives us: a test run that is told to end takes it down, as after Ctrl-C.
signal.signal(signal.SIGTERM, signal.default_int_handler)


def free_base():
    """Of a hundred ports, none of which anybody has now; below those that the system gives to outgoing connections."""
    for base in random.sample(range(20000, 32000, 100), 120):
        with contextlib.suppress(OSError), contextlib.ExitStack() as stack:
            for port in range(base, base + 100):
                stack.enter_context(socket.socket()).bind(("127.0.0.1", port))
            return base
    raise RuntimeError("no hundred ports in a row are free")


class Local:
    """One place where run.sh keeps what it makes. `stop` before it goes."""

    def __init__(self):
        # The unprivileged user must be able to enter it, so not below a private folder.
        self.root = pathlib.Path(tempfile.mkdtemp(prefix="records-deploy-", dir="/var/tmp"))
        self.root.chmod(0o755)
        self.folder = self.root / "data"
        self.base = free_base()
        http, records, analytics = range(self.base + 90, self.base + 93)
        self.url = f"http://127.0.0.1:{http}"
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": os.environ.get("HOME", "/"),
            "HTTP_PORT": str(http),
            "RECORDS_LISTEN": f"127.0.0.1:{records}",
            "ANALYTICS_LISTEN": f"127.0.0.1:{analytics}",
        }

    def command(self, *arguments):
        return [str(RUN), "--dir", str(self.folder), "--bin", os.environ["RECORDS_BIN_DIR"], *arguments]

    def run(self, *arguments, timeout=240, **changes):
        """Runs it to its end. Its output goes to files: what --detach leaves running would hold pipes open."""
        with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
            done = subprocess.run(
                self.command(*arguments),
                env={**self.environment, **changes},
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                timeout=timeout,
            )
            out.seek(0), err.seek(0)
            return done.returncode, out.read(), err.read()

    def pid(self, name):
        return int((self.folder / "run" / f"{name}.pid").read_text())

    def start(self, *arguments, **changes):
        code, out, err = self.run("--detach", *arguments, **changes)
        assert code == 0, out + err
        return out

    def foreground(self, *arguments, log):
        return subprocess.Popen(
            self.command(*arguments),
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )

    def get(self, path):
        with urllib.request.urlopen(self.url + path, timeout=20) as answer:
            return json.load(answer)

    def post(self, record):
        request = urllib.request.Request(
            self.url + "/records/", json.dumps(record).encode(), {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=40) as answer:
            return json.load(answer)

    def is_open(self):
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", int(self.environment["HTTP_PORT"]))) == 0

    def remove(self):
        self.run("--stop")
        shutil.rmtree(self.root, ignore_errors=True)


def interrupt(process, timeout=90):
    process.send_signal(signal.SIGINT)
    return process.wait(timeout)
