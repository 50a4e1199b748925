"""The database cluster of a run: deploy/local/cluster.sh started in a folder of its own, Patroni's REST interface,
and the processes of each node. Started by run.py, broken and mended by the faults."""

import base64
import contextlib
import json
import os
import pathlib
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request

from pgwire import PgError, Session

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))

from waiting import Late, wait_until  # noqa: E402

CHECKOUT = pathlib.Path(__file__).resolve().parents[2]
SCRIPT = CHECKOUT / "deploy" / "local" / "cluster.sh"
DISK = "1536m"  # of a node: its log may grow to 1 GB, in memory
OFFSETS = (1, 2, 3, 11, 12, 13, 21, 22)  # of cluster.sh's ports from its base
_opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def free_port_base():
    """A base whose ports are all free, below those that the system gives to clients."""
    for base in range(17030 + 100 * (os.getpid() % 60), 32000, 100):
        if not any(_taken(base + offset) for offset in OFFSETS):
            return base
    raise RuntimeError("no free ports for a cluster")


def _taken(port):
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


class Node:
    def __init__(self, number, name, settings):
        self.number, self.name = number, name
        part = lambda key: settings[key].split(",")[number]  # noqa: E731
        self.port, self.rest_port = int(part("GAUSS_PORT")), int(part("CLUSTER_REST_PORTS"))
        self._patroni_file = pathlib.Path(part("CLUSTER_PATRONI_PID_FILES"))
        self._postgres_file = pathlib.Path(part("CLUSTER_POSTGRES_PID_FILES"))

    def __str__(self):
        return self.name

    def patroni(self):
        """Its pid, or None."""
        return _pid(self._patroni_file, self._patroni_file.parents[1] / self.name)

    def postmaster(self):
        """Its pid, or None."""
        return _pid(self._postgres_file, self._postgres_file.parent)

    def postgres(self):
        """The pids of PostgreSQL: the postmaster first, then its children."""
        postmaster = self.postmaster()
        return [] if postmaster is None else [postmaster, *_children(postmaster)]


def _pid(file, folder):
    """A pid that the system has given to somebody else since is not taken for ours: ours works in its own folder."""
    try:
        pid = int(file.read_text().split()[0])
        return pid if os.readlink(f"/proc/{pid}/cwd") == str(folder) else None
    except (OSError, ValueError, IndexError):
        return None


def _children(parent):
    found = []
    for entry in pathlib.Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                # pid (name) state parent ...: the name may hold anything.
                if int((entry / "stat").read_text().rpartition(")")[2].split()[1]) == parent:
                    found.append(int(entry.name))
            except OSError:
                pass  # it has just ended
    return found


def send(pids, number):
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)


