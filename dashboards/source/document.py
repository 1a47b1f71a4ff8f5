"""A dashboard as Grafana reads it: classic JSON, as file provisioning wants it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from grafana_foundation_sdk.builders import dashboard as builders
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models import dashboard

from annotations import annotations
from panels import DATASOURCE, Placed

# Grafana 10.4 to 13 read it.
SCHEMA_VERSION = 39
TAG = "pgvigil"
COLUMNS = 24


@dataclass(frozen=True)
class Row:
    """Panels under one heading, in reading order."""

    title: str
    panels: Sequence[Placed]


def document(
    uid: str,
    title: str,
    description: str,
    rows: Sequence[Row],
    *,
    of_probes: bool = False,
    of_pools: bool = False,
) -> dict:
    """The whole dashboard; one `of_probes` or `of_pools` lets choose among those too."""
    own = [*(_variables_of_probes() if of_probes else []), *(_variables_of_pools() if of_pools else [])]
    board = (
        builders.Dashboard(title)
        .uid(uid)
        .description(description)
        .tags([TAG])
        .readonly()
        .timezone("browser")
        .tooltip(dashboard.DashboardCursorSync.CROSSHAIR)
        .time("now-3h", "now")
        .refresh("30s")
        .variables([*_variables(), *own])
        .links([_links()])
    )
    _place(board, rows)
    built = json.loads(json.dumps(board.build(), cls=JSONEncoder))
    built["annotations"] = {"list": annotations()}
    return {"id": None, **built, "schemaVersion": SCHEMA_VERSION, "version": 1}


def _place(board: builders.Dashboard, rows: Sequence[Row]) -> None:
    """Panels from left to right, line by line; a line is as high as its highest panel."""
    number, y = 0, 0
    for row in rows:
        number += 1
        board.with_row(builders.Row(row.title).id(number).grid_pos(dashboard.GridPos(h=1, w=COLUMNS, x=0, y=y)))
        x, y, height = 0, y + 1, 0
        for placed in row.panels:
            if x + placed.width > COLUMNS:
                x, y, height = 0, y + height, 0
            number += 1
            place = dashboard.GridPos(h=placed.height, w=placed.width, x=x, y=y)
            board.with_panel(placed.builder.id(number).grid_pos(place))
            x, height = x + placed.width, max(height, placed.height)
        y += height


def _links() -> builders.DashboardLink:
    """To the other dashboards, with the time range and what is chosen."""
    return (
        builders.DashboardLink("pgvigil")
        .type(dashboard.DashboardLinkType.DASHBOARDS)
        .icon("external link")
        .tags([TAG])
        .as_dropdown(False)
        .keep_time(True)
        .include_vars(True)
    )


def _variables() -> list:
    """Each offers what those before it leave."""
    return [
        builders.DatasourceVariable("datasource").label("Data source").type("prometheus"),
        _choice("job", "job", "label_values(pg_up, job)"),
        # Servers need no cluster, and `.+` would hide those without.
        _choice("pg_cluster", "Cluster", 'label_values(pg_up{job=~"$job"}, pg_cluster)', all_value=".*"),
        _choice("server", "Server", 'label_values(pg_up{job=~"$job",pg_cluster=~"$pg_cluster"}, server)'),
        _choice(
            "datname",
            "Database",
            "label_values(pg_stat_database_xact_commit_total"
            '{job=~"$job",pg_cluster=~"$pg_cluster",server=~"$server"}, datname)',
            regex="/^(?!template[01]$).*$/",
        ),
    ]


def _variables_of_probes() -> list:
    """Most series of a probe do not say its database: "All" is the names that the choice of databases leaves."""
    chosen = 'job=~"$job",pg_cluster=~"$pg_cluster",server=~"$server"'
    return [
        _choice(
            "probe", "Probe", f'label_values(pg_probe_info{{{chosen},datname=~"$datname"}}, probe)', all_value=None
        ),
        _choice(
            "variant", "Variant", f'label_values(pg_probe_attempts_total{{{chosen},probe=~"$probe"}}, variant)'
        ),
    ]


def _variables_of_pools() -> list:
    """Who has pools, also while it does not answer: poolers and applications are no servers."""
    targets = '__name__=~"(pgbouncer|pgpool|odyssey|pgcat|pgdog)_up|dbpool_scrape_success"'
    chosen = 'job=~"$job",pg_cluster=~"$pg_cluster"'
    return [
        _choice("target", "Pooler or application", f"label_values({{{targets},{chosen}}}, server)"),
        _choice("pool", "Pool", f'label_values(dbpool_connections{{{chosen},server=~"$target"}}, pool)'),
    ]


def _choice(name: str, label: str, query: str, all_value: str | None = ".+", regex: str = "") -> builders.QueryVariable:
    everything = dashboard.VariableOption(selected=True, text=["All"], value=["$__all"])
    choice = (
        builders.QueryVariable(name)
        .label(label)
        .query({"query": query, "refId": name})
        .regex(regex)
        .datasource(DATASOURCE)
        .current(everything)
        .refresh(dashboard.VariableRefresh.ON_TIME_RANGE_CHANGED)
        .sort(dashboard.VariableSort.ALPHABETICAL_ASC)
        .multi(True)
        .include_all(True)
    )
    return choice if all_value is None else choice.all_value(all_value)
