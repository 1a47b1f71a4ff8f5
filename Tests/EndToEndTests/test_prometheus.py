"""A real Prometheus watches a real PostgreSQL through us."""

import threading

import pytest

from relay import Relay


@pytest.fixture
def load(postgres18):
    """Commits about fifty transactions a second in the database `postgres`."""
    ending = threading.Event()

    def commit() -> None:
        with postgres18.connect() as connection:
            while not ending.wait(0.02):
                # A transaction that touches no table may stay uncounted for long: the server has nothing to report.
                connection.execute("SELECT count(*) FROM pg_catalog.pg_class")

    thread = threading.Thread(target=commit, daemon=True)
    thread.start()
    yield
    ending.set()
    thread.join(10)


def test_prometheus_scrapes_text_and_openmetrics(daemon, postgres18, prometheus, load):
    one = daemon(postgres18, interval="1s")
    with Relay(one.ports[0]) as openmetrics, Relay(one.ports[0], accept="text/plain;version=0.0.4") as text:
        watcher = prometheus({"openmetrics": openmetrics.port, "text": text.port})

        def everywhere(condition):
            return lambda values: values.keys() == {"openmetrics", "text"} and all(map(condition, values.values()))

        watcher.wait_for("up", everywhere(lambda value: value == 1))
        watcher.wait_for('pg_up{server="main"}', everywhere(lambda value: value == 1))
        rate = 'rate(pg_stat_database_xact_commit_total{server="main",datname="postgres"}[10s])'
        watcher.wait_for(rate, everywhere(lambda value: value > 5), within=60)

        assert {exchange.content_type.split(";")[0] for exchange in text.exchanges} == {"text/plain"}
        formats = {exchange.content_type.split(";")[0] for exchange in openmetrics.exchanges}
        assert formats == {"application/openmetrics-text"}
        samples = watcher.by_job("scrape_samples_scraped")
        assert samples["text"] == samples["openmetrics"] > 20


def test_a_scrape_never_waits_for_the_database(daemon, postgres, prometheus):
    server = postgres()
    one = daemon(server, interval="1s")
    watcher = prometheus({"frozen": one.ports[0]})
    watcher.wait_for("pg_up", lambda values: values == {"frozen": 1})

    with server.frozen():
        watcher.wait_for("pg_up", lambda values: values == {"frozen": 0})
        assert watcher.by_job("up") == {"frozen": 1}
        assert watcher.by_job("max_over_time(scrape_duration_seconds[5s])")["frozen"] < 0.05
    watcher.wait_for("pg_up", lambda values: values == {"frozen": 1})
