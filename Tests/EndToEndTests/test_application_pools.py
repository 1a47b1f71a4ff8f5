"""The pools inside applications, as the documents of real ones show them, and what may go wrong on the way."""

import time
from contextlib import contextmanager
from pathlib import Path

import pytest

from daemon import Daemon, run_command
from document_server import DocumentServer, make_certificate
from exposition import Exposition
from pool_application import PoolApplication
from processes import free_port, wait_until


def application_pool(name: str, url: str, format: str = "psycopg_pool", **more: object) -> dict:
    return {"name": name, "url": url, "format": format, **more}


def settings_of(*pools: dict, **more: object) -> dict:
    return {"interval": "1s", "application_pools": list(pools), **more}


@contextmanager
def documents(certificate: Path | None = None, **options: bool):
    with DocumentServer(certificate, **options) as server:
        yield server


def until_seen(daemon: Daemon, is_seen, what: str, within: float = 15) -> Exposition:
    seen: list[Exposition] = []

    def look() -> bool:
        seen.append(daemon.metrics().exposition())
        return is_seen(seen[-1])

    wait_until(look, within=within, what=what)
    return seen[-1]


@pytest.fixture(scope="module", params=["psycopg_pool", "sqlalchemy"])
def application(request, postgres18):
    conninfo = postgres18.conninfo()
    with PoolApplication(request.param, conninfo, least=2, most=4) as running:
        running.kind = request.param
        yield running


def test_a_saturated_pool_is_seen_to_be(application, daemon):
    kind = application.kind
    watched = daemon(settings=settings_of(application_pool("web", application.url(), kind, pool="orders")))
    labels = {"server": "web", "kind": kind, "pool": "orders"}
    with application.load(10, work=0.2):
        page = until_seen(
            watched, lambda page: page.value("dbpool_utilization_ratio", **labels) == 1, "all connections are in use"
        )
    assert page.value("dbpool_connections", state="used", **labels) == 4
    assert page.value("dbpool_connections", state="idle", **labels) == 0
    assert page.value("dbpool_max_connections", **labels) == 4
    states = {"healthy": 0, "degraded": 0, "unhealthy": 1}
    assert {state: page.value("dbpool_status", status=state, **labels) for state in states} == states
    assert page.value("dbpool_scrape_success", server="web") == 1
    assert page.value("dbpool_http_status", server="web") == 200
    rested = until_seen(
        watched, lambda page: page.value("dbpool_connections", state="used", **labels) == 0, "all connections are idle"
    )
    assert rested.value("dbpool_utilization_ratio", **labels) == 0
    assert rested.value("dbpool_status", status="healthy", **labels) == 1


def test_psycopg_says_how_long_clients_waited_and_they_agree(postgres18, daemon):
    with PoolApplication("psycopg_pool", postgres18.conninfo(), least=2, most=4) as application:
        watched = daemon(settings=settings_of(application_pool("web", application.url())))
        with application.load(10, work=0.2, longest=12) as load:
            page = until_seen(
                watched,
                # At a moment at which those whose turn has ended wait again.
                lambda page: (page.value("dbpool_acquire_total", server="web") or 0) > 150
                and abs(page.value("dbpool_pending_requests", server="web") - 6) <= 1,
                "connections are handed out, and six wait for one",
                within=20,
            )
            assert page.value("dbpool_concurrent_connections", server="web") == pytest.approx(4, abs=0.5)
            # Ten clients share four connections for 0.2 s each: everybody waits for 0.3 s.
            assert page.value("dbpool_mean_wait_seconds", server="web") == pytest.approx(load.mean_wait(), rel=0.2)
    advised = page.value("dbpool_advised_connections", server="web", bound="max")
    assert advised == 6 or advised == 5


def test_psycopg_counts_who_gave_up(postgres18, daemon):
    conninfo = postgres18.conninfo()
    with PoolApplication("psycopg_pool", conninfo, least=1, most=1, timeout=0.3) as application:
        watched = daemon(settings=settings_of(application_pool("web", application.url())))
        with application.load(2, work=1.5, longest=10) as load:
            until_seen(
                watched, lambda page: (page.value("dbpool_acquire_timeouts_total", server="web") or 0) >= 2, "timeouts"
            )
        page = until_seen(
            watched,
            lambda page: page.value("dbpool_acquire_timeouts_total", server="web") == len(load.errors()),
            "the pool and its clients count the same",
        )
    assert page.value("dbpool_scrape_success", server="web") == 1


