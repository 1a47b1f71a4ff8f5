"""Vector indexes: are they there, whole, small enough for memory, kept up?"""

from expressions import or_zero, share
from expressions_of_search import COLUMN, INDEX, OF_COLUMN, OF_INDEX, OF_TABLE, of_column, of_index
from panels import COUNTED, Column, Query, graph, rising, stat, table

_NAMES = {"server": "Server", "datname": "Database", "schemaname": "Schema", "relname": "Table"}
_INDEX = {**_NAMES, "indexrelname": "Index"}
_TABLE = "ID, datname, schemaname, relname"

_DESCRIBED = f"{INDEX}, access_method, opclass, operators, element_type, dimensions, partial, expression"
_BUILD = f"{_TABLE}, access_method, phase"
_OF_BUILD = OF_TABLE + " {{access_method}} {{phase}}"
_OF_VACUUM = OF_TABLE + " {{phase}}"


def _of_builds(metric: str) -> str:
    return f"max by ({_BUILD}) (pg_vector_index_build_{metric}{{DATABASE}})"


def _for_each_scan(*counters: str) -> str:
    parts = " + ".join(f"rate(pg_vector_index_{counter}_total{{DATABASE}}[5m])" for counter in counters)
    return share(parts, "rate(pg_vector_index_scans_total{DATABASE}[5m])", by=INDEX)


