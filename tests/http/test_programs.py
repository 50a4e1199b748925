"""How the three programs start: --help, --version, one line for a bad setting, exit codes, .env, and what they log."""

import re
import socket
import struct
import subprocess

import pytest
from client import wait_until
from programs import Program, binary

PROGRAMS = ["records-service", "analytics-service", "gateway"]
DATABASE = "sqlite:///records.db"
LISTEN = {"records-service": "RECORDS_LISTEN", "analytics-service": "ANALYTICS_LISTEN"}
SETTINGS = {
    "records-service": [
        "RECORDS_LISTEN",
        "DATABASE_URL",
        "GAUSS_HOST",
        "GAUSS_PORT",
        "GAUSS_USER",
        "GAUSS_DB",
        "GAUSS_READ_DSN",
        "GAUSS_DIALECT",
        "LOG_LEVEL",
        "DRAIN_MS",
        "POOL_SIZE",
    ],
    "analytics-service": [
        "ANALYTICS_LISTEN",
        "DATABASE_URL",
        "GAUSS_HOST",
        "FLINK_SQL_GATEWAY_URL",
        "FLINK_REST_URL",
        "FLINK_JOB_NAME",
        "FLINK_PARALLELISM",
        "LOG_LEVEL",
        "DRAIN_MS",
    ],
    "gateway": [
        "HTTP_PORT",
        "HTTP_ADDRESS",
        "RECORDS_SERVICE_ADDR",
        "ANALYTICS_SERVICE_ADDR",
        "FRONTEND_DIR",
        "CORS_ORIGINS",
        "LOG_LEVEL",
        "DRAIN_MS",
        "REQUEST_TIMEOUT_MS",
    ],
}


