"""pgvigil bench: it measures in a schema of its own, and nothing of that schema is left, whatever happens."""

import json
import os
import pty
import re
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from daemon import CHECKOUT, binary, environment, run_command
from installation import Installation
from postgres import PostgresServer
from processes import Processes, wait_until
from terminal import all_written

GOOD, FAILED, REFUSED, USAGE = 0, 1, 2, 64

WORKLOADS = [
    "search-10", "search-100", "cross-namespace", "cross-shard", "batch-search", "hot-search", "lookup", "list",
    "concurrent", "search-only", "update", "insert", "bulk-insert", "write-only", "mixed",
]  # fmt: skip

SMALL = ("--rows", "400", "--dimensions", "8")

OURS = "SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'pgvigil_bench_%'"
TERMINATE = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'pgvigil bench'"
SESSIONS = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'pgvigil bench'"


@pytest.fixture(scope="module")
def server(new_postgres: Callable[..., PostgresServer], embedded: Installation) -> Iterator[PostgresServer]:
    """A server for all tests that leave it as it was, where the role `pgvigil` may make schemas."""
    server = new_postgres(embedded)
    server.start()
    try:
        server.create_role()
        allow(server)
        yield server
    finally:
        server.stop()


def allow(server: PostgresServer) -> None:
    server.execute("CREATE EXTENSION vector; GRANT CREATE ON DATABASE postgres TO pgvigil")


