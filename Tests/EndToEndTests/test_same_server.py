"""One server that two entries of the settings name: two targets, and to the rules on clusters one server."""

from alerts import rules
from polls import wait_for_polls
from processes import wait_until


def test_a_server_with_two_entries_is_two_targets_without_a_conflict_and_one_primary(daemon, postgres, prometheus):
    server, other = postgres(), postgres()
    names = ("one", "two")
    entries = [{"name": name, "conninfo": server.conninfo(), "pg_cluster": "orders"} for name in names]
    watched = daemon(settings={"interval": "1s", "servers": entries})
    watcher = prometheus({"pgvigil": watched.ports[0]})
    (split,) = (rule for rule in rules() if rule.alert == "PostgresSplitBrain")
    primaries, _, least = split.expr.strip().rpartition(" > ")
    assert least == "1"

    page = wait_for_polls(watched, 3, "two")
    values = {
        name: {page.value(name, server=server) for server in names}
        for name in ("pg_up", "pg_server_in_recovery", "pgvigil_target_identity_conflict")
    }
    assert values == {"pg_up": {1}, "pg_server_in_recovery": {0}, "pgvigil_target_identity_conflict": {0}}
    assert len({page.value("pg_server_start_timestamp_seconds", server=name) for name in names}) == 1
    assert len({dict(labels)["system_identifier"] for labels in page.all("pg_server_info")}) == 1
    # Each has a session of its own, and visits.
    assert 2 <= server.backends_of("pgvigil") <= 2 * 3
    assert "conflict" not in watched.log

    cluster = frozenset({("pg_cluster", "orders")})
    wait_until(lambda: watcher.query("count(pg_up)"), within=20, what="Prometheus has seen both")
    assert watcher.query(primaries) == {cluster: 1}
    entries[1]["conninfo"] = other.conninfo()
    watched.write_settings({"interval": "1s", "servers": entries})
    watched.reload()
    wait_until(lambda: watcher.query(primaries) == {cluster: 2}, within=20, what="two servers are two primaries")
