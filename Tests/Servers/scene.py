"""What takes several steps to bring about."""

from abc import ABC, abstractmethod
from typing import Self


class Scene(ABC):
    """As a context it is there inside, and nothing of it is left afterwards, also where making it failed halfway."""

    @abstractmethod
    def make(self) -> None: ...

    @abstractmethod
    def clear(self) -> None:
        """Ends what there is of it."""

    def __enter__(self) -> Self:
        try:
            self.make()
        except BaseException:
            self.clear()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.clear()
