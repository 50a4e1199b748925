"""HTTP as bytes: what no well-behaved client sends, and what comes back, taken apart by hand."""

import socket
import time

SECONDS = 30


class Answer:
    def __init__(self, status, headers, body):
        self.status_code = status
        self.header_list = headers
        self.headers = {name.lower(): value for name, value in headers}
        self.body = body

    def __repr__(self):
        return f"{self.status_code} {self.headers} {self.body[:300]!r}"


class Closed(Exception):
    """The server has ended the connection before a whole answer."""


class Wire:
    """One TCP connection to the gateway."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), SECONDS)
        self._received = b""

    def send(self, *parts):
        for part in parts:
            self.socket.sendall(part if isinstance(part, bytes) else part.encode())
        return self

    def request(self, line, *headers, body=b""):
        """A request line, header lines and a body, as given; Host is added unless a header is one."""
        lines = list(headers)
        if not any(header.lower().startswith("host") for header in lines):
            lines.insert(0, "Host: tests")
        return self.send("\r\n".join([line, *lines, "", ""]), body)

    def end_sending(self):
        self.socket.shutdown(socket.SHUT_WR)
        return self

    def _more(self):
        try:
            piece = self.socket.recv(65536)
        except ConnectionResetError:
            piece = b""
        if not piece:
            raise Closed(f"closed after {self._received[:200]!r}")
        self._received += piece

    def _take(self, count):
        while len(self._received) < count:
            self._more()
        taken, self._received = self._received[:count], self._received[count:]
        return taken

    def _take_until(self, mark):
        while mark not in self._received:
            self._more()
        taken, _, self._received = self._received.partition(mark)
        return taken

    def answer(self, method="GET"):
        """The next whole answer, 1xx among them."""
        first, *lines = self._take_until(b"\r\n\r\n").decode("latin-1").split("\r\n")
        version, status, _ = first.split(" ", 2)
        assert version == "HTTP/1.1", first
        headers = [tuple(line.split(": ", 1)) for line in lines]
        answer = Answer(int(status), headers, b"")
        if method == "HEAD" or answer.status_code in (204, 304) or answer.status_code < 200:
            return answer
        if answer.headers.get("transfer-encoding") == "chunked":
            answer.body = b"".join(self.chunks())
        elif "content-length" in answer.headers:
            answer.body = self._take(int(answer.headers["content-length"]))
        else:
            answer.body = self.rest()
        return answer

    def chunks(self):
        """The chunks of a chunked body, as they come."""
        while size := int(self._take_until(b"\r\n"), 16):
            yield self._take(size)
            assert self._take(2) == b"\r\n"
        assert self._take(2) == b"\r\n"

    def rest(self):
        """All bytes until the server closes."""
        try:
            while True:
                self._more()
        except Closed:
            taken, self._received = self._received, b""
            return taken

    def is_closed(self):
        """Waits for the server to close; whatever else it sends is an error."""
        assert self._received == b"", self._received[:200]
        return self.rest() == b""

    def is_open(self):
        """Whether the connection still takes a request."""
        return self.request("GET /health/live HTTP/1.1").answer().status_code == 200

    def close(self):
        self.socket.close()


def trickle(wire, text, until):
    """Sends byte by byte, slowly, until the condition holds or all is sent. The pace is what the test is about."""
    for byte in text.encode():
        if until():
            return
        wire.send(bytes([byte]))
        time.sleep(0.02)
