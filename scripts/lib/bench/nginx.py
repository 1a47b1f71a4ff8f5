"""nginx with one worker, serving a page's bytes as static files by `sendfile`.

Otherwise with its own defaults; `tuned` adds `tcp_nopush`, which fills packets.
"""

import os
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

from daemon import cpu_seconds, free_port

SETTINGS = """
{user}
worker_processes 1;
daemon off;
pid {folder}/pid;
error_log {folder}/error.log;
events {{ worker_connections 1024; }}
http {{
    access_log off;
    sendfile on;
    tcp_nopush {nopush};
    keepalive_requests 1000000000;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    default_type text/plain;
    server {{
        listen 127.0.0.1:{port};
        root {folder}/pages;
        gzip_static on;
    }}
}}
"""


class Nginx:
    """Ends with its `with` block."""

    def __init__(self, *, tuned: bool) -> None:
        self.port = free_port()
        self._folder = tempfile.TemporaryDirectory(prefix="nginx.")
        self._path = Path(self._folder.name)
        (self._path / "pages").mkdir()
        self.serve(b"nothing yet", b"")
        user = "user root;" if os.geteuid() == 0 else ""
        text = SETTINGS.format(
            user=user, folder=self._path, port=self.port, nopush="on" if tuned else "off"
        )
        (self._path / "nginx.conf").write_text(text)

    def serve(self, plain: bytes, compressed: bytes) -> None:
        """Replaces the page; both files get the same time, as gzip_static wants it."""
        for name, body in (("metrics", plain), ("metrics.gz", compressed)):
            unfinished = self._path / "unfinished"
            unfinished.write_bytes(body)
            os.utime(unfinished, (1, 1))
            unfinished.rename(self._path / "pages" / name)

    def __enter__(self) -> "Nginx":
        arguments = ["nginx", "-e", f"{self._path}/error.log", "-c", f"{self._path}/nginx.conf"]
        path = f"{os.environ['PATH']}:/usr/sbin"
        self._process = subprocess.Popen(arguments, env=os.environ | {"PATH": path})
        for _ in range(200):
            try:
                self.get()
                return self
            except urllib.error.URLError:
                time.sleep(0.02)
        self.__exit__()
        raise RuntimeError("nginx does not answer")

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait(10)
        self._folder.cleanup()

    def cpu_seconds(self) -> float:
        """What the worker has spent."""
        master = self._process.pid
        children = Path(f"/proc/{master}/task/{master}/children").read_text().split()
        return sum(cpu_seconds(int(child)) for child in children)

    def get(self, **headers: str) -> bytes:
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}/metrics")
        for name, value in headers.items():
            request.add_header(name.replace("_", "-"), value)
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.read()
