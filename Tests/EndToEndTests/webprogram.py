"""Programs of the Prometheus family: a port of loopback, a folder, and a page that says when they are ready."""

import shutil
import subprocess
import urllib.request
from pathlib import Path
from typing import Self

from processes import Processes, free_port, wait_until


def tool(name: str) -> str:
    """The path of `prometheus`, `promtool`, `prometheus-alertmanager` or `amtool`."""
    path = shutil.which(name)
    assert path is not None, f"{name} is not installed: run scripts/setup --test"
    return path


class WebProgram:
    """One of them, given its name and its arguments besides the address."""

    def __init__(self, processes: Processes, folder: Path, name: str, arguments: list[str]):
        self.folder = folder
        self.port = free_port()
        self._name = name
        self._arguments = arguments
        self._processes = processes
        self._process: subprocess.Popen | None = None
        folder.mkdir()

    def start(self) -> Self:
        with (self.folder / "log").open("ab") as log:
            command = [tool(self._name), *self._arguments, f"--web.listen-address=127.0.0.1:{self.port}"]
            self._process = self._processes.start(command, output=log)
        wait_until(self._is_ready, within=30, what=f"{self._name} is ready")
        return self

    def stop(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.terminate()
            process.wait(20)

    def address(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def _is_ready(self) -> bool:
        assert self._process.poll() is None, f"{self._name} ended:\n{(self.folder / 'log').read_text()[-2000:]}"
        try:
            with urllib.request.urlopen(self.address("/-/ready"), timeout=5) as answer:
                return answer.status == 200
        except OSError:
            return False