@pytest.mark.parametrize(("query", "unit"), [("", "ratio"), ("?percent", "percent")])
def test_a_health_document_that_comes_with_503_is_data(postgres18, daemon, query, unit):
    with PoolApplication("psycopg_pool", postgres18.conninfo(), least=2, most=4) as application:
        pool = application_pool("web", application.url("/health" + query), "health", utilization=unit)
        watched = daemon(settings=settings_of(pool))
        with application.load(8, work=0.3) as load:
            page = until_seen(
                watched,
                lambda page: page.value("dbpool_http_status", server="web") == 503
                and (page.value("dbpool_acquire_total", server="web") or 0) > 40
                and abs(page.value("dbpool_pending_requests", server="web") - 4) <= 1,
                "the application is unwell, and four wait for a connection",
            )
            peak = load.peak_wait()
        assert page.value("dbpool_scrape_success", server="web") == 1
        assert page.value("dbpool_utilization_ratio", server="web", kind="health") == 1
        assert page.value("dbpool_connections", server="web", state="used") == 4
        assert page.value("dbpool_mean_wait_seconds", server="web") == pytest.approx(load.mean_wait(), rel=0.3)
        assert 0.2 < page.value("dbpool_peak_wait_seconds", server="web") <= peak + 0.2


def test_own_utilization_counts_in_the_unit_that_is_declared(postgres18, daemon):
    with PoolApplication("sqlalchemy", postgres18.conninfo(), least=2, most=4) as application:
        field = {"utilization": "/connection_pool/pool_utilization"}
        url = application.url("/health?percent")
        watched = daemon(
            settings=settings_of(
                application_pool("right", url, "json", fields=field, utilization="percent"),
                application_pool("wrong", url, "json", fields=field),
            )
        )
        with application.load(8, work=0.3):
            page = until_seen(
                watched, lambda page: page.value("dbpool_utilization_ratio", server="right") == 1, "the share is 1"
            )
        assert page.value("dbpool_scrape_success", server="wrong") == 0
        assert page.value("dbpool_utilization_ratio", server="wrong") is None


def test_several_pools_of_a_prometheus_page(daemon):
    with documents() as server:
        watched = daemon(settings=settings_of(application_pool("java", server.url("/hikari"), "prometheus")))
        page = watched.metrics().exposition()
    orders, reports = ({"server": "java", "kind": "hikaricp", "pool": pool} for pool in ("orders", "reports"))
    assert page.value("dbpool_connections", state="used", **orders) == 7
    assert page.value("dbpool_connections", state="idle", **orders) == 3
    assert page.value("dbpool_pending_requests", **orders) == 2
    assert page.value("dbpool_utilization_ratio", **orders) == 0.7
    assert page.value("dbpool_connections", state="used", **reports) == 1
    assert page.value("dbpool_connections", state="idle", **reports) == 3
    assert page.value("dbpool_utilization_ratio", **reports) == 0.2
    assert page.value("app_process_cpu_seconds_total", server="java") == 12.5
    assert page.value("app_process_resident_memory_bytes", server="java") == 1048576


FAULTS = {
    "hang": ("/hang", "timeout"),
    "drip": ("/drip", "timeout"),
    "huge": ("/huge", "too_large"),
    "headers": ("/headers", "too_large"),
    "loop": ("/loop", "redirect"),
    "type": ("/type", "content_type"),
    "unauthorized": ("/status?401", "status"),
    "broken": ("/status?500", "status"),
    "other": ("/other", "mapping"),
    "text": ("/text", "mapping"),
    "torn": ("/torn", "malformed"),
    "bare": ("/bare", "malformed"),
    "nothing": ("/nothing", "connect"),
}


def test_each_fault_has_its_reason_and_delays_nobody(daemon):
    with documents() as server:
        pools = [application_pool(name, server.url(path), timeout="600ms") for name, (path, _) in FAULTS.items()]
        pools += [
            application_pool("good", server.url("/document")),
            application_pool("refused", f"http://127.0.0.1:{free_port()}/"),
            application_pool("unknown", "http://nowhere.invalid/"),
            application_pool("followed", server.url("/loop"), redirects=3),
            application_pool("scheme", server.url("/moved?ftp://127.0.0.1/"), redirects=3),
        ]
        watched = daemon(settings=settings_of(*pools))
        expected = {name: reason for name, (_, reason) in FAULTS.items()} | {
            "refused": "connect", "unknown": "name_resolution", "followed": "redirect", "scheme": "redirect"
        }

        def polls(page: Exposition, name: str) -> float:
            return page.value("pgvigil_polls_total", server=name) or 0

        first = watched.metrics().exposition()
        began = time.monotonic()
        page = until_seen(watched, lambda page: polls(page, "good") >= polls(first, "good") + 4, "polls go on")
        elapsed = time.monotonic() - began
        found = {
            name: {
                dict(labels)["reason"]
                for labels, count in page.all("dbpool_scrape_failures_total", server=name).items()
                if count > 0
            }
            for name in expected
        }
        # On a busy machine a request may take too long for its own reason to be seen, now and then.
        assert {name: reasons - ({"timeout"} - {expected[name]}) for name, reasons in found.items()} == {
            name: {reason} for name, reason in expected.items()
        }
        # One after the other they would take more than 7 s at each poll.
        assert elapsed < 12
        assert page.value("dbpool_connections", server="good", state="used") == 3
        for name in expected:
            assert page.value("dbpool_scrape_success", server=name) == 0
            assert page.all("dbpool_connections", server=name) == {}
            assert polls(page, name) >= 3
            assert page.value("pgvigil_poll_duration_seconds", server=name) < 3


