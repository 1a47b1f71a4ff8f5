"""A name server of our own, which knows some names, denies others, and can fall silent about any."""

import os
import shlex
import socket
import struct
import threading
from pathlib import Path

A, AAAA = 1, 28
NO_ERROR, NO_SUCH_NAME = 0, 3


class NameServer:
    """Answers on a loopback address at port 53, which only root may. Of names it has not been told, it denies."""

    def __init__(self, address: str = "127.0.0.77"):
        self.address = address
        self.silent: set[str] = set()
        self.known: set[str] = set()  # Names of 127.0.0.1.
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((address, 53))
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        self._socket.close()

    def wrap(self, program: str, folder: Path) -> str:
        """A program that runs the given one so that it asks us: in a mount namespace with its own resolv.conf."""
        folder.mkdir(exist_ok=True)
        settings = folder / "resolv.conf"
        settings.write_text(f"nameserver {self.address}\n")
        wrapper = folder / "program"
        steps = 'mount --bind "$0" /etc/resolv.conf && exec "$@"'
        wrapper.write_text(
            "#!/bin/sh\nexec unshare --mount --propagation private"
            f' sh -c {shlex.quote(steps)} {shlex.quote(str(settings))} {shlex.quote(program)} "$@"\n'
        )
        wrapper.chmod(0o755)
        return str(wrapper)

    def _serve(self) -> None:
        while True:
            try:
                question, client = self._socket.recvfrom(512)
            except OSError:
                return  # Closed.
            answer = self._answer(question)
            if answer is not None:
                self._socket.sendto(answer, client)

    def _answer(self, question: bytes) -> bytes | None:
        """RFC 1035, section 4."""
        labels, position = [], 12
        while length := question[position]:
            labels.append(question[position + 1 : position + 1 + length].decode().lower())
            position += 1 + length
        kind = struct.unpack_from(">H", question, position + 1)[0]
        name = ".".join(labels)
        if name in self.silent:
            return None
        has_address = name in self.known and kind == A
        status = NO_ERROR if name in self.known else NO_SUCH_NAME
        header = question[:2] + struct.pack(">HHHHH", 0x8180 | status, 1, int(has_address), 0, 0)
        record = struct.pack(">HHHIH4s", 0xC00C, A, 1, 0, 4, socket.inet_aton("127.0.0.1")) if has_address else b""
        return header + question[12 : position + 5] + record


def can_run() -> bool:
    return os.geteuid() == 0