def run(name, folder, *arguments, **settings):
    """Runs a program to its end."""
    environment = {"PATH": "/usr/bin:/bin", **settings}
    return subprocess.run(
        [binary(name), *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        stdin=subprocess.DEVNULL,
    )


def good(name):
    """Settings that suffice, with a port of the system's choice."""
    if name == "gateway":
        return {"HTTP_PORT": "0"}
    return {"DATABASE_URL": DATABASE, LISTEN[name]: "127.0.0.1:0"}


@pytest.mark.parametrize("name", PROGRAMS)
def test_help_names_every_setting(tmp_path, name):
    done = run(name, tmp_path, "--help")
    assert (done.returncode, done.stderr) == (0, "")
    assert [setting for setting in SETTINGS[name] if setting not in done.stdout] == []


@pytest.mark.parametrize("name", PROGRAMS)
def test_version_is_a_number_alone(tmp_path, name):
    done = run(name, tmp_path, "--version")
    assert (done.returncode, done.stderr) == (0, "")
    assert re.fullmatch(r"\d+\.\d+\.\d+\n", done.stdout)


BAD = [
    *[(name, {"LOG_LEVEL": "loud"}, "LOG_LEVEL") for name in PROGRAMS],
    *[(name, {"DRAIN_MS": "soon"}, "drain-ms|DRAIN_MS") for name in PROGRAMS],
    *[(name, {"DRAIN_MS": "-1"}, "drain-ms|DRAIN_MS") for name in PROGRAMS],
    *[
        (name, {"DATABASE_URL": bad}, "DATABASE_URL")
        for name in PROGRAMS[:2]
        for bad in (
            "mysql://x",
            "nonsense",
            "sqlite:///",
            "postgresql://h:port/x",
            "postgresql://h:1,h:2,h:3/x?port=1,2",
            "postgresql://h/x?nothing=1",
        )
    ],
    *[(name, {"DATABASE_URL": ""}, "DATABASE_URL") for name in PROGRAMS[:2]],
    *[(name, {"DATABASE_URL": "", "GAUSS_HOST": "h"}, "GAUSS_USER") for name in PROGRAMS[:2]],
    *[
        (name, {"DATABASE_URL": "", "GAUSS_HOST": "h", "GAUSS_USER": "u", "GAUSS_PORT": "x"}, "GAUSS_HOST|GAUSS_PORT")
        for name in PROGRAMS[:2]
    ],
    *[
        (
            name,
            {"DATABASE_URL": "", "GAUSS_HOST": "h", "GAUSS_USER": "u", "GAUSS_PASSWORD_FILE": "/no/such/file"},
            "GAUSS_PASSWORD_FILE",
        )
        for name in PROGRAMS[:2]
    ],
    *[
        (name, {"DATABASE_URL": "", "GAUSS_HOST": "h", "GAUSS_USER": "u", "GAUSS_DIALECT": "oracle"}, "GAUSS_DIALECT")
        for name in PROGRAMS[:2]
    ],
    *[
        (name, {LISTEN[name]: bad}, LISTEN[name])
        for name in PROGRAMS[:2]
        for bad in ("nowhere", "127.0.0.1", ":80", "127.0.0.1:99999", "127.0.0.1:x")
    ],
    *[(name, {"POOL_SIZE": "0"}, "pool-size|POOL_SIZE") for name in PROGRAMS[:2]],
    ("records-service", {"IDEMPOTENCY_TTL_HOURS": "0"}, "idempotency-ttl-hours"),
    ("analytics-service", {"DATABASE_URL": "sqlite:///:memory:"}, "DATABASE_URL"),
    ("analytics-service", {"FLINK_REST_URL": "flink:8081"}, "FLINK_REST_URL"),
    ("analytics-service", {"FLINK_SQL_GATEWAY_URL": "ftp://flink"}, "FLINK_SQL_GATEWAY_URL"),
    ("analytics-service", {"FLINK_PARALLELISM": "0"}, "flink-parallelism"),
    ("gateway", {"HTTP_PORT": "x"}, "port"),
    ("gateway", {"HTTP_PORT": "70000"}, "port"),
    ("gateway", {"RECORDS_SERVICE_ADDR": "nowhere"}, "RECORDS_SERVICE_ADDR"),
    ("gateway", {"ANALYTICS_SERVICE_ADDR": "a:1,b"}, "ANALYTICS_SERVICE_ADDR"),
    ("gateway", {"FRONTEND_DIR": "/no/such/folder"}, "FRONTEND_DIR"),
    ("gateway", {"CORS_ORIGINS": "pages.example"}, "CORS_ORIGINS"),
    ("gateway", {"REQUEST_TIMEOUT_MS": "0"}, "request-timeout-ms"),
    ("gateway", {"HTTP_THREADS": "0"}, "threads"),
]


@pytest.mark.parametrize(
    "name, settings, named",
    BAD,
    ids=[f"{name} {' '.join(f'{k}={v}' for k, v in settings.items())}"[:90] for name, settings, _ in BAD],
)
def test_a_bad_setting_is_one_line_that_names_it_and_exit_code_2(tmp_path, name, settings, named):
    done = run(name, tmp_path, **{**good(name), **settings})
    assert done.returncode == 2, done.stderr
    assert done.stderr.startswith(f"{name}: ") and done.stderr.count("\n") == 1
    assert re.search(named, done.stderr), done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize("name", PROGRAMS)
@pytest.mark.parametrize("argument", ["--no-such-flag", "surplus"])
def test_a_bad_argument_is_one_line_and_exit_code_2(tmp_path, name, argument):
    done = run(name, tmp_path, argument, **good(name))
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert argument.lstrip("-") in done.stderr


@pytest.mark.parametrize("arguments", [["demo"], ["demo", "0"], ["demo", "x"], ["migrate", "serve"]])
def test_a_bad_command_is_exit_code_2(tmp_path, arguments):
    assert run("records-service", tmp_path, *arguments, **good("records-service")).returncode == 2


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_taken_port_is_exit_code_3_and_said(tmp_path, name):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        settings = {"HTTP_PORT": port} if name == "gateway" else {**good(name), LISTEN[name]: f"127.0.0.1:{port}"}
        done = run(name, tmp_path, **{**settings, "LOG_LEVEL": "off"})
    assert done.returncode == 3
    assert port in done.stderr and done.stderr.rstrip("\n").count("\n") == 0


def test_a_database_that_cannot_be_written_is_exit_code_3(tmp_path):
    (tmp_path / "records.db").mkdir()
    done = run("records-service", tmp_path, **good("records-service"))
    assert done.returncode == 3


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_bad_env_file_is_named_by_line(tmp_path, name):
    (tmp_path / ".env").write_text("# fine\nLOG_LEVEL=info\nthis is none\n")
    done = run(name, tmp_path, **good(name))
    assert done.returncode == 2
    assert ".env line 3" in done.stderr


def probe(name, folder, port):
    listen = {"HTTP_PORT": str(port)} if name == "gateway" else {LISTEN[name]: f"127.0.0.1:{port}"}
    return run(name, folder, "--probe", **listen)


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_probe_is_content_with_what_serves(tmp_path, deployment, name):
    port = {
        "records-service": deployment.records_port,
        "analytics-service": deployment.analytics_port,
        "gateway": deployment.http_port,
    }[name]
    # A gateway that has just started is not ready before it has found the services.
    done = wait_until(lambda: (one := probe(name, tmp_path, port)).returncode == 0 and one, what="a content probe")
    assert (done.stdout, done.stderr) == ("", "")


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_probe_of_nobody_is_exit_code_3_and_one_line(tmp_path, name):
    with socket.socket() as bound:  # bound, but nobody listens
        bound.bind(("127.0.0.1", 0))
        done = probe(name, tmp_path, bound.getsockname()[1])
    assert (done.returncode, done.stderr.count("\n")) == (3, 1), done.stderr


def test_a_probe_of_a_gateway_without_its_service_is_exit_code_3(tmp_path):
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        nobody = f"127.0.0.1:{bound.getsockname()[1]}"
        settings = {"HTTP_PORT": "0", "RECORDS_SERVICE_ADDR": nobody, "SERVICE_PATIENCE_MS": "100"}
        program = Program("gateway", tmp_path, settings)
        try:
            done = probe("gateway", tmp_path, program.port)
        finally:
            program.stop()
    assert (done.returncode, "status 503" in done.stderr) == (3, True), done.stderr


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_probe_of_an_address_for_all_asks_on_loopback_and_needs_its_port(tmp_path, deployment, name):
    every = {"HTTP_ADDRESS": "0.0.0.0"} if name == "gateway" else {LISTEN[name]: "0.0.0.0:0"}
    assert run(name, tmp_path, "--probe", **{"HTTP_PORT": "0"}, **every).returncode == 2
    if name == "gateway":
        done = run(name, tmp_path, "--probe", HTTP_PORT=str(deployment.http_port), **every)
        assert done.returncode == 0, done.stderr


def serving(program):
    try:
        return program.wait_for(lambda event: event.get("msg") == "serving")
    finally:
        program.stop()


def test_an_env_file_is_read_the_environment_is_stronger_and_flags_are_strongest(tmp_path):
    (tmp_path / ".env").write_text("export RECORDS_LISTEN='127.0.0.1:0'\nDATABASE_URL=\"sqlite:///file.db\"\n")
    assert serving(Program("records-service", tmp_path))["database"] == "sqlite file.db"
    assert (
        serving(Program("records-service", tmp_path, {"DATABASE_URL": "sqlite:///environment.db"}))["database"]
        == "sqlite environment.db"
    )
    flag = ["--database-url", "sqlite:///flag.db"]
    assert (
        serving(Program("records-service", tmp_path, {"DATABASE_URL": "sqlite:///environment.db"}, flag))["database"]
        == "sqlite flag.db"
    )


def test_migrate_ends_and_may_be_run_again(tmp_path):
    for _ in range(2):
        assert run("records-service", tmp_path, "migrate", DATABASE_URL=DATABASE).returncode == 0


def test_demo_stores_what_was_asked_for(tmp_path):
    done = run("records-service", tmp_path, "demo", "25", DATABASE_URL=DATABASE)
    assert done.returncode == 0 and "25 of 25" in done.stderr


def test_every_log_line_is_json_with_time_level_and_service(deployment):
    for name, program in deployment.programs.items():
        events = program.logged()
        assert len(events) == len(program.lines) > 0
        for event in events:
            assert {"time", "level", "service", "msg"} <= set(event)
            assert event["service"] == name


def test_a_server_that_offers_only_opengauss_s_sha256_is_told_with_advice(tmp_path):
    """openGauss's request for its own sha256 (code 10, which PostgreSQL has for SASL), as far as libpq reads it."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        settings = {
            "DATABASE_URL": f"postgresql://user:pw@127.0.0.1:{server.getsockname()[1]}/db?sslmode=disable",
            "RECORDS_LISTEN": "127.0.0.1:0",
        }
        program = Program("records-service", tmp_path, settings)
        try:
            client, _ = server.accept()
            with client:
                client.recv(4096)
                challenge = struct.pack("!II", 10, 2) + b"a1" * 32 + b"0badc0de" + struct.pack("!I", 2048) + b"\0\0"
                client.sendall(b"R" + struct.pack("!I", len(challenge) + 4) + challenge)
                event = program.wait_for(lambda event: "sha256" in str(event))
        finally:
            program.kill()
    assert "password_encryption_type to 0" in str(event)


def test_no_password_is_logged(tmp_path, store):
    settings = {
        "DATABASE_URL": "postgresql://user:very-secret@127.0.0.1:1/db",
        "RECORDS_LISTEN": "127.0.0.1:0",
        "LOG_LEVEL": "trace",
        "PROBE_PERIOD_MS": "20",
    }
    program = Program("records-service", tmp_path, settings)
    program.wait_for(lambda event: "node" in event)
    program.kill()
    assert "very-secret" not in "\n".join(program.lines)
