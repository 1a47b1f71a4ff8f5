"""A real Alertmanager, on loopback, whose receivers are all ours."""

import json
import subprocess
import threading
import urllib.request
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import yaml

from alerts import ALERTMANAGER
from processes import Processes, free_port, wait_until
from prometheus import tool


@dataclass(frozen=True)
class Notice:
    """What one receiver was told of one alert."""

    receiver: str
    status: str
    alert: str
    labels: frozenset[tuple[str, str]]
    summary: str


class Alertmanager:
    """The shipped example, but each receiver posts to us, and groups wait for a second only."""

    def __init__(self, processes: Processes, folder: Path):
        self.folder = folder
        self.port = free_port()
        self.notices: list[Notice] = []
        self._processes = processes
        self._process: subprocess.Popen | None = None
        self._mailbox = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        folder.mkdir()
        (folder / "alertmanager.yml").write_text(yaml.safe_dump(self._config()))

    def _config(self) -> dict:
        config = yaml.safe_load(ALERTMANAGER.read_text())
        address = f"http://127.0.0.1:{self._mailbox.server_address[1]}"
        config["receivers"] = [
            {"name": one["name"], "webhook_configs": [{"url": f"{address}/{one['name']}"}]}
            for one in config["receivers"]
        ]
        for route in [config["route"], *config["route"]["routes"]]:
            route |= {"group_wait": "1s", "group_interval": "1s"}
        return config

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        notices = self.notices

        class Mailbox(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                message = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                for alert in message["alerts"]:
                    labels, summary = alert["labels"], alert["annotations"].get("summary", "")
                    name = labels["alertname"]
                    notices.append(Notice(self.path[1:], alert["status"], name, frozenset(labels.items()), summary))
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        return Mailbox

    def start(self) -> "Alertmanager":
        threading.Thread(target=self._mailbox.serve_forever, daemon=True).start()
        with (self.folder / "log").open("ab") as log:
            command = [
                tool("prometheus-alertmanager"),
                f"--config.file={self.folder / 'alertmanager.yml'}",
                f"--storage.path={self.folder / 'data'}",
                f"--web.listen-address=127.0.0.1:{self.port}",
                "--cluster.listen-address=",
            ]
            self._process = self._processes.start(command, output=log)
        wait_until(self._is_ready, within=30, what="Alertmanager is ready")
        return self

    def stop(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.terminate()
            process.wait(20)
        self._mailbox.shutdown()
        self._mailbox.server_close()

    def post(self, *alerts: dict[str, str]) -> None:
        """Tells it of alerts, given by their labels, as Prometheus does."""
        body = json.dumps([{"labels": labels} for labels in alerts]).encode()
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}/api/v2/alerts", data=body, method="POST")
        request.add_header("Content-Type", "application/json")
        with urllib.request.urlopen(request, timeout=10) as answer:
            assert answer.status == 200

    def alerts(self) -> list[dict]:
        """All that it knows, as its interface tells it."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/api/v2/alerts", timeout=10) as answer:
            return json.load(answer)

    def told(self, status: str) -> set[tuple[str, str]]:
        """Receiver and alert of every notice with that status."""
        return {(notice.receiver, notice.alert) for notice in self.notices if notice.status == status}

    def _is_ready(self) -> bool:
        assert self._process.poll() is None, f"Alertmanager ended:\n{(self.folder / 'log').read_text()[-2000:]}"
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/-/ready", timeout=5) as answer:
                return answer.status == 200
        except OSError:
            return False
