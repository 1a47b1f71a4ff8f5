"""One server, from "is it well?" down to "how is it set?"."""

from document import Row, document
from server_databases import DATABASES
from server_health import HEALTH
from server_performance import PERFORMANCE
from server_problems import PROBLEMS
from server_replication import REPLICATION, SLOTS
from server_settings import COLLECTORS, SETTINGS
from server_wal import WAL


def server() -> dict:
    return document(
        uid="pgvigil-server",
        title="PostgreSQL / Server",
        description="One server, or several side by side: health, problems, performance, maintenance, settings.",
        rows=[
            Row("Health", HEALTH),
            Row("Problems", PROBLEMS),
            Row("Performance", PERFORMANCE),
            Row("Maintenance: checkpoints, WAL, archiving", WAL),
            Row("Maintenance: replication", REPLICATION),
            Row("Maintenance: slots", SLOTS),
            Row("Maintenance: databases, vacuum, wraparound", DATABASES),
            Row("Settings", SETTINGS),
            Row("pgvigil's collectors", COLLECTORS),
        ],
    )
