"""What systemd does for a service, as far as the daemon sees it: a socket that hears what it says of itself."""

import socket
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from processes import wait_until


@dataclass(frozen=True)
class Notice:
    """One datagram of sd_notify(3), and when it came on the monotonic clock."""

    at: float
    text: str

    @property
    def fields(self) -> dict[str, str]:
        return dict(line.split("=", 1) for line in self.text.splitlines())


class Supervisor:
    """Listens as systemd does. `name` is a path, or "@" and a name in the abstract namespace."""

    def __init__(self, name: str | Path):
        self.name = str(name)
        self.notices: list[Notice] = []
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(f"\0{self.name[1:]}" if self.name.startswith("@") else self.name)
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    def _listen(self) -> None:
        while text := self._socket.recv(4096).decode():
            self.notices.append(Notice(time.monotonic(), text))

    def close(self) -> None:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as end:
            end.sendto(b"", self._socket.getsockname())
        self._listener.join()
        self._socket.close()

    def heard(self, line: str, *, since: float = 0) -> list[Notice]:
        """The notices with a line that begins so, in their order."""
        return [
            notice
            for notice in list(self.notices)
            if notice.at >= since and any(one.startswith(line) for one in notice.text.splitlines())
        ]

    def wait_for(self, line: str, *, within: float, since: float = 0) -> Notice:
        what = f"{line} is said to {self.name}"
        return wait_until(lambda: self.heard(line, since=since), within=within, what=what, every=0.01)[0]
