"""The dashboards as files: equal to their source, and right by the rules that Grafana's linter has, and some more."""

import re
import subprocess
from itertools import combinations

import pytest
import yaml

from catalogue import series
from daemon import CHECKOUT, environment
from dashboards import DURATIONS, FOLDER, NAMES, expressions, load, panels, parsable
from promql import selectors, strangers

# Metrics that know no server: Prometheus' own, and what pgvigil says of itself.
OF_PAGES = re.compile(r"up|scrape_\w+|process_\w+|pgvigil_(build_info|settings_\w+|scrapes_total)")
OF_SCRAPES = {"up", "scrape_duration_seconds", "scrape_samples_scraped"}
OF_ALERTS = {"ALERTS", "ALERTS_FOR_STATE"}
OF_ALERT = frozenset({"alertname", "alertstate", "severity", "area"})

# Of poolers, of applications with pools, and of what pgvigil says of them: they are no servers.
OF_POOLS = re.compile(r"(dbpool|app|pgbouncer|pgpool|odyssey|pgcat|pgdog)_\w+")

# A probe runs too seldom for a line's own window: its quantiles need many runs, its shares several.
RARE = re.compile(r"pg_probe_\w+|pg_vector_(index|statement)_\w+")
WINDOWS = {"5m": 300, "1h": 3600, "6h": 6 * 3600, "1d": 24 * 3600}

KINDS = {"timeseries", "stat", "gauge", "table", "state-timeline", "heatmap", "row", "text"}
UNITS = {"none", "short", "percentunit", "s", "bytes", "Bps", "ops", "dateTimeFromNow"}
# Columns of the 24 that a panel needs to be read, and its height.
NARROWEST = {"timeseries": 8, "stat": 3, "gauge": 3, "table": 6, "state-timeline": 8, "heatmap": 8}
LOWEST = {"timeseries": 7, "stat": 4, "gauge": 4, "table": 6, "state-timeline": 5, "heatmap": 7}

boards = pytest.mark.parametrize("name", NAMES)


def test_the_dashboards_are_what_their_source_makes(tmp_path):
    made = subprocess.run(
        [CHECKOUT / "scripts/dashboards", tmp_path], capture_output=True, text=True, timeout=110, env=environment()
    )
    assert made.returncode == 0, made.stderr
    assert {path.name for path in tmp_path.iterdir()} == {path.name for path in FOLDER.glob("*.json")}
    for name in NAMES:
        same = (tmp_path / f"{name}.json").read_text() == (FOLDER / f"{name}.json").read_text()
        assert same, f"dashboards/{name}.json is not what its source makes: run scripts/dashboards"


@boards
def test_a_dashboard_can_be_provisioned(name):
    board = load(name)
    assert board["id"] is None
    assert board["uid"] == f"pgvigil-{name}"
    assert 39 <= board["schemaVersion"] <= 41
    assert board["editable"] is False
    assert board["graphTooltip"] == 1
    assert board["tags"] == ["pgvigil"]
    assert board.keys().isdisjoint({"__inputs", "__requires", "__elements", "apiVersion", "spec"})


@boards
def test_dashboards_lead_to_each_other_and_keep_time_and_choice(name):
    links = load(name)["links"]
    assert [(link["type"], link["tags"]) for link in links] == [("dashboards", ["pgvigil"])]
    assert links[0]["keepTime"] and links[0]["includeVars"]


def test_searches_are_chosen_by_probe_and_variant_too():
    *_, probe, variant = load("search")["templating"]["list"]
    assert [one["name"] for one in (probe, variant)] == ["probe", "variant"]
    for choice in (probe, variant):
        assert choice["type"] == "query" and choice["datasource"]["uid"] == "${datasource}"
        assert (choice["refresh"], choice["multi"], choice["includeAll"]) == (2, True, True)
    # Only pg_probe_info says the database: all probes are those that it names, not all that there are.
    assert probe.get("allValue") is None and variant["allValue"] == ".+"
    servers = '{job=~"$job",pg_cluster=~"$pg_cluster",server=~"$server",'
    assert probe["query"]["query"] == f'label_values(pg_probe_info{servers}datname=~"$datname"}}, probe)'
    assert variant["query"]["query"] == f'label_values(pg_probe_attempts_total{servers}probe=~"$probe"}}, variant)'


