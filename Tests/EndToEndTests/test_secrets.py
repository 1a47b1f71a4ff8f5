"""No secret is ever shown: a random canary stands wherever one can stand, everything is made to fail, and whatever
the daemon says is searched for it."""

import http.client
import secrets
import shlex
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from daemon import binary, environment, run_command
from postgres import Installation, PostgresServer
from processes import Processes, free_port, wait_until

OPENMETRICS = {"Accept": "application/openmetrics-text;version=1.0.0"}
PAGES = ["/", "/metrics", "/metrics?server=main", "/metrics?server=nobody", "/-/ready", "/-/healthy", "/nowhere"]


@dataclass(frozen=True)
class Place:
    """Where to put things, and whom to talk to."""

    folder: Path
    canary: str
    server: PostgresServer

    def file(self, name: str, text: str, mode: int = 0o600, *, end: str = "") -> str:
        path = self.folder / name
        path.write_text(f"{text}\n{end}")
        path.chmod(mode)
        return str(path)

    def program(self, text: str) -> str:
        return self.file("program", f"#!/bin/sh\n{text}\n", 0o700)

    @property
    def wrong(self) -> str:
        """A role whose password is another."""
        return self._conninfo("pgvigil_wrong")

    @property
    def right(self) -> str:
        """A role whose password is the canary."""
        return self._conninfo("pgvigil_right")

    @property
    def uri(self) -> str:
        return f"postgresql://pgvigil_wrong:{self.canary}@127.0.0.1:{self.server.port}/postgres"

    def _conninfo(self, user: str) -> str:
        return f"host=127.0.0.1 port={self.server.port} dbname=postgres user={user}"


@dataclass(frozen=True)
class Hidden:
    """How a secret is hidden: settings of the one server, or a whole file; and environment variables."""

    server: str | None = None  # Lines of YAML, each a setting.
    file: str | None = None
    variables: dict[str, str] = field(default_factory=dict)

    @property
    def text(self) -> str | None:
        """The settings file; None where there is to be none."""
        if self.server is None:
            return self.file
        lines = "".join(f"    {line}\n" for line in self.server.splitlines())
        return f"interval: 1s\nlog: {{level: debug}}\nservers:\n  - name: main\n{lines}"


def conninfo(text: str, *more: str) -> str:
    return "\n".join([f'conninfo: "{text}"', *more])


# Commands that are to print it.
COMMANDS: dict[str, Callable[[Place], str]] = {
    "prints it": lambda p: f"/bin/echo, {p.canary}",
    "fails": lambda p: p.program(f"echo {p.canary}; echo {p.canary} >&2; exit 3"),
    "fails by its arguments": lambda p: f"/bin/cat, /nowhere/{p.canary}",
    "is no program": lambda p: f"/nowhere/{p.canary}, {p.canary}",
    "is slow": lambda p: p.program(f"echo {p.canary}; sleep 60") + f", {p.canary}",
    "prints without end": lambda p: f"/usr/bin/yes, {p.canary}",
    "kills itself": lambda p: p.program(f"echo {p.canary}; kill -9 $$"),
}

