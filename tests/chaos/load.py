"""The clients as one process: works until its input ends, writes every call to the history file and, twice a second, a
line of figures to its output. Started by run.py through `Load`, which is how run.py sees it.

    load.py HISTORY SEED WRITERS READERS RATE PORT[,PORT...]
"""

import asyncio
import collections
import json
import subprocess
import sys
import threading
import time

from clients import SHARED, Reader, Writer
from history import Call

SHARED_RECORDS = 5
LAST_ANSWERS = 200.0  # seconds for what is under way when the load shall end


class _Process:
    """What all clients share."""

    def __init__(self, history, seed, ports):
        self.seed, self.ports = seed, ports
        self.shared = []
        self.written = collections.deque(maxlen=200)  # the bases that readers choose from
        self.stop = asyncio.Event()
        self.acknowledged = self.calls = 0
        self._file = history

    def keep(self, call: Call):
        self._file.write(call.line() + "\n")
        self.calls += 1
        self.acknowledged += call.is_write and call.acknowledged

    async def make_shared(self):
        """The records that all writers change, by a client that does nothing else."""
        maker = Writer(0, self)
        maker.name = "maker"
        while len(self.shared) < SHARED_RECORDS and not self.stop.is_set():
            call, outcome = await maker.write("create", 0, owner=SHARED)
            if outcome == "done":
                self.shared.append(call.record)

    async def client(self, client, interval):
        """One turn an interval. What an outage has held up is not caught up with."""
        due = time.monotonic() + client.rng.uniform(0, interval)
        while not self.stop.is_set():
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            await client.turn()
            due = max(due + interval * client.rng.uniform(0.7, 1.3), time.monotonic())

    async def tell(self):
        while True:
            print(json.dumps({"acknowledged": self.acknowledged, "calls": self.calls}), flush=True)
            await asyncio.sleep(0.5)


async def _work(history, seed, writers, readers, rate, ports):
    with open(history, "w", encoding="utf-8", buffering=1 << 16) as file:
        load = _Process(file, seed, ports)
        asyncio.get_running_loop().add_reader(sys.stdin, load.stop.set)
        await load.make_shared()
        # A writer's turn is 1.7 requests on average.
        interval = (1.7 * writers + readers) / rate
        telling = asyncio.create_task(load.tell())
        clients = [Writer(number + 1, load) for number in range(writers)] + [
            Reader(number + 1, load) for number in range(readers)
        ]
        await asyncio.gather(*(load.client(client, interval) for client in clients))
        telling.cancel()


class Load:
    """The process, as run.py has it."""

    def __init__(self, history, seed, writers, readers, rate, ports):
        command = [sys.executable, __file__, history, seed, writers, readers, rate, ",".join(map(str, ports))]
        self._process = subprocess.Popen(
            [*map(str, command)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True
        )
        self.acknowledged = self.calls = 0
        threading.Thread(target=self._follow, daemon=True).start()

    def _follow(self):
        for line in self._process.stdout:
            figures = json.loads(line)
            self.acknowledged, self.calls = figures["acknowledged"], figures["calls"]

    @property
    def running(self):
        return self._process.poll() is None

    def finish(self):
        """Lets the clients end what they have begun."""
        self._process.stdin.close()
        if self._process.wait(LAST_ANSWERS):
            raise RuntimeError(f"the load ended with exit code {self._process.returncode}")

    def stop(self):
        if self.running:
            self._process.kill()
            self._process.wait()


if __name__ == "__main__":
    asyncio.run(
        _work(
            sys.argv[1],
            int(sys.argv[2]),
            int(sys.argv[3]),
            int(sys.argv[4]),
            float(sys.argv[5]),
            [int(port) for port in sys.argv[6].split(",")],
        )
    )