def test_pools_are_chosen_by_who_has_them_and_by_name():
    *_, target, pool = load("pools")["templating"]["list"]
    assert [one["name"] for one in (target, pool)] == ["target", "pool"]
    for choice in (target, pool):
        assert choice["type"] == "query" and choice["datasource"]["uid"] == "${datasource}"
        assert (choice["refresh"], choice["multi"], choice["includeAll"]) == (2, True, True)
        assert choice["allValue"] == ".+"
    # Who does not answer has these and nothing else.
    always = '__name__=~"(pgbouncer|pgpool|odyssey|pgcat|pgdog)_up|dbpool_scrape_success"'
    chosen = 'job=~"$job",pg_cluster=~"$pg_cluster"'
    assert target["query"]["query"] == f"label_values({{{always},{chosen}}}, server)"
    assert pool["query"]["query"] == f'label_values(dbpool_connections{{{chosen},server=~"$target"}}, pool)'


def test_a_servers_name_leads_to_its_page():
    boards = [panel for name in ("overview", "pools") for panel in panels(load(name))]
    tables = [panel for panel in boards if _links_of(panel, "Server")]
    for panel in tables:
        (link,) = _links_of(panel, "Server")
        assert link.startswith(f"/d/{load('server')['uid']}/?")
        assert "var-server=${__value.raw:percentencode}" in link
        assert link.endswith("&${__url_time_range}")
    assert [panel["title"] for panel in tables] == [
        "All servers",
        "Versions",
        "Firing alerts",
        "Connections by application now",
        "Connections by database and user now",
    ]


def test_a_poolers_name_leads_to_its_page():
    headings = {
        "All pools": "Pooler or application",
        "Pools of applications now": "Application",
        "Pools of poolers now": "Pooler",
        "Configured and advised": "Name",
    }
    boards = [panel for name in ("overview", "pools") for panel in panels(load(name))]
    tables = {panel["title"]: panel for panel in boards if panel["title"] in headings}
    assert tables.keys() == headings.keys()
    for title, panel in tables.items():
        (link,) = _links_of(panel, headings[title])
        assert link.startswith(f"/d/{load('pools')['uid']}/?")
        assert "var-target=${__value.raw:percentencode}" in link
        assert link.endswith("&${__url_time_range}")


@boards
def test_variables_are_chained_and_follow_the_time_range(name):
    variables = load(name)["templating"]["list"]
    own = {"search": ["probe", "variant"], "pools": ["target", "pool"]}.get(name, [])
    assert [one["name"] for one in variables] == ["datasource", "job", "pg_cluster", "server", "datname", *own]
    source, *choices = variables[:5]
    assert (source["type"], source["query"], source["label"]) == ("datasource", "prometheus", "Data source")
    before: list[str] = []
    for choice in choices:
        assert choice["type"] == "query" and choice["datasource"]["uid"] == "${datasource}"
        assert (choice["refresh"], choice["multi"], choice["includeAll"]) == (2, True, True)
        # A server without a cluster has no such label, and `.+` would hide it.
        assert choice["allValue"] == (".*" if choice["name"] == "pg_cluster" else ".+")
        series, label = re.fullmatch(r"label_values\((.+), (\w+)\)", choice["query"]["query"]).groups()
        assert label == choice["name"]
        assert selectors(series)[0].labels == set(before)
        before.append(label)
    assert choices[0]["label"] == "job"
    assert choices[-1]["regex"] == "/^(?!template[01]$).*$/"


@boards
def test_every_panel_says_what_it_shows_and_what_to_do(name):
    for panel in panels(load(name)):
        assert panel["title"].strip() == panel["title"] != ""
        assert len(panel["description"]) >= 80, f"{panel['title']}: what does it show, and what is to be done?"
        assert panel["description"].endswith("."), panel["title"]
        assert "  " not in panel["description"] and "\n" not in panel["description"], panel["title"]


@boards
def test_every_panel_has_a_title_of_its_own(name):
    titles = [panel["title"] for panel in load(name)["panels"]]
    assert sorted(titles) == sorted(set(titles))
    numbers = [panel["id"] for panel in load(name)["panels"]]
    assert numbers == list(range(1, len(numbers) + 1))


@boards
def test_every_panel_has_a_kind_a_unit_and_limits(name):
    assert {panel["type"] for panel in load(name)["panels"]} <= KINDS
    for panel in panels(load(name)):
        defaults = panel["fieldConfig"]["defaults"]
        assert defaults["unit"] in UNITS, panel["title"]
        steps = [step["value"] for step in defaults["thresholds"]["steps"]]
        assert steps[0] is None and steps[1:] == sorted(steps[1:]), panel["title"]
        for override in panel["fieldConfig"]["overrides"]:
            units = [one["value"] for one in override["properties"] if one["id"] == "unit"]
            assert set(units) <= UNITS, panel["title"]


