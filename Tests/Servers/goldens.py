"""Takes the tables of the collectors' golden files from real servers: see scripts/capture-goldens --help."""

import os
import subprocess
import sys
from pathlib import Path

from cache import say
from installation import VERSIONS, Installation, Unavailable
from interesting import Interesting
from processes import Processes, processes_for

PACKAGE = Path(__file__).resolve().parents[2]


def main(arguments: list[str]) -> int:
    missing: list[str] = []
    with processes_for("goldens") as processes:
        for version in [int(argument) for argument in arguments] or VERSIONS:
            try:
                installation = Installation.of(version, processes.folder)
            except Unavailable as reason:
                missing.append(str(reason))
                continue
            capture(processes, installation)
    say("Making the pages of the tables")
    run_tests("GoldenTests/.*page in its golden file", UPDATE_GOLDEN="1")
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


def run_tests(tests: str, **variables: str) -> None:
    command = ["swift", "test", "--skip-build", "--disable-xctest", "--filter", f"CollectorsTests.{tests}"]
    ran = subprocess.run(command, cwd=PACKAGE, env={**os.environ, **variables}, capture_output=True, text=True)
    if ran.returncode != 0:
        sys.exit(f"{ran.stdout}{ran.stderr}\n{tests} failed")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
