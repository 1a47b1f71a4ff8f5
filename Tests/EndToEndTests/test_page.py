"""What the page promises to whoever scrapes it, by hand or by machine."""

import re
import time
from collections.abc import Iterator
from email.message import Message

import pytest

from console_replay import ConsoleReplay
from daemon import Daemon, Page
from document_server import DocumentServer
from prometheus import complaints_of_promtool

TEXT = "text/plain;version=0.0.4"
OPENMETRICS = "application/openmetrics-text;version=1.0.0"

PROMETHEUS_2 = (
    "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,"
    "text/plain;version=0.0.4;q=0.5,*/*;q=0.1"
)
PROMETHEUS_2_WITH_NATIVE_HISTOGRAMS = (
    "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited,"
    "application/openmetrics-text;version=1.0.0;q=0.8,application/openmetrics-text;version=0.0.1;q=0.75,"
    "text/plain;version=0.0.4;q=0.5,*/*;q=0.1"
)
PROMETHEUS_3 = (
    "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,"
    "application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,"
    "text/plain;version=0.0.4;q=0.3,*/*;q=0.2"
)
PROMETHEUS_3_TEXT_ONLY = "text/plain;version=1.0.0;escaping=allow-utf-8;q=0.6,text/plain;version=0.0.4;q=0.5,*/*;q=0.4"
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"

# Accept, then media type, version and escaping of the answer.
NEGOTIATION = [
    pytest.param(None, "text/plain", "0.0.4", None, id="nothing asked"),
    pytest.param("*/*", "text/plain", "0.0.4", None, id="anything, as curl asks"),
    pytest.param("", "text/plain", "0.0.4", None, id="an empty header"),
    pytest.param(BROWSER, "text/plain", "0.0.4", None, id="a browser"),
    pytest.param("text/html", "text/plain", "0.0.4", None, id="nothing that we have: never 406"),
    pytest.param("text/plain", "text/plain", "0.0.4", None, id="text without a version"),
    pytest.param("text/*", "text/plain", "0.0.4", None, id="any text"),
    pytest.param("TEXT/Plain;Version=0.0.4", "text/plain", "0.0.4", None, id="letters of either case"),
    pytest.param(PROMETHEUS_2, "application/openmetrics-text", "1.0.0", "underscores", id="Prometheus 2"),
    pytest.param(
        PROMETHEUS_2_WITH_NATIVE_HISTOGRAMS,
        "application/openmetrics-text",
        "1.0.0",
        "underscores",
        id="Prometheus 2 that prefers protobuf",
    ),
    pytest.param(PROMETHEUS_3, "application/openmetrics-text", "1.0.0", "allow-utf-8", id="Prometheus 3"),
    pytest.param(PROMETHEUS_3_TEXT_ONLY, "text/plain", "1.0.0", "allow-utf-8", id="Prometheus 3, text only"),
    pytest.param(
        "application/openmetrics-text", "application/openmetrics-text", "0.0.1", None, id="OpenMetrics, no version"
    ),
    pytest.param(f"{OPENMETRICS};q=0, {TEXT};q=0.1", "text/plain", "0.0.4", None, id="q=0 excludes"),
    pytest.param(f"{OPENMETRICS};q=0", "text/plain", "0.0.4", None, id="all that is named is excluded"),
    pytest.param(f"{OPENMETRICS};q=0.4,{TEXT};q=0.5", "text/plain", "0.0.4", None, id="the highest q wins"),
    pytest.param(f"{TEXT};q=0.5,{OPENMETRICS};q=0.5", "text/plain", "0.0.4", None, id="a tie goes to the first"),
    pytest.param(f"{OPENMETRICS};q=high,{TEXT};q=0.1", "text/plain", "0.0.4", None, id="malformed items are dropped"),
    pytest.param(f"{OPENMETRICS};q=1.5,{TEXT};q=0.1", "text/plain", "0.0.4", None, id="q above one is malformed"),
    pytest.param(f",;,=,{TEXT};;q=", "text/plain", "0.0.4", None, id="rubbish"),
]


