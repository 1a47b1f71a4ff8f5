"""Connection pools: who waits for a connection, for how long, and why?"""

from document import Row, document
from pools_applications import APPLICATIONS, PROCESSES
from pools_chain import WAITS
from pools_consoles import CONSOLES
from pools_pgbouncer import PGBOUNCER
from pools_pgpool import PGPOOL
from pools_poolers import POOLERS
from pools_server import USES
from pools_sizing import SIZING


def pools() -> dict:
    return document(
        uid="pgvigil-pools",
        title="PostgreSQL / Pools",
        description=(
            "Who waits for a connection, for how long, and why: pools inside applications, poolers, and the servers"
            " behind them. Needs `pools` or `application_pools` in pgvigil's settings."
        ),
        rows=[
            Row("Who waits", WAITS),
            Row("Pools of applications", APPLICATIONS),
            Row("Poolers", POOLERS),
            Row("PgBouncer", PGBOUNCER),
            Row("Pgpool-II", PGPOOL),
            Row("Odyssey, PgCat, PgDog", CONSOLES),
            Row("Sizing", SIZING),
            Row("Who uses the server", USES),
            Row("Applications: caches, threads, CPU", PROCESSES),
        ],
        of_pools=True,
    )
