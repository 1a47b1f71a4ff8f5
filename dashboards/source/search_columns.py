"""Vector columns and what they hold; extensions, and the settings that they search with."""

from expressions_of_search import COLUMN, of_column
from panels import Column, rising, table

_COLUMN = {
    "server": "Server",
    "datname": "Database",
    "schemaname": "Schema",
    "relname": "Table",
    "attname": "Column",
}
_VERSION = "ID, datname, extension, version"
_FAULTY = r'extension="vector",version=~"0\\.([0-7]\\..+|8\\.[0-3])"'

COLUMNS = [
    table(
        "Columns",
        """Each vector column, its type and dimensions, and whether a vector index covers it. Many rows and no index:
        each search reads them all. No dimensions: the column takes vectors of any.""",
        {**_COLUMN, "type": "Type", "dimensions": "Dimensions", "indexed": "Indexed"},
        Column(
            "Rows",
            f"""max by ({COLUMN}, type, dimensions, indexed) (pg_vector_column_info{{DATABASE}})
            * on ({COLUMN}) group_left () {of_column("rows")}""",
        ),
        sort_by="Rows",
        width=12,
        height=8,
    ),
    table(
        "What columns hold",
        """From a sample of at most 1,000 rows an hour, where the role may read the column. More than one dimension: an
        index each. Zero vectors are never found by cosine, rows without a vector by nothing. Duplicates make recall by
        key look worse than it is.""",
        _COLUMN,
        Column("Without a vector", of_column("null_ratio"), unit="percentunit"),
        Column("Zero vectors", of_column("zero_vectors_ratio"), unit="percentunit", limits=rising(0.001, 0.01)),
        Column("Duplicates", of_column("duplicates_ratio"), unit="percentunit"),
        Column("Dimensions", of_column("dimension_values"), unit="none", limits=rising(2, 5)),
        Column("Rows sampled", of_column("sampled_rows"), unit="none"),
        sort_by="Zero vectors",
        width=12,
        height=8,
    ),
    table(
        "Extensions",
        """Extensions for vectors in each database. pgvector before 0.8.4 has known faults in building and vacuuming
        hnsw indexes: install a later one, ALTER EXTENSION vector UPDATE, then REINDEX the hnsw indexes.""",
        {"server": "Server", "datname": "Database", "extension": "Extension", "version": "Version"},
        Column(
            "Faults of indexes",
            f"""max by ({_VERSION}) (pg_vector_extension_info{{DATABASE,{_FAULTY}}})
            or on ({_VERSION}) 0 * max by ({_VERSION}) (pg_vector_extension_info{{DATABASE}})""",
            states={0: ("none known", "green"), 1: ("known", "red")},
        ),
        sort_by="Faults of indexes",
        width=12,
        height=8,
    ),
    table(
        "Settings of new sessions",
        """What a new session of each database searches with unless it says otherwise, ALTER DATABASE included. An
        application's role may have its own, by ALTER ROLE. hnsw.ef_search below the rows that it asks for makes
        results short.""",
        {"server": "Server", "datname": "Database", "setting": "Setting"},
        Column("Value", "max by (ID, datname, setting) (pg_vector_setting_value{DATABASE})", unit="none"),
        width=12,
        height=8,
    ),
]
