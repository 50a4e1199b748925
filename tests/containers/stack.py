"""A compose file brought up: with images built before, ports of its own, and volumes of its own that go at the end.

Needs a Docker engine that answers; run.sh of the tests starts one. Used by conftest.py.
"""

import contextlib
import json
import os
import pathlib
import socket
import subprocess
import sys
import time

import requests

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))

from waiting import wait_until  # noqa: E402  handed on

CHECKOUT = pathlib.Path(__file__).resolve().parents[2]
BASE_IMAGE = "records-base:bookworm"
REGISTRY = "records-test"
CORS_ORIGIN = "https://pages.example"
PROGRAMS = ("records-service", "analytics-service", "gateway")

# Debian's client builds with BuildKit by itself; a newer one elsewhere in PATH may lack the plugin for it.
ENVIRONMENT = {
    **os.environ,
    "PATH": "/usr/bin:" + os.environ["PATH"],
    "DOCKER_BUILDKIT": "1",
    "COMPOSE_DOCKER_CLI_BUILD": "1",
    "BUILDKIT_PROGRESS": "plain",
    "BASE_IMAGE": BASE_IMAGE,
    "REGISTRY": REGISTRY,
    "TAG": "test",
}


def run(*command, check=True, seconds=600, **settings):
    """Its output; fails with all of it."""
    done = subprocess.run(
        command,
        cwd=CHECKOUT,
        env={**ENVIRONMENT, **settings},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=seconds,
    )
    if check and done.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with {done.returncode}:\n{done.stdout[-4000:]}")
    return done.stdout


def docker(*arguments, **options):
    return run("docker", *arguments, **options)


def need_engine():
    answer = subprocess.run(["docker", "info"], env=ENVIRONMENT, capture_output=True, text=True)
    if answer.returncode:
        raise RuntimeError(f"no Docker engine answers (tests/run.sh containers starts one as root): {answer.stderr}")


# Debian's compose 1.29, and compose 2 as run.sh has prepared it: each brings up one of the files.
COMPOSE_1 = "/usr/bin/docker-compose"
COMPOSE_2 = os.environ["RECORDS_TOOLS"] + "/bin/docker-compose-2"


def free_ports(count):
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]


class Stack:
    def __init__(self, file, project, ports, *profiles, compose=COMPOSE_1, env_file=None, **settings):
        """`ports`: the names of the settings that are ports; each gets a free one."""
        self.project = project
        self.ports = dict(zip(ports, free_ports(len(ports)), strict=True))
        self.settings = {**{name: str(port) for name, port in self.ports.items()}, **settings}
        self.settings["CORS_ORIGINS"] = CORS_ORIGIN
        self.settings["TRUST_FORWARDED_FOR"] = "true"
        self._command = [compose, "-p", project, "-f", f"compose/{file}"]
        if env_file:
            self._command += ["--env-file", f"compose/{env_file}"]
        for profile in profiles:
            self._command += ["--profile", profile]
        self.gateway = f"http://127.0.0.1:{self.ports['HTTP_PORT']}"
        self.frontend = f"http://127.0.0.1:{self.ports['FRONTEND_PORT']}"

    def compose(self, *arguments, **options):
        return run(*self._command, *arguments, **options, **self.settings)

    def up(self):
        """Starts what is not running; the seconds until the product is ready, asked through nginx."""
        begun = time.monotonic()
        self.compose("up", "--detach")
        try:
            wait_until(self.is_ready, 120, "a ready product")
        except AssertionError:
            print(self.compose("ps", check=False), self.compose("logs", "--tail=15", check=False))
            raise
        return time.monotonic() - begun

    def down(self):
        self.compose("down", "--volumes", "--timeout", "5", check=False)

    def is_ready(self):
        return self.status("/health/ready") == 200

    def status(self, path):
        try:
            return requests.get(self.frontend + path, timeout=5).status_code
        except requests.RequestException:
            return None

    def get(self, path):
        response = requests.get(self.frontend + path, timeout=35)
        assert response.status_code == 200, response.text
        return response

    def psql(self, node, query, database="postgres"):
        """What a node answers to its superuser, who needs no password inside."""
        words = ["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-h", "/run/gauss", "-U", "postgres", "-d"]
        return self.compose("exec", "-T", node, *words, database, "-c", query).strip()

    def nodes(self):
        """Name (without port) to role, as the product sees the cluster."""
        topology = self.get("/cluster").json()
        return {node["name"].split(":")[0]: node["role"] for node in topology["nodes"]}

    def primary(self):
        return next((name for name, role in self.nodes().items() if role == "primary"), None)

    def is_whole(self):
        return sorted(self.nodes().values()) == ["primary", "standby", "standby"]

    def container(self, service):
        """Its id, also of one that has ended."""
        label = f"label=com.docker.compose.project={self.project}"
        found = docker("ps", "-aq", "-f", label, "-f", f"label=com.docker.compose.service={service}").split()
        assert len(found) == 1, f"{service}: {found}"
        return found[0]

    def state(self, service):
        return json.loads(docker("inspect", "-f", "{{json .State}}", self.container(service)))

    def kill(self, service):
        docker("kill", "--signal=KILL", self.container(service))
