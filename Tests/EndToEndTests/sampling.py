"""Looks at something again and again from outside, while something else happens."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Look:
    """One look: when it began, how long it took (seconds), and what it saw, or how it failed."""

    began: float
    seconds: float
    value: object = None
    error: Exception | None = None


class Sampling:
    """Calls `look` every `every` seconds in a thread of its own, from `with` to its end."""

    def __init__(self, look: Callable[[], object], every: float = 0.1):
        self.looks: list[Look] = []
        self._look = look
        self._every = every
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> "Sampling":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ending.set()
        self._thread.join(30)
        assert not self._thread.is_alive(), "a look hangs for more than 30 s"

    @property
    def max_seconds(self) -> float:
        """The slowest look, failed ones too."""
        return max((look.seconds for look in self.looks), default=0.0)

    @property
    def values(self) -> list:
        return [look.value for look in self.looks if look.error is None]

    @property
    def errors(self) -> list[Exception]:
        return [look.error for look in self.looks if look.error is not None]

    def _run(self) -> None:
        next_look = time.monotonic()
        while not self._ending.is_set():
            began = time.monotonic()
            value, error = None, None
            try:
                value = self._look()
            except Exception as failure:  # noqa: BLE001  The test decides what it means.
                error = failure
            self.looks.append(Look(began, time.monotonic() - began, value, error))
            # On a grid: a slow look does not move the later ones.
            next_look = max(next_look + self._every, time.monotonic())
            self._ending.wait(next_look - time.monotonic())
