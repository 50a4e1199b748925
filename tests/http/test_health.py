"""Health, topology and metrics of a system that works. What they say when something is down is in test_outage.py."""

import re

import pytest
import yaml
from client import wait_until
from programs import CHECKOUT
from prometheus_client.parser import text_string_to_metric_families

ROLES = {"sqlite": ["primary"], "cluster": ["primary", "standby", "standby"]}


def topology(api):
    response = api.get("/cluster")
    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "no-store"
    return response.json()


def roles(nodes):
    return sorted(node["role"] for node in nodes)


def test_live_and_ready(api):
    assert api.get("/health/live").json() == {"status": "ok"}
    assert api.get("/health/ready").json() == {"status": "ready"}


def test_health_shows_every_dependency(api, store):
    health = wait_until(lambda: (seen := api.get("/health").json())["status"] == "ok" and seen, what="a healthy system")
    assert health["services"] == {"records": {"status": "ok"}, "analytics": {"status": "ok"}}
    assert roles(health["cluster"]["nodes"]) == ROLES[store]
    assert health["flink"]["status"] == "disabled"
    assert health["version"]


def test_the_topology_shows_role_lag_and_pool_of_every_node(api, store):
    seen = wait_until(
        lambda: (seen := topology(api)) and roles(seen["nodes"]) == ROLES[store] and seen, what="all nodes"
    )
    assert seen["dialect"] == {"sqlite": "sqlite", "cluster": "postgresql"}[store]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT.*Z", seen["checked_at"])
    for node in seen["nodes"]:
        assert node["name"]
        if store == "cluster":
            assert re.fullmatch("[0-9A-F]+/[0-9A-F]+", node["lsn"])
            assert node["replay_lag_bytes"] >= 0 and node["replay_lag_ms"] >= 0
            assert node["read_only"] == (node["role"] == "standby")
            assert node["timeline"] >= 1
            assert set(node["pool"]) == {"size", "idle", "in_use", "waiting", "max"}


def test_no_secret_is_shown(api, deployment):
    for path in ("/health", "/cluster", "/metrics"):
        text = api.get(path).text.lower()
        assert "password" not in text and "passfile" not in text and "postgresql://" not in text


def metrics(api):
    response = api.get("/metrics")
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    return {family.name: family for family in text_string_to_metric_families(response.text)}


def value(families, name, **labels):
    """Of the sample with (at least) these labels; 0 where there is none."""
    samples = next(
        iter(family.samples for family in families.values() if any(sample.name == name for sample in family.samples)),
        [],
    )
    return sum(sample.value for sample in samples if sample.name == name and labels.items() <= sample.labels.items())


def test_metrics_are_prometheus_text_with_help_and_type(api):
    families = metrics(api)
    assert len(families) >= 10
    for family in families.values():
        assert family.documentation and family.type in ("counter", "gauge", "histogram")


def test_requests_are_counted_by_route_and_status(api):
    labels = {"method": "GET", "route": "/records/{id}"}
    before = metrics(api)
    record = api.create()
    api.record(record["id"])
    api.get("/records/9000000000000000000")
    after = metrics(api)
    for status in ("2xx", "4xx"):
        assert (
            value(after, "http_requests_total", status=status, **labels)
            == value(before, "http_requests_total", status=status, **labels) + 1
        )
    assert (
        value(after, "http_request_duration_seconds_count", **labels)
        == value(before, "http_request_duration_seconds_count", **labels) + 2
    )


def test_paths_of_clients_make_no_new_series(api):
    def series():
        return {tuple(sorted(sample.labels.items())) for sample in metrics(api)["http_requests"].samples}

    api.get("/nothing/at/all")
    before = series()
    for number in range(20):
        api.get(f"/nothing/{number}")
        api.get(f"/records/{10**15 + number}")
    assert len(series()) <= len(before) + 1


def test_histograms_are_whole(api):
    for family in metrics(api).values():
        if family.type != "histogram":
            continue
        series = {}
        for sample in family.samples:
            if sample.name.endswith("_bucket"):
                key = tuple(sorted((k, v) for k, v in sample.labels.items() if k != "le"))
                series.setdefault(key, []).append((float(sample.labels["le"]), sample.value))
        for buckets in series.values():
            assert [bound for bound, _ in buckets] == sorted(bound for bound, _ in buckets)
            assert [count for _, count in buckets] == sorted(count for _, count in buckets)
            assert buckets[-1][0] == float("inf")


def test_every_node_has_its_role(api, store):
    seen = wait_until(
        lambda: (f := metrics(api).get("cluster_node_role")) and len(f.samples) == len(ROLES[store]) and f,
        what="a role of every node",
    )
    assert sorted(sample.labels["role"] for sample in seen.samples) == ROLES[store]


@pytest.mark.parametrize(
    "name",
    ["http_connections_open", "http_requests_in_flight", "backend_calls_in_flight", "backend_up", "gateway_info"],
)
def test_gauges_are_there(api, name):
    assert name in metrics(api)


def test_every_alert_is_explained_and_asks_for_metrics_that_there_are(api, store):
    deploy = CHECKOUT / "deploy"
    runbook = (deploy / "README.md").read_text()
    wait_until(lambda: roles(topology(api)["nodes"]) == ROLES[store], what="all nodes")
    given = set(re.findall(r"^([a-z_]+)[{ ]", api.get("/metrics").text, re.MULTILINE))
    alerts = [
        rule for group in yaml.safe_load((deploy / "alerts.yml").read_text())["groups"] for rule in group["rules"]
    ]
    assert len(alerts) > 10
    for alert in alerts:
        assert f"| `{alert['alert']}` |" in runbook
        asked = set(re.findall(r"\b(?:http|backend|cluster|gateway)_[a-z_]+", alert["expr"]))
        assert asked and asked <= given, alert["alert"]
