"""One keep-alive connection of HTTP/1.1, on asyncio: as little as the clients of clients.py need, and nothing that
repeats a request by itself."""

import asyncio
import itertools

_numbers = itertools.count(1)


class Broken(Exception):
    """The connection ended after the request was sent and before its answer was complete."""


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body


class Connection:
    """Each has a number of its own, so that a client can tell whether two requests went over the same one."""

    def __init__(self, port, reader, writer):
        self.number = next(_numbers)
        self.port, self._reader, self._writer = port, reader, writer
        self._last = False  # the server has said that it closes after this answer

    @classmethod
    async def open(cls, port):
        """OSError when there is no connection to be had."""
        return cls(port, *await asyncio.open_connection("127.0.0.1", port))

    @property
    def usable(self):
        """Whether the next request may go over it; the server may close it between two requests."""
        return not (self._last or self._reader.at_eof() or self._writer.is_closing())

    async def ask(self, method, path, headers, body=b""):
        head = [
            f"{method} {path} HTTP/1.1",
            f"Host: 127.0.0.1:{self.port}",
            *(f"{name}: {value}" for name, value in headers.items()),
        ]
        if body:
            head.append(f"Content-Length: {len(body)}")
        try:
            self._writer.write("\r\n".join(head).encode() + b"\r\n\r\n" + body)
            return await self._answer()
        except (OSError, asyncio.IncompleteReadError) as problem:
            raise Broken(str(problem)) from problem

    async def _answer(self):
        head = (await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        status = int(head[0].split(" ", 2)[1])
        headers = dict((name.lower(), value.strip()) for name, _, value in (line.partition(":") for line in head[1:-2]))
        self._last = headers.get("connection", "").lower() == "close"
        length = int(headers.get("content-length", 0))
        body = await self._reader.readexactly(length) if length and status not in (204, 304) else b""
        return Answer(status, headers, body)

    def close(self):
        self._writer.close()
