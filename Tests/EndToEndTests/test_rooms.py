"""The Swift tests that need a real server, run against servers of several versions."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from postgres import Installation, PostgresServer

PACKAGE = Path(__file__).parents[2]


@pytest.mark.timeout(300)
@pytest.mark.parametrize("version", [15, 18])
@pytest.mark.parametrize("room", ["Collectors", "Postgres"])
def test_a_room_on_a_real_server(
    room: str, version: int, new_postgres: Callable[..., PostgresServer], embedded: Installation
):
    server = new_postgres(
        embedded if version == 18 else Installation.debian_15(),
        settings={"archive_mode": "on", "archive_command": "false", "max_connections": "120"},
        access=["host all all 127.0.0.1/32 trust"],
    )
    server.start()
    try:
        ran = subprocess.run(
            ["swift", "test", "--skip-build", "--disable-xctest", "--filter", f"{room}Tests.ServerTests"],
            cwd=PACKAGE,
            env={**os.environ, "PGVIGIL_TEST_SERVERS": server.conninfo("postgres", "postgres")},
            capture_output=True,
            text=True,
        )
    finally:
        server.stop()
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert " 0 tests" not in ran.stdout + ran.stderr
