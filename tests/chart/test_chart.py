"""The chart: lint, all values against the schemas of Kubernetes, what an upgrade without a lost request needs."""

import re
import subprocess

import pytest
import yaml
from conftest import CHART, CHECKOUT, KUBERNETES, TOOLS, VALUES, helm, run, template

PARTS = {"records": "records-service", "analytics": "analytics-service", "gateway": "gateway"}
POD_KINDS = ("Deployment", "StatefulSet", "Job", "Pod")


def validate(path):
    return run(TOOLS / "bin/kubectl-validate", "--version", "1.30", "--local-crds", TOOLS / "crds", path)


def pods(rendered):
    """Every pod: (name of its owner, spec)."""
    for one in rendered.objects:
        if one["kind"] in POD_KINDS:
            spec = one["spec"] if one["kind"] == "Pod" else one["spec"]["template"]["spec"]
            yield f"{one['kind']} {one['metadata']['name']}", spec


@pytest.mark.parametrize("values", VALUES, ids=lambda path: path.stem)
def test_lint(values):
    helm("lint", CHART, "--strict", "--kube-version", KUBERNETES, "--values", values)


def test_what_kubernetes_gets_is_what_it_knows(rendered, tmp_path):
    path = tmp_path / "all.yaml"
    path.write_text(rendered.text)
    done = validate(path)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    "right, wrong",
    [
        ("minReadySeconds: 2", "minReadySeconds: two"),
        ("readOnlyRootFilesystem:", "readOnlyRootFileSystem:"),
        ("sleep: { seconds: 5 }", "sleep: { minutes: 5 }"),
        ("path: /metrics", "path: [/metrics]"),
        ("type: PathPrefix", "type: Prefix"),
    ],
)
def test_the_validation_finds_what_is_wrong(external, tmp_path, right, wrong):
    path = tmp_path / "all.yaml"
    assert right in external.text
    path.write_text(external.text.replace(right, wrong))
    assert validate(path).returncode != 0


def test_every_pod_has_no_privilege_and_bounds(rendered):
    found = list(pods(rendered))
    assert found
    for name, spec in found:
        assert spec["securityContext"]["runAsNonRoot"] is True, name
        assert spec["automountServiceAccountToken"] is False, name
        for container in spec["containers"]:
            security = container["securityContext"]
            assert security["readOnlyRootFilesystem"] and not security["allowPrivilegeEscalation"], name
            assert security["capabilities"]["drop"] == ["ALL"], name
            assert container["resources"]["requests"] and container["resources"]["limits"]["memory"], name


def test_an_upgrade_never_has_fewer_pods_than_before_and_lets_each_end_in_peace(rendered):
    for deployment in rendered.kind("Deployment"):
        name, spec = deployment["metadata"]["name"], deployment["spec"]
        assert spec["strategy"]["rollingUpdate"]["maxUnavailable"] == 0, name
        pod = spec["template"]["spec"]
        container = pod["containers"][0]
        assert "readinessProbe" in container and "livenessProbe" in container, name
        pause = container["lifecycle"]["preStop"]["sleep"]["seconds"]
        drain = next(int(one["value"]) for one in container["env"] if one["name"] == "DRAIN_MS") / 1000
        assert pod["terminationGracePeriodSeconds"] >= pause + drain, name


def test_a_budget_covers_each_part_and_an_autoscaler_owns_its_replicas(rendered):
    scaled = {one["spec"]["scaleTargetRef"]["name"] for one in rendered.kind("HorizontalPodAutoscaler")}
    for deployment in rendered.kind("Deployment"):
        assert ("replicas" not in deployment["spec"]) == (deployment["metadata"]["name"] in scaled)
    if rendered.name != "least":
        budgets = {one["metadata"]["name"] for one in rendered.kind("PodDisruptionBudget")}
        assert {one["metadata"]["name"] for one in rendered.kind("Deployment")} <= budgets


def test_an_autoscaler_looks_at_the_processors_that_a_pod_can_use(external):
    """One for each event loop: gateway.threads is 2 here."""
    targets = {
        one["spec"]["scaleTargetRef"]["name"].split("-")[-1]: one["spec"]["metrics"][0]["resource"]["target"]
        for one in external.kind("HorizontalPodAutoscaler")
    }
    assert {part: (one["type"], one["averageValue"]) for part, one in targets.items()} == {
        "gateway": ("AverageValue", "1400m"),
        "records": ("AverageValue", "600m"),
        "analytics": ("AverageValue", "800m"),
        "frontend": ("AverageValue", "700m"),
    }


def test_every_selector_finds_its_pods(rendered):
    """Services, budgets and policies choose by labels: each choice must be the labels of some pod."""
    labels = [
        (one["spec"]["template"] if one["kind"] != "Pod" else one)["metadata"]["labels"]
        for one in rendered.objects
        if one["kind"] in POD_KINDS
    ]

    def hits(selector):
        return any(selector.items() <= each.items() for each in labels)

    for one in rendered.objects:
        spec = one.get("spec", {})
        if one["kind"] == "Service":
            assert hits(spec["selector"]), one["metadata"]["name"]
        elif one["kind"] == "PodDisruptionBudget":
            assert hits(spec["selector"]["matchLabels"]), one["metadata"]["name"]
        elif one["kind"] == "NetworkPolicy":
            if one["metadata"]["name"].endswith("-migrate") and not rendered.kind("Job"):
                continue
            assert hits(spec["podSelector"]["matchLabels"]), one["metadata"]["name"]