@boards
def test_every_panel_asks_the_chosen_data_source(name):
    for panel in panels(load(name)):
        assert panel["targets"], panel["title"]
        asked = [panel["datasource"], *(target["datasource"] for target in panel["targets"])]
        assert asked == [{"type": "prometheus", "uid": "${datasource}"}] * len(asked), panel["title"]
        letters = [target["refId"] for target in panel["targets"]]
        assert letters == list("ABCDEFGHIJKLMNOP"[: len(letters)]), panel["title"]
        if panel["type"] == "table":
            assert all(target["format"] == "table" and target["instant"] for target in panel["targets"])
    for mark in load(name)["annotations"]["list"]:
        assert mark["datasource"] == {"type": "prometheus", "uid": "${datasource}"} and mark["enable"]


@boards
def test_every_line_says_which_server_it_is_of(name):
    for panel in panels(load(name)):
        if panel["type"] not in ("timeseries", "state-timeline"):
            continue
        legends = [target["legendFormat"] for target in panel["targets"]]
        assert len(set(legends)) == len(legends), f"{panel['title']}: two lines of one name"
        for legend in legends:
            assert "{{server}}" in legend or legend == "{{instance}}", panel["title"]


@boards
def test_a_legend_names_labels_that_its_expression_keeps(name):
    for expression in expressions(name):
        named = set(re.findall(r"{{(\w+)}}", expression.legend))
        kept = {label for labels in re.findall(r"\bby \(([^)]+)\)", expression.text) for label in labels.split(", ")}
        # What is not aggregated at all keeps the labels of the page.
        assert named <= (kept or {"instance"}) | {"instance"}, expression


@boards
def test_a_tables_columns_have_headings(name):
    for panel in panels(load(name)):
        if panel["type"] != "table":
            continue
        merge, organize = panel["transformations"]
        assert (merge["id"], organize["id"]) == ("merge", "organize")
        many = len(panel["targets"]) > 1
        values = [f"Value #{target['refId']}" if many else "Value" for target in panel["targets"]]
        renamed = organize["options"]["renameByName"]
        headings = [renamed.get(field, field) for field in organize["options"]["indexByName"]]
        assert {renamed.get(value, value) for value in values} <= set(headings), panel["title"]
        assert len(set(headings)) == len(headings), panel["title"]
        dressed = {override["matcher"]["options"] for override in panel["fieldConfig"]["overrides"]}
        assert dressed <= set(headings), panel["title"]
        sorted_by = {one["displayName"] for one in panel["options"].get("sortBy", [])}
        assert sorted_by <= set(headings), panel["title"]


@boards
def test_panels_lie_side_by_side_and_are_wide_enough(name):
    taken: dict[str, tuple[range, range]] = {}
    for panel in load(name)["panels"]:
        place = panel["gridPos"]
        assert place["x"] >= 0 and place["w"] > 0 and place["x"] + place["w"] <= 24, panel["title"]
        if panel["type"] == "row":
            assert (place["x"], place["w"], place["h"]) == (0, 24, 1) and not panel.get("panels")
        elif panel["type"] in NARROWEST:
            assert place["w"] >= NARROWEST[panel["type"]], panel["title"]
            assert place["h"] >= LOWEST[panel["type"]], panel["title"]
        across, down = range(place["x"], place["x"] + place["w"]), range(place["y"], place["y"] + place["h"])
        taken[panel["title"]] = across, down
    for (one, (across, down)), (other, (its_across, its_down)) in combinations(taken.items(), 2):
        overlap = set(across) & set(its_across) and set(down) & set(its_down)
        assert not overlap, f"{one} and {other} lie on each other"


@boards
def test_lines_of_panels_are_full(name):
    tops: dict[int, list[tuple[int, int, int]]] = {}
    for panel in load(name)["panels"]:
        place = panel["gridPos"]
        tops.setdefault(place["y"], []).append((place["x"], place["w"], place["h"]))
    bottom = 0
    for top, places in sorted(tops.items()):
        assert top == bottom, f"a hole above line {top}"
        ends = 0
        for x, width, _ in sorted(places):
            assert x == ends, f"a hole in line {top}"
            ends = x + width
        assert ends == 24, f"line {top} ends at column {ends}"
        assert len({height for _, _, height in places}) == 1, f"line {top}: panels of different height"
        bottom = top + places[0][2]