# Settings that are taken. Where the password is wrong, or never found, connecting fails.
TAKEN: dict[str, Callable[[Place], Hidden]] = {
    "conninfo": lambda p: Hidden(conninfo(f"{p.wrong} password={p.canary}")),
    "conninfo, and it is right": lambda p: Hidden(conninfo(f"{p.right} password={p.canary}")),
    "URI": lambda p: Hidden(conninfo(p.uri)),
    "URI with a password among the parameters": lambda p: Hidden(
        conninfo(f"postgresql://127.0.0.1:{p.server.port}/postgres?user=pgvigil_wrong&password={p.canary}")
    ),
    "URI with an unknown host": lambda p: Hidden(conninfo(f"postgresql://a:{p.canary}@127.0.0.1.invalid./postgres")),
    "URI whose password holds a ?": lambda p: Hidden(conninfo(f"postgresql://a:x?{p.canary}@127.0.0.1:1/postgres")),
    "URI whose password is encoded": lambda p: Hidden(
        conninfo(f"postgresql://a:x%40{p.canary}%2F@127.0.0.1:{p.server.port}/postgres")
    ),
    "URI in PGHOST": lambda p: Hidden(variables={"PGHOST": p.uri}),
    "URI in PGDATABASE": lambda p: Hidden(
        conninfo(p.wrong.replace("dbname=postgres", "")), variables={"PGDATABASE": p.uri}
    ),
    "URI as dbname": lambda p: Hidden(f"host: 127.0.0.1\nport: {p.server.port}\ndbname: {p.uri}"),
    "URI as host": lambda p: Hidden(f"host: a:{p.canary}@127.0.0.1\nport: {p.server.port}"),
    "password": lambda p: Hidden(
        f"host: 127.0.0.1\nport: {p.server.port}\nuser: pgvigil_wrong\npassword: {p.canary}"
    ),
    "password at a port where nobody is": lambda p: Hidden(
        f"host: 127.0.0.1\nport: {free_port()}\nuser: pgvigil_wrong\npassword: {p.canary}"
    ),
    "PGPASSWORD": lambda p: Hidden(conninfo(p.wrong), variables={"PGPASSWORD": p.canary}),
    "PGPASSWORD without a file": lambda p: Hidden(
        variables={
            "PGHOST": "127.0.0.1",
            "PGPORT": str(p.server.port),
            "PGUSER": "pgvigil_wrong",
            "PGPASSWORD": p.canary,
        }
    ),
    "pgpass": lambda p: Hidden(conninfo(f"{p.wrong} passfile={p.file('pgpass', f'*:*:*:*:{p.canary}')}")),
    "pgpass that others can read": lambda p: Hidden(
        conninfo(f"{p.wrong} passfile={p.file('pgpass', f'*:*:*:*:{p.canary}', 0o644)}")
    ),
    "PGPASSFILE": lambda p: Hidden(
        conninfo(p.wrong), variables={"PGPASSFILE": p.file("pgpass", f"*:*:*:*:{p.canary}")}
    ),
    "service file": lambda p: Hidden(
        conninfo("service=watched"),
        variables={
            "PGSERVICEFILE": p.file(
                "services",
                f"[watched]\nhost=127.0.0.1\nport={p.server.port}\nuser=pgvigil_wrong\npassword={p.canary}\n",
            )
        },
    ),
    "service file with a syntax error": lambda p: Hidden(
        conninfo("service=watched"),
        variables={"PGSERVICEFILE": p.file("services", f"[watched]\nhost=127.0.0.1\npassword {p.canary}\n")},
    ),
    "service file with an unknown keyword": lambda p: Hidden(
        conninfo("service=watched"),
        variables={"PGSERVICEFILE": p.file("services", f"[watched]\nhost=127.0.0.1\npasswrod={p.canary}\n")},
    ),
    "service file that names no such service": lambda p: Hidden(
        conninfo("service=unwatched"),
        variables={"PGSERVICEFILE": p.file("services", f"[watched]\npassword={p.canary}\n")},
    ),
    "DATA_SOURCE_NAME": lambda p: Hidden(variables={"DATA_SOURCE_NAME": f"{p.wrong} password={p.canary}"}),
    "DATA_SOURCE_NAME, a URI": lambda p: Hidden(variables={"DATA_SOURCE_NAME": p.uri}),
    "DATA_SOURCE_NAME, and it is right": lambda p: Hidden(
        variables={"DATA_SOURCE_NAME": f"{p.right} password={p.canary}"}
    ),
    "password_file": lambda p: Hidden(conninfo(p.wrong, f"password_file: {p.file('secret', p.canary)}")),
    "password_file, and it is right": lambda p: Hidden(
        conninfo(p.right, f"password_file: {p.file('secret', p.canary, end='second line')}")
    ),
    "password_file with an empty first line": lambda p: Hidden(
        conninfo(p.wrong, f"password_file: {p.file('secret', '', end=p.canary)}")
    ),
    "password_file that is a folder": lambda p: Hidden(conninfo(p.wrong, f"password_file: {p.folder}")),
    "password_credential": lambda p: Hidden(
        conninfo(p.wrong, f"password_credential: {Path(p.file('credential', p.canary)).name}"),
        variables={"CREDENTIALS_DIRECTORY": str(p.folder)},
    ),
    "password_credential, and it is right": lambda p: Hidden(
        conninfo(p.right, f"password_credential: {Path(p.file('credential', p.canary, end='second line')).name}"),
        variables={"CREDENTIALS_DIRECTORY": str(p.folder)},
    ),
    "password_credential instead of its name": lambda p: Hidden(
        conninfo(p.wrong, f"password_credential: {p.canary}"), variables={"CREDENTIALS_DIRECTORY": str(p.folder)}
    ),
    "password_credential instead of its name, without systemd": lambda p: Hidden(
        conninfo(p.wrong, f"password_credential: {p.canary}")
    ),
    **{
        f"password_command that {what}": lambda p, command=command: Hidden(
            conninfo(p.wrong, f"password_command: [{command(p)}]")
        )
        for what, command in COMMANDS.items()
    },
    "sslpassword": lambda p: Hidden(
        conninfo(f"{p.wrong} sslmode=require sslpassword={p.canary} sslcert=/nowhere/c sslkey=/nowhere/k")
    ),
    "sslpassword as a setting": lambda p: Hidden(
        f"host: 127.0.0.1\nport: {p.server.port}\nsslmode: require\nsslpassword: {p.canary}"
    ),
    "options": lambda p: Hidden(conninfo(f"{p.wrong} password={p.canary} options='-c no_such_setting=1'")),
}

