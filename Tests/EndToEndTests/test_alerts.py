"""The alert rules: they fire, they stay silent, and nothing about them is missing or dead."""

import re
from pathlib import Path

import promql_parser
import pytest
import yaml

from alerts import (
    ALERTMANAGER,
    ALERTS,
    PROMETHEUS,
    RUNBOOK_URL,
    RUNBOOKS,
    Rule,
    alert_names,
    fences,
    records,
    rule_files,
    rules,
    run_tool,
    unit_tests,
)
from catalogue import series
from healthy_system import series_of, unit_test
from promql import nodes, selectors, strangers

pytestmark = pytest.mark.timeout(300)

# An event has no duration of its own: the window in the expression keeps it in sight.
EVENTS = {
    "PostgresRestarted",
    "PostgresCrashRecovery",
    "PostgresDataChecksumFailure",
    "PostgresRoleChanged",
    "PostgresDeadlocks",
    "AppPoolTimeouts",
}
# How the names of a file's alerts begin.
BEGINNINGS = {"pgvigil": "Pgvigil", "pools": "(App)?Pool|Pgpool", "optional": "Postgres|Pool"}
OF_COUNTERS = {"rate", "increase", "irate", "resets"}
COUNTERS = ("_total", "_bucket", "_count", "_sum")
SECTIONS = ["First look", "Usual causes", "Escalate", "Silence", "False alarms"]


# What Prometheus' own tools say


def test_promtool_accepts_the_rules():
    run_tool("promtool", "check", "rules", "--lint=all", "--lint-fatal", *map(str, rule_files()))


@pytest.mark.parametrize("file", sorted((ALERTS / "tests").glob("*.yml")), ids=lambda file: file.stem)
def test_rules_fire_and_stay_silent_as_their_unit_tests_say(file: Path):
    assert "SUCCESS" in run_tool("promtool", "test", "rules", str(file))


def test_no_rule_fires_or_is_about_to_on_a_healthy_system(tmp_path: Path):
    file = tmp_path / "healthy.yml"
    file.write_text(yaml.safe_dump(unit_test(rule_files(), alert_names())))
    assert "SUCCESS" in run_tool("promtool", "test", "rules", str(file))


def test_the_healthy_system_shows_a_fault_that_comes_and_goes(tmp_path: Path):
    file = tmp_path / "faulty.yml"
    fault = (series_of("alone", "pg_locks_table_entries"), "20x100 6000x40 20x1400")
    file.write_text(yaml.safe_dump(unit_test(rule_files(), alert_names(), extra=[fault])))
    with pytest.raises(AssertionError) as failure:
        run_tool("promtool", "test", "rules", str(file))
    assert set(re.findall(r'alertname="(\w+)"', str(failure.value))) == {"PostgresLockTableFilling"}


def test_the_example_for_prometheus_is_valid_and_loads_all_rules_but_the_optional_ones():
    run_tool("promtool", "check", "config", str(PROMETHEUS))
    loaded = yaml.safe_load(PROMETHEUS.read_text())["rule_files"]
    assert [(PROMETHEUS.parent / file).resolve() for file in loaded] == [
        file for file in rule_files() if file.stem != "optional"
    ]


def test_the_example_for_alertmanager_is_valid():
    assert "3 receivers" in run_tool("amtool", "check-config", str(ALERTMANAGER))


@pytest.mark.parametrize("severity, receiver", [("critical", "pager"), ("warning", "chat"), ("info", "log")])
def test_the_severity_decides_who_is_told(severity: str, receiver: str):
    config = ["--config.file", str(ALERTMANAGER), f"--verify.receivers={receiver}"]
    run_tool("amtool", "config", "routes", "test", *config, f"severity={severity}", "alertname=PostgresDown")


def test_inhibitions_name_alerts_that_exist():
    inhibitions = yaml.safe_load(ALERTMANAGER.read_text())["inhibit_rules"]
    matchers = [one for rule in inhibitions for one in rule["source_matchers"] + rule["target_matchers"]]
    patterns = [found for one in matchers for found in re.findall(r'^alertname=~?"(.+)"$', one)]
    assert len(patterns) > len(inhibitions)
    alternatives = [one for pattern in patterns for one in pattern.split("|")]
    assert [one for one in alternatives if not any(re.fullmatch(one, name) for name in alert_names())] == []


# Nothing is missing


def checks() -> list[tuple[str, list[tuple[str, list[dict]]]]]:
    """Of each unit test: its name, and for each of its checks the alert and what is expected."""
    return [
        (test["name"], [(one["alertname"], one["exp_alerts"]) for one in test["alert_rule_test"]])
        for test in unit_tests()
    ]


def test_each_rule_fires_in_a_unit_test_and_is_silent_in_another():
    every = {(rule.alert, rule.severity) for rule in rules()}
    fire, silent = set(), set()
    for _, of_one in checks():
        expected = {(alert, one["exp_labels"]["severity"]) for alert, alerts in of_one for one in alerts}
        fire |= expected
        silent |= {rule for rule in every if rule[0] in {alert for alert, _ in of_one}} - expected
    assert fire == every
    assert silent == every


def test_each_alert_has_a_unit_test_in_which_it_is_silent_throughout():
    silent = {alert for _, of_one in checks() for alert, _ in of_one if not any(alerts for _, alerts in of_one)}
    assert silent == set(alert_names())


