"""The real programs, started once for all tests on the store of --store; and `api`, each test's client of them.

A failed test shows what the programs logged meanwhile.
"""

import pytest
from client import Api
from programs import Deployment
from wire import Wire

CORS_ORIGIN = "https://pages.example"


def pytest_addoption(parser):
    parser.addoption("--store", choices=("sqlite", "cluster"), default="sqlite")


@pytest.fixture(scope="session")
def store(request):
    return request.config.getoption("--store")


@pytest.fixture(scope="session")
def deployment(store, tmp_path_factory):
    """What most tests share; those that break something start their own."""
    # One event loop on one store, two on the other: both must do.
    threads = {"sqlite": "1", "cluster": "2"}[store]
    running = Deployment(store, tmp_path_factory.mktemp("deployment"), CORS_ORIGINS=CORS_ORIGIN, HTTP_THREADS=threads)
    yield running
    running.stop()


@pytest.fixture
def api(deployment):
    client = Api(deployment.url)
    yield client
    client.clean()


@pytest.fixture
def wire(deployment):
    """Opens raw connections: wire() is one."""
    connections = []

    def connect():
        connections.append(Wire(deployment.http_port))
        return connections[-1]

    yield connect
    for connection in connections:
        connection.close()


@pytest.fixture
def own_deployment(store, tmp_path):
    """Starts a deployment for one test: own_deployment(NAME=VALUE...) with settings of the gateway."""
    started = []

    def start(**settings):
        started.append(Deployment(store, tmp_path, **settings))
        return started[-1]

    yield start
    for deployment in started:
        deployment.stop()


@pytest.fixture
def own_api(own_deployment):
    """A client of such a deployment: own_api(deployment). Cleans while the deployment still runs."""
    clients = []

    def connect(deployment):
        clients.append(Api(deployment.url))
        return clients[-1]

    yield connect
    for client in clients:
        client.clean()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    report = outcome.get_result()
    running = item.funcargs.get("deployment")
    if report.failed and running:
        for name, program in running.programs.items():
            report.sections.append((f"the last lines of {name}", "\n".join(program.lines[-15:])))
