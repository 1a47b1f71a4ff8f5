"""How every panel is made: what it shows, what to do when it looks bad, its unit, its limits, its legend."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from grafana_foundation_sdk.builders import common as common_builders
from grafana_foundation_sdk.builders import dashboard as builders
from grafana_foundation_sdk.builders import heatmap as heatmaps
from grafana_foundation_sdk.builders import prometheus, statetimeline, timeseries
from grafana_foundation_sdk.builders import stat as stats
from grafana_foundation_sdk.builders import table as tables
from grafana_foundation_sdk.models import common, dashboard, heatmap
from grafana_foundation_sdk.models.prometheus import PromQueryFormat

from expressions import promql

DATASOURCE = dashboard.DataSourceRef(type_val="prometheus", uid="${datasource}")

# From which value on which color; the first has none. Green is good, orange asks for a look, red for a hand.
Limits = Sequence[tuple[float | None, str]]
PLAIN: Limits = [(None, "green")]
COUNTED: Limits = [(None, "blue")]

# What a value is called, and its color.
States = Mapping[int, tuple[str, str]]


def rising(warning: float, critical: float) -> Limits:
    """Bad from `warning` up."""
    return [(None, "green"), (warning, "orange"), (critical, "red")]


def falling(warning: float, critical: float) -> Limits:
    """Bad below `warning`."""
    return [(None, "red"), (critical, "orange"), (warning, "green")]


@dataclass(frozen=True)
class Query:
    """An expression, and what its series are called. `dashed` are lines beside those that the panel is about."""

    expression: str
    legend: str = "{{server}}"
    dashed: bool = False


@dataclass(frozen=True)
class Column:
    """A column of a table: its heading, where its value comes from, and how that looks."""

    heading: str
    expression: str
    unit: str = "short"
    limits: Limits = ()
    states: States = ()
    width: int = 0


@dataclass(frozen=True)
class Placed:
    """A panel and the room that it takes: 24 columns are a line, a row of height is 30 pixels."""

    builder: builders.Panel
    width: int
    height: int


def graph(
    title: str,
    description: str,
    unit: str,
    *queries: Query,
    limits: Limits = PLAIN,
    stacked: bool = False,
    highest: float | None = None,
    width: int = 8,
) -> Placed:
    """Lines over time. `limits` are drawn where they say more than that all is well."""
    panel = timeseries.Panel()
    _describe(panel, title, description, unit, limits)
    for name, query in zip("ABCDEFGH", queries, strict=False):
        panel.with_target(_target(name, query).range())
        if query.dashed:
            panel.override_by_query(name, [_property("custom.lineStyle", {"fill": "dash", "dash": [6, 6]})])
    panel.legend(
        common_builders.VizLegendOptions()
        .show_legend(True)
        .display_mode(common.LegendDisplayMode.LIST)
        .placement(common.LegendPlacement.BOTTOM)
        .calcs([])
    )
    panel.tooltip(
        common_builders.VizTooltipOptions().mode(common.TooltipDisplayMode.MULTI).sort(common.SortOrder.DESCENDING)
    )
    panel.color_scheme(builders.FieldColor().mode(dashboard.FieldColorModeId.PALETTE_CLASSIC))
    panel.line_width(1).fill_opacity(30 if stacked else 5).show_points(common.VisibilityMode.NEVER).axis_soft_min(0)
    stacking = common.StackingMode.NORMAL if stacked else common.StackingMode.NONE
    panel.stacking(common_builders.StackingConfig().mode(stacking).group("A"))
    drawn = common.GraphThresholdsStyleMode.DASHED if len(limits) > 1 else common.GraphThresholdsStyleMode.OFF
    panel.thresholds_style(common_builders.GraphThresholdsStyleConfig().mode(drawn))
    if highest is not None:
        panel.max(highest)
    return Placed(panel, width, 8)


def stat(
    title: str,
    description: str,
    unit: str,
    query: Query,
    *,
    limits: Limits = PLAIN,
    states: States | None = None,
    names: bool = False,
    width: int = 4,
) -> Placed:
    """The value now, one for each series. `names` shows what the series are called instead."""
    panel = stats.Panel()
    _describe(panel, title, description, unit, limits)
    panel.with_target(_target("A", query).instant())
    if states:
        panel.mappings([_mapping(states)])
    panel.reduce_options(common_builders.ReduceDataOptions().calcs(["lastNotNull"]).values(False))
    panel.color_mode(common.BigValueColorMode.VALUE).graph_mode(common.BigValueGraphMode.NONE)
    panel.text_mode(common.BigValueTextMode.NAME if names else common.BigValueTextMode.AUTO)
    panel.no_value("unknown")
    return Placed(panel, width, 4)


def heatmap_of(title: str, description: str, unit: str, histogram: str, *, width: int = 8) -> Placed:
    """How often which bucket of a histogram was hit over time, over all that is chosen."""
    panel = heatmaps.Panel()
    _describe(panel, title, description, unit, PLAIN)
    buckets = Query(f"sum by (le) (increase({histogram}[$__rate_interval]))", "{{le}}")
    panel.with_target(_target("A", buckets).format(PromQueryFormat.HEATMAP).range())
    panel.calculate(False).cell_gap(1)
    panel.y_axis(heatmaps.YAxisConfig().unit(unit).axis_placement(common.AxisPlacement.LEFT))
    panel.color(
        heatmaps.HeatmapColorOptions()
        .mode(heatmap.HeatmapColorMode.SCHEME)
        .scheme("Oranges")
        .scale(heatmap.HeatmapColorScale.EXPONENTIAL)
        .exponent(0.5)
        .fill("dark-orange")
        .steps(64)
        .reverse(False)
    )
    return Placed(panel, width, 8)


def timeline(title: str, description: str, states: States, query: Query, *, width: int = 12) -> Placed:
    """States over time, a band for each series."""
    panel = statetimeline.Panel()
    _describe(panel, title, description, "short", PLAIN)
    panel.with_target(_target("A", query).range())
    panel.mappings([_mapping(states)])
    panel.merge_values(True).show_value(common.VisibilityMode.AUTO).row_height(0.8)
    panel.legend(
        common_builders.VizLegendOptions()
        .show_legend(False)
        .display_mode(common.LegendDisplayMode.HIDDEN)
        .placement(common.LegendPlacement.BOTTOM)
        .calcs([])
    )
    return Placed(panel, width, 8)


def table(
    title: str,
    description: str,
    labels: Mapping[str, str],
    *columns: Column,
    link: tuple[str, str] | None = None,
    sort_by: str | None = None,
    ascending: bool = False,
    width: int = 24,
    height: int = 10,
) -> Placed:
    """One line for each set of labels, now. `labels` are those shown, with their headings; `link` is (label, address).

    All expressions must give the same labels: lines are put together where they agree.
    """
    panel = tables.Panel()
    _describe(panel, title, description, "short", PLAIN)
    for name, column in zip("ABCDEFGHIJKLMNOP", columns, strict=False):
        query = _target(name, Query(column.expression, legend="")).format(PromQueryFormat.TABLE).instant()
        panel.with_target(query)
    values = {_value_field(name, columns): column for name, column in zip("ABCDEFGHIJKLMNOP", columns, strict=False)}
    hidden = ["Time", *(label for label in ("job", "instance", "pg_cluster", "server") if label not in labels)]
    headings = {**labels, **{field: column.heading for field, column in values.items()}}
    order = {field: number for number, field in enumerate(headings)}
    panel.transformations(
        [
            dashboard.DataTransformerConfig(id_val="merge", options={}),
            dashboard.DataTransformerConfig(
                id_val="organize",
                options={
                    "excludeByName": {name: True for name in hidden},
                    "indexByName": order,
                    "renameByName": {field: name for field, name in headings.items() if field != name},
                },
            ),
        ]
    )
    for column in values.values():
        _dress(panel, column)
    if link:
        panel.override_by_name(labels[link[0]], [_property("links", [{"title": "Open", "url": link[1]}])])
    if sort_by:
        panel.sort_by([common_builders.TableSortByFieldState().display_name(sort_by).desc(not ascending)])
    panel.show_header(True).cell_height(common.TableCellHeight.SM)
    panel.footer(common_builders.TableFooterOptions().show(False).reducer([]))
    return Placed(panel, width, height)


# Helpers


def _describe(panel: builders.Panel, title: str, description: str, unit: str, limits: Limits) -> None:
    panel.title(title).description(" ".join(description.split())).unit(unit).datasource(DATASOURCE)
    panel.thresholds(
        builders.ThresholdsConfig()
        .mode(dashboard.ThresholdsMode.ABSOLUTE)
        .steps([dashboard.Threshold(value=value, color=color) for value, color in limits])
    )
    panel.color_scheme(builders.FieldColor().mode(dashboard.FieldColorModeId.THRESHOLDS))


def _target(name: str, query: Query) -> prometheus.Dataquery:
    target = prometheus.Dataquery().ref_id(name).expr(promql(query.expression)).datasource(DATASOURCE)
    return target.legend_format(query.legend) if query.legend else target


def _value_field(name: str, columns: Sequence[Column]) -> str:
    """What Grafana calls the values of a query; it numbers them only where there are several."""
    return f"Value #{name}" if len(columns) > 1 else "Value"


def _mapping(states: States) -> dashboard.ValueMap:
    named = {
        str(value): dashboard.ValueMappingResult(text=text, color=color, index=number)
        for number, (value, (text, color)) in enumerate(states.items())
    }
    return dashboard.ValueMap(options=named)


def _dress(panel: builders.Panel, column: Column) -> None:
    """Unit, color and width of a column."""
    properties = [_property("unit", column.unit)]
    if column.states:
        properties.append(_property("mappings", [_mapping(column.states)]))
    if column.limits:
        steps = [{"value": value, "color": color} for value, color in column.limits]
        properties.append(_property("thresholds", {"mode": "absolute", "steps": steps}))
    if column.limits or column.states:
        properties.append(_property("custom.cellOptions", {"type": "color-text"}))
    if column.width:
        properties.append(_property("custom.width", column.width))
    panel.override_by_name(column.heading, properties)


def _property(name: str, value: object) -> dashboard.DynamicConfigValue:
    return dashboard.DynamicConfigValue(id_val=name, value=value)