def test_the_milder_degree_of_an_alert_fires_alone():
    degrees: dict[str, set[str]] = {}
    for rule in rules():
        degrees.setdefault(rule.alert, set()).add(rule.severity)
    alone = {
        (alert, alerts[0]["exp_labels"]["severity"])
        for _, of_one in checks()
        for alert, alerts in of_one
        if len(alerts) == 1
    }
    for alert, severities in degrees.items():
        milder = sorted(severities, key=["info", "warning", "critical"].index)[0]
        assert (alert, milder) in alone, alert


def test_unit_tests_are_named_for_their_alert_and_name_it_once():
    names = [name for name, _ in checks()]
    assert len(names) == len(set(names))
    for name, of_one in checks():
        assert {alert for alert, _ in of_one} == {name.partition(":")[0]}


def test_each_alert_has_a_runbook_and_each_runbook_its_alert():
    assert {page.stem for page in RUNBOOKS.glob("*.md")} - {"README"} == set(alert_names())


def test_runbooks_have_the_same_sections():
    for name in alert_names():
        text = (RUNBOOKS / f"{name}.md").read_text()
        assert text.startswith(f"# {name}\n\n"), name
        assert text.count("**Means** for users:") == text.count("**Urgency**:") == 1, name
        sections = re.findall(r"^## (.+)$", text, flags=re.M)
        assert [one for one in sections if one != "What mends it"] == SECTIONS, name


def test_links_of_runbooks_lead_somewhere():
    for page in RUNBOOKS.glob("*.md"):
        for target in re.findall(r"\]\(([^)]+)\)", page.read_text()):
            assert (RUNBOOKS / target).is_file(), f"{page.name}: {target}"


# Each rule by itself

each_rule = pytest.mark.parametrize("rule", rules(), ids=str)


@each_rule
def test_a_rule_has_its_labels_and_annotations(rule: Rule):
    beginning = BEGINNINGS.get(rule.file.stem, "Postgres")
    assert re.fullmatch(rf"({beginning})[A-Z]\w+", rule.alert)
    assert rule.labels.keys() == {"severity", "area"}
    assert rule.severity in {"critical", "warning", "info"}
    areas = {file.stem for file in rule_files()} - {"optional"}
    assert rule.labels["area"] in (areas | {"memory"} if rule.file.stem == "optional" else {rule.file.stem})
    assert rule.annotations.keys() == {"summary", "description", "runbook_url"}
    assert rule.annotations["runbook_url"] == f"{RUNBOOK_URL}{rule.alert}.md"
    summary, description = rule.annotations["summary"], rule.annotations["description"]
    assert re.search(r"\$labels\.(server|pg_cluster|instance)\b", summary)
    assert "\n" not in summary + description
    assert not summary.endswith(".") and description.endswith(".")


@each_rule
def test_a_rule_fires_by_duration_or_is_an_event(rule: Rule):
    assert (rule.hold == "0s") == (rule.alert in EVENTS)
    if rule.alert not in EVENTS:
        assert seconds(rule.hold) >= 60


@each_rule
def test_a_rule_takes_counters_by_their_increase_and_gauges_as_they_are(rule: Rule):
    for selector in selectors(rule.expr):
        assert selector.metric.endswith(COUNTERS) == (selector.function in OF_COUNTERS), selector


@each_rule
def test_a_window_holds_enough_polls(rule: Rule):
    for selector in selectors(rule.expr):
        if selector.window is not None:
            assert selector.window >= (60 if selector.function.endswith("_over_time") else 120), selector


@each_rule
def test_labels_of_the_operator_never_break_a_match(rule: Rule):
    """What is kept is named only where a server or a cluster is meant; all else says what is left out."""
    for expression in [rule.expr, *records().values()]:
        for node in nodes(expression):
            match node:
                case promql_parser.AggregateExpr():
                    kept = node.modifier is None or node.modifier.type == promql_parser.AggModifierType.By
                    labels = node.modifier.labels if node.modifier is not None else []
                case promql_parser.BinaryExpr() if node.modifier is not None and node.modifier.matching is not None:
                    kept = node.modifier.matching.type == promql_parser.LabelModifierType.Include
                    labels = node.modifier.matching.labels
                case _:
                    continue
            assert not kept or (labels and set(labels) <= {"server", "pg_cluster"}), node.prettify()


# Every name is that of something which exists


def expressions() -> list[tuple[str, str]]:
    """Where it stands, and the expression: of rules, of the queries in their texts, and of runbooks."""
    found = [(str(rule), rule.expr) for rule in rules()]
    found += list(records().items())
    for rule in rules():
        for query in re.findall(r'printf "([^"]*\{[^"]*)"', rule.annotations["summary"]):
            found.append((f"{rule}, its summary", re.sub(r"%(\[1\])?q", '"x"', query)))
    for fence in fences():
        if fence.language == "promql":
            found += [(f"runbook {fence.page}", line) for line in fence.text.splitlines()]
    return found


def test_runbooks_and_summaries_hold_expressions():
    places = [place for place, _ in expressions()]
    assert sum(place.endswith("its summary") for place in places) >= 4
    assert {f"runbook {name}" for name in alert_names()} <= set(places)


def test_every_metric_and_label_of_an_expression_exists():
    known = {**series(), "up": frozenset()}
    for name, expression in records().items():
        known[name] = frozenset().union(*(known.get(one.metric, frozenset()) for one in selectors(expression)))
    wrong = [f"{place}: {what}" for place, expression in expressions() for what in strangers(expression, known)]
    assert wrong == []


def seconds(duration: str) -> int:
    units = {"s": 1, "m": 60, "h": 3600, "d": 86400}
    return sum(int(number) * units[unit] for number, unit in re.findall(r"(\d+)([smhd])", duration))