@pytest.fixture(scope="module")
def still(new_daemon, postgres18) -> Iterator[Daemon]:
    """A daemon whose page does not change any more: its next poll is an hour away."""
    one = new_daemon(postgres18, interval="1h").start()
    try:
        settle(one)
        yield one
    finally:
        one.stop()


def settle(daemon: Daemon) -> None:
    """Waits until the page stays the same for a second: the slow collectors end a moment after it is ready."""
    last, unchanged = b"", 0
    deadline = time.monotonic() + 20
    while unchanged < 10:
        assert time.monotonic() < deadline, "the page keeps changing although no poll is due"
        body = daemon.metrics().body
        last, unchanged = body, unchanged + 1 if body == last else 0
        time.sleep(0.1)


def content_type(page: Page) -> Message:
    message = Message()
    message["Content-Type"] = page.headers.get("content-type", "")
    return message


# Formats


def test_text_and_openmetrics_say_the_same(still):
    text = still.metrics(accept=TEXT).exposition()
    openmetrics = still.metrics(accept=OPENMETRICS).exposition()

    assert len(text.samples) > 20
    assert text.differences(openmetrics) == []


def test_the_page_shows_the_server(still):
    page = still.metrics().exposition()

    assert page.value("pg_up", server="main") == 1
    assert page.value("pg_stat_database_xact_commit_total", server="main", datname="postgres") > 0
    assert page.value("pg_connect_success", server="main") == 1
    assert {dict(labels)["version"] for labels in page.all("pg_server_info", server="main")} != set()


def test_no_sample_has_a_timestamp_or_a_reserved_label(still):
    page = still.metrics().exposition()

    for name, labels in page.samples:
        assert {label for label, _ in labels}.isdisjoint({"job", "instance", "exported_job"}), name
    for line in still.metrics().text.splitlines():
        if not line.startswith("#"):
            assert len(line.rpartition("}")[2].split()) <= (1 if "}" in line else 2), f"a timestamp: {line}"


def test_promtool_has_no_complaint(still):
    assert complaints_of_promtool(still.metrics(accept=TEXT).body) == ""


@pytest.mark.parametrize(("accept", "media_type", "version", "escaping"), NEGOTIATION)
def test_the_format_is_what_the_client_prefers(still, accept, media_type, version, escaping):
    page = still.metrics(accept=accept)

    answer = content_type(page)
    assert page.status == 200
    assert (answer.get_content_type(), answer.get_param("version")) == (media_type, version)
    assert answer.get_param("charset") == "utf-8"
    assert answer.get_param("escaping") in ({escaping} if version == "1.0.0" else {None, "underscores"})
    assert "accept" in page.headers["vary"].lower()
    assert page.exposition().value("pg_up", server="main") == 1


@pytest.mark.parametrize("accept", [TEXT, OPENMETRICS])
@pytest.mark.parametrize("encoding", ["gzip", "deflate, gzip;q=1.0, *;q=0.5", "identity;q=0, *"])
def test_compressed_is_the_same_page(still, accept, encoding):
    plain = still.metrics(accept=accept)
    compressed = still.metrics(accept=accept, encoding=encoding)

    assert "content-encoding" not in plain.headers
    assert compressed.headers["content-encoding"] == "gzip"
    assert "accept-encoding" in compressed.headers["vary"].lower()
    assert len(compressed.body) < len(plain.body) / 2
    assert compressed.plain == plain.body


@pytest.mark.parametrize("encoding", ["", "identity", "br", "gzip;q=0", "gzip;q=0, *"])
def test_who_does_not_take_gzip_gets_none(still, encoding):
    assert "content-encoding" not in still.metrics(encoding=encoding).headers


# Methods and paths


@pytest.mark.parametrize("path", ["/", "/metrics", "/-/healthy", "/-/ready"])
def test_head_is_get_without_a_body(still, path):
    whole = still.get(path)
    head = still.request("HEAD", path)

    assert (head.status, head.body) == (200, b"")
    assert head.headers["content-length"] == str(len(whole.body))
    assert head.headers["content-type"] == whole.headers["content-type"]


