"""Consoles of poolers that cannot be had here, played from recordings over the real wire protocol."""

import hashlib
import os
import re
import socket
import socketserver
import struct
import threading
from pathlib import Path

import yaml
from psycopg.conninfo import make_conninfo

from listener import Listener

CONSOLES = Path(__file__).resolve().parent / "consoles"
TYPES = {"bool": 16, "int8": 20, "int4": 23, "text": 25, "numeric": 1700}

SSL_REQUEST, GSS_REQUEST, CANCEL_REQUEST, STARTUP = 80877103, 80877104, 80877102, 196608


class ConsoleReplay(Listener):
    """Listens on a free port of loopback, from `with` to its end, and answers as the recorded pooler does.

    The recordings were written after the sources of the poolers: what columns there are and how they are declared,
    not what a server said. Each answer has rounds; `advance` goes to the next one, so that counters move.
    `login` is how it asks for the password: trust, cleartext or md5.
    """

    def __init__(self, kind: str, recording: str = "current", *, login: str = "trust", password: str = "secret"):
        self.kind = kind
        self.round = 0
        self.asked: list[str] = []
        """Every command that came, as it came."""
        self.startups: list[dict[str, str]] = []
        """The parameters of every client that asked to be let in."""
        self.record = yaml.safe_load((CONSOLES / kind / f"{recording}.yml").read_text())
        self._login, self._password = login, password
        self._clients: set[socket.socket] = set()
        self._lock = threading.Lock()
        replay = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                replay._serve(self.request)

        super().__init__(Handler, socketserver.ThreadingTCPServer)

    def close(self) -> None:
        super().close()
        self.disconnect()

    @property
    def database(self) -> str:
        """By which clients reach the console."""
        return self.record["databases"][0]

    def conninfo(self, database: str | None = None, user: str = "stat", **more: str) -> str:
        secret = {} if self._login == "trust" else {"password": self._password}
        place = {"host": "127.0.0.1", "port": self.port, "dbname": database or self.database, "user": user}
        return make_conninfo(**{**place, **secret, **more})

    def advance(self) -> None:
        """To the next round; an answer that has no more stays as it is."""
        self.round += 1

    @property
    def clients(self) -> int:
        """How many are connected."""
        with self._lock:
            return len(self._clients)

    def disconnect(self) -> None:
        """Breaks off every session."""
        with self._lock:
            for client in self._clients:
                try:
                    client.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass  # Gone already.

    # A session

    def _serve(self, client: socket.socket) -> None:
        with self._lock:
            self._clients.add(client)
        try:
            session = _Session(client)
            if self._let_in(session):
                self._answer(session)
        except (ConnectionError, EOFError):
            pass
        finally:
            with self._lock:
                self._clients.discard(client)

    def _let_in(self, session: "_Session") -> bool:
        code, body = session.read_startup()
        while code in (SSL_REQUEST, GSS_REQUEST):
            session.send_raw(b"N")
            code, body = session.read_startup()
        if code == CANCEL_REQUEST:
            return False
        if code != STARTUP:
            session.send_error("FATAL", "08P01", f"unsupported protocol version {code >> 16}.{code & 65535}")
            return False
        words = [word.decode() for word in body.split(b"\0")]
        parameters = dict(zip(words[0:-2:2], words[1:-2:2]))
        self.startups.append(parameters)
        user, database = parameters["user"], parameters.get("database", parameters["user"])
        if database not in self.record["databases"]:
            session.send_recorded(self.record["unknown_database"], user=user, database=database)
            return False
        if not self._is_known(session, user):
            session.send_error("FATAL", "28P01", f'password authentication failed for user "{user}"')
            return False
        session.send(b"R", struct.pack("!I", 0))
        for name, value in self.record["parameters"].items():
            session.send(b"S", _text(name) + _text(value))
        session.send(b"K", struct.pack("!II", 1, 1))
        session.send_ready()
        return True

    def _is_known(self, session: "_Session", user: str) -> bool:
        match self._login:
            case "trust":
                return True
            case "cleartext":
                session.send(b"R", struct.pack("!I", 3))
                expected = self._password
            case "md5":
                salt = os.urandom(4)
                session.send(b"R", struct.pack("!I", 5) + salt)
                inner = hashlib.md5((self._password + user).encode()).hexdigest()
                expected = "md5" + hashlib.md5(inner.encode() + salt).hexdigest()
            case other:
                raise AssertionError(f"no such login: {other}")
        kind, body = session.read()
        return kind == b"p" and body.rstrip(b"\0").decode() == expected

    def _answer(self, session: "_Session") -> None:
        while True:
            kind, body = session.read()
            if kind == b"X":
                return
            if kind == b"Q":
                self._answer_query(session, body.rstrip(b"\0").decode())
            elif "other_messages" in self.record:
                session.send_recorded(self.record["other_messages"])
            else:
                return
            session.send_ready()

    def _answer_query(self, session: "_Session", text: str) -> None:
        self.asked.append(text)
        # These consoles know no comments.
        command = re.sub(r"\s+", " ", text.strip().rstrip(";")).upper()
        answer = self.record["commands"].get(command)
        if answer is None:
            session.send_recorded(self.record["unknown_command"], command=text)
            return
        columns = [column.split() for column in answer["columns"].split(",")]
        session.send_columns([(name, TYPES[kind]) for name, kind in columns])
        rounds = answer["rounds"]
        for row in rounds[min(self.round, len(rounds) - 1)]:
            assert len(row) == len(columns), f"{self.kind} {command}: {len(row)} cells of {len(columns)}: {row}"
            session.send_row(row)
        session.send(b"C", _text("SHOW"))


class _Session:
    """Messages of the protocol, version 3.0, between a client and a server."""

    def __init__(self, client: socket.socket):
        self._client = client
        self._stream = client.makefile("rb")

    def read_startup(self) -> tuple[int, bytes]:
        length, code = struct.unpack("!II", self._exactly(8))
        return code, self._exactly(length - 8)

    def read(self) -> tuple[bytes, bytes]:
        kind = self._exactly(1)
        (length,) = struct.unpack("!I", self._exactly(4))
        return kind, self._exactly(length - 4)

    def _exactly(self, count: int) -> bytes:
        data = self._stream.read(count)
        if len(data) < count:
            raise EOFError
        return data

    def send_raw(self, data: bytes) -> None:
        self._client.sendall(data)

    def send(self, kind: bytes, body: bytes) -> None:
        self.send_raw(kind + struct.pack("!I", len(body) + 4) + body)

    def send_ready(self) -> None:
        self.send(b"Z", b"I")

    def send_columns(self, columns: list[tuple[str, int]]) -> None:
        fields = [_text(name) + struct.pack("!IhIhih", 0, 0, kind, -1, -1, 0) for name, kind in columns]
        self.send(b"T", struct.pack("!h", len(columns)) + b"".join(fields))

    def send_row(self, row: list[object]) -> None:
        cells = [None if cell is None else str(cell).encode() for cell in row]
        body = [struct.pack("!i", -1) if cell is None else struct.pack("!i", len(cell)) + cell for cell in cells]
        self.send(b"D", struct.pack("!h", len(row)) + b"".join(body))

    def send_error(self, severity: str, code: str, message: str) -> None:
        fields = {b"S": severity, b"V": severity, b"C": code, b"M": message}
        self.send(b"E", b"".join(key + _text(value) for key, value in fields.items()) + b"\0")

    def send_recorded(self, error: dict[str, str], **words: str) -> None:
        self.send_error(error["severity"], error["code"], error["message"].format(**words))


def _text(value: object) -> bytes:
    return str(value).encode() + b"\0"
