"""Writes the dashboards into a folder: `python dashboards/source FOLDER`."""

import json
import sys
from pathlib import Path

from overview import overview
from pools import pools
from search import search
from server import server


def main(folder: Path) -> None:
    for name, make in {"overview": overview, "server": server, "search": search, "pools": pools}.items():
        text = json.dumps(make(), indent=2, ensure_ascii=False)
        (folder / f"{name}.json").write_text(text + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
