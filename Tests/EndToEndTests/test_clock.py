"""Two clocks that differ."""

import subprocess

import pytest

from daemon import binary, environment
from exposition import Exposition


@pytest.mark.parametrize("ahead", [0, 90, -3600])
def test_the_servers_clock_is_compared_with_ours(ahead, postgres18):
    elsewhere = environment(DATA_SOURCE_NAME=postgres18.conninfo(), DONT_FAKE_MONOTONIC="1")
    command = ["faketime", "-f", f"{ahead:+d}s", binary(), "collect"]

    ended = subprocess.run(command, env=elsewhere, capture_output=True, timeout=30)

    assert ended.returncode == 0, ended.stderr
    offset = Exposition.of_text(ended.stdout).value("pg_server_clock_offset_seconds", server="main")
    assert offset == pytest.approx(-ahead, abs=0.25)
