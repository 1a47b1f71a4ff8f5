"""A network namespace with one server in it, so that packets to it can be dropped and nobody else's are."""

import os
import subprocess

from account import as_server


class NetworkNamespace:
    """Reached at `inside` from `outside`, by a pair of virtual Ethernet devices. Only root may make one."""

    outside, inside = "10.213.77.1", "10.213.77.2"

    def __init__(self, processes):
        self.name = f"pgvigil-{os.getpid()}"
        self._device = f"pgv{os.getpid()}"
        self._processes = processes
        _run("ip", "netns", "add", self.name)
        try:
            peer = "inside0"
            _run("ip", "link", "add", self._device, "type", "veth", "peer", "name", peer, "netns", self.name)
            _run("ip", "addr", "add", f"{self.outside}/30", "dev", self._device)
            _run("ip", "link", "set", self._device, "up")
            self.run_inside("ip", "addr", "add", f"{self.inside}/30", "dev", peer)
            self.run_inside("ip", "link", "set", peer, "up")
        except BaseException:
            self.remove()
            raise

    def remove(self) -> None:
        """The devices go with it."""
        _run("ip", "netns", "delete", self.name)

    def run_inside(self, *command: str) -> None:
        _run("ip", "netns", "exec", self.name, *command)

    def drop_packets(self) -> None:
        """Whatever comes in is dropped, and nobody is told."""
        self.run_inside("iptables", "-A", "INPUT", "-j", "DROP")

    def let_packets_through(self) -> None:
        self.run_inside("iptables", "-D", "INPUT", "-j", "DROP")

    def start(self, command: list[str], *, output, on_our_death: str, for_servers: bool):
        """As `Processes.start`, for a server that is to run in here."""
        command = ["setpriv", f"--pdeathsig={on_our_death}", *command]
        inside = ["ip", "netns", "exec", self.name, *(as_server(command) if for_servers else command)]
        return self._processes.start(inside, output=output, on_our_death=on_our_death)

    @staticmethod
    def why_not() -> str | None:
        """Why there can be none here; None if there can."""
        if os.geteuid() != 0:
            return "only root may make network namespaces"
        probe = "ip netns add pgvigil-probe && ip netns exec pgvigil-probe iptables -A INPUT -j DROP"
        tried = subprocess.run(["sh", "-c", probe], capture_output=True, text=True)
        subprocess.run(["ip", "netns", "delete", "pgvigil-probe"], capture_output=True)
        return None if tried.returncode == 0 else f"no network namespaces with iptables here: {tried.stderr.strip()}"


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, f"{' '.join(command)}: {done.stderr}"
