"""A PostgreSQL client of one page: SCRAM login and simple queries over TCP, with a time limit on everything. It speaks
to single nodes and past all that is tested, so no driver's own cleverness is in the way. Used by watch.py, faults
and run.py.

https://www.postgresql.org/docs/15/protocol-message-formats.html, https://www.rfc-editor.org/rfc/rfc7677
"""

import base64
import hashlib
import hmac
import secrets
import socket
import struct


class PgError(Exception):
    """What the server refused; `state` is its SQLSTATE."""

    def __init__(self, state, message):
        super().__init__(f"{message} (SQLSTATE {state})")
        self.state = state


class Session:
    """OSError (TimeoutError too) when the server does not answer; the session is of no more use then."""

    def __init__(self, port, user, password, database, seconds=3.0):
        self._socket = socket.create_connection(("127.0.0.1", port), seconds)
        self._buffer = b""
        try:
            start = b"".join(
                text.encode() + b"\0" for text in ("user", user, "database", database, "application_name", "chaos", "")
            )
            self._socket.sendall(struct.pack("!II", len(start) + 8, 196608) + start)
            self._log_in(password)
            self._until_ready()
        except BaseException:
            self.close()
            raise

    def query(self, sql, seconds=10.0):
        """The rows of the last result, each value a text or None."""
        self._socket.settimeout(seconds)
        self._send(b"Q", sql.encode() + b"\0")
        return self._until_ready()

    def close(self):
        self._socket.close()

    # ---- messages ----------------------------------------------------------------------------------------------------

    def _send(self, kind, body):
        self._socket.sendall(kind + struct.pack("!I", len(body) + 4) + body)

    def _take(self, count):
        while len(self._buffer) < count:
            piece = self._socket.recv(65536)
            if not piece:
                raise ConnectionResetError("the server closed the connection")
            self._buffer += piece
        taken, self._buffer = self._buffer[:count], self._buffer[count:]
        return taken

    def _receive(self):
        kind, length = struct.unpack("!cI", self._take(5))
        return kind, self._take(length - 4)

    def _until_ready(self):
        rows, problem = [], None
        while True:
            kind, body = self._receive()
            if kind == b"T":
                rows = []
            elif kind == b"D":
                rows.append(_row(body))
            elif kind == b"E":
                problem = _error(body)
                if problem.state.startswith("57P") or problem.state == "53300":
                    raise problem  # nothing follows but the end
            elif kind == b"Z":
                if problem:
                    raise problem
                return rows

    # ---- login -------------------------------------------------------------------------------------------------------

    def _challenge(self, code):
        """The body of the next authentication message, which must be of this kind."""
        kind, body = self._receive()
        if kind == b"E":
            raise _error(body)
        if kind != b"R" or struct.unpack_from("!I", body)[0] != code:
            raise ConnectionError(f"expected authentication message {code}, got {kind} {body!r}")
        return body[4:]

    def _log_in(self, password):
        self._challenge(10)
        own = f"n=,r={secrets.token_urlsafe(18)}"
        first = f"n,,{own}".encode()
        self._send(b"p", b"SCRAM-SHA-256\0" + struct.pack("!I", len(first)) + first)
        theirs = self._challenge(11).decode()
        nonce, salt, rounds = (part[2:] for part in theirs.split(","))
        salted = hashlib.pbkdf2_hmac("sha256", password.encode(), base64.b64decode(salt), int(rounds))
        client_key = hmac.digest(salted, b"Client Key", "sha256")
        bare = f"c=biws,r={nonce}"
        signature = hmac.digest(hashlib.sha256(client_key).digest(), f"{own},{theirs},{bare}".encode(), "sha256")
        proof = base64.b64encode(bytes(a ^ b for a, b in zip(client_key, signature, strict=True))).decode()
        self._send(b"p", f"{bare},p={proof}".encode())
        self._challenge(12)
        self._challenge(0)


def _row(body):
    values, at = [], 2
    for _ in range(struct.unpack_from("!H", body)[0]):
        (length,) = struct.unpack_from("!i", body, at)
        at += 4
        values.append(None if length < 0 else body[at : at + length].decode())
        at += max(length, 0)
    return values


def _error(body):
    fields = {part[:1]: part[1:].decode(errors="replace") for part in body.split(b"\0") if part}
    return PgError(fields.get(b"C", ""), fields.get(b"M", ""))
