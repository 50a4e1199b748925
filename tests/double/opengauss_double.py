#!/usr/bin/env python3
"""A double of openGauss, for tests: PostgreSQL behind a proxy that makes it look and refuse like one. Not the real one.

    opengauss_double.py -- COMMAND...     runs COMMAND with TEST_DATABASE_URL leading through the double

What it pretends: a server of version 9.2.4 that calls itself openGauss in version(); positions by their old names and
no others; session_timeout. What it refuses, as a syntax error or an unknown function: whatever came to PostgreSQL after
9.2, and what openGauss is documented not to have (ON CONFLICT, LISTEN, UNLISTEN, NOTIFY, DISCARD). What it does not
pretend: openGauss's own types, modes and plans. Everything is kept in a schema of its own, dropped before and after.
Needs TEST_DATABASE_URL as tests/run.sh sets it, of a role that may create schemas.
"""

import asyncio
import contextlib
import os
import pathlib
import re
import struct
import subprocess
import sys
from urllib.parse import quote, urlsplit

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "support"))

from waiting import wait_until  # noqa: E402

CONNECTION_BROKE = 2  # psql's exit code
SCHEMA = "opengauss_double"
VERSION = "(openGauss 5.0.0 build double) compiled at 2023-03-29 03:37:13 commit 0 last mr  on x86_64-unknown-linux-gnu"
SSL_REQUEST, GSS_REQUEST = 80877103, 80877104

# openGauss's functions, under its names. In a schema that stands before pg_catalog in search_path.
FUNCTIONS = f"""
CREATE SCHEMA {SCHEMA};
CREATE FUNCTION {SCHEMA}.version() RETURNS text LANGUAGE sql STABLE AS $$ SELECT '{VERSION}'::text $$;
CREATE FUNCTION {SCHEMA}.pg_current_xlog_location() RETURNS text LANGUAGE sql VOLATILE AS
  $$ SELECT pg_current_wal_lsn()::text $$;
CREATE FUNCTION {SCHEMA}.pg_last_xlog_replay_location() RETURNS text LANGUAGE sql VOLATILE AS
  $$ SELECT pg_last_wal_replay_lsn()::text $$;
CREATE FUNCTION {SCHEMA}.pg_xlog_location_diff(a text, b text) RETURNS numeric LANGUAGE sql IMMUTABLE AS
  $$ SELECT pg_wal_lsn_diff(a::pg_lsn, b::pg_lsn) $$;
CREATE FUNCTION {SCHEMA}.pg_stat_get_stream_replications(OUT local_role text, OUT db_state text) LANGUAGE sql STABLE AS
  $$ SELECT CASE WHEN pg_is_in_recovery() THEN 'Standby' ELSE 'Primary' END, 'Normal' $$;
CREATE VIEW {SCHEMA}.pg_stat_replication AS SELECT pid, usesysid, usename, application_name, client_addr,
  client_hostname, client_port, backend_start, state, sent_lsn::text AS sender_sent_location,
  write_lsn::text AS receiver_write_location, flush_lsn::text AS receiver_flush_location,
  replay_lsn::text AS receiver_replay_location, sync_priority, sync_state FROM pg_catalog.pg_stat_replication;
"""

REFUSED = [
    (re.compile(pattern, re.IGNORECASE), words)
    for pattern, words in (
        (r"\bON\s+CONFLICT\b", "ON CONFLICT"),
        (r"^\s*(LISTEN|UNLISTEN|NOTIFY|DISCARD)\b", "LISTEN, UNLISTEN, NOTIFY and DISCARD are not yet supported"),
        (r"\bWITH\s+ORDINALITY\b", "WITH ORDINALITY (PostgreSQL 9.4)"),
        (r"\bunnest\s*\([^()]*,", "unnest of several arrays (PostgreSQL 9.4)"),
        (r"\bSELECT\s+FROM\b", "an empty select list (PostgreSQL 9.4)"),
        (r"\bMATERIALIZED\s*\(", "AS MATERIALIZED (PostgreSQL 12)"),
        (r"\bREFERENCING\s+(NEW|OLD)\b", "transition tables (PostgreSQL 10)"),
        (r"\bEXECUTE\s+FUNCTION\b", "EXECUTE FUNCTION (PostgreSQL 11)"),
        (r"\bINDEX\s+(CONCURRENTLY\s+)?IF\s+NOT\s+EXISTS\b", "CREATE INDEX IF NOT EXISTS (PostgreSQL 9.5)"),
        (r"\bGENERATED\s+(ALWAYS|BY\s+DEFAULT)\s+AS\s+IDENTITY\b", "identity columns"),
        (r"\bVACUUM\s*\(\s*TRUNCATE\b", "VACUUM (TRUNCATE) (PostgreSQL 12)"),
        (r"\bCREATE\s+EXTENSION\b", "CREATE EXTENSION"),
        (r"\b(\w+_lsn|pg_\w*wal\w*)\b", "names with wal or lsn (PostgreSQL 10)"),
        (r"\bpg_control_checkpoint\b", "pg_control_checkpoint (PostgreSQL 9.6)"),
        (r"\bidle_in_transaction_session_timeout\b", "idle_in_transaction_session_timeout (PostgreSQL 9.6)"),
    )
]