@boards
def test_every_expression_asks_for_what_is_chosen(name):
    for expression in expressions(name):
        found = expression.selectors
        assert found, expression
        for selector in found:
            if selector.metric in OF_ALERTS:
                assert "server" in selector.labels, expression
                assert "pg_cluster" in selector.labels, expression
                continue
            assert selector.has("job", "=~", "$job"), expression
            if OF_POOLS.fullmatch(selector.metric) or selector.has("server", "=~", "$target"):
                # The overview shows the pools of the chosen clusters, whichever servers are chosen.
                assert name == "overview" or selector.has("server", "=~", "$target"), expression
                assert selector.has("pg_cluster", "=~", "$pg_cluster"), expression
            elif not OF_PAGES.fullmatch(selector.metric):
                assert selector.has("server", "=~", "$server"), expression
                assert selector.has("pg_cluster", "=~", "$pg_cluster"), expression


def test_searches_are_asked_for_by_what_is_chosen():
    has_variant = {metric for metric, labels in series().items() if "variant" in labels}
    has_database = {metric for metric, labels in series().items() if "datname" in labels}
    # How a probe keeps its pace does not depend on which of its variants are looked at.
    of_the_whole_probe = {"pg_probe_last_run_timestamp_seconds"}
    for expression in expressions("search"):
        for selector in expression.selectors:
            if selector.metric.startswith("pg_probe_"):
                assert selector.has("probe", "=~", "$probe"), expression
                if selector.metric in has_variant - of_the_whole_probe:
                    assert selector.has("variant", "=~", "$variant"), expression
            elif selector.metric.startswith("pg_vector_"):
                assert selector.metric in has_database and selector.has("datname", "=~", "$datname"), expression


def test_pools_are_asked_for_by_their_name():
    # Whichever pool is looked at, the server has to bear all that lead to it, and is of one cluster with all.
    of_all_pools = {"Sized for the server", "Places promised to pools"}
    of_the_cluster = ("pg_cluster", "!=", "")
    has_pool = {metric for metric, labels in series().items() if "pool" in labels}
    has_alias = {
        metric
        for metric, labels in series().items()
        if "database" in labels and re.match("(pgbouncer|odyssey|pgcat|pgdog)_", metric)
    }
    for expression in expressions("pools"):
        if expression.panel in of_all_pools:
            continue
        for selector in expression.selectors:
            if selector.metric in has_pool and not selector.has(*of_the_cluster):
                assert selector.has("pool", "=~", "$pool"), expression
            if selector.metric in has_alias:
                assert selector.has("database", "=~", "$pool"), expression


@boards
def test_every_metric_and_label_exists(name):
    own = series()
    prometheus = {metric: frozenset() for metric in OF_SCRAPES}
    known = {**own, **prometheus, **{metric: OF_ALERT for metric in OF_ALERTS}}
    wrong = [f"{one}: {what}" for one in expressions(name) for what in strangers(parsable(one.text), known)]
    assert wrong == []


@boards
def test_counters_are_seen_as_rates_and_gauges_are_not(name):
    per_line, in_all = DURATIONS["$__rate_interval"], DURATIONS["$__range"]
    windows = {"rate": {per_line}, "increase": {per_line, in_all}}
    counter = re.compile(r"\w+_(total|bucket|sum|count)")
    for expression in expressions(name):
        for selector in expression.selectors:
            if counter.fullmatch(selector.metric):
                assert selector.function in windows, expression
                rare = set(WINDOWS.values()) if RARE.fullmatch(selector.metric) else set()
                assert selector.window in windows[selector.function] | rare, expression
            else:
                assert selector.function not in ("rate", "irate", "increase", "resets"), expression


@boards
def test_aggregations_keep_what_tells_servers_apart(name):
    for expression in expressions(name):
        for labels in re.findall(r"\b(?:sum|max|min|count|avg) by \(([^)]+)\)", expression.text):
            kept = set(labels.split(", "))
            whole = {"job", "instance", "pg_cluster", "server"} <= kept
            # Alerts have no instance; what pgvigil says of itself has no server; a heatmap adds up all there is.
            apart = whole or kept == {"job", "instance"} or kept == {"le"} and expression.panel in _heatmaps(name)
            # No two servers of one pgvigil have one name; pools that lead to a server may be of another cluster.
            apart = apart or kept == {"job", "instance", "server"} and "behind" in expression.text
            assert apart or "ALERTS" in expression.text, expression
        assert not re.search(r"\bwithout \(|\bavg\b|\bgroup_right\b", expression.text), expression


