"""From a fault of a pool to the message: real poolers and applications, Prometheus with our rules, Alertmanager.

All faults come at once, in one system, and are mended once each has been told.
"""

import re
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass

import psycopg
import pytest

from alertmanager import Alertmanager, Notice
from alerts import ALERTS, RUNBOOK_URL, hastened, rules
from daemon import Daemon
from interesting_poolers import knock, leave
from pgbouncer import PgBouncer
from pgpool import Pgpool
from pool_application import PoolApplication
from pool_load import PoolLoad
from pooler_process import PoolerProcess
from postgres import PostgresServer
from processes import wait_until

# Polls run each second here, instead of each 15.
HASTE = 15

# Half of it is over when all else has been told, and all of it long after.
QUERY_WAIT_TIMEOUT = 100

DATABASES = {
    name: {"dbname": "postgres", "pool_size": size}
    for name, size in {"queue": 1, "slow": 1, "bursts": 1, "full": 2, "crowd": 2, "halted": 2, "closed": 2}.items()
}

Labels = dict[str, str]


@dataclass(frozen=True)
class Message:
    """What is to be told of one fault. Ports are left out of the labels, since they are not the same twice."""

    alert: str
    severity: str
    labels: frozenset[tuple[str, str]]

    @staticmethod
    def of(alert: str, severity: str, **labels: str) -> "Message":
        return Message(alert, severity, frozenset(labels.items()))

    @staticmethod
    def told(notice: Notice) -> "Message":
        own = {"alertname", "severity", "area", "job", "instance", "port"}
        labels = {name: value for name, value in notice.labels if name not in own}
        return Message.of(notice.alert, dict(notice.labels)["severity"], **labels)


def of_pool(pool: str, server: str = "bouncer", kind: str = "pgbouncer", **more: str) -> Labels:
    return {"server": server, "kind": kind, "pool": pool} | more


APP = {"user": "app"}
STOPPED, PROMOTED = ({"server": "pgpool", "node_id": node} for node in ("1", "2"))

SLOTS_OF_DATABASE = {
    "server": "bouncer", "database": "full", "backend_database": "postgres", "host": "127.0.0.1"
}  # fmt: skip

