"""``python -m benchmarks [NAME...] [--quick]``: JSON lines on stdout, a table on stderr."""

from __future__ import annotations

import argparse
import asyncio
import os
import platform
import signal
import sqlite3
import sys
import tempfile
import time
from collections.abc import Sequence
from importlib import import_module, metadata
from pathlib import Path

from benchmarks import figures
from benchmarks.figures import Figure
from benchmarks.setup import BenchmarkError, Part, Setup

PARTS = ("feed", "images", "events", "delivery", "lookup", "staff")
_PACKAGES = (
    *("anaquel", "paho-mqtt", "pillow", "fastapi", "starlette", "uvicorn"),
    *("odl-renderer", "persist-queue", "litequeue"),
)


def main(arguments: Sequence[str]) -> int:
    """Run the parts named, all without a name; 0 also when a goal is not reached."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"{', '.join(PARTS)}; default all")
    parser.add_argument("--quick", action="store_true", help="smaller counts, at most 60 s in all")
    parser.add_argument("--folder", type=Path, help="where to write; a real disk, default var/")
    asked = parser.parse_args(arguments)
    unknown = [name for name in asked.names if name not in PARTS]
    if unknown:
        parser.error(f"there is no part {unknown[0]!r}: {', '.join(PARTS)}")
    folder: Path = asked.folder or Path("var")
    folder.mkdir(exist_ok=True, parents=True)
    _say(described())
    found: list[Figure] = []
    failed = False
    for name in asked.names or PARTS:
        began = time.perf_counter()
        with tempfile.TemporaryDirectory(prefix=f"bench-{name}-", dir=folder.resolve()) as place:
            setup = Setup(folder=Path(place), quick=asked.quick, say=_say)
            try:
                found += asyncio.run(_measured(part(name), setup))
            except BenchmarkError as error:
                _say(f"{name}: {error}")
                failed = True
        _say(f"{name}: {time.perf_counter() - began:.0f} s")
    _say(figures.table(found))
    return int(failed)


def part(name: str) -> Part:
    """The part of that name; its peers are imported only when it runs."""
    measure: Part = import_module(f"benchmarks.{name}").measure
    return measure


def described() -> str:
    """The machine and the versions, so that a figure can be read later."""
    system = platform.freedesktop_os_release().get("PRETTY_NAME", platform.system())
    versions = [f"{name} {_version(name)}" for name in _PACKAGES]
    return (
        f"{os.cpu_count()} cores, {platform.machine()}, {system}, "
        f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, "
        f"load {os.getloadavg()[0]:.1f} before\n" + ", ".join(versions)
    )


async def _measured(measure: Part, setup: Setup) -> list[Figure]:
    found: list[Figure] = []
    async for figure in measure(setup):
        found.append(figure)
        print(figure.to_json(), flush=True)
    return found


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "missing"


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    # Also when started in the background: an end from outside ends the programs beside us too.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    sys.exit(main(sys.argv[1:]))
