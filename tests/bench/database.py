"""One private PostgreSQL, with standbys if asked for, and on it a database for the peers and one for the product, both
with the same rows. Started by bench.py."""

import os
import pathlib
import shutil
import subprocess

from processes import free_port, log

HERE = pathlib.Path(__file__).resolve().parent
ROWS = """
INSERT INTO records (title, owner, status, description, created_at, updated_at)
SELECT 'Record number ' || g,
       'owner' || lpad((g % 500)::text, 3, '0'),
       (ARRAY['pending', 'active', 'done', 'archived'])[1 + (hashint8(g) & 3)],
       'Description of ' || g || ': ' || md5(g::text) || ' ' || md5((g + 1)::text) || ' ' || md5((g + 2)::text),
       t, t
FROM generate_series({first}, {last}) g,
     LATERAL (SELECT timestamptz '2026-01-01' + g * interval '1 minute' AS t) s;
"""
ROWS_AT_ONCE = 1_000_000
SETTINGS = """
listen_addresses = '127.0.0.1'
port = {port}
unix_socket_directories = '{sockets}'
max_connections = 300
shared_buffers = 512MB
effective_cache_size = 4GB
work_mem = 16MB
max_wal_size = 8GB
checkpoint_timeout = 1h
synchronous_commit = on
fsync = on
autovacuum = off                     # vacuumed between rounds, for all alike
max_parallel_workers_per_gather = 0  # two cores under full load
jit = off
"""


def _programs():
    if found := shutil.which("pg_ctl"):
        return pathlib.Path(found).resolve().parent
    done = subprocess.run(["pg_config", "--bindir"], check=True, capture_output=True, text=True)
    return pathlib.Path(done.stdout.strip())


class Database:
    def __init__(self, work, rows, standbys):
        self.work, self.rows = work, rows
        self.postmasters, self.ports = [], []
        self.sockets = work / "sockets"
        self._bin, self._folders = _programs(), []
        self._as = [] if os.geteuid() else ["runuser", "-u", "postgres", "--"]
        self.sockets.mkdir()
        if self._as:
            work.chmod(0o755)
            shutil.chown(self.sockets, "postgres", "postgres")
        self._primary()
        for number in range(1, standbys + 1):
            self._standby(number)
        if standbys:
            self.sql("peers", "ALTER SYSTEM SET synchronous_standby_names = 'FIRST 1 (*)'", "SELECT pg_reload_conf()")

    @property
    def port(self):
        return self.ports[0]

    def dsn(self, name, nodes=1):
        """Of the primary, or of so many nodes."""
        hosts = ",".join(f"127.0.0.1:{port}" for port in self.ports[:nodes])
        return f"postgresql://bench@{hosts}/{name}"

    def _run(self, tool, *words):
        command = [*self._as, str(self._bin / tool), *map(str, words)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd="/")

    def _folder(self, name):
        folder = self.work / name
        folder.mkdir(mode=0o700)
        if self._as:
            shutil.chown(folder, "postgres", "postgres")
        self._folders.append(folder)
        return folder

    def _begin(self, folder):
        self._run("pg_ctl", "-D", folder, "-l", folder / "server.log", "-w", "-t", 60, "start")
        self.postmasters.append(int((folder / "postmaster.pid").read_text().split()[0]))

    def _primary(self):
        folder = self._folder("primary")
        self._run("initdb", "-D", folder, "-U", "bench", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N")
        self.ports.append(free_port())
        with open(folder / "postgresql.conf", "a") as file:
            file.write(SETTINGS.format(port=self.port, sockets=self.sockets))
        self._begin(folder)
        for name in ("peers", "product"):
            subprocess.run(["createdb", "-h", self.sockets, "-p", str(self.port), "-U", "bench", name], check=True)

    def _standby(self, number):
        folder = self._folder(f"standby{number}")
        where = ["-h", "127.0.0.1", "-p", self.port, "-U", "bench"]
        self._run("pg_basebackup", *where, "-D", folder, "-R", "-X", "stream", "-c", "fast")
        self.ports.append(free_port())
        with open(folder / "postgresql.conf", "a") as file:
            file.write(f"port = {self.ports[-1]}\n")
        self._begin(folder)

    def sql(self, name, *statements):
        command = ["psql", "-qAtX", self.dsn(name), "-v", "ON_ERROR_STOP=1"]
        for statement in statements:
            command += ["-c", statement]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    def load(self, name):
        """The same rows everywhere; the table is there."""
        log(f"loading {self.rows} rows into {name}")
        for first in range(1, self.rows + 1, ROWS_AT_ONCE):
            self.sql(name, ROWS.format(first=first, last=min(self.rows, first + ROWS_AT_ONCE - 1)))
        self.sql(name, "VACUUM (ANALYZE, FREEZE)", "CHECKPOINT")

    def load_peers(self):
        subprocess.run(
            ["psql", "-q", self.dsn("peers"), "-v", "ON_ERROR_STOP=1", "-f", HERE / "peers" / "schema.sql"],
            check=True,
            stdout=subprocess.DEVNULL,
        )
        self.load("peers")

    def settle(self):
        """Drops what a writing round has made and puts the tables back into the state every round starts from."""
        for name in ("peers", "product"):
            self.sql(name, f"DELETE FROM records WHERE id > {self.rows}")
        self.sql("product", "DELETE FROM idempotency_keys")
        for name in ("peers", "product"):
            self.sql(name, "VACUUM")
        self.sql("peers", "CHECKPOINT")

    def stop(self):
        for folder in reversed(self._folders):
            self._run("pg_ctl", "-D", folder, "-m", "fast", "-w", "stop")
