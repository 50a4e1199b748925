"""Alerts and the dashboard speak of metrics, and labels, that the gateway has."""

import json
import re

import yaml
from programs import CHECKOUT

WORDS = re.compile(r"\b(?:http|backend|cluster|gateway)_[a-z_]+\b")


def expressions():
    alerts = yaml.safe_load((CHECKOUT / "deploy/alerts.yml").read_text())
    for group in alerts["groups"]:
        for rule in group["rules"]:
            yield rule["expr"]
    dashboard = json.loads((CHECKOUT / "compose/monitoring/grafana/dashboards/records.json").read_text())
    for panel in dashboard["panels"]:
        for target in panel["targets"]:
            yield target["expr"]


def test_every_metric_of_alerts_and_dashboard_is_there(api, store):
    api.create()
    offered = set(re.findall(r"^([a-z_]+)[{ ]", api.get("/metrics").text, re.MULTILINE))
    named = {word for expression in expressions() for word in WORDS.findall(expression)}
    if store == "sqlite":  # which has no nodes to tell of
        named = {word for word in named if not word.startswith("cluster_")}
    assert len(named) > 8
    assert named <= offered, named - offered