def test_quantiles_are_made_of_enough_runs():
    enough = {"5m": 10, "1h": 72, "6h": 368}  # How long a probe each 15 s takes to run so often, and longer.
    found = {}
    for expression in expressions("search"):
        for quantile, window, runs in re.findall(
            r"histogram_quantile\((0\.\d+), .+_bucket{[^}]+}\[(\w+)\]\)\)\) and .+ >= (\d+)$", expression.text
        ):
            assert enough[window] == int(runs), expression
            found[float(quantile)] = window
        asked = re.findall(r"histogram_quantile\((0\.\d+)", expression.text)
        assert set(asked) <= {"0.5"} or " >= " in expression.text, expression
    assert found == {0.5: "5m", 0.95: "1h", 0.99: "6h"}


@boards
def test_a_heatmap_shows_buckets_of_a_histogram(name):
    for panel in panels(load(name)):
        if panel["type"] == "heatmap":
            (target,) = panel["targets"]
            assert (target["format"], target["legendFormat"], target["range"]) == ("heatmap", "{{le}}", True)
            assert re.fullmatch(r"sum by \(le\) \(increase\(\w+_bucket{.+}\[\$__rate_interval\]\)\)", target["expr"])
            assert panel["options"]["calculate"] is False
    assert len(_heatmaps(name)) == (2 if name == "search" else 0)


@boards
def test_template_databases_are_left_out_wherever_databases_are_chosen(name):
    for expression in expressions(name):
        for selector in expression.selectors:
            if "datname" in selector.labels:
                assert selector.has("datname", "=~", "$datname"), expression
                assert selector.has("datname", "!~", "template[01]"), expression


@boards
def test_what_happened_is_marked(name):
    marks = {mark["name"]: mark for mark in load(name)["annotations"]["list"]}
    assert list(marks) == ["Restart", "Failover", "Crash recovery", "Settings read", "Alert"]
    assert len({mark["iconColor"] for mark in marks.values()}) == len(marks)
    for mark in marks.values():
        assert "{{server}}" in mark["titleFormat"]


def test_what_the_linter_is_told_to_pass_over_exists_and_has_a_reason():
    exclusions = yaml.safe_load((FOLDER / ".lint").read_text())["exclusions"]
    assert exclusions.keys() == {"template-instance-rule", "target-instance-rule", "target-job-rule"}
    titles = {(load(name)["title"], panel["title"]) for name in NAMES for panel in panels(load(name))}
    for rule, exclusion in exclusions.items():
        assert exclusion["reason"].endswith("."), rule
        for entry in exclusion.get("entries", []):
            assert (entry["dashboard"], entry["panel"]) in titles, f"{rule}: {entry}"
    entries = {(entry["dashboard"], entry["panel"]) for entry in exclusions["target-job-rule"]["entries"]}
    by_title = {load(name)["title"]: name for name in NAMES}
    of_alerts = {
        (title, expression.panel)
        for title, name in by_title.items()
        for expression in expressions(name)
        if "ALERTS" in expression.text and not expression.is_annotation
    }
    assert entries == of_alerts


@pytest.mark.parametrize("file", ["datasources/prometheus.yml", "dashboards/pgvigil.yml"])
def test_the_provisioning_examples_are_of_version_1(file):
    example = yaml.safe_load((CHECKOUT / "examples/grafana/provisioning" / file).read_text())
    assert example["apiVersion"] == 1
    if file.startswith("datasources"):
        assert example["datasources"][0]["jsonData"]["timeInterval"] == "15s"
    else:
        assert example["providers"][0]["type"] == "file"
        assert example["providers"][0]["options"]["path"]


# Helpers


def _links_of(panel: dict, heading: str) -> list[str]:
    """Where a table's column of that heading leads to."""
    overrides = panel["fieldConfig"].get("overrides", [])
    dressed = [one for one in overrides if one["matcher"]["options"] == heading]
    return [
        link["url"]
        for one in dressed
        for found in one["properties"]
        if found["id"] == "links"
        for link in found["value"]
    ]


def _heatmaps(name: str) -> set[str]:
    return {panel["title"] for panel in panels(load(name)) if panel["type"] == "heatmap"}
