"""The compose files, brought up once for the tests of a file each, and taken down with their volumes."""

import os
import secrets
import subprocess
import sys

import pytest
from stack import BASE_IMAGE, CHECKOUT, COMPOSE_2, Stack, docker, need_engine, run

PORTS = ("HTTP_PORT", "FRONTEND_PORT")
GAUSS_PORTS = ("GS_PRIMARY_PORT", "GS_STANDBY1_PORT", "GS_STANDBY2_PORT")


@pytest.fixture(scope="session", autouse=True)
def engine():
    need_engine()


@pytest.fixture(scope="module")
def all_in_one():
    stack = Stack("docker-compose.yml", "records-test-all", PORTS)
    yield stack
    stack.down()


@pytest.fixture(scope="module")
def with_flink():
    """All in one with Flink. Prometheus is started by its name: the Grafana of its profile cannot be had everywhere."""
    stand_in = docker(
        "build", "-q", "--build-arg", f"BASE={BASE_IMAGE}", str(CHECKOUT / "tests/containers/prometheus")
    ).strip()
    stack = Stack(
        "docker-compose.yml",
        "records-test-flink",
        (*PORTS, "PROMETHEUS_PORT"),
        "flink",
        env_file="flink.env",
        PROMETHEUS_IMAGE=stand_in,
    )
    yield stack
    stack.down()


@pytest.fixture(scope="module")
def keycloak():
    """All in one, of which only Keycloak is started; its administrator's password is random."""
    folder = CHECKOUT / "tests/containers/keycloak"
    distribution = subprocess.check_output([folder / "fetch.sh"], text=True, timeout=900).strip()
    stand_in = docker(
        "build", "-q", "--build-arg", f"BASE={BASE_IMAGE}", "-f", str(folder / "Dockerfile"), distribution
    ).strip()
    stack = Stack(
        "docker-compose.yml",
        "records-test-keycloak",
        (*PORTS, "KEYCLOAK_PORT"),
        "keycloak",
        KEYCLOAK_IMAGE=stand_in,
        KEYCLOAK_ADMIN_PASSWORD=secrets.token_urlsafe(),
    )
    yield stack
    stack.down()


@pytest.fixture(scope="module")
def pseudo():
    stack = Stack(
        "gaussdb-pseudo-distributed.yml",
        "records-test-gauss",
        (*PORTS, *GAUSS_PORTS),
        "product",
        compose=COMPOSE_2,
        GS_PREFIX="records-test-",
        GS_NETWORK="records-test-gauss-net",
    )
    yield stack
    stack.down()


@pytest.fixture
def contract():
    """Runs the tests of the HTTP contract against a gateway: contract(url, options, files...); their summary line."""

    def go(url, *arguments):
        done = run(
            *[sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--store", "cluster", "--url", url],
            *[str(CHECKOUT / "tests/http" / one) if one.endswith(".py") else one for one in arguments],
            *([] if any(one.endswith(".py") for one in arguments) else [str(CHECKOUT / "tests/http")]),
            seconds=900,
        )
        summary = done.strip().splitlines()[-1]
        assert "passed" in summary and "failed" not in summary and "skipped" not in summary, done[-3000:]
        return summary

    return go


@pytest.fixture
def browse():
    """Runs browser tests against a running product: browse(url, files...)."""

    def go(url, *files):
        folder = CHECKOUT / "tests/browser"
        command = ["node", "--test", "--test-concurrency=1", *[str(folder / one) for one in files]]
        return run(*command, seconds=600, BASE_URL=url, PATH=os.environ["PATH"])

    return go


@pytest.fixture
def say(capsys):
    """For figures that whoever runs the tests wants to see."""

    def tell(*words):
        with capsys.disabled():
            print("\n   ", *words, flush=True)

    return tell
