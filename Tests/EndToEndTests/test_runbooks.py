"""What the runbooks tell an engineer to type works."""

import psycopg
import pytest

from alerts import Fence, fences
from console import ConsoleError
from pooler_process import PoolerProcess
from postgres import Installation, PostgresServer

LANGUAGES = {"sql", "promql", "sh", "yaml", "pgbouncer", "pgpool"}


@pytest.fixture(scope="module", params=[15, 18])
def server(request, new_postgres, embedded: Installation, postgres18: PostgresServer):
    """With its version; the role `pgvigil` is in pg_monitor and no superuser."""
    if request.param == 18:
        yield 18, postgres18
        return
    old = new_postgres(Installation.debian_15())
    old.start()
    try:
        old.create_role()
        yield 15, old
    finally:
        old.stop()


def is_for(fence: Fence, version: int) -> bool:
    """`17+`: since that version; `-16`: until it; nothing: always."""
    if fence.note.endswith("+"):
        return version >= int(fence.note.removesuffix("+"))
    return fence.note == "" or version <= -int(fence.note)


def looks() -> list[Fence]:
    return [one for one in fences() if one.language == "sql" and one.note != "mend"]


def test_blocks_are_of_a_kind_that_the_readme_explains():
    assert {one.language for one in fences() if one.page != "README"} == LANGUAGES
    assert {one.note for one in fences() if one.language == "sql"} == {"", "mend", "17+", "-16"}
    assert {one.note for one in fences() if one.language == "pgbouncer"} == {"", "mend", "1.19+"}
    assert {one.note for one in fences() if one.language not in ("sql", "pgbouncer")} == {""}


def test_every_look_runs_in_a_read_only_transaction(server: tuple[int, PostgresServer]):
    version, postgres = server
    chosen = [one for one in looks() if is_for(one, version)]
    assert len(chosen) > 30 and len(chosen) < len(looks())
    failures = []
    with psycopg.connect(postgres.conninfo()) as connection:
        connection.read_only = True
        for fence in chosen:
            try:
                cursor = connection.execute(fence.text)
                assert cursor.description is not None and ";" not in fence.text, fence
            except psycopg.Error as error:
                failures.append(f"{fence.page}: {error}\n{fence.text}")
            connection.rollback()
    assert failures == [], "\n".join(failures)


def commands(language: str, *notes: str) -> list[tuple[str, str]]:
    """Pages and commands of such blocks."""
    chosen = [one for one in fences() if one.language == language and one.note in notes]
    return [(one.page, line) for one in chosen for line in one.text.splitlines()]


def refused(pooler: PoolerProcess, user: str, chosen: list[tuple[str, str]]) -> list[str]:
    """What its console does not answer with a table."""
    found = []
    for page, command in chosen:
        try:
            assert command.startswith("SHOW ") and pooler.run(command, user).names != [], (page, command)
        except ConsoleError as error:
            found.append(f"{page}: {command}: {error}")
    return found


def test_every_look_at_pgbouncer_is_answered(pgbouncer, postgres18: PostgresServer):
    bouncer = pgbouncer(postgres18, "1.24")
    assert len(commands("pgbouncer", "")) > 10
    assert refused(bouncer, "stats", commands("pgbouncer", "", "1.19+")) == []


def test_pgbouncer_before_1_19_answers_all_but_what_is_marked(pgbouncer, postgres18: PostgresServer):
    bouncer = pgbouncer(postgres18, "1.18")
    assert refused(bouncer, "stats", commands("pgbouncer", "")) == []
    marked = commands("pgbouncer", "1.19+")
    assert [one.partition(":")[0] for one in refused(bouncer, "stats", marked)] == ["PoolPaused"]


@pytest.mark.parametrize("version", ["4.3", "4.6"])
def test_every_look_at_pgpool_is_answered(pgpool, postgres18: PostgresServer, version: str):
    assert len(commands("pgpool", "")) > 3
    assert refused(pgpool(postgres18, version), "pgvigil", commands("pgpool", "")) == []


def test_what_ends_a_pause_ends_every_kind_of_it(pgbouncer, postgres18: PostgresServer):
    bouncer = pgbouncer(postgres18, databases={name: {"dbname": "postgres"} for name in ("app", "other")})

    def states() -> list[str | None]:
        of_app = bouncer.run("SHOW DATABASES").row(name="app")
        return [bouncer.run("SHOW STATE").value("value", key="paused"), of_app["paused"], of_app["disabled"]]

    for command in ("DISABLE app", "PAUSE app", "PAUSE"):
        bouncer.run(command)
    assert states() == ["yes", "1", "1"]
    for _, command in commands("pgbouncer", "mend"):
        bouncer.run(command.replace("DATABASE", "app"))
    assert states() == ["no", "0", "0"]
