"""A primary and its standby in a state that says something to every collector: odd, open, failing, forgotten."""

from pathlib import Path

import psycopg
from psycopg import sql

from embeddings import DATABASE, keep_embeddings_busy, make_embeddings
from installation import Installation
from postgres import PostgresServer
from processes import Processes, wait_until
from scene import Scene

HOSTILE = 'it\'s "quoted" \\ back|slash'
BROKEN = "two\nlines, été Ω 🐘 "
ROLE = 'wei"rd \\ röle'

SETTINGS = {
    "archive_mode": "on",
    "archive_command": "false",
    "wal_level": "logical",
    "max_prepared_transactions": "5",
    "max_connections": "100",
}


class Interesting(Scene):
    """Use it as a context: inside, both servers run and are as they should be."""

    def __init__(self, processes: Processes, installation: Installation):
        version = installation.version
        settings = {**SETTINGS, "track_io_timing": "on" if version >= 15 else "off"}
        if version >= 14:
            settings["track_wal_io_timing"] = "on"
        # What some versions leave unknown is switched on in others, so that goldens show both.
        checksums = ["--data-checksums"] if version <= 15 else []
        folder = processes.folder / str(version)
        self.primary = PostgresServer(processes, installation, folder, settings, initdb=checksums)
        self.standby: PostgresServer | None = None
        self._sessions: list[psycopg.Connection] = []

    def clear(self) -> None:
        if self.standby is not None:
            self.standby.stop()
        self.primary.stop()
        for session in self._sessions:
            session.close()

    def make(self) -> None:
        primary = self.primary
        primary.start()
        primary.create_role()
        self._make_databases()
        self._make_slots()
        self._make_history()
        self._open_sessions()
        self.standby.follow(primary)
        self._await("count(*) = 1 FROM pg_stat_replication WHERE state = 'streaming'")
        self._await("count(*) = 1 FROM pg_replication_slots WHERE slot_name = 'standby' AND xmin IS NOT NULL")

    def _make_databases(self) -> None:
        with self.primary.connect() as owner:
            owner.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(ROLE)))
            owner.execute(sql.SQL("GRANT ALL ON DATABASE postgres TO {}").format(sql.Identifier(ROLE)))
            for name in [HOSTILE, BROKEN, DATABASE]:
                owner.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
            if self.primary.has_statements:
                owner.execute("CREATE EXTENSION pg_stat_statements")
        make_embeddings(self.primary, HOSTILE, BROKEN)

    def _make_slots(self) -> None:
        """One that a standby uses, two that nobody does. A logical one waits for all transactions: so first of all."""
        self.primary.execute("SELECT pg_create_logical_replication_slot('forgotten_logical', 'pgoutput')")
        self.primary.execute("SELECT pg_create_physical_replication_slot('forgotten', true)")
        settings = {"hot_standby_feedback": "on", "wal_receiver_status_interval": "1s"}
        self.standby = self.primary.standby(Path(f"{self.primary.folder}-standby"), "standby", settings)
        self.standby.start()

    def _make_history(self) -> None:
        with self.primary.connect(database=HOSTILE) as owner:
            owner.execute("CREATE TABLE thing AS SELECT g AS id FROM generate_series(1, 1000) AS g")
            owner.execute("UPDATE thing SET id = id + 1 WHERE id < 100")
            owner.execute("DELETE FROM thing WHERE id > 990")
            owner.execute("BEGIN; DELETE FROM thing; ROLLBACK")
            owner.execute("SET work_mem = '64kB'")
            owner.execute("SELECT count(*) FROM (SELECT g FROM generate_series(1, 100000) AS g ORDER BY -g) AS sorted")
        with self.primary.connect(database=BROKEN) as owner:
            owner.execute("BEGIN; ROLLBACK")
        with self.primary.connect() as owner:
            owner.execute('CREATE TABLE "od""d \\ näme" (id int PRIMARY KEY, payload text)')
            owner.execute("""INSERT INTO "od""d \\ näme" SELECT g, repeat('x', g) FROM generate_series(1, 500) AS g""")
            owner.execute('UPDATE "od""d \\ näme" SET payload = payload WHERE id < 50')
            owner.execute('DELETE FROM "od""d \\ näme" WHERE id > 450')
            owner.execute("BEGIN; CREATE TABLE prepared (); PREPARE TRANSACTION 'forgotten'")
            owner.execute("SELECT pg_logical_emit_message(false, 'x', 'something to archive')")
            owner.execute("SELECT pg_switch_wal()")
        self._await("failed_count > 0 FROM pg_stat_archiver")

    def _open_sessions(self) -> None:
        for number in range(10, 69):
            self._session(f"app-{number}")
        self._session("", database=BROKEN)
        self._session('say "hi" \\ friend', user=ROLE, database=HOSTILE)
        self._session("holder", database=HOSTILE).execute("BEGIN; LOCK TABLE thing")
        self._leave(self._session("waiter", database=HOSTILE), "SELECT count(*) FROM thing")
        self._leave(self._session("worker", database=BROKEN), "SELECT pg_sleep(600)")
        dawdler = "BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM pg_class"
        self._session("dawdler").execute(dawdler)
        self._session("reader", server=self.standby).execute(dawdler)
        self._session("killed", database=BROKEN)
        self._await("count(*) = 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
        self._sessions += keep_embeddings_busy(self.primary)
        self._await("count(*) = 59 FROM pg_stat_activity WHERE application_name LIKE 'app-__' AND state = 'idle'")
        self._await("count(pg_terminate_backend(pid)) = 1 FROM pg_stat_activity WHERE application_name = 'killed'")
        self._await("sum(xact_rollback) >= 2 AND sum(temp_files) > 0 FROM pg_stat_database")

    def _session(self, application: str, server: PostgresServer | None = None, **place: str) -> psycopg.Connection:
        session = (server or self.primary).connect(application_name=application, **place)
        self._sessions.append(session)
        return session

    @staticmethod
    def _leave(session: psycopg.Connection, statement: str) -> None:
        """Sends it, and does not wait for the answer."""
        session.pgconn.send_query(statement.encode())
        session.pgconn.flush()

    def _await(self, condition: str) -> None:
        what = f"PostgreSQL {self.primary.installation.version}: {condition}"
        wait_until(lambda: self.primary.execute(f"SELECT {condition}") == [(True,)], within=30, what=what)
