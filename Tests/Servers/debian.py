"""Programs of other Debian releases: their packages unpacked, and run with that release's own loader and libraries.

Nothing is installed and no root needed. Neither chroot nor mount is involved: the programs see this machine's files
and processes, and are processes of ours like any other.
"""

import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from cache import Unavailable, complaints

SOURCES = Path("/etc/apt")


def unpack(suite: str, packages: list[str], folder: Path) -> None:
    """Fills the folder with these packages and all that they need."""
    if shutil.which("mmdebstrap") is None:
        raise Unavailable("the Debian package mmdebstrap is not installed")
    source = f"deb {mirror()} {suite} main"
    # Told to stop, it ends its own children first; so also when we are killed outright.
    command = ["setpriv", "--pdeathsig=TERM", "mmdebstrap", "--quiet", "--mode=chrootless", "--variant=extract"]
    command += [f"--include={','.join(packages)}"]
    # A release that is no longer updated says that it is out of date.
    command += ['--aptopt=Acquire::Check-Valid-Until "false"', "--format=directory", suite, str(folder), source]
    # apt fetches as an account of its own, which must get through to the working folder.
    with tempfile.TemporaryDirectory(prefix="pgvigil-debian-") as work:
        os.chmod(work, 0o755)
        place = {**os.environ, "TMPDIR": work}
        quiet, kept = subprocess.DEVNULL, subprocess.PIPE
        with subprocess.Popen(command, env=place, stdout=quiet, stderr=kept, text=True) as process:
            try:
                messages = process.communicate()[1]
            except BaseException:
                process.terminate()
                process.wait()
                raise
    if process.returncode != 0:
        raise Unavailable(f"mmdebstrap could not unpack {suite} from {mirror()}: {complaints(messages)}")
    subprocess.run(["chmod", "-R", "a+rX,u+w", str(folder)], check=True)


def mirror() -> str:
    """The first that this machine's own apt is told to use for Debian."""
    files = [SOURCES / "sources.list", *sorted((SOURCES / "sources.list.d").glob("*")), *SOURCES.glob("mirrors/*")]
    texts = [file.read_text(errors="replace") for file in files if file.is_file()]
    # One-line entries, deb822's, and the lists that `mirror+file:` refers to.
    entry = re.compile(r"^(?:deb(?:\s+\[[^]]*\])?\s+|URIs:\s*)?(https?://\S+/debian/?)(?:\s|$)", re.MULTILINE)
    found = [address for text in texts for address in entry.findall(text)]
    if not found:
        raise Unavailable(f"no Debian mirror is named under {SOURCES}")
    return found[0]


def wrap(root: Path, programs: Path, *, by_own_name: bool = False) -> None:
    """Puts a script in front of each program of this folder, which starts it with the loader and libraries of `root`.

    Scripts and programs find each other by where they lie, so the whole may be moved or copied. A program stays in
    its folder, since PostgreSQL finds its libraries from there. `by_own_name`: it is told the script's name as its
    own, for programs that look at it; loaders before Debian 12 cannot.
    """
    loader = _only(root, ["lib/*-linux-gnu/ld-linux-*.so.*", "usr/lib/*-linux-gnu/ld-linux-*.so.*"])
    libraries = [path.relative_to(root) for path in _all(root, ["lib/*-linux-gnu", "usr/lib/*-linux-gnu", "usr/lib"])]
    name = '--argv0 "$0" ' if by_own_name else ""
    up = "/".join(".." for _ in programs.relative_to(root).parts)
    for program in sorted(programs.iterdir()):
        with program.open("rb") as file:
            if file.read(4) != b"\x7fELF":
                continue
        own = program.rename(program.with_name(f"{program.name}.own"))
        path = ":".join(f"$root/{library}" for library in libraries)
        program.write_text(
            "#!/bin/sh\n"
            f"root=${{0%/*}}/{up}\n"
            'export LOCPATH="$root/usr/lib/locale"\n'
            f'exec "$root/{loader.relative_to(root)}" {name}--library-path "{path}" "${{0%/*}}/{own.name}" "$@"\n'
        )
        program.chmod(0o755)


def _all(root: Path, patterns: list[str]) -> list[Path]:
    return [path for pattern in patterns for path in sorted(root.glob(pattern))]


def _only(root: Path, patterns: list[str]) -> Path:
    found = _all(root, patterns)
    if not found:
        raise Unavailable(f"there is no loader in {root}")
    return found[0]
