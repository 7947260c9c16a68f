"""Print the lines of a lock file that count for one Python on Linux.

pip takes files for another Python than its own, but weighs conditions ("python_full_version < ...")
for its own; so they are weighed here. Usage: ``lock_of.py requirements.lock 3.13``
"""

from __future__ import annotations

import sys
from pathlib import Path

from pip._vendor.packaging.requirements import Requirement


def lines_of(text: str, python: str) -> list[str]:
    """The entries that count, without conditions, each with its hashes on one line."""
    target = {"python_version": python, "python_full_version": f"{python}.0"}
    found = []
    for entry in text.replace("\\\n", " ").splitlines():
        asked, *hashes = entry.split("--hash=")
        if not asked.strip():
            continue
        wanted = Requirement(asked.strip())
        if wanted.marker is None or wanted.marker.evaluate(target):
            found.append(" --hash=".join([f"{wanted.name}{wanted.specifier}", *hashes]))
    return found


if __name__ == "__main__":
    lock, version = sys.argv[1:]
    for line in lines_of(Path(lock).read_text(encoding="utf-8"), version):
        sys.stdout.write(line + "\n")
