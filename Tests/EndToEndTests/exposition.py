"""What a page says, the same for both formats, read by the parsers of prometheus_client."""

from dataclasses import dataclass, field
from math import isnan

from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse_strictly
from prometheus_client.parser import text_string_to_metric_families as parse_leniently

Labels = frozenset[tuple[str, str]]


@dataclass
class Exposition:
    """The samples of a page by name and labels, and the types of its families."""

    samples: dict[tuple[str, Labels], float] = field(default_factory=dict)
    types: dict[str, str] = field(default_factory=dict)

    @staticmethod
    def of_text(body: bytes) -> "Exposition":
        """Reads text 0.0.4 or 1.0.0."""
        text = body.decode()
        assert text == "" or text.endswith("\n"), "the last line does not end"
        return Exposition._of(parse_leniently(text))

    @staticmethod
    def of_openmetrics(body: bytes) -> "Exposition":
        """Reads OpenMetrics 1.0; anything that the specification forbids is an error."""
        return Exposition._of(parse_strictly(body.decode()))

    @staticmethod
    def _of(families) -> "Exposition":
        page = Exposition()
        for family in families:
            assert family.name not in page.types, f"{family.name} comes in two places"
            page.types[family.name] = family.type
            for sample in family.samples:
                key = (sample.name, frozenset(sample.labels.items()))
                assert key not in page.samples, f"twice: {sample.name}{sample.labels}"
                page.samples[key] = sample.value
        return page

    def value(self, name: str, **labels: str) -> float | None:
        """Of the one sample with that name and at least these labels; None where there is none."""
        found = self.all(name, **labels)
        assert len(found) <= 1, f"{len(found)} samples are {name}{labels}: {list(found)[:5]}"
        return next(iter(found.values()), None)

    def all(self, name: str, **labels: str) -> dict[Labels, float]:
        """Of every sample with that name and at least these labels."""
        wanted = set(labels.items())
        return {
            present: value
            for (its_name, present), value in self.samples.items()
            if its_name == name and wanted <= present
        }

    @property
    def names(self) -> set[str]:
        return {name for name, _ in self.samples}

    def differences(self, other: "Exposition") -> list[str]:
        """What is not the same, a line each; NaN is the same as NaN."""
        lines = []
        for name, labels in sorted(self.samples.keys() | other.samples.keys(), key=str):
            mine, theirs = self.samples.get((name, labels)), other.samples.get((name, labels))
            if mine != theirs and not (mine is not None and theirs is not None and isnan(mine) and isnan(theirs)):
                lines.append(f"{name}{dict(labels)}: {mine} and {theirs}")
        return lines
