"""What a pooler's console answers."""

from dataclasses import dataclass

import psycopg
from psycopg.generators import execute
from psycopg.pq import ExecStatus


class ConsoleError(Exception):
    """What a console answered instead of a table."""


@dataclass(frozen=True)
class Column:
    """A column of an answer; `type` is the OID that the console declares, which need not be true."""

    name: str
    type: int


@dataclass(frozen=True)
class Table:
    """An answer of a console, as sent: everything is text, or None for NULL."""

    columns: list[Column]
    rows: list[list[str | None]]

    @property
    def names(self) -> list[str]:
        return [column.name for column in self.columns]

    @property
    def records(self) -> list[dict[str, str | None]]:
        return [dict(zip(self.names, row)) for row in self.rows]

    def row(self, **key: str) -> dict[str, str | None]:
        """The one row of which these columns have these values."""
        found = [record for record in self.records if key.items() <= record.items()]
        assert len(found) == 1, f"{len(found)} rows are {key}: {self.records}"
        return found[0]

    def value(self, column: str, **key: str) -> str | None:
        return self.row(**key)[column]


def ask_console(conninfo: str, command: str) -> Table:
    """One simple query, as consoles know no other, on a connection of its own; what comes back is kept as it is."""
    try:
        with psycopg.connect(conninfo, autocommit=True) as connection:
            connection.pgconn.send_query(command.encode())
            results = connection.wait(execute(connection.pgconn))
    except psycopg.Error as error:
        raise ConsoleError(_on_one_line(str(error))) from None
    last = results[-1]
    if last.status not in (ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK):
        raise ConsoleError(_on_one_line(last.get_error_message()))
    columns = [Column(last.fname(i).decode(), last.ftype(i)) for i in range(last.nfields)]
    rows = [[_cell(last.get_value(row, i)) for i in range(last.nfields)] for row in range(last.ntuples)]
    return Table(columns, rows)


def _cell(value: bytes | None) -> str | None:
    return None if value is None else value.decode()


def _on_one_line(message: str) -> str:
    return " ".join(message.split())