# Settings that are refused.
REFUSED: dict[str, Callable[[Place], Hidden]] = {
    "conninfo that does not end": lambda p: Hidden(conninfo(f"host=a password='{p.canary}")),
    "conninfo with a misspelt keyword": lambda p: Hidden(conninfo(f"host=a passwrod={p.canary}")),
    "conninfo with a space in the password": lambda p: Hidden(conninfo(f"host=a password=x {p.canary} user=b")),
    "URI with a bad escape": lambda p: Hidden(conninfo(f"postgresql://a:%zz{p.canary}@127.0.0.1/postgres")),
    "URI with a bad port": lambda p: Hidden(conninfo(f"postgresql://a:b@[{p.canary}/postgres")),
    "URI whose password holds an @": lambda p: Hidden(conninfo(f"postgresql://a:x@{p.canary}@127.0.0.1/postgres")),
    "URI whose password holds a /": lambda p: Hidden(conninfo(f"postgresql://a:{p.canary}/x@127.0.0.1/postgres")),
    "URI whose password holds a / too": lambda p: Hidden(conninfo(f"postgresql://a:1/{p.canary}@127.0.0.1/postgres")),
    "URI as host in a conninfo": lambda p: Hidden(conninfo(f"host={p.uri}")),
    "URI as dbname in a conninfo": lambda p: Hidden(conninfo(f"dbname={p.uri}")),
    "URI as dbname in DATA_SOURCE_NAME": lambda p: Hidden(variables={"DATA_SOURCE_NAME": f"dbname={p.uri}"}),
    "URI with a misspelt parameter": lambda p: Hidden(conninfo(f"postgresql://127.0.0.1/?passwrod={p.canary}")),
    "DATA_SOURCE_NAME that does not end": lambda p: Hidden(variables={"DATA_SOURCE_NAME": f"password='{p.canary}"}),
    "DATA_SOURCE_NAME, a URI with a bad escape": lambda p: Hidden(
        variables={"DATA_SOURCE_NAME": f"postgresql://a:%zz{p.canary}@127.0.0.1/postgres"}
    ),
    "misspelt key": lambda p: Hidden(f"passwrod: {p.canary}"),
    "misspelt key next to it": lambda p: Hidden(f"password: {p.canary}\nusre: pgvigil"),
    "instead of a credential's name": lambda p: Hidden(f"password_credential: {p.canary}/x"),
    "two ways to give it": lambda p: Hidden(f"password: {p.canary}\npassword_file: /nowhere/{p.canary}"),
    "given twice": lambda p: Hidden(f"password: {p.canary}\npassword: {p.canary}2"),
    "a list": lambda p: Hidden(f"password: [{p.canary}]"),
    "a map": lambda p: Hidden(f"password: {{{p.canary}: {p.canary}}}"),
    "a command that is one text": lambda p: Hidden(f"password_command: echo {p.canary}"),
    "a command with a map in it": lambda p: Hidden(f"password_command: [echo, {{{p.canary}: 1}}]"),
    "in a place for numbers": lambda p: Hidden(f"port: {p.canary}"),
    "in a place for durations": lambda p: Hidden(f"interval: {p.canary}"),
    "in a place for choices": lambda p: Hidden(f"sslmode: {p.canary}"),
    "no space after the colon": lambda p: Hidden(f"password:{p.canary}"),
    "no space after the colon, in a flow map": lambda p: Hidden(
        file=f"servers:\n  - {{name: main, password:{p.canary}}}\n"
    ),
    "no space after the colon, in a list": lambda p: Hidden(file=f"servers:\n  - password:{p.canary}\n"),
    "an equals sign": lambda p: Hidden(f"password={p.canary}"),
    "an equals sign before a colon": lambda p: Hidden(f"password={p.canary}: main"),
    "a quote that does not end": lambda p: Hidden(f'password: "{p.canary}\nuser: a'),
    "an unknown escape": lambda p: Hidden(f'password: "{p.canary}\\q"'),
    "a colon in it": lambda p: Hidden(f"password: {p.canary}: {p.canary}"),
    "an alias": lambda p: Hidden(f"password: *{p.canary}"),
    "an anchor": lambda p: Hidden(f"password: &{p.canary} {p.canary}"),
    "a tag": lambda p: Hidden(f"password: !{p.canary} {p.canary}"),
    "a tag handle": lambda p: Hidden(f"password: !{p.canary}!x {p.canary}"),
    "a character that begins nothing": lambda p: Hidden(f"password: @{p.canary}"),
    "a wrong indentation": lambda p: Hidden(f"user: a\n  password: {p.canary}\n host: b"),
    "a tab": lambda p: Hidden(f"\tpassword: {p.canary}"),
    "a control character": lambda p: Hidden(f"password: {p.canary}\x01{p.canary}"),
    "not UTF-8": lambda p: Hidden(f"password: {p.canary}\udcff{p.canary}"),
    "two documents": lambda p: Hidden(file=f"servers:\n  - password: {p.canary}\n---\npassword: {p.canary}\n"),
    "a directive": lambda p: Hidden(file=f"%{p.canary} {p.canary}\n---\nservers: []\n"),
    "nothing but it": lambda p: Hidden(file=p.canary),
    "a place at the top": lambda p: Hidden(file=f"password: {p.canary}\nservers: []\n"),
    "a label's name": lambda p: Hidden(f"labels: {{'{p.canary} x': {p.canary}}}"),
}


