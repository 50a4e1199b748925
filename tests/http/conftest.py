"""The real programs, started once for all tests on the store of --store; and `api`, each test's client of them.

A failed test shows what the programs logged meanwhile. With --url the tests speak to a gateway that runs already, and
those that start, stop or watch programs of their own are left out; with --proxied also those of the bytes on the wire,
which a proxy has its own way with.
"""

from urllib.parse import urlsplit

import pytest
from client import Api
from programs import Deployment
from wire import Wire

CORS_ORIGIN = "https://pages.example"


def pytest_addoption(parser):
    parser.addoption("--store", choices=("sqlite", "cluster"), default="sqlite")
    parser.addoption("--url", help="a gateway that runs already")
    parser.addoption("--proxied", action="store_true", help="there is a proxy before it")


class Running:
    """A deployment that somebody else has started; CORS_ORIGINS there must be CORS_ORIGIN."""

    def __init__(self, url):
        self.url = url.rstrip("/")
        self.http_port = urlsplit(url).port
        self.programs = {}


def pytest_collection_modifyitems(config, items):
    if not config.getoption("--url"):
        return
    own = {"own_deployment", "own_api"} | ({"wire"} if config.getoption("--proxied") else set())
    chosen = [item for item in items if item.path.name != "test_programs.py" and not own & set(item.fixturenames)]
    if config.getoption("--proxied"):
        chosen = [item for item in chosen if not item.get_closest_marker("direct")]
    config.hook.pytest_deselected(items=[item for item in items if item not in chosen])
    items[:] = chosen


@pytest.fixture(scope="session")
def store(request):
    return request.config.getoption("--store")


@pytest.fixture(scope="session")
def deployment(request, store, tmp_path_factory):
    """What most tests share; those that break something start their own."""
    if url := request.config.getoption("--url"):
        yield Running(url)
        return
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
