"""Each collector's statement on real servers of several versions: the Swift tests that need one, run against it."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from postgres import Installation, PostgresServer

PACKAGE = Path(__file__).parents[2]


@pytest.mark.timeout(300)
@pytest.mark.parametrize("version", [15, 18])
def test_collectors_on_a_real_server(
    version: int, new_postgres: Callable[..., PostgresServer], embedded: Installation
):
    server = new_postgres(
        embedded if version == 18 else Installation.debian_15(),
        settings={"archive_mode": "on", "archive_command": "false", "max_connections": "120"},
        access=["host all all 127.0.0.1/32 trust"],
    )
    server.start()
    try:
        ran = subprocess.run(
            ["swift", "test", "--skip-build", "--disable-xctest", "--filter", "ServerTests"],
            cwd=PACKAGE,
            env={**os.environ, "PGVIGIL_TEST_SERVERS": server.conninfo("postgres", "postgres")},
            capture_output=True,
            text=True,
        )
    finally:
        server.stop()
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert " 0 tests" not in ran.stdout + ran.stderr
