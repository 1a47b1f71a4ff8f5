"""Pages per second beside nginx, which serves the same bytes from a static file."""

import re
import statistics
import subprocess
import time
from dataclasses import dataclass

from daemon import Daemon, Server
from nginx import Nginx
from report import Result, announce, say

PAGE_BYTES = 200 * 1024
CONNECTIONS = 50
SCALE = {"us": 1e-3, "ms": 1, "s": 1e3}


@dataclass
class Load:
    """What wrk saw."""

    rate: float
    p99: float  # Milliseconds.
    cost: float  # Microseconds of CPU time that the server spent on a page.


@dataclass
class Kind:
    """A way to ask for the page."""

    name: str
    headers: dict[str, str]
    target: float  # Of the rate of nginx.


KINDS = [Kind("plain", {}, 0.95), Kind("gzip", {"Accept_Encoding": "gzip"}, 0.9)]


def wrk(server: Daemon | Nginx, kind: Kind, seconds: int) -> Load:
    headers = [f"-H{name.replace('_', '-')}: {value}" for name, value in kind.headers.items()]
    address = f"http://127.0.0.1:{server.port}/metrics"
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--latency", *headers, address]
    before = server.cpu_seconds()
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    spent = server.cpu_seconds() - before
    if "Socket errors" in text or "Non-2xx" in text:
        raise RuntimeError(f"wrk met errors:\n{text}")
    p99 = re.search(r"99%\s+([\d.]+)(us|ms|s)\b", text)
    rate = re.search(r"Requests/sec:\s+([\d.]+)", text)
    pages = int(re.search(r"(\d+) requests in", text)[1])
    return Load(float(rate[1]), float(p99[1]) * SCALE[p99[2]], spent / pages * 1e6)


def names_for(binary: str, server: Server, size: int) -> int:
    """Under how many names the server makes a page of that size."""
    sizes = []
    for names in (2, 4):
        with Daemon(binary, server, names) as daemon:
            daemon.wait_until_ready()
            sizes.append(len(daemon.get()[1]))
    each = (sizes[1] - sizes[0]) / 2
    return max(1, round((size - sizes[0]) / each) + 2)


def measure(binary: str, server: Server, pairs: int, seconds: int) -> list[Result]:
    announce(f"page: {PAGE_BYTES >> 10} KB, {CONNECTIONS} connections, beside nginx with one worker")
    names = names_for(binary, server, PAGE_BYTES)
    results = []
    with Daemon(binary, server, names) as daemon, Nginx(tuned=False) as usual, Nginx(tuned=True) as tuned:
        daemon.wait_until_ready()
        time.sleep(16)  # One interval: the page has its size.
        for kind in KINDS:
            results += summary(kind, beside(daemon, usual, "nginx", kind, pairs, seconds))
            ratios = ratios_of(beside(daemon, tuned, "tuned nginx", kind, max(5, pairs // 2), seconds))
            what, note = f"{kind.name}, of tuned nginx's rate", spread(ratios)
            results.append(Result("page", what, statistics.median(ratios), "", note=note))
    return results


def beside(
    daemon: Daemon, nginx: Nginx, name: str, kind: Kind, pairs: int, seconds: int
) -> list[tuple[Load, Load]]:
    """What wrk saw of the daemon and of nginx with the same bytes, by turns."""
    loads = []
    for pair in range(pairs):
        nginx.serve(daemon.get()[1], daemon.get(Accept_Encoding="gzip")[1])
        ours, served = daemon.get(**kind.headers)[1], nginx.get(**kind.headers)
        if abs(len(ours) - len(served)) > len(served) / 100:
            raise RuntimeError(f"{len(ours)} bytes beside {len(served)}: that is not the same page")
        first_is_ours = pair % 2 == 0
        turns = [daemon, nginx] if first_is_ours else [nginx, daemon]
        seen = [wrk(server, kind, seconds) for server in turns]
        mine, theirs = seen if first_is_ours else reversed(seen)
        loads.append((mine, theirs))
        say(f"{kind.name} {len(served):,} bytes: {mine.rate:,.0f}/s, {name} {theirs.rate:,.0f}/s, "
            f"CPU {mine.cost:.0f} µs, {name} {theirs.cost:.0f} µs")
    return loads


def ratios_of(loads: list[tuple[Load, Load]]) -> list[float]:
    return [ours.rate / theirs.rate for ours, theirs in loads]


def spread(ratios: list[float]) -> str:
    return f"{len(ratios)} pairs, {min(ratios):.2f} to {max(ratios):.2f}"


def summary(kind: Kind, loads: list[tuple[Load, Load]]) -> list[Result]:
    def median(side: int, field: str) -> float:
        return statistics.median(getattr(pair[side], field) for pair in loads)

    def compared(what: str, field: str, unit: str) -> Result:
        theirs = median(1, field)
        note = f"nginx {theirs:,.0f} {unit}" if theirs >= 1000 else f"nginx {theirs:.3g} {unit}"
        return Result("page", f"{kind.name}, {what}", median(0, field), unit, note=note)

    ratios = ratios_of(loads)
    of_nginx, note = statistics.median(ratios), spread(ratios)
    return [
        Result("page", f"{kind.name}, of nginx's rate", of_nginx, "", kind.target, True, note),
        compared("rate", "rate", "/s"),
        compared("p99", "p99", "ms"),
        compared("CPU time a page", "cost", "µs"),
    ]
