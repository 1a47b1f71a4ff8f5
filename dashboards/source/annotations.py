"""Marks on the time axis: what happened to the servers."""

from expressions import FIRING, promql

DATASOURCE = {"type": "prometheus", "uid": "${datasource}"}


def annotations() -> list[dict]:
    return [
        _mark("Restart", "orange", _moment("pg_server_start_timestamp_seconds{SERVER}"), "{{server}} was started"),
        _mark("Failover", "red", _turn("pg_server_in_recovery{SERVER}"), "{{server}} changed its role"),
        _mark(
            "Crash recovery",
            "dark-red",
            _moment("pg_server_last_crash_recovery_timestamp_seconds{SERVER}"),
            "{{server}} recovered from a crash",
        ),
        _mark(
            "Settings read",
            "blue",
            # A server that starts reads them too.
            "("
            + _moment("pg_server_config_load_timestamp_seconds{SERVER}")
            + ") > on (ID) max by (ID) (pg_server_start_timestamp_seconds{SERVER}) + 10",
            "{{server}} read its settings",
        ),
        _mark("Alert", "purple", FIRING, "{{alertname}} {{server}}"),
    ]


def _moment(series: str) -> str:
    """Once for each new value of a point in time, at the first step that knows it, also after an hour without answer.

    `changes()` would miss what happened between two windows, and everything that took longer than one.
    """
    recent = f"{series} > time() - 3600"
    return f"{recent} unless {series} == last_over_time({series}[1h] offset $__interval)"


def _turn(series: str) -> str:
    """1 at the step at which a state became another."""
    return f"{series} != bool last_over_time({series}[1h] offset $__interval)"


def _mark(name: str, color: str, expression: str, title: str) -> dict:
    """Grafana makes an event of each value above zero, and one of those that follow each other."""
    return {
        "name": name,
        "datasource": DATASOURCE,
        "enable": True,
        "hide": False,
        "iconColor": color,
        "expr": promql(expression),
        "step": "15s",
        "titleFormat": title,
        "tagKeys": "server,pg_cluster,severity",
        "useValueForTime": False,
    }
