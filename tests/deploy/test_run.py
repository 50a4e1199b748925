"""What run.sh promises: one command to start, to look and to stop, data that stay, refusals in one line."""

import os
import pathlib
import socket
import stat
import subprocess
import tempfile
import time

import pytest
from local import Local, interrupt


@pytest.fixture
def local():
    place = Local()
    yield place
    place.remove()


def one_line(text, *words):
    lines = [line for line in text.splitlines() if line.strip()]
    assert len(lines) == 1, text
    for word in words:
        assert word in lines[0], text


def test_help_names_every_option(local):
    code, out, _ = local.run("--help")
    assert code == 0
    for word in ("--demo", "--embedded", "--detach", "--stop", "--status", "HTTP_PORT", "DATABASE_URL"):
        assert word in out


@pytest.mark.parametrize(
    ("arguments", "changes", "words"),
    [
        (["--nonsense"], {}, ["--nonsense"]),
        (["--demo", "many"], {}, ["--demo", "many"]),
        (["--embedded"], {"HTTP_PORT": "99999"}, ["HTTP_PORT"]),
        (["--embedded"], {"RECORDS_LISTEN": "nowhere"}, ["RECORDS_LISTEN"]),
        (["--embedded"], {"PROGRAM_CPUS": "first"}, ["PROGRAM_CPUS", "first"]),
        (["--embedded"], {"RECORDS_LISTEN": "127.0.0.1:7000", "ANALYTICS_LISTEN": "127.0.0.1:7000"}, ["7000", "twice"]),
    ],
)
def test_a_bad_option_or_setting_is_one_line(local, arguments, changes, words):
    code, _, err = local.run(*arguments, **changes)
    assert code == 2
    one_line(err, *words)


def test_a_port_that_is_taken_is_one_line(local):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        code, _, err = local.run("--embedded", HTTP_PORT=port)
    assert code != 0
    one_line(err, "HTTP_PORT", port)


def test_a_setting_that_a_program_refuses_ends_the_start_and_leaves_nothing(local):
    code, out, err = local.run("--embedded", "--detach", LOG_LEVEL="nonsense")
    assert code != 0
    assert "LOG_LEVEL" in out + err
    assert not local.is_open()
    assert local.run("--status")[0] == 3


def test_embedded_from_start_to_stop_with_data_that_stay(local):
    assert local.run("--status")[0] == 3
    local.start("--embedded", "--demo", "30")
    assert local.run("--status")[0] == 0
    assert local.get("/records/?limit=1")["total"] == 30
    assert local.get("/health")["cluster"]["dialect"] == "sqlite"
    assert "Already running" in local.start("--embedded")
    made = local.post({"title": "stays", "owner": "deploy"})
    code, _, _ = local.run("--stop")
    assert code == 0 and not local.is_open()
    one = min(os.sched_getaffinity(0))
    local.start("--embedded", PROGRAM_CPUS=str(one))
    for program in ("gateway", "records-service", "analytics-service"):
        assert os.sched_getaffinity(local.pid(program)) == {one}
    assert local.get(f"/records/{made['id']}")["title"] == "stays"
    assert local.get("/records/?limit=1")["total"] == 31


def test_interrupting_it_stops_everything(local):
    with tempfile.NamedTemporaryFile() as log:
        process = local.foreground("--embedded", log=log)
        deadline = time.monotonic() + 60
        while "Ctrl-C stops everything" not in pathlib.Path(log.name).read_text():
            assert process.poll() is None and time.monotonic() < deadline, "it did not start"
            time.sleep(0.05)
        assert interrupt(process) == 0
    assert not local.is_open()
    assert local.run("--status")[0] == 3


def test_a_real_cluster_of_one_primary_and_two_streaming_standbys(local):
    local.start("--demo", "20", "--port-base", str(local.base))
    nodes = local.get("/cluster")["nodes"]
    assert sorted(node["role"] for node in nodes) == ["primary", "standby", "standby"]
    settings = dict(
        line.split("=", 1) for line in (local.folder / "cluster.env").read_text().splitlines() if "=" in line
    )
    for path in (local.folder / "cluster.env", *(local.folder / "secrets").iterdir()):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path
    secret = settings["GAUSS_PASSWORD_FILE"].strip("'\"")
    password = pathlib.Path(secret).read_text().strip()
    assert len(password) >= 16
    for log in (local.folder / "log").glob("*.log"):
        assert password not in log.read_text(errors="replace"), log
    made = local.post({"title": "on a cluster", "owner": "deploy"})
    ports = settings["GAUSS_PORT"].strip("'\"").split(",")
    sync = "count(*) FILTER (WHERE sync_state = 'sync')"
    query = f"SELECT count(*), {sync} FROM pg_stat_replication WHERE state = 'streaming'"
    hosts = f"host=127.0.0.1,127.0.0.1,127.0.0.1 port={','.join(ports)}"
    dsn = f"{hosts} user={settings['GAUSS_USER']} dbname={settings['GAUSS_DB']}"
    seen = subprocess.run(
        ["psql", f"{dsn} target_session_attrs=read-write", "-Atc", query],
        env={"PATH": os.environ["PATH"], "PGPASSWORD": password},
        capture_output=True,
        text=True,
        check=True,
    )
    assert seen.stdout.strip() == "2|1"
    assert local.run("--stop")[0] == 0
    local.start()
    assert local.get(f"/records/{made['id']}")["title"] == "on a cluster"
    assert local.get("/records/?limit=1")["total"] == 21