class Cluster:
    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.nodes = []
        self._mounted = []

    def start(self, small_disks=False):
        if small_disks:
            self._mount_small_disks()
        self._script("start", "--port-base", str(free_port_base()))
        settings = {}
        for line in (self.folder / "cluster.env").read_text().splitlines():
            name, _, value = line.partition("=")
            settings[name] = "".join(shlex.split(value))
        self.settings = settings
        self.nodes = [Node(number, name, settings) for number, name in enumerate(settings["CLUSTER_NODES"].split(","))]

    def destroy(self):
        for node in self.nodes:  # what a fault has stopped ends with the others
            send(node.postgres(), signal.SIGCONT)
        self._script("stop")
        for mounted in self._mounted:
            subprocess.run(["umount", "--lazy", mounted], check=True)
        self._script("destroy")

    def _mount_small_disks(self):
        """Each node's folder becomes a small file system. The mark tells cluster.sh that the folder is its own."""
        self.folder.mkdir()
        (self.folder / ".records-local").touch()
        for number in range(1, 4):
            place = self.folder / f"node{number}"
            place.mkdir()
            subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK}", "chaos", place], check=True)
            self._mounted.append(place)

    def _script(self, command, *arguments):
        done = subprocess.run(
            [SCRIPT, command, "--dir", self.folder, *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
        )
        if done.returncode:
            raise Late(f"cluster.sh {command}: {done.stdout}{done.stderr}")

    def password(self, role):
        return (self.folder / "secrets" / f"{role}.password").read_text().strip()

    def session(self, node, user="postgres", database="postgres", seconds=3.0):
        return Session(node.port, user, self.password(user), database, seconds)

    def url(self, ports):
        """DATABASE_URL of the application by these ports."""
        hosts = ",".join(f"127.0.0.1:{port}" for port in ports)
        return f"postgresql://{self.settings['GAUSS_USER']}@{hosts}/{self.settings['GAUSS_DB']}?passfile={self.settings['CLUSTER_PGPASS_FILE']}"

    # ---- looking -----------------------------------------------------------------------------------------------------

    def _rest(self, node, path, body=None, seconds=2.0):
        """The answer as JSON, whatever its status; None when there is none."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{node.rest_port}/{path}", None if body is None else json.dumps(body).encode()
        )
        if body is not None:
            word = base64.b64encode(f"patroni:{self.password('patroni')}".encode()).decode()
            request.headers = {"Authorization": f"Basic {word}", "Content-Type": "application/json"}
        try:
            with _opener.open(request, timeout=seconds) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as refusal:
            return refusal.code, refusal.read().decode()
        except OSError:
            return 0, ""

    def primary(self):
        """The node that Patroni says is primary, or None."""
        return next((node for node in self.nodes if self._rest(node, "primary")[0] == 200), None)

    def members(self):
        """By name: role and state in Patroni's words; empty when no node answers."""
        for node in self.nodes:
            status, text = self._rest(node, "cluster")
            if status == 200:
                return {member["name"]: member for member in json.loads(text)["members"]}
        return {}

    def standbys(self):
        """The synchronous one first."""
        members = self.members()
        standbys = [
            node for node in self.nodes if members.get(node.name, {}).get("role") in ("replica", "sync_standby")
        ]
        return sorted(standbys, key=lambda node: members[node.name]["role"] != "sync_standby")

    def is_whole(self):
        """One primary; all other nodes streaming standbys of its timeline, one of them synchronous."""
        primary, members = self.primary(), self.members()
        if primary is None or len(members) != len(self.nodes):
            return False
        streaming = self._rest(primary, "patroni")[1].count('"state": "streaming"')
        roles = sorted(member["role"] for member in members.values())
        states = all(member["state"] in ("running", "streaming") for member in members.values())
        timelines = {member.get("timeline") for member in members.values()}
        return (
            states
            and streaming == len(self.nodes) - 1
            and roles == ["leader", "replica", "sync_standby"]
            and len(timelines) == 1
        )

    # ---- mending -----------------------------------------------------------------------------------------------------

    def restore(self):
        """One primary and streaming standbys again, whatever has been done to them."""
        if not all(node.patroni() for node in self.nodes):
            # It may fail: a standby that has to be made anew is seen to below.
            with contextlib.suppress(Late):
                self._script("start", "--timeout", "60")
        try:
            wait_until(self.is_whole, 60, "a whole cluster")
        except Late:
            for name, member in self.members().items():
                if member["role"] != "leader" and member["state"] not in ("running", "streaming"):
                    self._rest(self._node(name), "reinitialize", {"force": True}, 10)
            wait_until(self.is_whole, 120, "a whole cluster after rebuilding its standbys")

    def _node(self, name):
        return next(node for node in self.nodes if node.name == name)

    def switchover(self, candidate=None):
        """To the synchronous standby, or to `candidate`, which must be that."""
        primary = wait_until(self.primary, 30, "a primary")
        candidate = candidate or self.standbys()[0]
        status, text = self._rest(primary, "switchover", {"leader": primary.name, "candidate": candidate.name}, 60)
        if status != 200:
            raise Late(f"the switchover from {primary} to {candidate} was refused: {status} {text}")
        return candidate

    def save_logs(self, folder):
        for log in (self.folder / "log").glob("*.log"):
            shutil.copy(log, folder)

    def rows(self, sql):
        """Of the application's database, from the primary."""
        for node in self.nodes:
            try:
                session = self.session(node, database=self.settings["GAUSS_DB"])
                if session.query("SELECT pg_is_in_recovery()") == [["f"]]:
                    return session.query(sql, 120)
            except (OSError, PgError):
                continue
        raise Late("no primary answers")
