"""What ties a request to its traces in the logs: X-Request-Id and W3C trace context, through to the services."""

import re

import pytest
from client import assert_problem, wait_until

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
PARENT = f"00-{TRACE}-00f067aa0ba902b7-01"
MISSING = "/records/9000000000000000000"


def test_a_clients_id_comes_back(api):
    assert api.get("/health/live", headers={"X-Request-Id": "my-id_1.2:3/4"}).headers["X-Request-Id"] == "my-id_1.2:3/4"


@pytest.mark.parametrize("given", ["", "a b", "x" * 129, "a<script>", 'a"b', "ä", "a,b", "a;b"])
def test_an_unfit_id_is_replaced(api, given):
    answered = api.get("/health/live", headers={"X-Request-Id": given.encode()}).headers["X-Request-Id"]
    assert re.fullmatch("[0-9a-f]{32}", answered)


def test_every_request_has_an_id_of_its_own(api):
    ids = {api.get("/health/live").headers["X-Request-Id"] for _ in range(20)}
    assert len(ids) == 20


def test_a_clients_trace_goes_on(api):
    response = api.get(MISSING, headers={"Traceparent": PARENT})
    assert assert_problem(response, 404)["trace_id"] == TRACE
    assert response.headers["X-Request-Id"] == TRACE


@pytest.mark.parametrize(
    "given",
    [
        "",
        "nonsense",
        PARENT.upper(),
        "ff" + PARENT[2:],
        f"00-{'0' * 32}-00f067aa0ba902b7-01",
        f"00-{TRACE}-{'0' * 16}-01",
        PARENT + "-more",
        PARENT[:-1],
        PARENT.replace("-", "_"),
    ],
)
def test_a_broken_trace_begins_anew(api, given):
    trace = assert_problem(api.get(MISSING, headers={"Traceparent": given}), 404)["trace_id"]
    assert trace != TRACE and re.fullmatch("[0-9a-f]{32}", trace)


def test_a_later_version_of_the_trace_context_is_understood(api):
    given = f"01-{TRACE}-00f067aa0ba902b7-01-more"
    assert assert_problem(api.get(MISSING, headers={"Traceparent": given}), 404)["trace_id"] == TRACE


def test_problems_have_different_traces(api):
    assert assert_problem(api.get(MISSING), 404)["trace_id"] != assert_problem(api.get(MISSING), 404)["trace_id"]


def test_a_failure_is_logged_under_its_trace(own_deployment, own_api):
    deployment = own_deployment(REQUEST_TIMEOUT_MS="300")
    client = own_api(deployment)
    deployment.records.pause()
    try:
        trace = assert_problem(client.get("/records/1", headers={"Traceparent": PARENT}), 504)["trace_id"]
    finally:
        deployment.records.resume()
    assert trace == TRACE
    wait_until(
        lambda: any(event.get("trace_id") == TRACE for event in deployment.gateway.logged()),
        what="the log line of the failure",
    )
