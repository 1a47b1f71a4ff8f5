"""Statements of ours that never end: a view that the daemon reads is made to hang, in one database."""

from postgres import PostgresServer

HANG = """
CREATE FUNCTION public.hang() RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_catalog.pg_sleep(600);
    RETURN true;
{handler}
END $$
"""
ONCE_MORE = "EXCEPTION WHEN query_canceled THEN PERFORM pg_catalog.pg_sleep(600); RETURN true;"


def make_archiver_hang(server: PostgresServer, database: str, *, stubborn: bool) -> None:
    """Whoever reads pg_stat_archiver hangs until a cancel.

    `stubborn`: until the second one; the first is then the server's own, at statement_timeout.
    """
    with server.connect(database=database, options="-c allow_system_table_mods=on") as connection:
        connection.execute(HANG.format(handler=ONCE_MORE if stubborn else ""))
        connection.execute("GRANT EXECUTE ON FUNCTION public.hang() TO PUBLIC")
        definition = _definition(connection)
        connection.execute(f"CREATE OR REPLACE VIEW pg_catalog.pg_stat_archiver AS {definition} WHERE public.hang()")


def mend_archiver(server: PostgresServer, database: str) -> None:
    with server.connect(database=database, options="-c allow_system_table_mods=on") as connection:
        definition = _definition(connection).partition("WHERE")[0]
        connection.execute(f"CREATE OR REPLACE VIEW pg_catalog.pg_stat_archiver AS {definition}")


def _definition(connection) -> str:
    row = connection.execute("SELECT pg_get_viewdef('pg_catalog.pg_stat_archiver'::regclass)").fetchone()
    return row[0].rstrip(" ;\n")
