"""What running one pooler or another has in common."""

import os
import signal
import subprocess
from abc import abstractmethod
from pathlib import Path
from types import TracebackType
from typing import Self

from psycopg.pq import PGconn, Ping

from account import give_to_server
from console import Table, ask_console
from freezable import Freezable
from poolers import Pooler
from processes import Processes, free_port, wait_until
from shared_memory import remove_shared_memory


class PoolerProcess(Freezable):
    """One pooler, in a folder of its own, on a free port of loopback. As a context it runs inside, and then no more."""

    on_our_death = "KILL"

    def __init__(self, processes: Processes, pooler: Pooler, folder: Path, port: int | None = None):
        self.pooler = pooler
        self.folder = folder
        self.log = folder / "log"
        self.port = port or free_port()
        self._processes = processes
        self._process: subprocess.Popen | None = None
        folder.mkdir(mode=0o711, parents=True)
        give_to_server(folder)

    @abstractmethod
    def command(self) -> list[str]:
        """By which it stays in the foreground."""

    @abstractmethod
    def write(self) -> None:
        """Writes its settings as they now are; they take effect by `reload` or `restart`."""

    @abstractmethod
    def own_conninfo(self) -> str:
        """By which this very process, and no other behind the same port, is asked."""

    @property
    @abstractmethod
    def ending(self) -> signal.Signals:
        """What ends it at once, whoever is connected."""

    # Its life

    def start(self) -> Self:
        assert self._process is None, f"{self.pooler.name} runs already"
        with self.log.open("ab") as log:
            self._process = self._processes.start(
                self.command(), output=log, on_our_death=self.on_our_death, for_servers=True
            )
        wait_until(self._answers_or_ended, within=30, what=f"{self.pooler.name} accepts connections")
        if self._process.poll() is not None:
            self._process = None
            raise AssertionError(f"{self.pooler.name} did not start:\n{self.log.read_text()[-4000:]}")
        return self

    def _answers_or_ended(self) -> bool:
        return self._process.poll() is not None or PGconn.ping(self.own_conninfo().encode()) == Ping.OK

    def stop(self) -> None:
        """At once, whoever is connected. Good also if it is frozen or stopped."""
        process, self._process = self._process, None
        if process is None or process.poll() is not None:
            return
        self._signal_family(process.pid, signal.SIGCONT)
        process.send_signal(self.ending)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            family = self._signal_family(process.pid, signal.SIGKILL)
            process.wait(10)
            remove_shared_memory(family)

    def restart(self) -> None:
        self.stop()
        self.start()

    def kill(self) -> None:
        """It and its children, as the kernel does when memory runs out."""
        process, self._process = self._process, None
        family = self._signal_family(process.pid, signal.SIGKILL)
        process.wait()
        remove_shared_memory(family)

    def freeze(self) -> None:
        self._signal_family(self.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        self._signal_family(self.pid, signal.SIGCONT)

    @property
    def pid(self) -> int:
        assert self._process is not None, f"{self.pooler.name} does not run"
        return self._process.pid

    @staticmethod
    def _signal_family(parent: int, what: signal.Signals) -> list[int]:
        children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
        family = [parent, *map(int, children)]  # The parent first: it then starts no new ones.
        for pid in family:
            try:
                os.kill(pid, what)
            except ProcessLookupError:
                pass
        return family

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    # Talking to it

    def run(self, command: str, user: str | None = None) -> Table:
        """What the console answers: `run("SHOW POOLS").value("cl_waiting", database="app", user="app")`."""
        return ask_console(self.own_conninfo() if user is None else self.own_conninfo(user), command)