@pytest.fixture(scope="module")
def canary() -> str:
    return f"canary{secrets.token_hex(8)}"


@pytest.fixture(scope="module")
def server(new_postgres, canary) -> Iterator[PostgresServer]:
    scram = [f"host all {role} 127.0.0.1/32 scram-sha-256" for role in ("pgvigil_wrong", "pgvigil_right")]
    one = new_postgres(Installation.debian_15(), access=scram)
    one.start()
    try:
        one.create_role("pgvigil_wrong", password=secrets.token_hex(8))
        one.create_role("pgvigil_right", password=canary)
        yield one
    finally:
        one.stop()


@pytest.fixture
def place(tmp_path, canary, server) -> Place:
    return Place(tmp_path, canary, server)


# The tests


@pytest.mark.parametrize("command", ["check", "collect"])
@pytest.mark.parametrize("where", TAKEN)
def test_commands_show_no_secret(place, where, command):
    ended = _command(place, TAKEN[where](place), command)

    assert ended.returncode == (0 if "is right" in where else 1), ended.stderr
    _assert_clean(place.canary, {"stdout": ended.stdout, "stderr": ended.stderr})


@pytest.mark.parametrize("where", TAKEN)
def test_the_daemon_shows_no_secret(place, processes, where):
    hidden = TAKEN[where](place)
    said = _serve(place, processes, hidden)

    up = f'pg_up{{server="main"}} {1 if "is right" in where else 0}'
    assert up in said["/metrics"]
    if hidden.text is not None:
        assert "settings refused" in said["log"]
    _assert_clean(place.canary, said)


@pytest.mark.parametrize("command", ["check", "collect", "serve"])
@pytest.mark.parametrize("where", REFUSED)
def test_refusals_show_no_secret(place, where, command):
    ended = _command(place, REFUSED[where](place), command)

    assert ended.returncode == 2
    assert ended.stderr != ""
    _assert_clean(place.canary, {"stdout": ended.stdout, "stderr": ended.stderr})


def test_refused_reloads_show_no_secret(place, processes):
    """One daemon is told to read each of the refused files in turn."""
    texts = [text for hide in REFUSED.values() if (text := hide(place).text) is not None]
    said = _serve(place, processes, Hidden(conninfo(f"{place.wrong} password={place.canary}")), texts)

    assert said["log"].count("settings refused") == len(texts)
    _assert_clean(place.canary, said)


# It can fail


