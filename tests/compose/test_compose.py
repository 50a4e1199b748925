"""What of compose/ can be checked without a Docker engine: both files with every profile, what monitoring reads."""

import json
import os
import pathlib
import re
import subprocess

import pytest
import yaml

CHECKOUT = pathlib.Path(__file__).resolve().parents[2]
COMPOSE = CHECKOUT / "compose"
COMPOSE_2 = os.environ["RECORDS_TOOLS"] + "/bin/docker-compose-2"
FILES = {
    "docker-compose.yml": ["flink", "keycloak", "monitoring"],
    "gaussdb-pseudo-distributed.yml": ["product"],
}


def run(*command, **settings):
    environment = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", **settings}
    return subprocess.run(command, cwd=CHECKOUT, env=environment, capture_output=True, text=True, timeout=60)


def config(file, *options, compose="/usr/bin/docker-compose", **settings):
    """What Debian's compose 1.29 (or another) makes of a file, with all of its profiles."""
    profiles = [word for profile in FILES[file] for word in ("--profile", profile)]
    command = [compose, *options, "-f", f"compose/{file}", *profiles, "config"]
    done = run(*command, **settings)
    assert done.returncode == 0, done.stderr
    return yaml.safe_load(done.stdout)


@pytest.mark.parametrize("file", FILES)
def test_compose_2_understands_the_same(file):
    old, new = config(file)["services"], config(file, compose=COMPOSE_2)["services"]
    assert set(old) == set(new)
    for name, service in old.items():
        for key in ("image", "command", "environment", "read_only", "container_name", "tmpfs"):
            assert service.get(key) == new[name].get(key), f"{name}: {key}"
        for key in ("networks", "depends_on", "volumes"):
            assert len(service.get(key, [])) == len(new[name].get(key, [])), f"{name}: {key}"


@pytest.mark.parametrize("file", FILES)
def test_every_service_is_kept_down(file):
    for name, service in config(file)["services"].items():
        if "build" not in service:
            continue
        assert service.get("read_only") is True, name
        assert service.get("privileged", False) is False, name
        for port in service.get("ports", []):
            assert str(port).startswith("127.0.0.1:"), f"{name} publishes {port} to everybody"


@pytest.mark.parametrize("file", FILES)
def test_every_build_names_files_and_targets_that_are_there(file):
    for name, service in config(file)["services"].items():
        if "build" not in service:
            continue
        dockerfile = pathlib.Path(service["build"]["context"]) / service["build"]["dockerfile"]
        text = dockerfile.read_text()
        if target := service["build"].get("target"):
            assert re.search(rf"^FROM .* AS {target}$", text, re.MULTILINE), name
        for argument in service["build"].get("args", {}):
            assert re.search(rf"^ARG {argument}\b", text, re.MULTILINE), f"{name}: {argument}"


@pytest.mark.parametrize("file", FILES)
def test_every_mounted_file_is_there(file):
    for name, service in config(file)["services"].items():
        for volume in service.get("volumes", []):
            source = str(volume).split(":")[0]
            assert not source.startswith("/") or pathlib.Path(source).exists(), f"{name}: {source}"


def test_the_pseudo_distributed_cluster_is_what_its_name_says():
    found = config("gaussdb-pseudo-distributed.yml")
    nodes = {name: one for name, one in found["services"].items() if name.startswith("gauss-")}
    assert set(nodes) == {"gauss-primary", "gauss-standby1", "gauss-standby2"}
    for name, node in nodes.items():
        environment = node["environment"]
        assert environment["GS_ROLE"] == ("primary" if name == "gauss-primary" else "standby")
        assert environment["GS_PRIMARY_HOST"] == "gauss-primary"
        assert list(node["networks"]) == ["gauss-net"]
        assert node["container_name"] == name
        assert any(str(volume).startswith(f"{name}:") for volume in node["volumes"])
    assert found["networks"]["gauss-net"]["name"] == "gauss-net"
    assert found["networks"]["gauss-net"]["driver"] == "bridge"


def test_one_setting_chooses_opengauss():
    found = config("gaussdb-pseudo-distributed.yml", "--env-file", "compose/opengauss.env")
    node = found["services"]["gauss-standby1"]
    assert node["build"]["target"] == "opengauss"
    assert node["build"]["args"]["OPENGAUSS_BASE"].startswith("opengauss/opengauss:")
    assert (node["privileged"], node["read_only"]) == (True, False)
    assert any(str(volume).startswith("gauss-standby1:/var/lib/opengauss") for volume in node["volumes"])
    assert found["services"]["records-service"]["environment"]["GAUSS_DIALECT"] == "opengauss"


def test_one_setting_brings_flink_and_says_where_it_is():
    found = config("docker-compose.yml", "--env-file", "compose/flink.env")
    analytics = found["services"]["analytics-service"]
    for setting, port in (("FLINK_SQL_GATEWAY_URL", 8083), ("FLINK_REST_URL", 8081)):
        host = re.fullmatch(rf"http://([a-z-]+):{port}", analytics["environment"][setting]).group(1)
        assert set(found["services"][host]["networks"]) & set(analytics["networks"])
    assert str(analytics["environment"]["FLINK_CDC"]).lower() == "true"
    settings = (COMPOSE / "flink.env").read_text()
    assert "COMPOSE_PROFILES=flink\n" in settings


def test_prometheus_understands_its_files():
    for command in (
        ["promtool", "check", "config", "--syntax-only", "compose/monitoring/prometheus.yml"],
        ["promtool", "check", "rules", "deploy/alerts.yml"],
        ["promtool", "test", "rules", "tests/compose/alerts.test.yml"],
    ):
        done = run(*command)
        assert done.returncode == 0, done.stdout + done.stderr


def test_every_alert_is_seen_to_fire_and_not_to():
    rules = [
        rule
        for group in yaml.safe_load((CHECKOUT / "deploy/alerts.yml").read_text())["groups"]
        for rule in group["rules"]
    ]
    cases = [
        case
        for test in yaml.safe_load((CHECKOUT / "tests/compose/alerts.test.yml").read_text())["tests"]
        for case in test["alert_rule_test"]
    ]
    named = {rule["alert"] for rule in rules}
    assert {case["alertname"] for case in cases if case.get("exp_alerts")} == named
    assert {case["alertname"] for case in cases if not case.get("exp_alerts")} == named


def test_the_dashboard_asks_the_provisioned_source():
    dashboard = json.loads((COMPOSE / "monitoring/grafana/dashboards/records.json").read_text())
    sources = yaml.safe_load((COMPOSE / "monitoring/grafana/provisioning/datasources/prometheus.yml").read_text())
    known = {source["uid"] for source in sources["datasources"]}
    identifiers = [panel["id"] for panel in dashboard["panels"]]
    assert len(identifiers) == len(set(identifiers))
    for panel in dashboard["panels"]:
        for target in panel["targets"]:
            assert target["datasource"]["uid"] in known, panel["title"]


def test_keycloak_can_read_its_realm():
    realm = json.loads((COMPOSE / "keycloak/records-realm.json").read_text())
    client = realm["clients"][0]
    assert client["publicClient"] and client["attributes"]["pkce.code.challenge.method"] == "S256"
    assert "users" not in realm, "no account comes with the files"
