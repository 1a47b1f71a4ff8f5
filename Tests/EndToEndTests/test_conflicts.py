"""What replay cancels on a standby is counted, once and where it happened."""

from contextlib import closing

import psycopg
import pytest

from asking import ask
from installation import VERSIONS
from processes import wait_until

NAME = "pg_stat_database_conflicts_confl_{}_total"


@pytest.mark.parametrize("version", VERSIONS)
def test_a_query_that_replay_cancels_is_one_conflict_of_its_kind_and_database(postgres, installation_of, version):
    primary = postgres(installation_of(version))
    folder = primary.folder.with_name(f"{primary.folder.name}-standby")
    standby = primary.standby(folder, settings={"max_standby_streaming_delay": "0"})
    try:
        standby.start()
        primary.execute("CREATE TABLE contested ()")
        standby.follow(primary)
        before = ask(standby, "database_conflicts").page
        with closing(standby.connect()) as reader:
            reader.execute("BEGIN")
            reader.execute("SELECT count(*) FROM contested")
            primary.execute("DROP TABLE contested")
            standby.follow(primary)
            with pytest.raises(psycopg.OperationalError):
                reader.execute("SELECT 1")

        def is_counted() -> bool:
            return ask(standby, "database_conflicts").value(NAME.format("lock"), datname="postgres") > 0

        wait_until(is_counted, within=10, what="the conflict is counted")
        after = ask(standby, "database_conflicts").page
    finally:
        standby.stop()

    assert set(before.all(NAME.format("lock")).values()) == {0}
    assert after.value(NAME.format("lock"), datname="postgres") == 1
    assert sum(after.all(NAME.format("lock")).values()) == 1
    for other in ("tablespace", "snapshot", "bufferpin", "deadlock"):
        assert set(after.all(NAME.format(other)).values()) == {0}, other
