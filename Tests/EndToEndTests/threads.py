"""Single threads of another process, held still."""

import ctypes
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

SEIZE, INTERRUPT, DETACH = 0x4206, 0x4207, 17
WAIT_FOR_ANY_THREAD = 0x40000000  # __WALL

_libc = ctypes.CDLL(None, use_errno=True)
_libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
_libc.ptrace.restype = ctypes.c_long


def _ptrace(request: int, thread: int) -> None:
    if _libc.ptrace(request, thread, None, None) != 0:
        raise OSError(ctypes.get_errno(), f"ptrace {request:#x} of thread {thread}")


@contextmanager
def held(pid: int, choose: Callable[[str], bool]) -> Iterator[list[str]]:
    """Stops the threads whose names are chosen, as a debugger does; yields their names. The others go on."""
    names = {int(task.name): (task / "comm").read_text().strip() for task in Path(f"/proc/{pid}/task").iterdir()}
    chosen = {thread: name for thread, name in names.items() if choose(name)}
    stopped: list[int] = []
    try:
        for thread in chosen:
            _ptrace(SEIZE, thread)
            _ptrace(INTERRUPT, thread)
            os.waitpid(thread, WAIT_FOR_ANY_THREAD)
            stopped.append(thread)
        yield sorted(chosen.values())
    finally:
        for thread in stopped:
            _ptrace(DETACH, thread)