def test_a_leak_in_the_output_is_found(place, monkeypatch):
    leaking = place.file("leaking", f'#!/bin/sh\ncat "$3" >&2\nexec {shlex.quote(binary())} "$@"\n', 0o700)
    monkeypatch.setenv("PGVIGIL_BINARY", leaking)
    ended = _command(place, REFUSED["misspelt key"](place), "check")
    with pytest.raises(AssertionError, match="in stderr"):
        _assert_clean(place.canary, {"stdout": ended.stdout, "stderr": ended.stderr})


@pytest.mark.parametrize("page", ["/metrics", "/metrics as OpenMetrics", "/metrics?server=main"])
def test_a_leak_on_a_page_is_found(place, processes, page):
    """A label shows what it holds."""
    said = _serve(place, processes, Hidden(conninfo(place.wrong, f"labels: {{env: {place.canary}}}")))
    with pytest.raises(AssertionError):
        _assert_clean(place.canary, {page: said[page]})


def test_a_leak_in_the_command_line_is_found(place, processes):
    hidden = Hidden(file=f"servers:\n  - {{name: main, {conninfo(place.wrong)}}}\n")
    said = _serve(place, processes, hidden, file_name=f"{place.canary}.yml")
    with pytest.raises(AssertionError, match="in cmdline"):
        _assert_clean(place.canary, {"cmdline": said["cmdline"]})


# How


def _write(path: Path, text: str) -> None:
    path.write_bytes(text.encode(errors="surrogateescape"))
    path.chmod(0o600)


def _command(place: Place, hidden: Hidden, command: str):
    arguments = []
    if hidden.text is not None:
        _write(place.folder / "pgvigil.yml", hidden.text)
        arguments = ["--config", str(place.folder / "pgvigil.yml")]
    return run_command(command, *arguments, **hidden.variables)


def _serve(
    place: Place,
    processes: Processes,
    hidden: Hidden,
    reloads: list[str] | None = None,
    *,
    file_name: str = "pgvigil.yml",
) -> dict[str, str]:
    """All that a daemon says from its start over some reloads to its end, by where it says it."""
    port, settings, log_file = free_port(), place.folder / file_name, place.folder / "log"
    arguments = ["--listen", f"127.0.0.1:{port}", "--interval", "1s", "--log-level", "debug"]
    if hidden.text is not None:
        _write(settings, hidden.text)
        arguments += ["--config", str(settings)]
        broken = f"{hidden.text}\n  password: {place.canary}\nnowhere: {place.canary}\n"
        reloads = [broken] if reloads is None else reloads
    with log_file.open("wb") as log:
        command, variables = [binary(), "serve", *arguments], environment(**hidden.variables)
        process = processes.start(command, output=log, environment=variables, on_our_death="TERM")
    said: dict[str, str] = {}
    try:
        wait_until(lambda: _get(port, "/-/ready")[0] == 200, within=10, what="it is ready")
        time.sleep(0.3)  # So that a visit has ended, too.
        for number, text in enumerate(reloads or [], start=1):
            _write(settings, text)
            process.send_signal(signal.SIGHUP)
            _wait_for_refusals(log_file, number)
        for page in PAGES:
            said[page] = _get(port, page)[1]
        said["/metrics as OpenMetrics"] = _get(port, "/metrics", OPENMETRICS)[1]
        said["an error"] = _get(port, "/", method="DELETE")[1]
        said["cmdline"] = Path(f"/proc/{process.pid}/cmdline").read_text()
        said["titles"] = "".join(path.read_text() for path in Path(f"/proc/{process.pid}/task").glob("*/comm"))
    finally:
        process.terminate()
        process.wait(10)
    said["log"] = log_file.read_text(errors="replace")
    return said


def _wait_for_refusals(log: Path, count: int) -> None:
    def refused() -> bool:
        return log.read_text(errors="replace").count("settings refused") >= count

    wait_until(refused, within=5, what=f"{count} reloads are refused")


def _get(port: int, target: str, headers: dict[str, str] | None = None, method: str = "GET") -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request(method, target, headers=headers or {})
        response = connection.getresponse()
        return response.status, f"{response.getheaders()}\n{response.read().decode()}"
    except (ConnectionError, http.client.HTTPException):
        return 0, ""
    finally:
        connection.close()


def _assert_clean(canary: str, said: dict[str, str]) -> None:
    for where, text in said.items():
        lines = [line for line in text.splitlines() if canary in line]
        assert not lines, f"a secret in {where}: {lines[:3]}"
