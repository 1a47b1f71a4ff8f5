"""A web server with documents that applications could have, and with everything that may go wrong with them."""

import base64
import http.client
import json
import ssl
import subprocess
import threading
from http.server import BaseHTTPRequestHandler
from pathlib import Path

from listener import Listener

DOCUMENT = {"pool_min": 2, "pool_max": 10, "pool_size": 8, "pool_available": 5, "requests_waiting": 1}

HIKARI = """\
# HELP hikaricp_connections Total connections
# TYPE hikaricp_connections gauge
hikaricp_connections{pool="orders"} 10
hikaricp_connections_active{pool="orders"} 7
hikaricp_connections_idle{pool="orders"} 3
hikaricp_connections_pending{pool="orders"} 2
hikaricp_connections_max{pool="orders"} 10
hikaricp_connections{pool="reports"} 4
hikaricp_connections_active{pool="reports"} 1
hikaricp_connections_max{pool="reports"} 5
process_cpu_seconds_total 12.5
process_resident_memory_bytes 1.048576e+06
"""


class DocumentServer(Listener):
    """Serves on a free port of loopback from `with` to its end; `certificate` is a file with certificate and key.

    With `demands_one`, clients have to show the same certificate.
    `seen` is what came with each request: its path, and who asked.
    """

    def __init__(self, certificate: Path | None = None, *, demands_one: bool = False):
        self.seen: list[tuple[str, str | None]] = []
        self.over = threading.Event()
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                server.seen.append((self.path, self.headers["Authorization"]))
                self.close_connection = True
                try:
                    server._answer(self)
                except OSError:
                    pass  # Nobody listens any more.

            def log_message(self, *_: object) -> None:
                pass

        super().__init__(Handler)
        self.scheme = "http"
        if certificate is not None:
            self.scheme = "https"
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            if demands_one:
                context.verify_mode = ssl.CERT_REQUIRED
                context.load_verify_locations(certificate)
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)

    def close(self) -> None:
        self.over.set()
        super().close()

    def url(self, path: str, host: str = "127.0.0.1") -> str:
        return f"{self.scheme}://{host}:{self.port}{path}"

    def _answer(self, request: BaseHTTPRequestHandler) -> None:
        path, _, query = request.path.partition("?")
        match path:
            case "/document":
                self._send(request, 200, "application/json", json.dumps(DOCUMENT).encode())
            case "/hikari":
                self._send(request, 200, "text/plain; version=0.0.4; charset=utf-8", HIKARI.encode())
            case "/process":
                self._send(request, 200, "text/plain; version=0.0.4", b"process_cpu_seconds_total 12.5\n")
            case "/status":
                self._send(request, int(query), "text/html", b"<html>no</html>")
            case "/type":
                self._send(request, 200, "text/html", json.dumps(DOCUMENT).encode())
            case "/other":
                self._send(request, 200, "application/json", b'{"pools": {"orders": {"in use": 3}}}')
            case "/text":
                self._send(request, 200, "application/json", b'{"pool_size": "8", "pool_max": 10}')
            case "/torn":
                self._send(request, 200, "application/json", b'{"pool_size": 8, ')
            case "/bare":
                request.wfile.write(b"not HTTP\r\n")
            case "/nothing":
                pass  # Closed without a word.
            case "/hang":
                self.over.wait(60)
            case "/drip":
                self._begin(request)
                while not self.over.wait(0.2):
                    request.wfile.write(b"1\r\n \r\n")
            case "/huge":
                self._begin(request)
                while not self.over.is_set():
                    request.wfile.write(b"10000\r\n" + b" " * 65536 + b"\r\n")
            case "/headers":
                request.send_response(200)
                request.flush_headers()
                while not self.over.is_set():
                    request.wfile.write(b"X-Filler: " + b"x" * 1000 + b"\r\n")
            case "/loop" | "/moved":
                self._redirect(request, query or "/loop")
            case "/basic":
                expected = "Basic " + base64.b64encode(b"monitor:open sesame").decode()
                self._guarded(request, expected)
            case "/bearer":
                self._guarded(request, "Bearer abc.def")
            case _:
                self._send(request, 404, "text/plain", b"there is nothing\n")

    def _guarded(self, request: BaseHTTPRequestHandler, expected: str) -> None:
        if request.headers["Authorization"] == expected:
            self._send(request, 200, "application/json", json.dumps(DOCUMENT).encode())
        else:
            self._send(request, 401, "application/json", b"{}")

    @staticmethod
    def _begin(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.send_header("Content-Type", "application/json")
        request.send_header("Transfer-Encoding", "chunked")
        request.end_headers()

    @staticmethod
    def _redirect(request: BaseHTTPRequestHandler, location: str) -> None:
        request.send_response(302)
        request.send_header("Location", location)
        request.send_header("Content-Length", "0")
        request.end_headers()

    @staticmethod
    def _send(request: BaseHTTPRequestHandler, status: int, kind: str, body: bytes) -> None:
        request.send_response(status, http.client.responses.get(status))
        request.send_header("Content-Type", kind)
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body)


def make_certificate(folder: Path) -> Path:
    """A file with a certificate of 127.0.0.1 that vouches for itself, and its key."""
    file, key = folder / "server.pem", folder / "server.key"
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    subprocess.run(
        [*command, "-subj", "/CN=pgvigil", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", file],
        check=True,
        capture_output=True,
    )
    file.write_text(file.read_text() + key.read_text())
    return file
