"""A real Prometheus, on loopback."""

import json
import subprocess
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Sequence
from pathlib import Path

import yaml

from processes import Processes, wait_until
from webprogram import WebProgram, tool


def complaints_of_promtool(text: bytes) -> str:
    """What `promtool check metrics` says about a page in text format: nothing where it is content."""
    checked = subprocess.run([tool("promtool"), "check", "metrics"], input=text, capture_output=True, timeout=60)
    complaints = (checked.stdout + checked.stderr).decode().strip()
    assert checked.returncode == 0 or complaints, f"promtool ended with status {checked.returncode} and no word"
    return complaints


class Prometheus(WebProgram):
    """Scrapes ports of loopback, each as a job of its own name; evaluates rules and tells an Alertmanager."""

    def __init__(
        self,
        processes: Processes,
        folder: Path,
        jobs: dict[str, int],
        interval: str = "1s",
        rule_files: Sequence[Path] = (),
        alertmanager: int | None = None,
    ):
        arguments = [f"--config.file={folder / 'prometheus.yml'}", f"--storage.tsdb.path={folder / 'data'}"]
        super().__init__(processes, folder, "prometheus", arguments)
        scrapes = [
            {"job_name": name, "static_configs": [{"targets": [f"127.0.0.1:{port}"]}]} for name, port in jobs.items()
        ]
        pace = {"scrape_interval": interval, "scrape_timeout": interval, "evaluation_interval": interval}
        config = {"global": pace, "scrape_configs": scrapes, "rule_files": [str(file) for file in rule_files]}
        if alertmanager is not None:
            listening = [{"targets": [f"127.0.0.1:{alertmanager}"]}]
            config["alerting"] = {"alertmanagers": [{"static_configs": listening}]}
        (folder / "prometheus.yml").write_text(yaml.safe_dump(config))

    def query(self, expression: str) -> dict[frozenset[tuple[str, str]], float]:
        """An instant query for a vector: labels and value of each of its elements."""
        result = self._get("/api/v1/query?" + urllib.parse.urlencode({"query": expression}))
        assert result["status"] == "success", f"{expression}: {result}"
        return {frozenset(one["metric"].items()): float(one["value"][1]) for one in result["data"]["result"]}

    def query_range(self, expression: str, start: float, end: float, step: float = 1) -> list[dict]:
        """What a range query gives: `metric` and `values` of each series."""
        asked = {"query": expression, "start": f"{start:.3f}", "end": f"{end:.3f}", "step": str(step)}
        result = self._get("/api/v1/query_range?" + urllib.parse.urlencode(asked))
        assert result["status"] == "success", f"{expression}: {result}"
        return result["data"]["result"]

    def by_job(self, expression: str) -> dict[str, float]:
        """The same where each job has one element."""
        return {dict(labels)["job"]: value for labels, value in self.query(expression).items()}

    def wait_for(self, expression: str, condition, *, within: float = 30) -> dict[str, float]:
        """`by_job` as soon as the condition holds for it."""
        seen: dict[str, float] = {}

        def look() -> bool:
            seen.clear()
            seen.update(self.by_job(expression))
            return condition(seen)

        try:
            wait_until(look, within=within, what=f"Prometheus answers {expression} as expected", every=0.5)
        except AssertionError as failure:
            raise AssertionError(f"{failure}\nit answered {seen}\ntargets: {self.target_errors()}") from None
        return seen

    def target_errors(self) -> dict[str, str]:
        """What went wrong at the last scrape, by job."""
        targets = self._get("/api/v1/targets")["data"]["activeTargets"]
        return {target["labels"]["job"]: target["lastError"] for target in targets}

    def _get(self, target: str) -> dict:
        try:
            with urllib.request.urlopen(self.address(target), timeout=10) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as refusal:
            raise AssertionError(f"{target}: {refusal.read().decode()}") from None
