"""What can be relied on as soon as the daemon says that it is ready."""

import pytest

from daemon import Daemon


@pytest.mark.parametrize("_", range(8))
def test_the_first_page_of_a_ready_daemon_shows_every_target(new_daemon, postgres18, free_port, _):
    names = [f"server{number}" for number in range(6)]
    targets = [{"name": name, "conninfo": postgres18.conninfo()} for name in names]
    gone = {"name": "gone", "conninfo": f"host=127.0.0.1 port={free_port} user=pgvigil"}
    one: Daemon = new_daemon(settings={"interval": "1h", "servers": [*targets, gone]}).start(ready_within=None)
    try:
        page = None
        while page is None:
            try:
                page = one.metrics().exposition() if one.get("/-/ready").status == 200 else None
            except ConnectionError:
                pass  # It does not listen yet.
        assert {name: page.value("pg_up", server=name) for name in names} == dict.fromkeys(names, 1)
        assert page.value("pg_up", server="gone") == 0
        assert [page.value("pgvigil_polls_total", server=name) for name in [*names, "gone"]] == [1] * 7
    finally:
        one.stop()