# Each with what its summary says.
MESSAGES = {
    Message.of("PoolDown", "critical", server="gone", kind="pgbouncer"):
        r"pgbouncer gone does not answer \(refused\)",
    Message.of("PoolClientsWaiting", "warning", **of_pool("queue", **APP)):
        r"\d waiting for a connection in pool queue of app on bouncer",
    Message.of("PoolClientsWaiting", "warning", **of_pool("far", **APP)):
        r"1 waiting for a connection in pool far of app on bouncer",
    Message.of("PoolWaitLong", "warning", **of_pool("slow", **APP)):
        r"A client has waited for [1-4](\.\d+)?s in pool slow of app on bouncer",
    Message.of("PoolWaitLong", "critical", **of_pool("halted", **APP)):
        r"A client has waited for (5\d(\.\d+)?s|1m \d+s) in pool halted of app on bouncer",
    Message.of("PoolWaitRateHigh", "warning", **of_pool("web", "web", "psycopg_pool")):
        r"Who asks pool web on web for a connection waits \d+(\.\d+)?ms on average",
    Message.of("PoolWaitRateHigh", "warning", **of_pool("bursts")):
        r"Who asks pool bursts on bouncer for a connection waits \d+(\.\d+)?ms on average",
    Message.of("PoolSaturated", "warning", **of_pool("queue", **APP)):
        r"100% of the connections that pool queue of app on bouncer may have are busy",
    Message.of("PoolSaturated", "warning", **of_pool("full", **APP)):
        r"100% of the connections that pool full of app on bouncer may have are busy",
    Message.of("PoolSaturated", "warning", **of_pool("web", "web", "psycopg_pool")):
        r"100% of the connections that pool web on web may have are busy",
    Message.of("PoolClientSlotsHigh", "critical", **SLOTS_OF_DATABASE):
        r"bouncer has 100% of the clients that it lets in to full",
    Message.of("PoolClientSlotsHigh", "warning", server="bouncer", user="web"):
        r"bouncer has 90% of the clients that it lets in as web",
    Message.of("PoolPaused", "warning", server="bouncer", database="halted", state="paused"):
        r"halted on bouncer has been paused for ten minutes",
    Message.of("PoolPaused", "warning", server="bouncer", database="closed", state="disabled"):
        r"closed on bouncer has been disabled for ten minutes",
    Message.of("PoolPaused", "warning", server="paused", state="paused"):
        r"paused has been paused for ten minutes",
    Message.of("PoolServerLoginsPile", "warning", **of_pool("far", state="creating", **APP)):
        r"Logins of pool far of app on bouncer at its server do not end: 1 at each look",
    Message.of("PgpoolNodeDown", "critical", status="down", hostname="127.0.0.1", **STOPPED):
        r"Node 1 \(127\.0\.0\.1\) of Pgpool pgpool is down",
    Message.of("PgpoolHealthCheckFailing", "warning", **PROMOTED):
        "Health checks of node 2 of Pgpool pgpool fail",
    Message.of("PgpoolRoleMismatch", "critical", **PROMOTED):
        r"Pgpool pgpool takes node 2 for what it is not",
    Message.of("AppPoolPending", "warning", **of_pool("web", "web", "psycopg_pool")):
        r"\d waiting for a connection in pool web of application web",
    Message.of("AppPoolTimeouts", "critical", **of_pool("hasty", "hasty", "psycopg_pool")):
        r"\d+ requests to pool hasty of application hasty gave up waiting within 5 minutes",
    Message.of("AppPoolUnreachable", "warning", server="moved"):
        r"The pools of application moved cannot be read \(status\)",
}

# Kept back by another, and told only in the moments before that is told or after that is over.
KEPT_BACK = {
    Message.of("PoolClientsWaiting", "warning", **of_pool("slow", **APP)),
    Message.of("PoolSaturated", "warning", **of_pool("slow", **APP)),
    Message.of("PoolWaitRateHigh", "warning", **of_pool("slow")),
    Message.of("PoolWaitRateHigh", "warning", **of_pool("queue")),
    Message.of("PoolClientSlotsHigh", "warning", **SLOTS_OF_DATABASE),
    Message.of("PgpoolHealthCheckFailing", "warning", **STOPPED),
    Message.of("AppPoolPending", "warning", **of_pool("hasty", "hasty", "psycopg_pool")),
    Message.of("PoolSaturated", "warning", **of_pool("hasty", "hasty", "psycopg_pool")),
    Message.of("PoolWaitRateHigh", "warning", **of_pool("hasty", "hasty", "psycopg_pool")),
}


# What breaks, from `with` to its end


@contextmanager
def gone(pooler: PoolerProcess) -> Iterator[None]:
    pooler.kill()
    yield
    pooler.start()


@contextmanager
def commanded(pooler: PgBouncer, command: str, undo: str) -> Iterator[None]:
    pooler.run(command)
    yield
    pooler.run(undo)


@contextmanager
def clients(pooler: PgBouncer, database: str, user: str, count: int, statement: str = "") -> Iterator[None]:
    """They do nothing; after a statement, in a transaction."""
    with ExitStack() as sessions:
        for _ in range(count):
            session = sessions.enter_context(closing(psycopg.connect(pooler.conninfo(database, user))))
            if statement:
                session.execute(statement)
        yield


@contextmanager
def waiting(pooler: PgBouncer, database: str) -> Iterator[None]:
    """One client, since the database is paused."""
    with closing(psycopg.connect(pooler.conninfo(database), autocommit=True)) as client:
        client.execute("SELECT 1")
        with commanded(pooler, f"PAUSE {database}", f"RESUME {database}"):
            leave(client, "SELECT 1")
            yield


