"""What can be stopped as it is, and goes on."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager


class Freezable(ABC):
    @abstractmethod
    def freeze(self) -> None:
        """SIGSTOP to all its processes: connections stay open, and nothing answers."""

    @abstractmethod
    def thaw(self) -> None: ...

    @contextmanager
    def frozen(self) -> Iterator[None]:
        self.freeze()
        try:
            yield
        finally:
            self.thaw()
