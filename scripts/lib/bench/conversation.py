"""What pgvigil says to a server, as the server hears it."""

import os
import re
import socket
import struct
import time
from collections import defaultdict
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from daemon import Daemon, Server

REQUESTS_FOR_ENCRYPTION = (80877103, 80877104)
STATEMENT = re.compile(r"[^\[\n]*\[(\d+)\] LOG:  statement: (.*(?:\n\t.*)*)")


@dataclass
class Poll:
    """A poll in which every collector has its turn."""

    statements: list[str]
    collectors: list[str]
    on_tour: list[str]  # Those that look into each database, which is no part of a poll.
    seconds: float


def startup(binary: str, every: int) -> dict[str, str]:
    """The parameters of the startup packet: role, session settings and so on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(10)
        nobody = Server(listener.getsockname()[1], "", Path(os.devnull))
        with Daemon(binary, nobody, every=every):
            connection, _ = listener.accept()
            with connection, connection.makefile("rb") as stream:
                while True:
                    length, code = struct.unpack("!ii", stream.read(8))
                    if code not in REQUESTS_FOR_ENCRYPTION:
                        words = stream.read(length - 8).decode().rstrip("\0").split("\0")
                        return dict(zip(words[::2], words[1::2]))
                    connection.sendall(b"N")


def poll(binary: str, server: Server, database: str) -> Poll:
    """Taken from the server's log."""
    with Daemon(binary, server, database=database) as daemon:
        daemon.wait_until_ready()
        page = daemon.get()[1].decode()
    names = re.findall(r'^pgvigil_collector_interval_seconds{.*collector="(\w+)"', page, re.M)
    on_tour = [name for name in names if name.startswith("vector_")]
    collectors = [name for name in names if name not in on_tour]
    begin = server.log.stat().st_size
    server.sql("ALTER ROLE pgvigil SET log_statement = 'all'")
    with Daemon(binary, server, every=3, database=database, collectors=collectors, off=on_tour) as daemon:
        daemon.wait_until_ready()
        if set(daemon.values("pgvigil_collector_interval_seconds")) != {3.0}:
            raise RuntimeError("there are collectors that do not run at each poll")
        while daemon.total("pgvigil_polls_total") < 3:
            time.sleep(0.1)
        seconds = daemon.values("pgvigil_poll_duration_seconds")[0]
    server.sql("ALTER ROLE pgvigil RESET log_statement")
    with server.log.open("rb") as log:
        log.seek(begin)
        said = log.read().decode()
    return Poll(repeated(said), collectors, on_tour, seconds)


def repeated(log: str) -> list[str]:
    """What one session has said in each of its polls."""
    sessions = defaultdict(list)
    for pid, statement in STATEMENT.findall(log):
        sessions[pid].append(statement.replace("\n\t", "\n"))
    statements = max(sessions.values(), key=len)
    first = next(statement for statement in statements if statements.count(statement) > 1)
    beginnings = [place for place, statement in enumerate(statements) if statement == first]
    polls = [statements[begin:end] for begin, end in pairwise(beginnings)]
    if len(polls) < 2 or polls[-1] != polls[-2]:
        raise RuntimeError("the server's log does not show two polls alike")
    return polls[-1]
