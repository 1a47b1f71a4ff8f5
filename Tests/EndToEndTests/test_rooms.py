"""The Swift tests that need a real server, run against a server of every version."""

import os
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from installation import VERSIONS, Installation
from postgres import PostgresServer

PACKAGE = Path(__file__).parents[2]


@pytest.mark.timeout(900)  # What is fetched for the first time takes its time.
@pytest.mark.parametrize("version", VERSIONS)
def test_the_rooms_on_a_real_server(
    version: int, new_postgres: Callable[..., PostgresServer], installation_of: Callable[[int], Installation]
):
    server = new_postgres(
        installation_of(version),
        settings={"archive_mode": "on", "archive_command": "false", "max_connections": "120"},
        access=["host all all 127.0.0.1/32 trust"],
    )
    server.start()
    # One room after the other: what one does to the server would show in the other's answers.
    command = ["swift", "test", "--skip-build", "--disable-xctest", "--no-parallel", "--filter", r"\.ServerTests"]
    try:
        ran = subprocess.run(
            command,
            cwd=PACKAGE,
            env={**os.environ, "PGVIGIL_TEST_SERVERS": server.conninfo("postgres", "postgres")},
            capture_output=True,
            text=True,
        )
    finally:
        server.stop()
    output = ran.stdout + ran.stderr
    assert ran.returncode == 0, output
    assert re.search(r"Test run with \d+ tests in [2-9] suites passed", output), output