def test_a_document_that_goes_away_takes_its_series_along_at_once(daemon):
    with documents() as server:
        watched = daemon(settings=settings_of(application_pool("web", server.url("/document"))))
        page = watched.metrics().exposition()
        assert page.value("dbpool_connections", server="web", state="idle") == 5
        fresh = page.value("dbpool_data_age_seconds", server="web")
        assert fresh < 5
    page = until_seen(watched, lambda page: page.value("dbpool_scrape_success", server="web") == 0, "nobody answers")
    assert {name for name, labels in page.samples if ("server", "web") in labels and name.startswith("dbpool")} == {
        "dbpool_scrape_success",
        "dbpool_scrape_failures_total",
        "dbpool_scrape_duration_seconds",
        "dbpool_data_age_seconds",
    }
    until_seen(
        watched, lambda page: page.value("dbpool_data_age_seconds", server="web") > fresh + 2, "the data grow old"
    )
    assert watched.get("/metrics?server=web").status == 200


def test_a_pool_that_a_reload_leaves_alone_keeps_its_counters(daemon):
    with documents() as server:
        kept = application_pool("kept", server.url("/torn"))
        watched = daemon(settings=settings_of(kept, application_pool("gone", server.url("/document"))))
        failures = {"server": "kept", "reason": "malformed"}
        before = until_seen(
            watched, lambda page: page.value("dbpool_scrape_failures_total", **failures) >= 3, "failures"
        ).value("dbpool_scrape_failures_total", **failures)
        watched.write_settings(settings_of(kept, application_pool("new", server.url("/document"))))
        watched.reload()
        page = until_seen(watched, lambda page: page.value("dbpool_scrape_success", server="new") == 1, "the new one")
        assert page.all("dbpool_scrape_success", server="gone") == {}
        assert page.value("dbpool_scrape_failures_total", **failures) >= before


def test_a_name_that_becomes_another_kind_of_target_is_polled_on(daemon):
    with documents() as server:
        nowhere = {"conninfo": f"host=127.0.0.1 port={free_port()}"}
        pools = settings_of(
            application_pool("web", server.url("/document")), servers=[{"name": "other", **nowhere}]
        )
        servers = {"interval": "1s", "servers": [{"name": name, **nowhere} for name in ("other", "web")]}
        watched = daemon(settings=servers)
        for settings, metric in [(pools, "dbpool_scrape_success"), (servers, "pg_up")] * 8:
            watched.write_settings(settings)
            watched.reload()
            until_seen(
                watched,
                lambda page: page.value(metric, server="web") is not None
                and (page.value("pgvigil_polls_total", server="web") or 0) >= 2,
                f"two polls that gave {metric}",
            )


def test_secrets_come_from_files_and_go_to_nobody_else(daemon, tmp_path):
    password, token = tmp_path / "password", tmp_path / "token"
    password.write_text("open sesame\n")
    token.write_text("wrong\n")
    with documents() as server, documents() as stranger:
        basic = {"username": "monitor", "password_file": str(password)}
        bearer = {"bearer_token_file": str(token)}
        away = f"/moved?{stranger.url('/document', host='localhost')}"
        watched = daemon(
            settings=settings_of(
                application_pool("basic", server.url("/basic?key=hidden"), **basic),
                application_pool("bearer", server.url("/bearer"), **bearer),
                application_pool("away", server.url(away), redirects=1, **basic),
                application_pool("away_bearer", server.url(away), redirects=1, **bearer),
                application_pool("absent", server.url("/basic"), **{**basic, "password_file": "/nowhere"}),
            )
        )
        page = watched.metrics().exposition()
        assert page.value("dbpool_scrape_success", server="basic") == 1
        assert page.value("dbpool_scrape_failures_total", server="bearer", reason="status") >= 1
        assert page.value("dbpool_scrape_failures_total", server="absent", reason="credentials") >= 1
        assert page.value("dbpool_scrape_success", server="away") == 1
        assert page.value("dbpool_scrape_success", server="away_bearer") == 1
        assert {who for _, who in stranger.seen} == {None}
        token.write_text("abc.def\n")
        until_seen(watched, lambda page: page.value("dbpool_scrape_success", server="bearer") == 1, "the new token")
    for secret in ("sesame", "abc.def", "wrong", "hidden"):
        assert secret not in watched.log
        assert secret not in watched.get("/metrics").text


