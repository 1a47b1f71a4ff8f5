"""What a program shows on a terminal."""

import os


def all_written(terminal: int) -> str:
    """Until nobody has its other end open any more; closes this one."""
    output = b""
    try:
        while some := os.read(terminal, 65536):
            output += some
    except OSError:
        pass  # The other end is closed.
    os.close(terminal)
    return output.decode()
