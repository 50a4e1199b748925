"""What the clients do: writers change records of their own and shared ones and read them back, readers look after
what others have written. Started by load.py, which also keeps what they saw."""

import asyncio
import dataclasses
import json
import random
import time

from connection import Broken, Connection
from history import Call

DEADLINE = 30.0  # seconds that a client gives a request
PATIENCE = 150.0  # seconds that it repeats a write with the same key
MOST_RECORDS, FEWEST_RECORDS = 24, 6  # live at a time, a writer
STATUSES = ("pending", "active", "done", "archived")
SHARED = "shared"  # owner of the records that all writers change


@dataclasses.dataclass(frozen=True, slots=True)
class Basis:
    """An acknowledged write that a read must show: its token, and the connection that had its answer."""

    name: str
    record: int
    token: str
    gateway: int
    connection: int


class Client:
    """Sends one request at a time, and keeps one connection to each gateway."""

    def __init__(self, name, load):
        self.name, self.load = name, load
        self.rng = random.Random(f"{load.seed} {name}")
        self.connections = [None] * len(load.ports)
        self.gateway = self.rng.randrange(len(load.ports))
        self.basis = None

    async def _connection(self, gateway):
        """Of this gateway or, when it takes none, of the next that does; nothing has been sent by then."""
        while True:
            kept = self.connections[gateway]
            if kept and kept.usable:
                return gateway, kept
            self._drop(gateway)
            try:
                self.connections[gateway] = await Connection.open(self.load.ports[gateway])
            except OSError:
                gateway = (gateway + 1) % len(self.connections)
                await asyncio.sleep(0.05)

    def _drop(self, gateway):
        if self.connections[gateway]:
            self.connections[gateway].close()
            self.connections[gateway] = None

    async def attempt(self, call, method, path, body=None, headers=None, gateway=None, basis=None):
        """Fills the call and keeps it. The token of `basis` is sent unless this very connection has seen that write."""
        call.client, call.start = self.name, time.monotonic()
        used, connection, answer = gateway if gateway is not None else self.gateway, None, None
        headers = dict(headers or {})
        try:
            async with asyncio.timeout(DEADLINE):
                used, connection = await self._connection(used)
                if basis:
                    call.basis, call.token = basis.name, connection.number != basis.connection
                    if call.token:
                        headers["X-Consistency-Token"] = basis.token
                answer = await connection.ask(
                    method, path, headers, json.dumps(body).encode() if body is not None else b""
                )
        except TimeoutError:
            call.error = "deadline" if connection else "refused"
        except Broken:
            call.error = "broken"
        call.end, call.gateway = time.monotonic(), used
        if answer:
            self._read(call, answer)
        elif connection:
            self._drop(used)
            # The next request tries its luck elsewhere.
            self.gateway = (used + 1) % len(self.connections)
        self.load.keep(call)
        if answer and call.is_write and call.acknowledged:
            self.basis = Basis(
                call.name, call.record, answer.headers.get("x-consistency-token", ""), used, connection.number
            )
            self.load.written.append(self.basis)

    @staticmethod
    def _read(call, answer):
        call.status = answer.status
        call.replayed = answer.headers.get("idempotency-replayed") == "true"
        if not call.acknowledged or not answer.body:
            return
        found = json.loads(answer.body)
        if call.op == "list":
            call.items = [[item["id"], item["version"], item["title"]] for item in found["items"]]
        elif call.op != "summary":
            call.record, call.version, call.title, call.mark = (
                found["id"],
                found["version"],
                found["title"],
                found["description"],
            )

    async def read(self, record, basis, elsewhere=False):
        """GET of a record; sent again only where the connection broke."""
        gateway = (basis.gateway + 1) % len(self.connections) if elsewhere else basis.gateway
        for _ in range(4):
            call = Call("get", "", self.name, record=record)
            await self.attempt(call, "GET", f"/records/{record}", gateway=gateway, basis=basis)
            if call.error != "broken":
                return call
        return call


