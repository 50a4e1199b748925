"""Every image is built, small, unprivileged, labelled, and says what it is made of."""

import json
import os

import pytest
from stack import BASE_IMAGE, COMPOSE_1, COMPOSE_2, PROGRAMS, REGISTRY, docker, run

# Megabytes that an image may have at most; the node is PostgreSQL and Patroni with its Python, Flink has Java.
LARGEST = {
    "records-service": 60,
    "analytics-service": 60,
    "gateway": 50,
    "frontend": 110,
    "etcd": 130,
    "node": 300,
    "flink": 500,
}
# Whom this machine trusts: its way to Maven Central may be a proxy with an authority of its own.
AUTHORITIES = os.environ.get("SSL_CERT_FILE", "/etc/ssl/certs/ca-certificates.crt")


@pytest.fixture(scope="session")
def images(engine):
    docker("image", "inspect", BASE_IMAGE)
    run(COMPOSE_1, "-f", "compose/docker-compose.yml", "build", seconds=1700)
    # The same node by the name of its engine, as the other compose file calls it.
    run(COMPOSE_2, "-f", "compose/gaussdb-pseudo-distributed.yml", "build", seconds=600)
    base, authorities = f"--build-arg=BASE={BASE_IMAGE}", f"--secret=id=ca,src={AUTHORITIES}"
    image = ["-f", "compose/Dockerfile", "--target", "flink", "-t", f"{REGISTRY}/flink:test"]
    docker("build", "-q", *image, base, authorities, ".", seconds=900)
    return {name: json.loads(docker("image", "inspect", f"{REGISTRY}/{name}:test"))[0] for name in LARGEST}


@pytest.mark.parametrize("name", LARGEST)
def test_it_is_small(images, name, say):
    size = images[name]["Size"] / 1e6
    say(f"{name}: {size:.1f} MB")
    assert size < LARGEST[name]


@pytest.mark.parametrize("name", LARGEST)
def test_it_runs_as_nobody_special_and_knows_its_health(images, name):
    config = images[name]["Config"]
    uid = config["User"].split(":")[0]
    assert uid.isdigit() and int(uid) > 0
    assert config["Healthcheck"]["Test"][0] == "CMD"


@pytest.mark.parametrize("name", LARGEST)
def test_it_is_labelled(images, name):
    labels = images[name]["Config"]["Labels"]
    for each in ("title", "description", "licenses", "version", "revision", "created"):
        assert labels[f"org.opencontainers.image.{each}"], each
    assert labels["org.opencontainers.image.title"] == name


@pytest.mark.parametrize("name", LARGEST)
def test_its_bill_of_materials_names_what_it_is_made_of(images, name):
    container = docker("create", f"{REGISTRY}/{name}:test", "-").strip()
    try:
        # A copy to standard output is a tar; the bill in it is the one JSON document.
        archive = docker("cp", f"{container}:/usr/share/sbom/{name}.cdx.json", "-")
    finally:
        docker("rm", container)
    bill = json.loads(archive[archive.index("{") : archive.rindex("}") + 1])
    assert (bill["bomFormat"], bill["metadata"]["component"]["name"]) == ("CycloneDX", name)
    names = {one["name"] for one in bill["components"]}
    assert "libc6" in names and all(one["version"] and one["purl"] for one in bill["components"])
    if name in ("records-service", "analytics-service"):
        assert {"libpq5", "libgrpc++1.51", "libssl3"} <= names


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program_s_image_holds_the_program_and_no_shell(images, name):
    image = f"{REGISTRY}/{name}:test"
    assert docker("run", "--rm", "--read-only", "--network=none", image, "--version").strip() == "0.1.0"
    refused = docker("run", "--rm", "--entrypoint=/bin/sh", image, "-c", "true", check=False)
    assert "no such file" in refused


def test_the_gateway_exposes_8000(images):
    assert list(images["gateway"]["Config"]["ExposedPorts"]) == ["8000/tcp"]


def test_the_frontend_names_a_bad_setting(images):
    for setting in ("BACKEND=gateway", "LISTEN=http"):
        answer = docker("run", "--rm", "--network=none", "-e", setting, f"{REGISTRY}/frontend:test", check=False)
        assert setting.split("=")[0] in answer and answer.count("\n") == 1
