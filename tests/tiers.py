"""How much is enough: the counts of `make test` and of `make prove`, and what belongs to a part.

A test asks ``count("kills")``; the environment variable ``ANAQUEL_TIER`` chooses the column. Tiers
are folders and counts, never skipped tests.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

TIER = "ANAQUEL_TIER"

COUNTS: Mapping[str, Mapping[str, int]] = {
    "test": {
        "kills": 10,
        "backup_kills": 6,
        "notice_kills": 3,
        "damaged_backups": 25,
        "commits_killed": 5,
        "log_cuts": 20,
        "snapshot_kills": 3,
        "delta_kills": 3,
        "link_cuts": 30,
        "broker_restarts": 10,
        "disorders": 20,
        "template_panels": 3,
        "label_pixels": 50_000,
        "delivery_lives": 60,
        "soak_labels": 80,
        "soak_hours": 4,
    },
    "prove": {
        "kills": 200,
        "backup_kills": 100,
        "notice_kills": 40,
        "damaged_backups": 1_000,
        "commits_killed": 100,
        "log_cuts": 500,
        "snapshot_kills": 100,
        "delta_kills": 100,
        "link_cuts": 500,
        "broker_restarts": 100,
        "disorders": 500,
        "template_panels": 200,
        "label_pixels": 4_000_000,
        "delivery_lives": 2_000,
        "soak_labels": 5_000,
        "soak_hours": 48,
    },
}

ONLY = {"brokers": "prove", "package": "prove"}
"""Folders below ``tests/`` that belong to one tier: they need programs that others do without."""

PARTS: Mapping[str, tuple[str, ...]] = {
    "project": ("house", "asyncapi"),
    "feed": (
        "unit/feed",
        "unit/store",
        "unit/broker",
        "*/test_*feed*",
        "*/test_link*",
        "faults",
        "brokers",
    ),
    "images": ("unit/render", "unit/device_drivers", "golden"),
    "labels": (
        "unit/labels",
        "unit/device_drivers",
        "unit/store/test_deliver*",
        "contract",
        "soak",
        "*/test_*label*",
    ),
    "events": ("unit/events", "unit/intake", "*/test_*events*", "*/test_*intake*"),
    "lookup": ("unit/shopper", "unit/web", "*/test_*shopper*"),
    "backup": ("*/*/test_*backup*", "*/test_*backup*", "*/test_restore*", "unit/store/test_repl*"),
    "staff": ("unit/staff", "unit/web", "*/test_*staff*"),
    "package": ("package",),
    "demo": ("unit/demo", "*/test_*demo*", "*/test_readme*"),
}
"""Patterns below ``tests/``; one may match nothing yet, a whole part may not."""


def count(name: str) -> int:
    """How often, in the tier that was chosen. Raises ``KeyError`` for an unknown tier or name."""
    return COUNTS[os.environ.get(TIER) or "test"][name]


def left_out() -> list[str]:
    """The folders of other tiers than the one that was chosen."""
    chosen = os.environ.get(TIER) or "test"
    return [folder for folder, tier in ONLY.items() if tier != chosen]


def paths(part: str, tests: Path) -> list[Path]:
    """The folders and files of a part; all tests for "". Raises ``KeyError``."""
    if not part:
        return [tests]
    found = {path for pattern in PARTS[part] for path in tests.glob(pattern)}
    return sorted(path for path in found if path.is_dir() or path.suffix == ".py")


def main(part: str = "") -> int:
    """Print the paths of a part, for the Makefile."""
    if part and part not in PARTS:
        sys.stderr.write(f"there is no part {part!r}: {', '.join(PARTS)}\n")
        return 2
    root = Path(__file__).parent
    for path in paths(part, root):
        sys.stdout.write(f"{path.relative_to(root.parent)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:2]))