def test_certificates_are_checked(daemon, tmp_path):
    certificate = make_certificate(tmp_path)
    with documents(certificate) as server:
        url = server.url("/document")
        watched = daemon(
            settings=settings_of(
                application_pool("trusted", url, ca_file=str(certificate)),
                application_pool("stranger", url),
                application_pool("careless", url, insecure=True),
                application_pool("misnamed", server.url("/document", "localhost"), ca_file=str(certificate)),
            )
        )
        page = watched.metrics().exposition()
    success = {name: page.value("dbpool_scrape_success", server=name) for name in ("trusted", "stranger", "careless")}
    assert success == {"trusted": 1, "stranger": 0, "careless": 1}
    for name in ("stranger", "misnamed"):
        assert page.value("dbpool_scrape_failures_total", server=name, reason="tls") >= 1


def test_a_certificate_of_ours_is_shown_where_it_is_demanded(daemon, tmp_path):
    certificate = str(make_certificate(tmp_path))
    with documents(Path(certificate), demands_one=True) as server:
        url = server.url("/document")
        key = str(tmp_path / "server.key")
        page = daemon(
            settings=settings_of(
                application_pool("both", url, ca_file=certificate, certificate_file=certificate, key_file=key),
                application_pool("one_file", url, ca_file=certificate, certificate_file=certificate),
                application_pool("nobody", url, ca_file=certificate),
                application_pool("absent", url, ca_file=certificate, certificate_file="/nowhere"),
            )
        ).metrics().exposition()
    assert page.value("dbpool_scrape_success", server="both") == 1
    assert page.value("dbpool_scrape_success", server="one_file") == 1
    for name in ("nobody", "absent"):
        assert page.value("dbpool_scrape_failures_total", server=name, reason="tls") >= 1


def test_collect_reads_documents_too(tmp_path):
    settings = tmp_path / "pgvigil.yml"
    with documents() as server:
        url = server.url("/document")
        lines = [
            "servers: [{name: db, conninfo: host=/nowhere}]",
            f"application_pools: [{{name: web, url: '{url}', format: psycopg_pool, behind: db}}]",
        ]
        settings.write_text("\n".join(lines) + "\n")
        result = run_command("collect", "--config", str(settings), "--server", "web")
    assert result.returncode == 0, result.stderr
    page = Exposition.of_text(result.stdout.encode())
    assert page.value("dbpool_connections", server="web", kind="psycopg_pool", pool="web", state="idle") == 5
    assert page.value("dbpool_behind_info", server="web", behind="db") == 1


def test_no_proxy_is_taken_from_the_environment(daemon):
    proxy = f"http://127.0.0.1:{free_port()}"
    with documents() as server:
        watched = daemon(
            settings=settings_of(application_pool("web", server.url("/document"))),
            variables={"http_proxy": proxy, "HTTP_PROXY": proxy, "all_proxy": proxy},
        )
        assert watched.metrics().exposition().value("dbpool_scrape_success", server="web") == 1


def test_stopping_does_not_wait_for_who_hangs(daemon):
    with documents() as server:
        pool = application_pool("web", server.url("/hang"), timeout="50s", interval="60s")
        watched = daemon(settings=settings_of(pool), ready_within=None)
        wait_until(lambda: server.seen, within=10, what="the request is there")
        watched.stop(within=4)


def test_check_says_what_to_write(tmp_path):
    settings = tmp_path / "pgvigil.yml"
    with documents() as server:
        lines = [
            "application_pools:",
            f"  - {{name: good, url: '{server.url('/document')}', format: psycopg_pool}}",
            f"  - {{name: other, url: '{server.url('/other')}', format: psycopg_pool}}",
            f"  - {{name: guarded, url: '{server.url('/bearer')}', format: psycopg_pool}}",
            f"  - {{name: refused, url: 'http://127.0.0.1:{free_port()}/', format: psycopg_pool}}",
            f"  - {{name: page, url: '{server.url('/hikari')}', format: psycopg_pool}}",
            f"  - {{name: huge, url: '{server.url('/huge')}', format: psycopg_pool}}",
            f"  - {{name: partly, url: '{server.url('/document')}', format: json, fields: "
            "{connections_used: /pool_size, max_connections: /pool/max}}",
        ]
        settings.write_text("\n".join(lines) + "\n")
        result = run_command("check", "--config", str(settings))
    assert result.returncode != 0
    said = " ".join(result.stdout.split())
    for words in (
        "good ok document psycopg_pool good",
        "the document has /pools",
        "username and password_file, or bearer_token_file",
        "Connection refused",
        "format: prometheus",
        "max_body",
        "max_connections: /pool/max leads nowhere mend: the document has /pool_available, /pool_max",
    ):
        assert words in said, (words, result.stdout)
