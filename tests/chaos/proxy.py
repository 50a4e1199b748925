"""A gate on the way to every database node: forwards TCP, and on demand keeps silent, refuses, holds back each piece,
or leads elsewhere. A process of its own, so that nothing waits for it; started by run.py through `Proxy`, which is how
the faults see it.

    proxy.py PORT[,PORT...]     the ports of the nodes; prints, as JSON, the ports to connect to instead
    then lines on its input:    {"node": 0, "mode": "open" | "silent" | "refuse", "delay": SECONDS}
                                {"node": 0, "targets": [PORT...]}   its connections take turns; others are broken
                                each is answered with "ok"
"""

import asyncio
import collections
import json
import subprocess
import sys


class _Gate:
    """All connections to one node."""

    def __init__(self, target):
        self.targets = [target]
        self.turn = 0
        self.mode, self.delay = "open", 0.0
        self.port = 0
        self.ends = set()
        self._server = None

    async def listen(self):
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: _End(self), "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    def next_target(self):
        """None: it leads nowhere."""
        self.turn += 1
        return self.targets[self.turn % len(self.targets)] if self.targets else None

    def lead(self, targets):
        self.targets = targets
        for end in list(self.ends):
            if end.target not in targets:
                end.transport.abort()

    async def set(self, mode, delay):
        was, self.mode, self.delay = self.mode, mode, delay
        if mode == "refuse" != was:
            self._server.close()
            for end in list(self.ends):
                end.transport.abort()
        elif was == "refuse" != mode:
            await self.listen()
        for end in list(self.ends):
            end.look()


class _End(asyncio.Protocol):
    """One side of a forwarded connection; `other` is the side that gets what this one receives."""

    def __init__(self, gate, other=None):
        self.gate, self.other = gate, other
        self.target = other.target if other else gate.next_target()
        self.transport = None
        self._held = collections.deque()  # (when, bytes); None: the end
        self._early = []  # came before there was another side: asyncio reads on though it was told to pause
        self._full = False  # the other side takes no more now

    def connection_made(self, transport):
        self.transport = transport
        self.gate.ends.add(self)
        if self.other is None:
            self.look()
            asyncio.ensure_future(self._connect())
        elif self.other.transport.is_closing():  # it has left meanwhile
            transport.abort()
        else:
            self.other.other = self
            self.look()
            self.other.look()
            self.other.pass_early()

    async def _connect(self):
        loop = asyncio.get_running_loop()
        while self.gate.mode == "silent":  # a cut lets no handshake through either
            await asyncio.sleep(0.05)
        try:
            if self.target is None:
                raise ConnectionRefusedError
            await loop.create_connection(lambda: _End(self.gate, self), "127.0.0.1", self.target)
        except OSError:
            self.transport.abort()

    def look(self):
        """Receives or pauses, as the gate and the other side have it."""
        if self.transport.is_closing():
            return
        if self.gate.mode == "silent" or self._full or self.other is None:
            self.transport.pause_reading()
        else:
            self.transport.resume_reading()

    def data_received(self, data):
        if self.other is None:
            self._early.append(data)
        else:
            self._pass(data)

    def pass_early(self):
        for data in self._early:
            self._pass(data)
        self._early.clear()

    def connection_lost(self, _):
        self.gate.ends.discard(self)
        if self.other is not None:
            self._pass(None)

    def _pass(self, piece):
        if self.gate.delay or self._held:
            loop = asyncio.get_running_loop()
            self._held.append((loop.time() + self.gate.delay, piece))
            if len(self._held) == 1:
                loop.call_at(self._held[0][0], self._release)
        else:
            self._give(piece)

    def _release(self):
        loop = asyncio.get_running_loop()
        while self._held and self._held[0][0] <= loop.time():
            self._give(self._held.popleft()[1])
        if self._held:
            loop.call_at(self._held[0][0], self._release)

    def _give(self, piece):
        if piece is None:
            self.other.transport.close()
        elif not self.other.transport.is_closing():
            self.other.transport.write(piece)

    # These two are told of this side's own sending, so it is the other one that pauses.
    def pause_writing(self):
        self.other._full = True
        self.other.look()

    def resume_writing(self):
        self.other._full = False
        self.other.look()


async def _serve(targets):
    gates = [_Gate(target) for target in targets]
    for gate in gates:
        await gate.listen()
    print(json.dumps([gate.port for gate in gates]), flush=True)
    orders = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(orders), sys.stdin)
    while line := await orders.readline():
        order = json.loads(line)
        gate = gates[order["node"]]
        if "targets" in order:
            gate.lead(order["targets"])
        else:
            await gate.set(order["mode"], order["delay"])
        print("ok", flush=True)


class Proxy:
    """The process, as the faults have it. `ports` stand for the nodes."""

    def __init__(self, targets):
        command = [sys.executable, __file__, ",".join(map(str, targets))]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True
        )
        self.ports = json.loads(self._process.stdout.readline())

    def set(self, node, mode="open", delay=0.0):
        self._order({"node": node, "mode": mode, "delay": delay})

    def lead(self, node, targets):
        self._order({"node": node, "targets": targets})

    def _order(self, order):
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        if self._process.stdout.readline() != "ok\n":
            raise RuntimeError("the proxy has ended")

    def open_all(self):
        for node in range(len(self.ports)):
            self.set(node)

    def stop(self):
        self._process.kill()
        self._process.wait()


if __name__ == "__main__":
    asyncio.run(_serve([int(port) for port in sys.argv[1].split(",")]))