@contextmanager
def logging_in(pooler: PgBouncer, database: str, silent: socket.socket) -> Iterator[None]:
    """A client, and for it the pooler at a server that says nothing."""
    client = knock(pooler.socket(database, "app"))
    yield
    client.finish()
    silent.close()


@contextmanager
def bursts(conninfo: str) -> Iterator[None]:
    """Six clients come together, and are served one after the other; of two looks, a second apart, one sees nobody."""
    over = threading.Event()

    def work(sessions: list[psycopg.Connection]) -> None:
        while not over.wait(1.5):
            for session in sessions:
                leave(session, "SELECT pg_sleep(0.05)")
            for session in sessions:
                while session.pgconn.get_result() is not None:
                    pass

    with ExitStack() as ending:
        connect = (closing(psycopg.connect(conninfo, autocommit=True)) for _ in range(6))
        thread = threading.Thread(target=work, args=([ending.enter_context(one) for one in connect],), daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join(20)
        assert not thread.is_alive(), "clients that wait on"


@contextmanager
def standbys_astray(pooler: Pgpool) -> Iterator[None]:
    """One is stopped, the other is promoted, and does not let Pgpool-II look after it."""
    stopped, promoted = pooler.behind[1:]
    stopped.stop()
    promoted.promote()
    promoted.execute("ALTER ROLE checker NOLOGIN")
    yield
    # As operators mend that: one comes back, the other is no node any more.
    stopped.start()
    pooler.behind.pop()
    pooler.settings = {name: value for name, value in pooler.settings.items() if not name.endswith("2")}
    pooler.write()
    pooler.restart()


@contextmanager
def misread(watched: Daemon, settings: Callable[..., dict]) -> Iterator[None]:
    """The document of an application that has moved."""
    watched.write_settings(settings(moved="/nowhere"))
    watched.reload()
    yield
    watched.write_settings(settings())
    watched.reload()


# The tests


def test_each_rule_on_pools_has_a_fault_here():
    here = {(message.alert, message.severity) for message in MESSAGES}
    assert here == {(rule.alert, rule.severity) for rule in rules() if rule.file == ALERTS / "pools.yml"}


@pytest.fixture
def behind(postgres, processes) -> Iterator[list[PostgresServer]]:
    """A primary with two standbys."""
    primary = postgres(settings={"max_connections": "100"})
    for role in ("app", "web", "checker"):
        primary.create_role(role, monitor=False)
    with ExitStack() as ending:
        standbys = [primary.standby(processes.folder / f"standby-of-alerts-{number}") for number in (1, 2)]
        for standby in standbys:
            ending.callback(standby.stop)
            standby.start()
        yield [primary, *standbys]


@pytest.mark.timeout(480)
def test_each_fault_of_a_pool_is_a_message_and_its_mending_another(
    behind, pgbouncer, pgpool, daemon, prometheus, alertmanager, tmp_path
):
    silent = socket.create_server(("127.0.0.1", 0))  # A server that is reached and says nothing.
    databases = DATABASES | {"far": {"dbname": "postgres", "port": silent.getsockname()[1]}}
    databases["full"] = databases["full"] | {"max_db_client_connections": 2}
    bouncer = pgbouncer(
        behind[0],
        databases=databases,
        users={"admin": None, "stats": None, "app": None, "web": None},
        user_settings={"web": {"max_user_client_connections": 10}},
        settings={"query_wait_timeout": QUERY_WAIT_TIMEOUT},
    )
    doomed, paused = pgbouncer(behind[0]), pgbouncer(behind[0])
    nodes = pgpool(behind, settings={"backend_flag2": "DISALLOW_TO_FAILOVER", "health_check_user2": "checker"})

    with ExitStack() as ending:
        applications = [
            PoolApplication("psycopg_pool", behind[0].conninfo(), least=1, most=1, timeout=timeout)
            for timeout in (30, 0.5, 30)
        ]
        web, hasty, idle = (ending.enter_context(one) for one in applications)

        def settings(moved: str = "/pool") -> dict:
            every_second = {f"pgbouncer_{name}": "1s" for name in ("databases", "users", "config")}
            consoles = {"bouncer": bouncer, "gone": doomed, "paused": paused}
            pools = [
                {"name": name, "kind": "pgbouncer", "conninfo": one.console(), "collectors": every_second}
                for name, one in consoles.items()
            ]
            pools.append({"name": "pgpool", "kind": "pgpool", "conninfo": nodes.console()})
            urls = {"web": web.url(), "hasty": hasty.url(), "moved": idle.url(moved)}
            documents = [{"name": name, "url": url, "format": "psycopg_pool"} for name, url in urls.items()]
            return {"interval": "1s", "pools": pools, "application_pools": documents}

        watched = daemon(settings=settings())
        file = hastened(ALERTS / "pools.yml", HASTE, tmp_path)
        watcher = prometheus({"pgvigil": watched.ports[0]}, rule_files=[file], alertmanager=alertmanager.port)
        # In health, for longer than most windows are.
        watcher.wait_for("min_over_time(pgpool_up[10s]) and count_over_time(pgpool_up[10s]) >= 9", bool, within=60)
        assert watcher.query("ALERTS") == {}

        with ExitStack() as faults:
            for fault in (
                waiting(bouncer, "halted"),
                standbys_astray(nodes),
                gone(doomed),
                commanded(paused, "PAUSE", "RESUME"),
                commanded(bouncer, "DISABLE closed", "ENABLE closed"),
                clients(bouncer, "full", "app", 2, "SELECT 1"),
                clients(bouncer, "crowd", "web", 9),
                logging_in(bouncer, "far", silent),
                bursts(bouncer.conninfo("bursts")),
                PoolLoad.through(bouncer.conninfo("queue"), 4, work=0.1, longest=300),
                PoolLoad.through(bouncer.conninfo("slow"), 6, work=0.5, longest=300),
                web.load(3, work=0.2, longest=300),
                hasty.load(3, work=1.5, longest=300),
                misread(watched, settings),
            ):
                faults.enter_context(fault)
            firing = until_told(alertmanager, "firing", within=120)
            assert messages(alertmanager, "resolved").keys() <= KEPT_BACK
        until_told(alertmanager, "resolved", within=90)

    for message, summary in MESSAGES.items():
        notice = firing[message]
        assert re.fullmatch(summary, notice.summary)
        assert notice.receiver == {"critical": "pager", "warning": "chat"}[message.severity]
        assert notice.runbook == f"{RUNBOOK_URL}{message.alert}.md"
        common = {name: dict(notice.labels)[name] for name in ("area", "job", "instance")}
        assert common == {"area": "pools", "job": "pgvigil", "instance": f"127.0.0.1:{watched.ports[0]}"}


def messages(alertmanager: Alertmanager, status: str) -> dict[Message, Notice]:
    """The first notice of each."""
    told = [notice for notice in alertmanager.notices if notice.status == status]
    return {Message.told(notice): notice for notice in reversed(told)}


def until_told(alertmanager: Alertmanager, status: str, *, within: float) -> dict[Message, Notice]:
    """What was told once all that should be has been; fails where anything else was."""

    def missing() -> set[Message]:
        return MESSAGES.keys() - messages(alertmanager, status).keys()

    try:
        wait_until(lambda: not missing(), within=within, what=f"each is told that is {status}", every=0.5)
    except AssertionError as failure:
        raise AssertionError(f"{failure}\nmissing: {missing()}\ntold: {messages(alertmanager, status)}") from None
    told = messages(alertmanager, status)
    assert told.keys() - MESSAGES.keys() <= KEPT_BACK
    return told
