"""Both services as programs, and grpcurl to call them with: `records("Method", {...})`, `analytics("Method", {...})`.

Run by ctest with --store sqlite or cluster; RECORDS_TOOLS is the folder that holds bin/grpcurl.
"""

import json
import os
import pathlib
import subprocess
import sys

import pytest

TESTS = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS / name) for name in ("http", "support")]

import grpcurl  # noqa: E402
from programs import Services  # noqa: E402


def pytest_addoption(parser):
    parser.addoption("--store", choices=("sqlite", "cluster"), default="sqlite")


class Answer:
    """What a call gave: messages, the error (code, message, details) or None, and all that grpcurl printed."""

    def __init__(self, done):
        self.printed = done.stdout
        self.exit_code = done.returncode
        self.error = None
        # grpcurl adds 64 to the gRPC code; other failures are its own.
        if done.returncode > 64:
            self.error = json.loads(done.stderr)
        elif done.returncode:
            raise AssertionError(f"grpcurl failed ({done.returncode}): {done.stderr}")

    @property
    def messages(self):
        return grpcurl.messages(self.printed)

    @property
    def message(self):
        assert self.error is None, self.error
        (only,) = self.messages
        return only

    def fields(self):
        """The refused fields of a BadRequest, by name."""
        violations = [
            d["field_violations"] for d in self.error["details"] if d["@type"].endswith("google.rpc.BadRequest")
        ]
        return {each["field"]: each["description"] for each in sum(violations, [])}

    def reason(self):
        return next(d["reason"] for d in self.error["details"] if d["@type"].endswith("google.rpc.ErrorInfo"))


class Service:
    """One server as grpcurl sees it."""

    def __init__(self, port, name):
        self.address = f"127.0.0.1:{port}"
        self.name = name

    def grpcurl(self, *arguments):
        """`arguments` with "ADDRESS" where the address belongs."""
        program = pathlib.Path(os.environ["RECORDS_TOOLS"]) / "bin" / "grpcurl"
        given = [self.address if part == "ADDRESS" else part for part in arguments]
        done = subprocess.run(
            [program, "-plaintext", "-format-error", *given], capture_output=True, text=True, timeout=60
        )
        return Answer(done)

    def __call__(self, method, *requests, options=()):
        """Calls `method` of the service (or "package.Service/Method"), with one message or with several."""
        name = method if "/" in method else f"{self.name}/{method}"
        data = "\n".join(json.dumps(request) for request in requests) or "{}"
        return self.grpcurl(*options, "-d", data, "ADDRESS", name)


@pytest.fixture(scope="session")
def services(request, tmp_path_factory):
    running = Services(request.config.getoption("--store"), tmp_path_factory.mktemp("services"))
    yield running
    running.stop()


@pytest.fixture(scope="session")
def records(services):
    return Service(services.records_port, "records.v1.RecordsService")


@pytest.fixture(scope="session")
def analytics(services):
    return Service(services.analytics_port, "analytics.v1.AnalyticsService")


@pytest.fixture
def owner(records, request):
    """A name that no other test uses; its records are removed at the end."""
    name = f"{request.node.name} {os.getpid()}"[-100:]
    yield name
    page = records("List", {"filter": {"owner": name}, "limit": 200}, options=["-H", "x-consistency: strong"]).message
    for item in page.get("items", []):
        records("Delete", {"id": item["id"]})


@pytest.fixture
def create(records, owner):
    """Stores a record of the test's owner and gives it back."""

    def made(**fields):
        return records("Create", {"record": {"title": "a record", "owner": owner, **fields}}).message["record"]

    return made
