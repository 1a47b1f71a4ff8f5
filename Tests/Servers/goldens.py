"""Takes the tables of the collectors' golden files from real servers: see scripts/capture-goldens --help."""

import os
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

from bring_up_poolers import bring_up_servers
from cache import say
from console_replay import ConsoleReplay
from installation import VERSIONS, Installation, Unavailable
from interesting import Interesting
from interesting_poolers import InterestingPgBouncer, InterestingPgpool
from poolers import PGBOUNCERS, PGPOOLS, Pooler
from processes import Processes, processes_for

PACKAGE = Path(__file__).resolve().parents[2]

# What is played from recordings: kind, version, recording.
RECORDINGS = [
    ("odyssey", "1.4", "current"),
    ("odyssey", "1.3", "older"),
    ("pgcat", "1.2", "current"),
    ("pgdog", "0.1", "current"),
]


def main(arguments: list[str]) -> int:
    missing: list[str] = []
    with processes_for("goldens") as processes:
        if "consoles" in arguments or not arguments:
            missing += capture_consoles(processes)
        versions = [int(argument) for argument in arguments if argument != "consoles"]
        for version in versions if arguments else VERSIONS:
            try:
                installation = Installation.of(version, processes.folder)
            except Unavailable as reason:
                missing.append(str(reason))
                continue
            capture(processes, installation)
    say("Making the pages of the tables")
    run_tests("(Console)?GoldenTests/.*page in its golden file", UPDATE_GOLDEN="1")
    say("Done; read the difference before you commit it")
    for reason in missing:
        say(reason)
    return 0


def capture(processes: Processes, installation: Installation) -> None:
    say(f"{installation.name}: making it interesting")
    with Interesting(processes, installation) as servers:
        say(f"{installation.name}: capturing")
        sources = [servers.primary.conninfo(), servers.standby.conninfo()]
        run_tests("CaptureTests", CAPTURE_GOLDEN="\n".join(sources))


def capture_consoles(processes: Processes) -> list[str]:
    """Those of poolers that can be had; returns why others cannot."""
    missing: list[str] = []
    with ExitStack() as running:
        primary, standby = bring_up_servers(processes, running)
        for version in [*PGBOUNCERS, *PGPOOLS]:
            try:
                if version in PGBOUNCERS:
                    pooler = Pooler.pgbouncer(version, processes.folder)
                    interesting = InterestingPgBouncer(processes, pooler, primary)
                else:
                    pooler = Pooler.pgpool(version, processes.folder)
                    interesting = InterestingPgpool(processes, pooler, primary, standby)
            except Unavailable as reason:
                missing.append(str(reason))
                continue
            say(f"{pooler.name}: making it interesting, and capturing")
            kind = "pgbouncer" if version in PGBOUNCERS else "pgpool"
            with interesting:
                capture_console(f"{kind} {version} {interesting.conninfo()}")
    for kind, version, recording in RECORDINGS:
        say(f"{kind} {version}: capturing the recording")
        with ConsoleReplay(kind, recording) as replay:
            capture_console(f"{kind} {version} {replay.conninfo()}")
    return missing


def capture_console(source: str) -> None:
    run_tests("ConsoleCaptureTests", CAPTURE_CONSOLES=source)


def run_tests(tests: str, **variables: str) -> None:
    command = ["swift", "test", "--skip-build", "--disable-xctest", "--filter", f"CollectorsTests\\.{tests}"]
    ran = subprocess.run(command, cwd=PACKAGE, env={**os.environ, **variables}, capture_output=True, text=True)
    if ran.returncode != 0:
        sys.exit(f"{ran.stdout}{ran.stderr}\n{tests} failed")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