@pytest.fixture
def start() -> Iterator[Callable[..., subprocess.Popen]]:
    """Starts a bench and does not wait for it; what is left of it at the end of the test is killed."""
    started: list[subprocess.Popen] = []

    def begin(server: PostgresServer, *arguments: str) -> subprocess.Popen:
        process = subprocess.Popen(
            [binary(), "bench", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=environment(DATA_SOURCE_NAME=server.conninfo()),
        )
        started.append(process)
        return process

    yield begin
    for process in started:
        process.kill()
        process.communicate()


def bench(server: PostgresServer, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return run_command("bench", *arguments, timeout=120, DATA_SOURCE_NAME=server.conninfo(), **variables)


def schemas(server: PostgresServer) -> int:
    return server.execute(OURS)[0][0]


def is_clean(server: PostgresServer) -> bool:
    return server.execute(f"SELECT ({OURS}), ({SESSIONS})") == [(0, 0)]


def until_busy_with(server: PostgresServer, marker: str) -> None:
    """Waits until a session of the bench runs a statement of this marker comment."""
    busy = f"""SELECT count(*) > 0 FROM pg_stat_activity
               WHERE application_name = 'pgvigil bench' AND state = 'active' AND query LIKE '%/* {marker} */%'"""
    wait_until(lambda: server.execute(busy)[0][0], within=30, what=f"the bench is busy with {marker}", every=0.005)


# A run


def test_a_run_measures_every_workload_and_leaves_nothing(server: PostgresServer, tmp_path: Path):
    file = tmp_path / "result.json"
    ended = bench(server, *SMALL, "--seed", "7", "--json", str(file))
    result = json.loads(file.read_text())

    verdicts = {one["name"]: one["verdict"] for one in result["workloads"]}
    reasons = [line for line in ended.stderr.splitlines() if line.startswith("bench: critical: ")]
    assert len(reasons) == (1 if "critical" in verdicts.values() else 0)
    unjudged = {line.split(": ")[1] for line in ended.stderr.splitlines() if line.endswith(": not judged")}
    judged_by_p95 = {one["name"] for one in result["workloads"] if "p95" in {own["measure"] for own in one["targets"]}}
    few = {one["name"] for one in result["workloads"] if one["count"] < 59}
    assert unjudged == judged_by_p95 & few
    assert len(ended.stderr.splitlines()) == len(reasons) + len(unjudged)
    assert ended.returncode == (FAILED if "critical" in verdicts.values() else GOOD)
    assert list(verdicts) == WORKLOADS
    assert is_clean(server)
    assert (result["profile"], result["seed"], result["rows"], result["dimensions"]) == ("quick", 7, 400, 8)
    version, extension = server.execute(
        "SELECT current_setting('server_version'), extversion FROM pg_extension WHERE extname = 'vector'"
    )[0]
    assert result["environment"]["server_version"] == version
    assert result["environment"]["extension_version"] == extension
    assert result["environment"]["settings"]["hnsw.ef_search"] == "40"
    assert result["environment"]["settings"]["fsync"] == "off"
    for one in result["workloads"]:
        assert one["errors"] == {}, one["name"]
        assert len(one["rounds"]) == 10
        assert sum(count for round in one["rounds"] for _, count in round["counts"]) == one["count"]
        assert one["call_rate"] == pytest.approx(one["count"] / one["seconds"])
        latency = one["latency"]
        assert 0 < latency["p50_seconds"] <= latency.get("p95_seconds", latency["max_seconds"])
        assert ("p95_seconds" in latency, "p99_seconds" in latency) == (one["count"] >= 59, one["count"] >= 299)
        assert ("p999_seconds" in latency) == (one["count"] >= 2995)
    rows = {one["name"]: one["rows"] / one["count"] for one in result["workloads"]}
    assert [rows[name] for name in ("search-10", "search-100", "cross-shard", "batch-search")] == [10, 100, 10, 100]
    assert [rows[name] for name in ("lookup", "list", "update", "bulk-insert")] == [1, 50, 0, 0]
    assert [line.split()[0] for line in ended.stdout.splitlines()[3:]] == WORKLOADS


def test_a_run_may_be_of_few_workloads(server: PostgresServer):
    ended = bench(server, *SMALL, "--only", "lookup", "insert", "search-10")

    assert ended.returncode == GOOD, ended.stdout + ended.stderr
    lines = [line.split() for line in ended.stdout.splitlines()[3:]]
    assert [(line[0], line[1]) for line in lines] == [("search-10", "1"), ("lookup", "1"), ("insert", "1")]
    assert is_clean(server)


def test_the_extension_may_be_in_any_schema(postgres: Callable[..., PostgresServer]):
    server = postgres()
    server.execute('CREATE SCHEMA "a ""b"; CREATE EXTENSION vector SCHEMA "a ""b"')
    server.execute('GRANT USAGE ON SCHEMA "a ""b" TO pgvigil; GRANT CREATE ON DATABASE postgres TO pgvigil')
    ended = bench(server, *SMALL, "--only", "search-10", "batch-search", "insert")

    assert ended.returncode == GOOD, ended.stdout + ended.stderr


def test_a_server_of_the_settings_is_measured(server: PostgresServer, tmp_path: Path):
    settings = tmp_path / "pgvigil.yml"
    other = '{"name": "other", "conninfo": "host=127.0.0.1 port=1"}'
    settings.write_text(f'servers: [{other}, {{"name": "main", "conninfo": "{server.conninfo()}"}}]')
    named = run_command(
        "bench", "--config", str(settings), "--server", "main", *SMALL, "--only", "lookup", timeout=60
    )
    unnamed = run_command("bench", "--config", str(settings))

    assert named.returncode == GOOD, named.stderr
    assert unnamed.returncode == USAGE
    assert "other, main" in unnamed.stderr


@pytest.mark.parametrize("version", [16, 17])
def test_other_versions_of_pgvector_are_measured(version: int, postgres, installation_of):
    server = postgres(installation_of(version))
    allow(server)
    ended = bench(server, *SMALL, "--only", "search-100", "cross-shard", "batch-search", "update")

    assert ended.returncode == GOOD, ended.stdout + ended.stderr
    assert ended.stdout.startswith(f"PostgreSQL {version}.")
    assert is_clean(server)


# Targets of one's own


@pytest.fixture
def targets(tmp_path: Path) -> Callable[[str], list[str]]:
    """Options that name a file with this text."""

    def write(text: str) -> list[str]:
        file = tmp_path / "targets.yml"
        file.write_text(text)
        return ["--targets", str(file)]

    return write


@pytest.mark.parametrize(
    ("bounds", "verdict", "code"),
    [
        ("{target: 1, critical: 1}", "ok", GOOD),
        ("{target: 1e9, critical: 1}", "slow", GOOD),
        ("{target: 1e9}", "critical", FAILED),
    ],
)
def test_a_file_of_targets_decides_how_a_run_ends(server, targets, tmp_path, bounds: str, verdict: str, code: int):
    result = tmp_path / "result.json"
    options = targets(f"lookup: {{p95: {{target: 1h}}, calls_per_second: {bounds}}}")
    ended = bench(server, *SMALL, "--only", "lookup", "list", *options, "--json", str(result))

    lookup, list = (one for one in json.loads(result.read_text())["workloads"])
    assert lookup["verdict"] == verdict
    assert [(one["measure"], one["good"]) for one in lookup["targets"]] == [
        ("p95", 3600),
        ("calls_per_second", 1 if verdict == "ok" else 1e9),
        ("success_ratio", 0.99),
    ]
    # What the file does not name keeps its own.
    assert [(one["measure"], one["good"]) for one in list["targets"]] == [("p95", 0.05), ("success_ratio", 0.99)]
    assert ended.returncode == code
    came_to = f"{lookup['call_rate']:.1f}/s, target > 1000000000/s"
    assert ended.stderr == (f"bench: critical: lookup: {came_to}\n" if code == FAILED else "")
    line = next(line for line in ended.stdout.splitlines() if line.startswith("lookup"))
    assert line.endswith(f"  {verdict}")
    assert f"  p95 < 3600000 ms, > {1 if verdict == 'ok' else 1000000000}/s  " in line


def test_a_target_that_takes_more_calls_is_named_as_not_judged(server: PostgresServer, targets):
    options = targets('{"lookup": {"p99.9": {"target": "1ms"}}, "list": {}}')
    ended = bench(server, *SMALL, "--only", "lookup", "list", *options)

    assert ended.returncode == GOOD
    count = next(line for line in ended.stdout.splitlines() if line.startswith("lookup")).split()[2]
    assert ended.stderr == f"bench: lookup: p99.9 takes 2995 calls, and there were {count}: not judged\n"


def test_targets_that_are_none_are_refused_with_their_place_before_anything_is_measured(targets, free_port: int):
    options = targets("lookup:\n  p95: {target: 10ms, critical: 5ms}\nlookups: {}\n")
    nobody = {"PGHOST": "127.0.0.1", "PGPORT": str(free_port)}
    ended = run_command("bench", *options, **nobody)

    assert (ended.returncode, ended.stdout) == (REFUSED, "")
    first, second = ended.stderr.splitlines()
    bound = "critical: found a bound that is better than the target; allowed is the target or more"
    assert first == f"{options[1]}:2:33: {bound}"
    assert second.startswith(f'{options[1]}:3:1: found an unknown key "lookups", did you mean "lookup"? allowed are ')

    missing = run_command("bench", "--targets", "nowhere.yml", **nobody)
    assert (missing.returncode, missing.stdout) == (REFUSED, "")
    assert missing.stderr.startswith("nowhere.yml: ")
    assert run_command("bench", *options, "--clean-up", **nobody).returncode == USAGE


def test_the_targets_that_the_page_shows_are_read(server: PostgresServer, targets):
    page = (CHECKOUT / "docs/bench.md").read_text()
    (shown,) = re.findall(r"^```yaml\n(.*?)^```$", page, flags=re.M | re.S)
    ended = bench(server, *SMALL, "--only", "search-10", "list", *targets(shown))

    lines = {line.split()[0]: line for line in ended.stdout.splitlines()[3:]}
    assert "  p95 < 10 ms, p99.9 < 100 ms  " in lines["search-10"]
    assert re.search(r"  -  \w+$", lines["list"])


# What a run needs


def test_a_standby_is_refused(server: PostgresServer, processes: Processes):
    standby = server.standby(processes.folder / "bench-standby")
    standby.start()
    try:
        standby.follow(server)
        ended = bench(standby)
    finally:
        standby.stop()

    assert (ended.returncode, ended.stdout) == (FAILED, "")
    assert ended.stderr == "bench: the server is a standby: a bench writes\nmend: name the primary\n"


def test_what_is_missing_is_said_with_what_mends_it(postgres: Callable[..., PostgresServer]):
    server = postgres(settings={"max_connections": "14"})

    def said() -> str:
        ended = bench(server, *SMALL, "--only", "search-only")
        assert (ended.returncode, ended.stdout) == (FAILED, "")
        assert schemas(server) == 0
        return ended.stderr

    assert "mend: as a superuser, in this database: CREATE EXTENSION vector;" in said()
    server.execute("CREATE EXTENSION vector")
    assert 'mend: GRANT CREATE ON DATABASE "postgres" TO "pgvigil";' in said()
    server.execute("GRANT CREATE ON DATABASE postgres TO pgvigil")
    with server.connect(), server.connect():
        assert "the bench needs 10 connections, and 8 are free" in said()
    wait_until(lambda: server.execute(SESSIONS) == [(0,)], within=10, what="the sessions have ended")
    assert bench(server, *SMALL, "--only", "search-only").returncode == GOOD


def test_a_pooler_is_refused(server: PostgresServer, tmp_path: Path):
    settings = tmp_path / "pgvigil.yml"
    settings.write_text(f'servers: [{{"name": "main", "conninfo": "{server.conninfo()}", "pooled": true}}]')
    ended = run_command("bench", "--config", str(settings))

    assert ended.returncode == FAILED
    assert "name the server itself" in ended.stderr


def test_a_server_that_is_down_is_said_so(free_port: int):
    ended = run_command("bench", PGHOST="127.0.0.1", PGPORT=str(free_port))

    assert ended.returncode == FAILED
    assert "connecting: cannot connect" in ended.stderr
    assert "mend: check host and port" in ended.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ["--rows", "5"], ["--dimensions", "2001"], ["--profile", "slow"], ["--only", "nonsense"],
        ["--compare", "one.json"], ["--compare", "a", "b", "--clean-up"], ["--tolerance", "-1"],
    ],
    ids=" ".join,
)  # fmt: skip
def test_wrong_usage_is_refused(arguments: list[str]):
    ended = run_command("bench", *arguments)

    assert (ended.returncode, ended.stdout) == (USAGE, "")
    assert ended.stderr != ""


