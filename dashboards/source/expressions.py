"""PromQL with the words that every expression needs."""

import re

# What a series of a chosen server carries. Servers without a cluster have no such label: its "All" is `.*`.
SERVER = 'job=~"$job",pg_cluster=~"$pg_cluster",server=~"$server"'
PROBE = SERVER + ',probe=~"$probe"'

# The same for poolers and applications with a pool, which are no servers. A pooler's own series call a pool `database`.
CLUSTER = 'job=~"$job",pg_cluster=~"$pg_cluster"'
TARGET = CLUSTER + ',server=~"$target"'

WORDS = {
    "SERVER": SERVER,
    "DATABASE": SERVER + ',datname=~"$datname",datname!~"template[01]"',
    "JOB": 'job=~"$job"',
    # Of a probe as a whole, and of what each of its variants has.
    "PROBE": PROBE,
    "VARIANT": PROBE + ',variant=~"$variant"',
    # Poolers and applications; each of their pools, as normalized and by the pooler's own name; whatever is chosen.
    "TARGET": TARGET,
    "POOL": TARGET + ',pool=~"$pool"',
    "ALIAS": TARGET + ',database=~"$pool"',
    "CLUSTER": CLUSTER,
    # Which server on which page: aggregations keep these, so that two of them can be matched on all their labels.
    "ID": "job, instance, pg_cluster, server",
    # Which pgvigil.
    "WATCHER": "job, instance",
}


def promql(text: str) -> str:
    """The text on one line, with the words above replaced: `sum by (ID) (pg_locks_held{SERVER})`."""
    words = re.compile(r"\b(" + "|".join(WORDS) + r")\b")
    return words.sub(lambda found: WORDS[found[0]], " ".join(text.split()))


def zero(collector: str) -> str:
    """0 for each server that is up and whose collector succeeded: having no rows then means that there are none."""
    ran = f'max by (ID) (pgvigil_collector_success{{SERVER,collector="{collector}"}})'
    return f"0 * ({ran} + max by (ID) (pg_up{{SERVER}}) == 2)"


def or_zero(expression: str, collector: str) -> str:
    """The expression, and 0 for servers of which the collector found no row."""
    return f"{expression} or on (ID) {zero(collector)}"


# Alerts of the chosen servers, of clusters as a whole, and of pgvigil itself.
_PACK = 'alertname=~"(Postgres|Pgvigil|Pool|Pgpool|AppPool).*"'


def alerts(metric: str, *matchers: str, of: str = "$server") -> str:
    """`ALERTS` or `ALERTS_FOR_STATE` of our rules; those of a cluster or of pgvigil itself have no server."""
    pack = ",".join([_PACK, *matchers])
    of_servers = f'{metric}{{{pack},pg_cluster=~"$pg_cluster",server=~"{of}"}}'
    of_others = f'{metric}{{{pack},pg_cluster=~"$pg_cluster|",server=""}}'
    return f"({of_servers} or {of_others})"


FIRING = alerts("ALERTS", 'alertstate="firing"')

# Clients of all kinds but pgvigil, as a share of the places that are not kept for superusers.
CONNECTIONS = "sum by (ID) (pg_stat_activity_connections{SERVER})"
PLACES = """
    max by (ID) (pg_settings_number{SERVER,name="max_connections"})
    - sum by (ID) (pg_settings_number{SERVER,name=~"superuser_reserved_connections|reserved_connections"})
"""
CONNECTIONS_USED = f"({or_zero(CONNECTIONS, 'activity')}) / ({PLACES})"

# 0 primary, 1 standby, 2 no answer.
ROLE = "max by (ID) (pg_server_in_recovery{SERVER}) or on (ID) max by (ID) (pg_up{SERVER} == 0) + 2"

OLDEST_TRANSACTION = or_zero("max by (ID) (pg_stat_activity_oldest_transaction_age_seconds{SERVER})", "transactions")

# A primary lags behind nobody.
REPLAY_LAG = """
    max by (ID) (pg_recovery_lag_seconds{SERVER}) or on (ID) 0 * max by (ID) (pg_server_in_recovery{SERVER} == 0)
"""

SLOT_BYTES = or_zero("max by (ID) (pg_replication_slots_retained_bytes{SERVER})", "replication_slots")

# Of transactions and of multixacts, whichever is nearer.
_XIDS = "max by (ID) (pg_database_datfrozenxid_wraparound_ratio{SERVER})"
_MXIDS = "max by (ID) (pg_database_datminmxid_wraparound_ratio{SERVER})"
WRAPAROUND = f"{_XIDS} > {_MXIDS} or {_MXIDS}"

POLL_AGE = 'time() - max by (ID) (pgvigil_collector_last_success_timestamp_seconds{SERVER,collector="server"})'


def share(part: str, whole: str, by: str = "ID") -> str:
    """One rate as a share of another, and no value where nothing happened."""
    return f"sum by ({by}) ({part}) / (sum by ({by}) ({whole}) > 0)"


def cache_hit(window: str, function: str = "rate", by: str = "ID", of: str = "DATABASE") -> str:
    """Blocks that were in shared buffers, as a share of those asked for within the window."""
    hit, read = (f"{function}(pg_stat_database_blks_{kind}_total{{{of}}}[{window}])" for kind in ("hit", "read"))
    return f"sum by ({by}) ({hit}) / (sum by ({by}) ({hit}) + sum by ({by}) ({read}) > 0)"
