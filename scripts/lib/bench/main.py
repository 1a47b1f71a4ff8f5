"""Runs the measurements that were asked for; `scripts/bench` starts it."""

import argparse
import signal
import sys
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.append(str(Path(__file__).resolve().parents[3] / "Tests/Servers"))

import memory
import page
import poll
import pools
import search
import start
from daemon import Server
from report import Result, announce, load_average, say, show, write


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("subject", choices=["page", "memory", "start", "poll", "pools", "search", "all"])
    parser.add_argument("--binary", required=True)
    parser.add_argument("--psql", required=True, help="psql with what the superuser needs to get in")
    parser.add_argument("--port", required=True, type=int)
    parser.add_argument("--log", required=True, type=Path, help="where the server's messages go")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--quick", action="store_true")
    return parser.parse_args()


def main() -> None:
    options = arguments()
    # So that every `with` block ends what it started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    server = Server(options.port, options.psql, options.log)
    announce(f"Measuring {options.binary}")
    say(f"load average {load_average():.2f}: what else runs here bends the figures")
    quick = options.quick
    results: list[Result] = []
    if options.subject in ("start", "all"):
        results += start.measure(options.binary, server, runs=5)
    if options.subject in ("page", "all"):
        results += page.measure(options.binary, server, pairs=5 if quick else 15, seconds=1 if quick else 2)
    if options.subject in ("poll", "all"):
        results += poll.measure(options.binary, server, rounds=2 if quick else 6, polls=5 if quick else 10)
    if options.subject in ("pools", "all"):
        results += pools.measure(options.binary, server, rounds=2 if quick else 6, polls=5 if quick else 10)
    if options.subject in ("search", "all"):
        results += search.measure(options.binary, server, rounds=2 if quick else 6, searches=100 if quick else 400)
    if options.subject in ("memory", "all"):
        results += memory.measure(options.binary, server, seconds=15 if quick else 60)
    show(results)
    if options.json:
        write(results, options.json, options.binary)


main()