# Ends before the end

PHASES = {
    "rows": ("pgvigil bench rows", ("--rows", "100000", "--dimensions", "64")),
    "index": ("pgvigil bench index", ("--rows", "20000", "--dimensions", "128")),
    "workload": ("pgvigil bench search", (*SMALL, "--only", "search-only")),
}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda number: number.name)
@pytest.mark.parametrize("phase", PHASES)
def test_a_signal_ends_a_run_and_nothing_is_left(server: PostgresServer, start, phase: str, number: signal.Signals):
    marker, arguments = PHASES[phase]
    process = start(server, *arguments)
    until_busy_with(server, marker)
    process.send_signal(number)
    output, errors = process.communicate(timeout=20)

    assert process.returncode == 128 + number
    assert (output, errors) == ("", "bench: interrupted; nothing is left behind\n")
    wait_until(lambda: is_clean(server), within=5, what="schema and sessions are gone")


@pytest.mark.parametrize("phase", ["rows", "index"])
def test_a_lost_connection_ends_a_run_and_nothing_is_left(server: PostgresServer, start, phase: str):
    marker, arguments = PHASES[phase]
    process = start(server, *arguments)
    until_busy_with(server, marker)
    server.execute(TERMINATE)
    output, errors = process.communicate(timeout=20)

    assert (process.returncode, output) == (FAILED, "")
    assert errors.startswith("bench: making the tables: ")
    assert errors.count("\n") == 1
    wait_until(lambda: is_clean(server), within=5, what="schema and sessions are gone")


