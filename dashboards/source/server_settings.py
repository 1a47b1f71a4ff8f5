"""How the server is set, and how pgvigil's collectors fare on it."""

from panels import Column, Query, graph, rising, table, timeline


def _settings(title: str, what: str, kind: str, unit: str, states: dict | None = None) -> object:
    return table(
        title,
        f"""Settings that are {what}. One that is unlimited, or that pgvigil's own session changes, is not here. To
        compare two servers, choose both and sort by name.""",
        {"server": "Server", "name": "Setting"},
        Column("Value", f"max by (ID, name) (pg_settings_{kind}{{SERVER}})", unit=unit, states=states or {}),
        width=6,
        height=12,
    )


SETTINGS = [
    _settings("Sizes", "sizes", "bytes", "bytes"),
    _settings("Times", "times", "seconds", "s"),
    _settings("Numbers", "numbers without a unit", "number", "none"),
    _settings("Switches", "on or off", "enabled", "none", {0: ("off", "text"), 1: ("on", "green")}),
    table(
        "Words",
        """Settings that are one of a few words. Others are texts that may hold secrets, and are not shown. wal_level,
        synchronous_commit and archive_mode decide what a crash or a lost disk would cost.""",
        {"server": "Server", "name": "Setting", "setting": "Value"},
        Column(
            "Read",
            """1000 * max by (ID, name, setting) (pg_settings_info{SERVER})
            * on (ID) group_left () max by (ID) (pg_server_config_load_timestamp_seconds{SERVER})""",
            unit="dateTimeFromNow",
        ),
        width=12,
        height=8,
    ),
    table(
        "Settings read",
        """When the server last read its configuration files, and how many changes wait for a restart. Read just now
        and unexpected: somebody, or a tool, changed something; the server's log says what.""",
        {"server": "Server", "pg_cluster": "Cluster"},
        Column(
            "Read",
            "1000 * max by (ID) (pg_server_config_load_timestamp_seconds{SERVER})",
            unit="dateTimeFromNow",
        ),
        Column(
            "Waiting for a restart",
            "max by (ID) (pg_settings_pending_restart{SERVER})",
            unit="none",
            limits=rising(1, 10),
        ),
        width=12,
        height=8,
    ),
]

_COLLECTOR = "ID, collector"


def _of_collectors(metric: str) -> str:
    return f"max by ({_COLLECTOR}) (pgvigil_collector_{metric}{{SERVER}})"


COLLECTORS = [
    table(
        "Collectors",
        """Each collector's latest run. Data older than three of its intervals, or a failure with reason privileges,
        missing or unsupported: `pgvigil check` says what mends it. Other panels of a failing collector are blank,
        never wrong.""",
        {"server": "Server", "collector": "Collector"},
        Column("Works", _of_collectors("success"), states={0: ("fails", "red"), 1: ("yes", "green")}, width=80),
        Column("Age of the data", f"time() - {_of_collectors('last_success_timestamp_seconds')}", unit="s"),
        Column("Interval", _of_collectors("interval_seconds"), unit="s"),
        Column("Took", _of_collectors("duration_seconds"), unit="s", limits=rising(1, 5)),
        Column("Rows", _of_collectors("rows"), unit="none"),
        Column("Series", _of_collectors("series"), unit="none"),
        sort_by="Took",
        height=12,
    ),
    graph(
        "Age of the data, in intervals",
        """How many of its intervals ago each collector last succeeded: about 1 is normal. From 3: it fails or is left
        out. Reasons stand beside this and in pgvigil's journal.""",
        "none",
        Query(
            f"(time() - {_of_collectors('last_success_timestamp_seconds')}) / {_of_collectors('interval_seconds')}",
            "{{server}} {{collector}}",
        ),
        limits=rising(2.5, 4),
        width=12,
    ),
    graph(
        "Time of collectors",
        """How long each collector's latest run took. One that grows: what it reads grew, or waits. Give it a longer
        interval in the settings, or turn it off.""",
        "s",
        Query(_of_collectors("duration_seconds"), "{{server}} {{collector}}"),
        limits=rising(1, 5),
        width=12,
    ),
    graph(
        "Time of a poll",
        """How long the latest poll took, and the interval between two. From two thirds of it a poll is cut off: the
        slowest collectors are beside this.""",
        "s",
        Query("max by (ID) (pgvigil_poll_duration_seconds{SERVER})", "{{server}} poll"),
        Query("max by (ID) (pgvigil_poll_interval_seconds{SERVER})", "{{server}} interval"),
        width=12,
    ),
    graph(
        "Clock",
        """The server's clock minus pgvigil's. Ages and lags are off by this much. Above a second: one of the two
        machines lacks time synchronization.""",
        "s",
        Query("max by (ID) (pg_server_clock_offset_seconds{SERVER})"),
        width=12,
    ),
    timeline(
        "Failing collectors",
        """Whether each collector's latest run succeeded, with the reason where it did not. privileges: grant
        pg_monitor. timeout, lock_timeout: the server was busy. Others: pgvigil's journal has the server's message.""",
        {0: ("fails", "red"), 1: ("works", "green")},
        Query(
            "max by (ID, collector, reason) (pgvigil_collector_success{SERVER})", "{{server}} {{collector}} {{reason}}"
        ),
        width=24,
    ),
]
