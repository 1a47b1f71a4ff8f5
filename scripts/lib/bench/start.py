"""How long it takes from the start of the process until all base collectors have ended once."""

import statistics

from daemon import Daemon, Server
from report import Result, announce, say


def measure(binary: str, server: Server, runs: int) -> list[Result]:
    announce("start: from exec until each base collector has ended once, local server")
    times = []
    for number in range(runs):
        with Daemon(binary, server) as daemon:
            seconds = daemon.wait_until_ready(every=0.005)
            success = daemon.values("pgvigil_collector_success")
            if not success or not all(success):
                raise RuntimeError(f"collectors have failed: {success}")
        say(f"run {number + 1}: {seconds * 1000:.0f} ms, {len(success)} collectors")
        times.append(seconds * 1000)
    return [
        Result("start", f"slowest of {runs} runs", max(times), "ms", 500),
        Result("start", "median", statistics.median(times), "ms"),
    ]
