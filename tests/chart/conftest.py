"""helm and kubectl-validate, pinned and prepared by run.sh, and the chart rendered with each set of values."""

import os
import pathlib
import subprocess

import pytest
import yaml

CHECKOUT = pathlib.Path(__file__).resolve().parents[2]
CHART = CHECKOUT / "deploy/helm"
VALUES = sorted((CHECKOUT / "tests/chart/values").glob("*.yaml"))
TOOLS = pathlib.Path(os.environ["RECORDS_TOOLS"])
# What the chart asks for at least; helm built from source believes in an older one.
KUBERNETES = "1.31.0"


def run(*command):
    return subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=120)


def helm(*arguments):
    """Its standard output; fails with what it said."""
    done = run(TOOLS / "bin/helm", *arguments)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def template(*arguments):
    return helm("template", "r", CHART, "--namespace", "team", "--kube-version", KUBERNETES, *arguments)


class Rendered:
    def __init__(self, name, text):
        self.name = name
        self.text = text
        self.objects = [one for one in yaml.safe_load_all(text) if one]

    def kind(self, kind):
        return [one for one in self.objects if one["kind"] == kind]

    def one(self, kind, name):
        found = [one for one in self.kind(kind) if one["metadata"]["name"] == name]
        assert len(found) == 1, f"{kind} {name}: {len(found)}"
        return found[0]


@pytest.fixture(scope="session", params=VALUES, ids=lambda path: path.stem)
def rendered(request):
    return Rendered(request.param.stem, template("--values", request.param))


@pytest.fixture(scope="session")
def external():
    return Rendered("external", template("--values", CHECKOUT / "tests/chart/values/external.yaml"))


@pytest.fixture(scope="session")
def bundled():
    return Rendered("bundled", template("--values", CHECKOUT / "tests/chart/values/bundled.yaml"))