class Writer(Client):
    """Even ones send keys and repeat what they do not know the outcome of; odd ones do neither."""

    def __init__(self, number, load):
        super().__init__(f"w{number}", load)
        self.keyed = number % 2 == 0
        self.made = 0
        self.versions, self.titles = {}, {}  # of its own live records; version 0: unknown since an unknown outcome

    async def turn(self):
        await self._change()
        if not self.basis:
            return
        if self.rng.random() < 0.6:
            await self.read(self.basis.record, self.basis, elsewhere=self.rng.random() < 0.5)
        if self.rng.random() < 0.06:
            await self._list()

    async def _change(self):
        rng, live = self.rng, list(self.versions)
        if len(live) < FEWEST_RECORDS:
            return await self._create()
        record, kind = rng.choice(live), rng.random()
        if kind < 0.10 and self.load.shared:
            return await self.write("patch", rng.choice(self.load.shared))
        if kind < 0.30 and len(live) < MOST_RECORDS:
            return await self._create()
        if kind < 0.48:
            return await self._delete(record)
        return await self._update("put" if kind < 0.60 else "patch", record)

    async def _create(self):
        call, outcome = await self.write("create", 0, owner=self.name)
        if outcome == "done":
            self.versions[call.record], self.titles[call.record] = call.version, call.title

    async def _update(self, op, record):
        known = self.versions[record]
        call, outcome = await self.write(
            op, record, owner=self.name, if_match=known if known and self.rng.random() < 0.2 else 0
        )
        if outcome == "refused":  # a fault that the checker will tell: no more of this record
            del self.versions[record]
        else:
            self.versions[record] = call.version if outcome == "done" else 0

    async def _delete(self, record):
        # Whatever comes of it, nothing more is asked of the record.
        del self.versions[record]
        await self.write("delete", record)

    async def write(self, op, record, owner=SHARED, if_match=0):
        """The last attempt, and what came of it: done, refused, unknown."""
        self.made += 1
        name = f"{self.name}-{self.made}"
        method, path, body = self._request(op, record, name, owner)
        headers = (
            {"Content-Type": "application/merge-patch+json" if op == "patch" else "application/json"} if body else {}
        )
        if self.keyed:
            headers["Idempotency-Key"] = name
        if if_match:
            headers["If-Match"] = f'"{if_match}"'
        give_up, done = time.monotonic() + PATIENCE, False
        while True:
            call = Call(op, name, self.name, record=record, keyed=self.keyed, if_match=if_match)
            await self.attempt(call, method, path, body, headers)
            if call.acknowledged and self.keyed and not done and self.rng.random() < 0.05:
                done = True  # and once more, to see the same answer
            elif call.acknowledged or done:
                return call, "done"
            elif call.refused:
                return call, "refused"
            elif not self.keyed or time.monotonic() > give_up:
                return call, "unknown"
            else:
                await asyncio.sleep(self.rng.uniform(0.05, 0.3))

    def _request(self, op, record, name, owner):
        path = f"/records/{record}" if record else "/records/"
        if op == "delete":
            return "DELETE", path, None
        body = {"description": name, "status": self.rng.choice(STATUSES)}
        if op == "patch":
            return "PATCH", path, body
        title = name if op == "create" else self.titles[record]
        return "POST" if op == "create" else "PUT", path, {"title": title, "owner": owner, **body}

    async def _list(self):
        call = Call("list", "", self.name)
        await self.attempt(
            call, "GET", f"/records/?owner={self.name}&limit=200", gateway=self.basis.gateway, basis=self.basis
        )


class Reader(Client):
    """Reads what any writer was told lately, over any gateway; now and then a summary."""

    def __init__(self, number, load):
        super().__init__(f"r{number}", load)

    async def turn(self):
        if self.rng.random() < 0.01:
            await self.attempt(Call("summary", "", self.name), "GET", "/records/analytics/flink")
        elif self.load.written:
            basis = self.rng.choice(self.load.written)
            await self.read(basis.record, basis, elsewhere=self.rng.random() < 0.5)
