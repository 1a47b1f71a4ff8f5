"""An application whose threads share few connections, and which tells of them in a document of its own."""

import json
import os
import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Self

from psycopg import Connection, Error
from psycopg_pool import ConnectionPool, PoolTimeout

from listener import Listener

# Of the settings: where the document has what.
FIELDS = {
    "connections_total": "/pool/pool_size",
    "connections_idle": "/pool/pool_available",
    "max_connections": "/pool/pool_max",
    "min_connections": "/pool/pool_min",
    "pending_requests": {"pointer": "/pool/requests_waiting", "missing": "zero"},
    "oldest_wait_seconds": "/waits/oldest_seconds",
    "peak_wait_seconds": "/waits/longest_seconds",
    "acquire": {"pointer": "/pool/requests_num", "missing": "zero"},
    "acquire_wait_seconds": {"pointer": "/pool/requests_wait_ms", "scale": 0.001, "missing": "zero"},
    "acquire_timeouts": {"pointer": "/pool/requests_errors", "missing": "zero"},
    "acquire_errors": {"pointer": "/pool/connections_errors", "missing": "zero"},
    "use_seconds": {"pointer": "/pool/usage_ms", "scale": 0.001, "missing": "zero"},
    "cache_hits": "/cache/hits",
    "cache_misses": "/cache/misses",
    "cache_evictions": "/cache/evictions",
    "cache_entries": "/cache/entries",
    "threads_active": "/process/threads",
    "process_cpu_seconds": "/process/cpu_seconds",
    "process_resident_memory_bytes": "/process/memory_bytes",
}


class Shop(Listener):
    """As a context it works inside: more threads than connections, and a cache smaller than what they look up."""

    def __init__(self, conninfo: str, *, connections: int = 2, threads: int = 6):
        # Nothing is prepared: it may be reached through a pooler.
        self._pool = ConnectionPool(
            conninfo,
            min_size=1,
            max_size=connections,
            timeout=0.15,
            open=False,
            kwargs={"autocommit": True, "prepare_threshold": None, "application_name": "shop"},
        )
        self._waiting: dict[int, float] = {}
        self._longest = 0.0
        self._look_up = lru_cache(maxsize=20)(self._ask)
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._work, daemon=True) for _ in range(threads)]
        shop = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = json.dumps(shop.document()).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *arguments: object) -> None:
                pass

        super().__init__(Handler)
        self.url = f"http://127.0.0.1:{self.port}/health/pools"

    def __enter__(self) -> Self:
        self._pool.open()
        for thread in self._threads:
            thread.start()
        return super().__enter__()

    def close(self) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(10)
        super().close()
        self._pool.close()

    def document(self) -> dict:
        now, cache = time.monotonic(), self._look_up.cache_info()
        oldest = max((now - since for since in list(self._waiting.values())), default=0.0)
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        return {
            "pool": self._pool.get_stats(),
            "waits": {"oldest_seconds": oldest, "longest_seconds": max(self._longest, oldest)},
            "cache": {
                "hits": cache.hits,
                "misses": cache.misses,
                "evictions": cache.misses - cache.currsize,
                "entries": cache.currsize,
            },
            "process": {
                "threads": sum(thread.is_alive() for thread in self._threads),
                "cpu_seconds": time.process_time(),
                "memory_bytes": pages * os.sysconf("SC_PAGE_SIZE"),
            },
        }

    # What its threads do

    def _work(self) -> None:
        while not self._stop.wait(0.01):
            try:
                self._look_up(random.randrange(40))
            except (Error, PoolTimeout):
                pass  # As users of a busy shop know it.

    def _ask(self, key: int) -> int:
        with self._connection() as connection:
            return connection.execute("SELECT %s FROM pg_sleep(0.05)", [key]).fetchone()[0]

    @contextmanager
    def _connection(self) -> Iterator[Connection]:
        me, began = threading.get_ident(), time.monotonic()
        self._waiting[me] = began
        try:
            with self._pool.connection() as connection:
                self._note(me, began)
                yield connection
        finally:
            self._note(me, began)

    def _note(self, thread: int, began: float) -> None:
        """Its wait is over, one way or the other."""
        if self._waiting.pop(thread, None) is not None:
            self._longest = max(self._longest, time.monotonic() - began)
