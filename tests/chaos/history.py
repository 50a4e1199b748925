"""One call and its answer as a client saw them, and the file of all of them: one JSON array a line.

Written by load.py; read by checker.py and report.py. Times are seconds of the machine's monotonic clock, the same in
every process.
"""

import dataclasses
import json

WRITES = ("create", "patch", "put", "delete")
GOOD = {"create": 201, "patch": 200, "put": 200, "delete": 204, "get": 200, "list": 200, "summary": 200}


@dataclasses.dataclass(slots=True)
class Call:
    """One attempt. A write's name is unique to it and travels as the description it asks for (a creation's also as the
    title), so that every state of a record tells which write made it. All attempts of one write share the name."""

    op: str
    name: str
    client: str
    start: float = 0.0
    end: float = 0.0
    gateway: int = -1
    status: int = 0  # 0: no answer
    error: str = ""  # why: "refused" nothing was sent, "broken" the connection ended, "deadline" the client's own
    keyed: bool = False
    if_match: int = 0
    record: int = 0  # asked for or, of a creation, given
    basis: str = ""  # of a read: the write whose state it must at least show
    token: bool = False  # that write's token was sent; else the read went over the connection that had the write
    version: int = 0  # answered, as are the next three
    title: str = ""
    mark: str = ""
    replayed: bool = False
    items: list | None = None  # of a list: [id, version, title] each

    @property
    def acknowledged(self):
        return self.status == GOOD[self.op]

    @property
    def refused(self):
        """Certainly without effect."""
        return self.error == "refused" or (400 <= self.status < 500 and self.status not in (408, 425, 429))

    @property
    def is_write(self):
        return self.op in WRITES

    def __str__(self):
        way = f" based on {self.basis}" if self.basis else ""
        where = f"{self.record or '?'} by {self.client} over gateway {self.gateway + 1}"
        return f"{self.op} {self.name} of record {where}{way} at {self.start:.3f}"

    def line(self):
        return json.dumps([getattr(self, name) for name in self.__slots__], separators=(",", ":"), ensure_ascii=False)


def read(path):
    """All calls of a history file."""
    with open(path, encoding="utf-8") as lines:
        return [Call(*json.loads(line)) for line in lines]
