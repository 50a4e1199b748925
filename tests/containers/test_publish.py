"""deploy/publish.sh against a registry on this machine (Debian's docker-registry): it prints what the registry has."""

import contextlib
import pathlib
import re
import shutil
import subprocess

import pytest
import requests
from stack import BASE_IMAGE, CHECKOUT, docker, free_ports, run, wait_until

NAMES = ["records-service", "analytics-service", "gateway", "frontend", "node", "etcd"]
# As it is before anything is published: somebody may commit meanwhile.
REVISION = subprocess.run(["git", "rev-parse", "HEAD"], cwd=CHECKOUT, capture_output=True, text=True).stdout.strip()
MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"


def registry_binary():
    """Debian's registry, which is found by its name in the package."""
    found = shutil.which("docker-registry") or shutil.which("registry")
    assert found, "docker-registry is not installed"
    return found


@pytest.fixture(scope="module")
def registry(tmp_path_factory):
    folder = tmp_path_factory.mktemp("registry")
    port = free_ports(1)[0]
    settings = folder / "config.yml"
    settings.write_text(
        f"version: 0.1\nlog: {{level: error}}\nstorage: {{filesystem: {{rootdirectory: {folder}/data}}}}\n"
        f"http: {{addr: '127.0.0.1:{port}'}}\n"
    )
    process = subprocess.Popen([registry_binary(), "serve", str(settings)], stderr=subprocess.DEVNULL)
    address = f"127.0.0.1:{port}"

    def answers():
        with contextlib.suppress(requests.RequestException):
            return requests.get(f"http://{address}/v2/", timeout=5).ok

    wait_until(answers, 30, "the registry")
    yield address
    process.terminate()
    process.wait(30)


def publish(*arguments, check=True):
    return run("deploy/publish.sh", *arguments, "--base", BASE_IMAGE, "--allow-dirty", check=check, seconds=1700)


def test_every_image_is_pushed_and_its_digest_is_the_registry_s(registry, tmp_path, say):
    file = tmp_path / "digests"
    output = publish(f"{registry}/team", "1.2.3", "--digests", str(file))
    lines = [line for line in output.splitlines() if "@sha256:" in line]
    say("pushed:\n" + "\n".join(lines))
    assert file.read_text().splitlines() == lines
    assert [pathlib.Path(line.split("@")[0]).name for line in lines] == NAMES
    for line in lines:
        name, digest = re.fullmatch(rf"{registry}/(team/[a-z-]+)@(sha256:[0-9a-f]{{64}})", line).groups()
        answer = requests.get(f"http://{registry}/v2/{name}/manifests/1.2.3", headers={"Accept": MANIFEST}, timeout=30)
        assert answer.headers["Docker-Content-Digest"] == digest


def test_a_pushed_image_can_be_pulled_by_its_digest_and_knows_its_revision(registry):
    digest = requests.head(
        f"http://{registry}/v2/team/gateway/manifests/1.2.3", headers={"Accept": MANIFEST}, timeout=30
    ).headers["Docker-Content-Digest"]
    image = f"{registry}/team/gateway@{digest}"
    docker("image", "rm", "-f", f"{registry}/team/gateway:1.2.3")
    docker("pull", "-q", image)
    labels = docker("image", "inspect", "-f", "{{json .Config.Labels}}", image)
    assert REVISION in labels and '"org.opencontainers.image.version":"1.2.3"' in labels
    docker("image", "rm", "-f", image)


def test_a_registry_that_is_not_there_is_said():
    output = publish(f"127.0.0.1:{free_ports(1)[0]}/team", "1.2.3", check=False)
    assert "records-service:1.2.3 could not be pushed" in output


@pytest.mark.parametrize(
    "arguments, named", [(["Registry", "1"], "REGISTRY"), (["registry", "a b"], "TAG"), (["registry"], "usage")]
)
def test_bad_arguments_are_named(arguments, named):
    done = subprocess.run([CHECKOUT / "deploy/publish.sh", *arguments], capture_output=True, text=True)
    assert done.returncode == 2 and named in done.stderr