INDEXES = [
    stat(
        "Vector indexes",
        """Vector indexes of the chosen databases, of any access method. Fewer than yesterday: somebody dropped one; see
        "Plan path" for what that did.""",
        "none",
        Query(f"count({of_index('size_bytes')})", "indexes"),
        limits=COUNTED,
        width=6,
    ),
    stat(
        "Invalid",
        """Vector indexes that are not valid: mostly what is left of a CREATE INDEX CONCURRENTLY that failed. They cost
        each write and serve no search. Drop them, or REINDEX INDEX CONCURRENTLY.""",
        "none",
        Query(f"sum(1 - {of_index('valid')})", "invalid"),
        limits=rising(1, 2),
        width=6,
    ),
    stat(
        "Columns without an index",
        """Vector columns that no vector index covers: each search of them reads the whole table. Right for a few
        thousand rows; "Columns" below has their size.""",
        "none",
        Query(
            f"""count(max by ({COLUMN}) (pg_vector_column_info{{DATABASE,indexed="false"}}))
            or 0 * count(pg_up{{SERVER}})""",
            "columns",
        ),
        limits=COUNTED,
        width=6,
    ),
    stat(
        "Indexes against shared buffers",
        """All vector indexes of the fullest server as a share of its shared_buffers. Above 1 they cannot all stay in
        them: see "Read from outside shared buffers" for whether that hurts; halfvec and quantized indexes are
        smaller.""",
        "percentunit",
        Query(
            """max(sum by (ID) (pg_vector_index_size_bytes{DATABASE})
            / on (ID) max by (ID) (pg_settings_bytes{SERVER,name="shared_buffers"}))""",
            "share",
        ),
        limits=rising(0.75, 1),
        width=6,
    ),
    table(
        "Indexes",
        """Each vector index now; rates are over the chosen time range. Uncovered rows have a vector and are not in the
        index, within what the server's estimates can tell. Size does not shrink when rows are deleted: REINDEX
        CONCURRENTLY does that.""",
        _INDEX,
        Column("Valid", of_index("valid"), states={0: ("no", "red"), 1: ("yes", "green")}, width=70),
        Column("Size", of_index("size_bytes"), unit="bytes"),
        Column("Rows", of_index("rows")),
        Column("Uncovered rows", of_index("uncovered_rows"), limits=rising(1000, 100000)),
        Column(
            "Scans",
            f"sum by ({INDEX}) (rate(pg_vector_index_scans_total{{DATABASE}}[$__rate_interval]))",
            unit="ops",
        ),
        sort_by="Size",
    ),
    table(
        "What indexes are for",
        """The distance, type and dimensions that each vector index serves. A search with another operator, or of
        another expression, does not use it and says nothing.""",
        {
            **_INDEX,
            "access_method": "Access method",
            "opclass": "Operator class",
            "operators": "Operators",
            "element_type": "Type",
            "dimensions": "Dimensions",
            "partial": "Partial",
            "expression": "Expression",
        },
        Column(
            "Size",
            f"""max by ({_DESCRIBED}) (pg_vector_index_info{{DATABASE}})
            * on ({INDEX}) group_left () {of_index("size_bytes")}""",
            unit="bytes",
        ),
        sort_by="Size",
        width=16,
        height=8,
    ),
    table(
        "Options of indexes",
        """What each vector index was built with: m and ef_construction of hnsw, lists of ivfflat, others' own. Larger
        ones make building slower and recall better; they change only with a new index.""",
        {**_INDEX, "option": "Option"},
        Column("Value", f"max by ({INDEX}, option) (pg_vector_index_option{{DATABASE}})", unit="none"),
        width=8,
        height=8,
    ),
    graph(
        "Size of indexes",
        """Bytes of each vector index, and, dashed, the server's shared_buffers. An index far larger than that is read
        from the disk by each search. Growing while rows stay: updates and deletes; REINDEX CONCURRENTLY.""",
        "bytes",
        Query(of_index("size_bytes"), OF_INDEX),
        Query(
            'max by (ID) (pg_settings_bytes{SERVER,name="shared_buffers"})', "{{server}} shared_buffers", dashed=True
        ),
    ),
    graph(
        "Size of tables",
        """Bytes of each table that has a vector column, TOAST included, where vectors above 2 kB are. An exact search
        reads all of it, and so does every search without an index.""",
        "bytes",
        Query(f"max by ({_TABLE}) (pg_vector_table_size_bytes{{DATABASE}})", OF_TABLE),
    ),
    graph(
        "Rows not covered",
        """Rows with a vector that are missing from a vector index, as a share of its rows. Estimates differ by a few
        percent; more than 1 % for hours: VACUUM ANALYZE, then REINDEX CONCURRENTLY. Zero vectors are never in an index
        for cosine.""",
        "percentunit",
        Query(f"{of_index('uncovered_rows')} / ({of_index('rows')} > 0)", OF_INDEX),
        limits=rising(0.01, 0.1),
    ),
    graph(
        "Scans of indexes per second",
        """Searches of each vector index, pgvigil's included. 0 where an application searches: its statement does not
        fit the index. Always 0: the index only costs.""",
        "ops",
        Query(f"sum by ({INDEX}) (rate(pg_vector_index_scans_total{{DATABASE}}[5m]))", OF_INDEX),
    ),
    graph(
        "Blocks of each scan",
        """Blocks of the index that one scan touches, of all searches: the effort of a search on real load. Rising: a
        higher ef_search or more probes, a larger index, or dead rows in it.""",
        "none",
        Query(_for_each_scan("hit_blocks", "read_blocks"), OF_INDEX + " touched"),
        Query(_for_each_scan("read_blocks"), OF_INDEX + " read", dashed=True),
    ),
    graph(
        "Rows of each scan",
        """Rows that one scan of a vector index returned, of all searches; not how many it looked at. About what
        applications ask for; far less: searches come out short.""",
        "none",
        Query(_for_each_scan("returned_rows"), OF_INDEX),
    ),
    graph(
        "Index builds",
        """How far each build of a vector index is, 0 where none runs. Standing still for 15 minutes outside k-means: it
        waits for old transactions, or maintenance_work_mem is too small for the graph.""",
        "percentunit",
        Query(or_zero(_of_builds("progress_ratio"), "vector_builds"), _OF_BUILD),
        highest=1,
    ),
    graph(
        "Time of index builds",
        """How long each build of a vector index has run, 0 where none runs. Hours: raise maintenance_work_mem and
        max_parallel_maintenance_workers for the next one. A plain CREATE INDEX keeps writers waiting all that time.""",
        "s",
        Query(or_zero(_of_builds("elapsed_seconds"), "vector_builds"), _OF_BUILD),
    ),
    graph(
        "Time of vacuum",
        """How long VACUUM has been at a table with a vector index, by phase; 0 where it is at none. vacuuming indexes
        for half an hour: hnsw is slow at it; REINDEX CONCURRENTLY before the next is quicker.""",
        "s",
        Query(
            or_zero(f"max by ({_TABLE}, phase) (pg_vector_index_vacuum_elapsed_seconds{{DATABASE}})", "vector_vacuum"),
            _OF_VACUUM,
        ),
        limits=rising(1800, 7200),
    ),
    graph(
        "IVFFlat lists against recommended",
        """Lists of each ivfflat index as a multiple of what its rows call for: rows / 1000 up to a million, else their
        square root. Above 4 or below 0.25: it was built for another number of rows; build it anew.""",
        "none",
        Query(
            f"""max by ({INDEX}) (pg_vector_index_option{{DATABASE,option="lists"}})
            / ({of_index("recommended_lists")} > 0)""",
            OF_INDEX,
        ),
        width=12,
    ),
    graph(
        "Dead rows",
        """Dead rows as a share of all, of tables with a vector column. From 20 %: hnsw spends its ef_search on them,
        and results come out short. VACUUM the table; autovacuum_vacuum_scale_factor lets it come sooner.""",
        "percentunit",
        Query(
            f"{of_column('dead_rows')} / ({of_column('rows')} + {of_column('dead_rows')} > 0)",
            OF_COLUMN,
        ),
        limits=rising(0.1, 0.2),
        width=12,
    ),
]