@pytest.mark.parametrize("path", ["/nothing", "/metrics/", "/metricsx", "/-/", "/../metrics", "/%2e%2e/etc/passwd"])
def test_an_unknown_path_is_not_found(still, path):
    page = still.get(path)

    assert page.status == 404
    assert path not in page.text


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "PATCH"])
@pytest.mark.parametrize("path", ["/metrics", "/"])
def test_other_methods_are_refused(still, method, path):
    page = still.request(method, path, {"Content-Length": "0"})

    assert page.status == 405
    assert {allowed.strip() for allowed in page.headers["allow"].split(",")} == {"GET", "HEAD"}


# One server of several


def test_one_server_is_the_part_of_the_page_that_is_about_it(daemon, postgres18):
    target = {"conninfo": postgres18.conninfo()}
    settings = {"interval": "1h", "servers": [{"name": "one", **target}, {"name": "two words & more", **target}]}
    both = daemon(settings=settings)

    for name in ("one", "two words & more"):
        part = both.metrics(server=name).exposition()
        whole = both.metrics().exposition()  # Later: what looks into databases may bring more meanwhile.
        assert part.value("pg_up", server=name) == 1
        assert {dict(labels).get("server") for _, labels in part.samples} == {name}
        assert part.samples.keys() <= whole.samples.keys()
    for own in ("pgvigil_build_info", "process_start_time_seconds"):
        assert own in whole.names
        assert own not in both.metrics(server="one").exposition().names


def test_an_unknown_server_is_not_found_and_not_echoed(still):
    page = still.metrics(server="no-such-server")

    assert page.status == 404
    assert "no-such-server" not in page.text


# Other pages


def test_the_landing_page_leads_to_everything(still):
    page = still.get("/")

    assert page.status == 200
    assert content_type(page).get_content_type() == "text/html"
    assert "main" in page.text
    assert "<script" not in page.text.lower()
    for target in ("/metrics", "/-/healthy", "/-/ready"):
        assert f'href="{target}' in page.text or f'href="{target[1:]}' in page.text, f"no link to {target}"


def test_the_landing_page_shows_how_full_pools_are(daemon):
    """Those where clients wait come first; a target that is down has none."""
    with ConsoleReplay("pgcat") as console, DocumentServer() as server:
        poolers = [{"name": "cat", "kind": "pgcat", "conninfo": console.conninfo()}]
        documents = [
            {"name": "java", "url": server.url("/hikari"), "format": "prometheus"},
            {"name": "gone", "url": server.url("/nothing"), "format": "psycopg_pool"},
        ]
        one = daemon(settings={"interval": "1s", "pools": poolers, "application_pools": documents})
        one.wait_for(lambda page: page.value("dbpool_connections", pool="app", state="used"), within=20, what="pools")
        page = one.get("/").text

    head, _, rest = page.partition("<th>Pool</th>")
    cells = [re.findall(r"<td.*?>(.*?)</td>", row) for row in re.findall(r"<tr>(<td>.*?)</tr>", rest)]
    assert "gone" in head
    assert cells == [
        ["cat", "app", "web", "10 of 20", "4", "2.3 s"],
        ["java", "orders", "", "7 of 10", "2", ""],
        ["cat", "orders", "web", "1 of 5", "0", "0.0 s"],
        ["java", "reports", "", "1 of 5", "", ""],
    ]


def test_without_pools_there_is_no_table_of_them(still):
    assert "<th>Pool</th>" not in still.get("/").text


@pytest.mark.parametrize("path", ["/-/healthy", "/-/ready"])
def test_it_is_healthy_and_ready(still, path):
    assert still.get(path).status == 200


def test_it_is_ready_although_a_server_is_down(daemon, free_port):
    conninfo = f"host=127.0.0.1 port={free_port} user=pgvigil dbname=postgres"
    one = daemon(settings={"interval": "1s", "servers": [{"name": "gone", "conninfo": conninfo}]})

    assert one.metrics().exposition().value("pg_up", server="gone") == 0
    assert one.get("/-/healthy").status == 200


def test_every_address_answers(daemon, postgres18):
    one = daemon(postgres18, ports=3)

    for port in range(3):
        assert one.metrics(port=port).exposition().value("pg_up", server="main") == 1