def test_connections_lost_in_a_workload_are_errors_of_it(server: PostgresServer, start, tmp_path: Path):
    file = tmp_path / "result.json"
    process = start(server, *SMALL, "--only", "search-only", "--json", str(file))
    ended = 0
    for _ in range(5):
        until_busy_with(server, "pgvigil bench search")
        ended += len(server.execute(TERMINATE))
    _, errors = process.communicate(timeout=30)
    result = json.loads(file.read_text())["workloads"][0]

    assert errors == ""
    assert 1 <= sum(result["errors"].values()) <= ended
    assert set(result["errors"]) <= {"class 57", "connection lost", "connect other"}
    assert result["count"] > 100
    assert is_clean(server)


def test_the_schema_goes_also_after_a_crash_of_the_server(postgres: Callable[..., PostgresServer], start):
    server = postgres()
    allow(server)
    process = start(server, "--rows", "100000", "--dimensions", "64")
    until_busy_with(server, "pgvigil bench rows")
    server.kill()
    server.start()
    output, errors = process.communicate(timeout=40)

    assert (process.returncode, output) == (FAILED, "")
    assert "making the tables: " in errors
    assert is_clean(server)


def test_what_a_killed_run_leaves_is_named_and_cleaned_up(server: PostgresServer, start):
    killed = start(server, "--rows", "100000", "--dimensions", "64")
    until_busy_with(server, "pgvigil bench rows")
    killed.kill()
    killed.wait()
    wait_until(lambda: server.execute(SESSIONS) == [(0,)], within=10, what="its session has ended")
    left = server.execute("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'pgvigil_bench_%'")[0][0]
    # Names like ours that are not ours, and a run that goes on.
    server.execute("CREATE SCHEMA pgvigil_bench_00000000 AUTHORIZATION pgvigil")
    running = start(server, "--rows", "100000", "--dimensions", "64")
    until_busy_with(server, "pgvigil bench rows")
    named = bench(server, *SMALL, "--only", "lookup")
    cleaned = bench(server, "--clean-up")

    note = f"bench: earlier runs have left {left} behind: pgvigil bench --clean-up removes what is left\n"
    assert (named.returncode, named.stderr) == (GOOD, note)
    assert (cleaned.returncode, cleaned.stdout, cleaned.stderr) == (GOOD, f"removed {left}\n", "")
    assert schemas(server) == 2
    running.send_signal(signal.SIGTERM)
    running.communicate(timeout=20)
    assert running.returncode == 128 + signal.SIGTERM
    assert server.execute("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'pgvigil_bench_%'") == [
        ("pgvigil_bench_00000000",)
    ]
    server.execute("DROP SCHEMA pgvigil_bench_00000000")
    again = bench(server, "--clean-up")
    assert (again.returncode, again.stdout) == (GOOD, "nothing was left\n")


