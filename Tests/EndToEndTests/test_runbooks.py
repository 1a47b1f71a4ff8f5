"""What the runbooks tell an engineer to type works."""

import psycopg
import pytest

from alerts import Fence, fences
from postgres import Installation, PostgresServer

LANGUAGES = {"sql", "promql", "sh", "yaml"}


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
    assert {one.note for one in fences() if one.language != "sql"} == {""}


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
