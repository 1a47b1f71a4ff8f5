"""Stands between a scraper and a page: notes what was asked and answered, and can change what is asked."""

import http.client
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler

from listener import Listener


@dataclass(frozen=True)
class Exchange:
    """One request and its answer."""

    accept: str
    content_type: str
    status: int


class Relay(Listener):
    """Passes requests on to a port of loopback; `accept` replaces what the client accepts."""

    def __init__(self, target_port: int, accept: str | None = None):
        self.exchanges: list[Exchange] = []
        relay = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                relay._pass_on(self, target_port, accept)

            def log_message(self, *_: object) -> None:
                pass

        super().__init__(Handler)

    def _pass_on(self, handler: BaseHTTPRequestHandler, port: int, accept: str | None) -> None:
        headers = {name: value for name, value in handler.headers.items() if name.lower() != "connection"}
        if accept is not None:
            headers["Accept"] = accept
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        try:
            connection.request("GET", handler.path, headers=headers)
            response = connection.getresponse()
            body = response.read()
        except OSError as failure:
            handler.send_error(502, str(failure))
            return
        finally:
            connection.close()
        content_type = response.getheader("Content-Type", "")
        self.exchanges.append(Exchange(headers.get("Accept", ""), content_type, response.status))
        handler.send_response(response.status)
        for name in ("Content-Type", "Content-Encoding"):
            if response.getheader(name):
                handler.send_header(name, response.getheader(name))
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)