# Comparing


@pytest.fixture(scope="module")
def measured(server: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A result of three workloads."""
    file = tmp_path_factory.mktemp("bench") / "before.json"
    ended = bench(server, *SMALL, "--only", "search-10", "lookup", "list", "--json", str(file))
    assert ended.returncode == GOOD, ended.stdout + ended.stderr
    return file


def changed(measured: Path, buckets: int) -> Path:
    """The result with all latencies of `lookup` 1.004 ** buckets times as long."""
    result = json.loads(measured.read_text())
    for one in result["workloads"]:
        if one["name"] == "lookup":
            one["latency"] = {name: value * 1.004**buckets for name, value in one["latency"].items()}
            for round in one["rounds"]:
                round["counts"] = [[bucket + buckets, count] for bucket, count in round["counts"]]
    file = measured.with_name(f"changed{buckets}.json")
    file.write_text(json.dumps(result))
    return file


def test_a_result_beside_itself_shows_no_difference(measured: Path):
    ended = run_command("bench", "--compare", str(measured), str(measured))

    assert (ended.returncode, ended.stderr) == (GOOD, "")
    lines = ended.stdout.splitlines()[1:]
    assert [line.split()[:2] for line in lines] == [
        [name, percentile] for name in ("search-10", "lookup", "list") for percentile in ("p50", "p95")
    ]
    assert [line for line in lines if not line.endswith("no difference")] == []


@pytest.mark.parametrize(
    ("buckets", "tolerance", "verdicts"),
    [(1150, "10", ("slower", "faster")), (60, "1000", ("no difference", "no difference"))],
)
def test_a_comparison_says_what_changed(measured: Path, buckets: int, tolerance: str, verdicts: tuple[str, str]):
    other = changed(measured, buckets)
    ratio = 1.004**buckets
    for files, verdict, share in (
        ((measured, other), verdicts[0], ratio),
        ((other, measured), verdicts[1], 1 / ratio),
    ):
        ended = run_command("bench", "--compare", *map(str, files), "--tolerance", tolerance)
        assert (ended.returncode, ended.stderr) == (FAILED if verdict == "slower" else GOOD, "")
        lines = {tuple(line.split()[:2]): line for line in ended.stdout.splitlines()[1:]}
        assert lines["lookup", "p50"].endswith(f"  {verdict}")
        assert f" {share:.2f} " in lines["lookup", "p50"]
        assert lines["search-10", "p50"].endswith("  no difference")


@pytest.mark.parametrize("text", [None, "", "{}", '{"format": 1}'], ids=["none", "empty", "nothing", "incomplete"])
def test_a_file_that_is_no_result_is_refused(measured: Path, tmp_path: Path, text: str | None):
    file = tmp_path / "other.json"
    if text is not None:
        file.write_text(text)
    ended = run_command("bench", "--compare", str(measured), str(file))

    assert (ended.returncode, ended.stdout) == (USAGE, "")
    assert str(file) in ended.stderr


def test_a_result_that_could_not_be_written_is_not_measured(tmp_path: Path):
    for file in (tmp_path, tmp_path / "nowhere" / "result.json"):
        ended = run_command("bench", "--json", str(file), PGHOST="127.0.0.1", PGPORT="1")
        assert (ended.returncode, ended.stdout) == (USAGE, "")
        assert f"{file} cannot be written." in ended.stderr


# At a terminal


def at_a_terminal(server: PostgresServer, *arguments: str, **variables: str) -> tuple[int, str]:
    """Runs a bench with a terminal for all output; returns how it ended, and what the terminal got."""
    ours, its = pty.openpty()
    process = subprocess.Popen(
        [binary(), "bench", *arguments],
        stdin=subprocess.DEVNULL,
        stdout=its,
        stderr=its,
        env=environment(DATA_SOURCE_NAME=server.conninfo(), **variables),
    )
    os.close(its)
    output = all_written(ours)
    return process.wait(timeout=60), output


def test_a_terminal_gets_a_bar_and_colours(server: PostgresServer):
    code, output = at_a_terminal(server, *SMALL, "--only", "search-only")

    assert code == GOOD
    bars = re.findall(r"\r\x1b\[Ksearch-only +\[(#*) *\] (\d+)/10  \d\.\d s", output)
    assert len(bars) > 3
    assert [int(done) for _, done in bars] == sorted(int(done) for _, done in bars)
    assert [len(bar) for bar, _ in bars] == [24 * int(done) // 10 for _, done in bars]
    assert int(bars[-1][1]) > 5
    table = output.rpartition("\r\x1b[K")[2]
    assert table.startswith("PostgreSQL ")
    assert "\x1b[32mok\x1b[0m" in table


def test_a_terminal_without_colours_gets_none(server: PostgresServer):
    code, output = at_a_terminal(server, *SMALL, "--only", "lookup", NO_COLOR="1")

    assert code == GOOD
    assert "\x1b[3" not in output


def test_without_a_terminal_there_is_neither(server: PostgresServer):
    ended = bench(server, *SMALL, "--only", "lookup")

    assert (ended.returncode, ended.stderr) == (GOOD, "")
    assert "\x1b" not in ended.stdout
    assert "\r" not in ended.stdout


def test_a_bench_says_whose_its_statements_and_its_schema_are(server: PostgresServer, start):
    process = start(server, *SMALL, "--only", "mixed")
    until_busy_with(server, "pgvigil bench search")
    comment, owner = server.execute(
        """SELECT obj_description(oid, 'pg_namespace'), nspowner::regrole::text
           FROM pg_namespace WHERE nspname LIKE 'pgvigil_bench_%'"""
    )[0]
    process.communicate(timeout=30)

    assert comment.startswith("pgvigil bench: of one run")
    assert owner == "pgvigil"