def test_settings_are_ones_that_the_programs_know(rendered, programs):
    for part, program in PARTS.items():
        container = rendered.one("Deployment", f"r-records-{part}")["spec"]["template"]["spec"]["containers"][0]
        for setting in container["env"]:
            assert setting["name"] in programs[program] or setting["name"] == "GAUSS_PASSWORD_FILE", setting


@pytest.fixture(scope="session")
def programs():
    """Each program's --help."""
    folder = CHECKOUT / "build/ci/bin"
    return {
        name: subprocess.run([folder / name, "--help"], capture_output=True, text=True, check=True).stdout
        for name in PARTS.values()
    }


def test_passwords_reach_a_pod_only_as_a_file(rendered):
    for name, spec in pods(rendered):
        for container in spec["containers"]:
            for setting in container.get("env", []):
                assert "PASSWORD" not in setting["name"] or setting["name"].endswith("_FILE"), name
    assert "secret" not in [
        one.get("value") for _, spec in pods(rendered) for one in spec["containers"][0].get("env", [])
    ]


def test_hosts_with_and_without_ports(external):
    env = external.one("Deployment", "r-records-records")["spec"]["template"]["spec"]["containers"][0]["env"]
    given = {one["name"]: one.get("value") for one in env}
    assert given["GAUSS_HOST"] == "gauss1.example,gauss2.example,gauss3.example"
    assert given["GAUSS_PORT"] == "15400,15400,5432"
    assert given["GAUSS_DIALECT"] == "opengauss"
    assert given["GAUSS_PASSWORD_FILE"] == "/secrets/app"


def test_migrations_come_before_the_services_and_after_a_bundled_database(external, bundled):
    hook = "helm.sh/hook"
    assert external.one("Job", "r-records-migrate")["metadata"]["annotations"][hook] == "pre-install,pre-upgrade"
    assert bundled.one("Job", "r-records-migrate")["metadata"]["annotations"][hook] == "post-install,pre-upgrade"


def test_each_part_takes_calls_only_from_those_before_it(external):
    def callers(part):
        policy = external.one("NetworkPolicy", f"r-records-{part}")["spec"]
        return {
            peer["podSelector"]["matchLabels"]["app.kubernetes.io/component"]
            for rule in policy["ingress"]
            for peer in rule.get("from", [])
            if "podSelector" in peer
        }

    assert callers("records") == callers("analytics") == {"gateway", "test"}
    assert callers("gateway") == {"frontend", "test"}
    database = external.one("NetworkPolicy", "r-records-records")["spec"]["egress"][1]
    assert database["ports"] == [{"port": 15400}, {"port": 5432}]
    assert database["to"] == [{"ipBlock": {"cidr": "10.1.0.0/24"}}]


def test_the_alerts_are_those_of_the_runbook(external):
    rule = external.one("PrometheusRule", "r-records")
    assert rule["spec"] == yaml.safe_load((CHECKOUT / "deploy/alerts.yml").read_text())


def test_generated_passwords_suit_opengauss_and_differ(bundled):
    secret = bundled.one("Secret", "r-records-database")["data"]
    assert set(secret) == {f"{role}.password" for role in ("superuser", "replicator", "patroni", "app")}
    assert len(set(secret.values())) == 4


REFUSED = [
    ([], "anyOf|hosts|bundledDatabase"),
    (["--set", "database.hosts={db}"], "anyOf|existingSecret|password"),
    (["--set", "bundledDatabase.enabled=true,gateway.replica=2"], "replica"),
    (["--set", "bundledDatabase.enabled=true,gateway.replicas=-1"], "replicas"),
    (["--set", "bundledDatabase.enabled=true,logLevel=loud"], "logLevel"),
    (["--set", "bundledDatabase.enabled=true,ingress.enabled=true"], "hosts"),
    (["--set", "bundledDatabase.enabled=true,httpRoute.enabled=true"], "parentRefs"),
    (["--set", "bundledDatabase.enabled=true,service.port=70000"], "port"),
    (["--set", "bundledDatabase.enabled=true,analytics.flinkRestUrl=flink:8081"], "flinkRestUrl"),
    (["--set", "bundledDatabase.enabled=true,gateway.env.max_requests=1"], "max_requests"),
    (["--set", "database.hosts={a:b:c},database.password=x"], "hosts"),
    (["--set", "bundledDatabase.enabled=true,records.resources.limits.memory=lots"], "memory"),
]


@pytest.mark.parametrize("arguments, named", REFUSED, ids=[" ".join(one[0]) or "nothing" for one in REFUSED])
def test_bad_values_are_refused_by_name(arguments, named):
    command = [TOOLS / "bin/helm", "template", "r", CHART, "--kube-version", KUBERNETES, *arguments]
    done = run(*command)
    assert done.returncode != 0
    assert re.search(named, done.stderr), done.stderr


def test_an_old_kubernetes_is_refused():
    command = [
        TOOLS / "bin/helm",
        "template",
        "r",
        CHART,
        "--kube-version",
        "1.29.0",
        "--set",
        "bundledDatabase.enabled=true",
    ]
    assert "1.30" in run(*command).stderr


def test_the_way_in_is_the_gateway_where_there_is_no_nginx():
    objects = [
        one for one in yaml.safe_load_all(template("--values", CHECKOUT / "tests/chart/values/least.yaml")) if one
    ]
    service = next(one for one in objects if one["kind"] == "Service" and one["metadata"]["name"] == "r-records")
    assert service["spec"]["selector"]["app.kubernetes.io/component"] == "gateway"
    assert not any("frontend" in one["metadata"]["name"] for one in objects)
