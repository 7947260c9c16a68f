"""Puts restored data in the place of what was there, which is kept aside; may be cut off anywhere.

Everything new waits in one folder beside the data, on disk. Its rename to ``PENDING`` decides:
before it nothing has changed, after it whoever opens the database next finishes the rest.
"""

from __future__ import annotations

import fcntl
import itertools
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

PENDING: Final = "restored"
_ASIDE: Final = ".aside"
_BESIDE: Final = ("-wal", "-shm", "-journal")


def decide(ready: Path, aside: str) -> None:
    """Let what is in the folder ``ready`` become the data of the folder that it is in.

    What that replaces goes into its subfolder ``aside``, or one numbered after it where that is
    there already. ``finish`` does it.
    """
    folder = ready.parent
    names = itertools.chain([aside], (f"{aside}-{number}" for number in itertools.count(2)))
    free = next(name for name in names if not (folder / name).exists())
    (ready / _ASIDE).write_text(free, encoding="utf-8")
    for path in (*ready.rglob("*"), ready):
        _sync(path)
    ready.rename(folder / PENDING)
    _sync(folder)


def finish(folder: Path) -> Path | None:
    """Do what was decided, or what is left of it; where the old data is now, if there was any."""
    pending = folder / PENDING
    if not pending.is_dir():
        return None
    with _alone(folder):
        if not pending.is_dir():
            return None  # another process was faster
        note = pending / _ASIDE
        # Without the note all is done but for the empty folder.
        aside = folder / note.read_text(encoding="utf-8") if note.exists() else None
        if aside is not None:
            for new in sorted(pending.iterdir()):
                if new != note:
                    _replace(new, folder / new.name, aside)
            note.unlink()
        pending.rmdir()
        _sync(folder)
        return aside if aside is not None and aside.exists() else None


def _replace(new: Path, place: Path, aside: Path) -> None:
    # While the new one waits whatever has its name is old, and so is a log beside it.
    for old in (*(place.with_name(f"{place.name}{end}") for end in _BESIDE), place):
        if old.exists():
            aside.mkdir(mode=0o700, exist_ok=True)
            old.rename(aside / old.name)
            _sync(aside)
    _sync(place.parent)
    new.rename(place)
    _sync(place.parent)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(opened, fcntl.LOCK_EX)
        yield
    finally:
        os.close(opened)


def _sync(path: Path) -> None:
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
