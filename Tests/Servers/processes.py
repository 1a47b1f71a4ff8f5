"""Every process that the tests start, so that none outlives them."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TypeVar

from account import as_server

Value = TypeVar("Value")


def free_port() -> int:
    """A TCP port of loopback that nobody uses at the moment."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def wait_until(condition: Callable[[], Value], *, within: float, what: str, every: float = 0.05) -> Value:
    """The condition's first true value. Fails with `what` and its last value after `within` seconds."""
    deadline = time.monotonic() + within
    while not (value := condition()):
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {within} s: {what} (last seen: {value!r})")
        time.sleep(every)
    return value


class Processes:
    """Starts processes in sessions of their own, below one folder, and knows whether any is left."""

    def __init__(self, folder: Path):
        self.folder = folder
        self._started: list[subprocess.Popen] = []

    def start(
        self,
        command: list[str],
        *,
        output: IO,
        environment: dict[str, str] | None = None,
        on_our_death: str = "KILL",
        for_servers: bool = False,
        inherited: socket.socket | None = None,
    ) -> subprocess.Popen:
        """Starts a process that also ends when the tests are killed outright, by the signal `on_our_death`.

        `for_servers`: as the servers' account. `inherited`: passed as systemd passes it, sd_listen_fds(3).
        """
        command = ["setpriv", f"--pdeathsig={on_our_death}", *command]
        number = inherited.fileno() if inherited is not None else None
        if number is not None:
            assert number > 3, number  # 3 is what it becomes.
            script = 'eval "exec 3<&$1 $1<&-"; shift; LISTEN_PID=$$ LISTEN_FDS=1 LISTEN_FDNAMES=http exec "$@"'
            command = ["bash", "-c", script, "bash", str(number), *command]
        process = subprocess.Popen(
            as_server(command) if for_servers else command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=environment,
            cwd=self.folder,
            start_new_session=True,
            pass_fds=[number] if number is not None else [],
        )
        self._started.append(process)
        return process

    def left(self) -> dict[int, str]:
        """Living processes of ours, by id: of a session that we started, or at work below our folder."""
        sessions = {process.pid for process in self._started}
        found = {}
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit() or int(entry.name) == os.getpid():
                continue
            try:
                state, _, _, session = (entry / "stat").read_text().rpartition(") ")[2].split()[:4]
                at_work_below = os.readlink(entry / "cwd").startswith(f"{self.folder}/")
                if state != "Z" and (int(session) in sessions or at_work_below):
                    found[int(entry.name)] = (entry / "cmdline").read_text().replace("\0", " ").strip()
            except (FileNotFoundError, ProcessLookupError, PermissionError):
                continue  # Ended while we looked, or somebody else's.
        return found

    def kill_all(self) -> dict[int, str]:
        """Ends what is left by force. Returns what that was."""
        first = left = self.left()
        deadline = time.monotonic() + 10
        while left and time.monotonic() < deadline:
            for pid in left:
                try:
                    os.kill(pid, signal.SIGKILL)
                except ProcessLookupError:
                    pass
            for process in self._started:
                process.poll()
            time.sleep(0.05)
            left = self.left()
        return first


@contextmanager
def processes_for(name: str) -> Iterator[Processes]:
    """For a command: a folder of its own, which is gone at the end with all that was started, also after a signal."""

    def end(number: int, _: object) -> None:
        for ending in (signal.SIGINT, signal.SIGTERM):
            signal.signal(ending, signal.SIG_IGN)
        sys.exit(128 + number)

    for ending in (signal.SIGINT, signal.SIGTERM):
        signal.signal(ending, end)
    folder = Path(tempfile.mkdtemp(prefix=f"pgvigil-{name}-"))
    try:
        folder.chmod(0o711)  # The servers' account must get through.
        processes = Processes(folder)
        try:
            yield processes
        finally:
            processes.kill_all()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
