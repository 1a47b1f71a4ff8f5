"""A server of ours, in the process of the tests."""

import socketserver
import threading
from http.server import ThreadingHTTPServer
from typing import Self


class Listener:
    """Listens on a free port of loopback, from `with` to its end; each client is served by a thread of its own."""

    def __init__(
        self,
        handler: type[socketserver.BaseRequestHandler],
        kind: type[socketserver.ThreadingTCPServer] | type[ThreadingHTTPServer] = ThreadingHTTPServer,
    ):
        self._server = kind(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        self.port: int = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
