"""Addresses behind which there is no Flink that could be used: the reason, at once, and the recovery. What a real Flink
1.20 cannot show (another version; a JobManager that has gone while the gateway stays) is shown by a double."""

import http.server
import json
import socket
import threading
import time

import pytest
import requests
from local import free_base
from programs import Deployment
from waiting import wait_until


class GatewayDouble:
    """A double: answers /v1/info as the SQL Gateway of some version does, and nothing else."""

    def __init__(self, version):
        self.version = version
        double = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                body = json.dumps({"productName": "Apache Flink", "version": double.version}).encode()
                self.send_response(200 if self.path == "/v1/info" else 404)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture(scope="module")
def product(tmp_path_factory):
    """The three programs on the cluster of the test run."""
    running = Deployment("cluster", tmp_path_factory.mktemp("absent"))
    yield running
    running.stop()


def point(product, **settings):
    """analytics-service started anew with these settings."""
    product.programs.pop("analytics-service").stop()
    product.start_analytics(product.analytics_port, **settings)
    wait_until(lambda: requests.get(f"{product.url}/health/ready", timeout=10).status_code == 200, what="readiness")


def flink(product):
    return requests.get(f"{product.url}/health", timeout=10).json()["flink"]


def falls_back(product, *words):
    """Also the first caller, who may come before the first look at Flink, has figures in about the time of that."""
    began = time.monotonic()
    seen = requests.get(f"{product.url}/records/analytics/flink", timeout=30).json()
    assert time.monotonic() - began < 5
    assert seen["engine"] == "sql_fallback"
    assert all(word in seen["fallback_reason"] for word in words), seen["fallback_reason"]
    refused = requests.get(f"{product.url}/records/analytics/flink?engine=flink", timeout=30)
    assert refused.status_code == 503 and all(word in refused.json()["detail"] for word in words)
    health = flink(product)
    assert health["status"] == "down" and all(word in health["detail"] for word in words)


def test_nobody_listens(product):
    port = free_base()
    point(product, FLINK_SQL_GATEWAY_URL=f"http://127.0.0.1:{port}")
    falls_back(product, f"127.0.0.1:{port}", "Connection refused")


def test_somebody_listens_and_never_answers(product):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        point(product, FLINK_SQL_GATEWAY_URL=f"http://127.0.0.1:{listener.getsockname()[1]}")
        falls_back(product, "no answer in time")


def test_somebody_else_answers(product):
    point(product, FLINK_SQL_GATEWAY_URL=product.url)
    falls_back(product, product.url, "is no SQL Gateway")


def test_another_version_until_it_is_replaced(product):
    with GatewayDouble("1.16.2") as gateway:
        point(product, FLINK_SQL_GATEWAY_URL=gateway.url)
        falls_back(product, "Flink 1.16.2 answers", "1.20 or later is needed")
        gateway.version = "1.20.3"
        wait_until(lambda: flink(product)["status"] == "ok", what="Flink that may be used")
        assert flink(product)["version"] == "1.20.3"


def test_a_gateway_without_its_jobmanager(product):
    port = free_base()
    with GatewayDouble("1.20.3") as gateway:
        point(product, FLINK_SQL_GATEWAY_URL=gateway.url, FLINK_REST_URL=f"http://127.0.0.1:{port}")
        falls_back(product, f"127.0.0.1:{port}", "Connection refused")