def as_opengauss_reads(sql, refusals):
    """The text that PostgreSQL gets: the same, or a syntax error that names what openGauss does not know."""
    # Known to openGauss alone.
    sql = re.sub(r"\bSET\s+session_timeout\s*=\s*\d+\s*;?", "", sql, flags=re.IGNORECASE)
    for pattern, words in REFUSED:
        if pattern.search(sql):
            refusals.append(words)
            return f"the double of openGauss knows no {words}"
    return sql


class Double:
    """One port of this machine before one node."""

    def __init__(self, host, port):
        self.host, self.port = host, port
        self.refusals = []  # what the server was asked and does not know
        self.connections = 0

    async def start(self):
        self.server = await asyncio.start_server(self.serve, "127.0.0.1", 0)
        self.own_port = self.server.sockets[0].getsockname()[1]

    async def serve(self, client_in, client_out):
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            try:
                server_in, server_out = await asyncio.open_connection(self.host, self.port)
                try:
                    if await self.introduce(client_in, client_out, server_out):
                        self.connections += 1
                        await asyncio.gather(self.ask(client_in, server_out), self.answer(server_in, client_out))
                finally:
                    server_out.close()
            finally:
                client_out.close()

    async def introduce(self, client_in, client_out, server_out):
        while True:
            size, code = struct.unpack("!II", await client_in.readexactly(8))
            rest = await client_in.readexactly(size - 8)
            if code == GSS_REQUEST:
                # openGauss takes this for a request of another kind; a client of ours never sends it.
                self.refusals.append("GSSENCRequest")
                return False
            if code == SSL_REQUEST:
                client_out.write(b"N")
                await client_out.drain()
                continue
            server_out.write(struct.pack("!II", size, code) + rest)
            return True

    async def ask(self, client_in, server_out):
        try:
            while True:
                kind = await client_in.readexactly(1)
                body = await client_in.readexactly(struct.unpack("!I", await client_in.readexactly(4))[0] - 4)
                if kind == b"Q":
                    body = as_opengauss_reads(body[:-1].decode(), self.refusals).encode() + b"\0"
                elif kind == b"P":
                    name, sql, types = body.split(b"\0", 2)
                    body = name + b"\0" + as_opengauss_reads(sql.decode(), self.refusals).encode() + b"\0" + types
                server_out.write(kind + struct.pack("!I", len(body) + 4) + body)
                await server_out.drain()
        finally:
            server_out.close()

    async def answer(self, server_in, client_out):
        try:
            while True:
                kind = await server_in.readexactly(1)
                body = await server_in.readexactly(struct.unpack("!I", await server_in.readexactly(4))[0] - 4)
                if kind == b"S" and body.startswith(b"server_version\0"):
                    body = b"server_version\0009.2.4\0"
                client_out.write(kind + struct.pack("!I", len(body) + 4) + body)
                await client_out.drain()
        finally:
            client_out.close()


def psql(url, script):
    """On the primary, past the double. Again where the connection breaks: a killed node that comes back may restart."""
    joint = "&" if "?" in url else "?"
    command = ["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", f"{url}{joint}target_session_attrs=read-write"]

    def done():
        outcome = subprocess.run(command, input=script, text=True, stdout=subprocess.DEVNULL)
        if outcome.returncode not in (0, CONNECTION_BROKE):
            outcome.check_returncode()
        return outcome.returncode == 0

    wait_until(done, 30, "psql on the primary")


async def run(url, command):
    parts = urlsplit(url)
    user, _, hosts = parts.netloc.rpartition("@")
    doubles = [Double(*host.rsplit(":", 1)) for host in hosts.split(",")]
    for double in doubles:
        await double.start()
    through = ",".join(f"127.0.0.1:{double.own_port}" for double in doubles)
    options = quote(f"-c search_path={SCHEMA},pg_catalog,public", safe="")
    query = f"{parts.query}&options={options}" if parts.query else f"options={options}"
    seen = f"{parts.scheme}://{user}@{through}{parts.path}?{query}"
    process = await asyncio.create_subprocess_exec(
        *command, env={**os.environ, "TEST_DATABASE_URL": seen, "TEST_DIALECT": "opengauss"}
    )
    code = await process.wait()
    refusals = sorted({words for double in doubles for words in double.refusals})
    connections = sum(double.connections for double in doubles)
    if not connections:
        print("opengauss_double: nobody has come through the double", file=sys.stderr)
        return code or 1
    if refusals:
        print(f"opengauss_double: asked for what openGauss does not know: {'; '.join(refusals)}", file=sys.stderr)
        return code or 1
    return code


def main():
    if len(sys.argv) < 3 or sys.argv[1] != "--":
        sys.exit(__doc__)
    url = os.environ.get("TEST_DATABASE_URL", "")
    if not url:
        sys.exit("opengauss_double: TEST_DATABASE_URL is not set: there is no cluster to stand before")
    drop = f"SET client_min_messages = warning; DROP SCHEMA IF EXISTS {SCHEMA} CASCADE;"
    psql(url, drop + FUNCTIONS)
    try:
        return asyncio.run(run(url, sys.argv[2:]))
    finally:
        psql(url, drop)


if __name__ == "__main__":
    sys.exit(main())
