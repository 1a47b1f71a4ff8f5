"""A real Alertmanager, on loopback, whose receivers are all ours."""

import json
import threading
import urllib.request
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Self

import yaml

from alerts import ALERTMANAGER
from processes import Processes
from webprogram import WebProgram


@dataclass(frozen=True)
class Notice:
    """What one receiver was told of one alert."""

    receiver: str
    status: str
    alert: str
    labels: frozenset[tuple[str, str]]
    summary: str
    runbook: str


class Alertmanager(WebProgram):
    """The shipped example, but each receiver posts to us, and groups wait for a second only."""

    def __init__(self, processes: Processes, folder: Path):
        arguments = [
            f"--config.file={folder / 'alertmanager.yml'}",
            f"--storage.path={folder / 'data'}",
            "--cluster.listen-address=",
        ]
        super().__init__(processes, folder, "prometheus-alertmanager", arguments)
        self.notices: list[Notice] = []
        self._mailbox = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
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
                    labels, said = alert["labels"], alert["annotations"]
                    about = (labels["alertname"], frozenset(labels.items()))
                    words = (said.get("summary", ""), said.get("runbook_url", ""))
                    notices.append(Notice(self.path[1:], alert["status"], *about, *words))
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        return Mailbox

    def start(self) -> Self:
        threading.Thread(target=self._mailbox.serve_forever, daemon=True).start()
        return super().start()

    def stop(self) -> None:
        super().stop()
        self._mailbox.shutdown()
        self._mailbox.server_close()

    def post(self, *alerts: dict[str, str]) -> None:
        """Tells it of alerts, given by their labels, as Prometheus does."""
        body = json.dumps([{"labels": labels} for labels in alerts]).encode()
        request = urllib.request.Request(self.address("/api/v2/alerts"), data=body, method="POST")
        request.add_header("Content-Type", "application/json")
        with urllib.request.urlopen(request, timeout=10) as answer:
            assert answer.status == 200

    def alerts(self) -> list[dict]:
        """All that it knows, as its interface tells it."""
        with urllib.request.urlopen(self.address("/api/v2/alerts"), timeout=10) as answer:
            return json.load(answer)

    def told(self, status: str) -> set[tuple[str, str]]:
        """Receiver and alert of every notice with that status."""
        return {(notice.receiver, notice.alert) for notice in self.notices if notice.status == status}
