"""States of healthy servers that look like trouble: what is left out of numbers that alerts go by."""

import threading

from asking import ask
from processes import wait_until


def test_a_wait_for_an_advisory_lock_is_counted_and_has_no_age(postgres):
    server = postgres()
    with server.connect() as leader, server.connect() as follower:
        leader.execute("SELECT pg_advisory_lock(1)")
        waiting = threading.Thread(target=follower.execute, args=["SELECT pg_advisory_lock(1)"])
        waiting.start()
        waits = "SELECT count(*) FROM pg_locks WHERE NOT granted"
        wait_until(lambda: server.execute(waits) == [(1,)], within=10, what="somebody waits")
        of_leadership = ask(server, "locks")

        server.execute("CREATE TABLE t ()")
        with server.connect() as holder, server.connect() as blocked:
            holder.execute("BEGIN; LOCK TABLE t")
            stopped = threading.Thread(target=blocked.execute, args=["LOCK TABLE t IN SHARE MODE; COMMIT"])
            stopped.start()
            wait_until(lambda: server.execute(waits) == [(2,)], within=10, what="two wait")
            of_a_table = ask(server, "locks")
            holder.execute("ROLLBACK")
            stopped.join()
        leader.execute("SELECT pg_advisory_unlock(1)")
        waiting.join()

    assert of_leadership.value("pg_locks_waiting_backends") == 1
    assert of_leadership.value("pg_locks_waiting", locktype="advisory") == 1
    assert of_leadership.value("pg_locks_oldest_wait_age_seconds") is None
    assert of_a_table.value("pg_locks_waiting_backends") == 2
    assert 0 <= of_a_table.value("pg_locks_oldest_wait_age_seconds") < 10


def test_a_database_that_an_interrupted_drop_has_left_has_no_age(postgres):
    server = postgres()
    server.execute("CREATE DATABASE half_gone")
    before = ask(server, "wraparound").page.all("pg_database_datfrozenxid_age_xids", datname="half_gone")
    # What DROP DATABASE writes first (DATCONNLIMIT_INVALID_DB).
    server.execute("UPDATE pg_database SET datconnlimit = -2 WHERE datname = 'half_gone'")
    after = ask(server, "wraparound").page

    assert len(before) == 1
    assert after.all("pg_database_datfrozenxid_age_xids", datname="half_gone") == {}
    assert after.value("pg_database_datfrozenxid_age_xids", datname="postgres") is not None
