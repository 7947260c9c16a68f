"""Snapshot files: ``{epoch}-{seq}.ndjson.gz``, the whole feed at a position; blocking."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from gateway.central.feed import Place
from gateway.feed import rows
from gateway.feed.messages import SnapshotRef

NAME: Final = re.compile(r"(\d{1,16})-(\d{1,16})\.ndjson\.gz", re.ASCII)
_KEPT = 3
"""Files that stay: a shop may be fetching the one before the last."""
_CHUNK = 2**20


def write(folder: Path, epoch: int, seq: int, texts: Mapping[Place, str]) -> Path:
    """Write the rows, in the order in which shops merge them, and return when they are on disk.

    Snapshots but the newest few are deleted. Raises ``OSError``.
    """
    ordered = sorted(texts, key=lambda place: (rows.rank(place[0]), place))
    lines = [json.dumps({"epoch": epoch, "seq": seq, "rows": len(ordered)})]
    for kind, key in ordered:
        head = json.dumps({"kind": kind, "key": key})[:-1]
        lines.append(f'{head},"value":{texts[kind, key]}}}')
    packed = gzip.compress("\n".join(lines).encode() + b"\n", 6, mtime=0)
    file = folder / f"{epoch}-{seq}.ndjson.gz"
    replace(file, packed)
    for old in _all(folder)[:-_KEPT]:
        old.unlink(missing_ok=True)
    return file


def newest(folder: Path) -> Path | None:
    """The snapshot of the highest position, if there is one."""
    found = _all(folder)
    return found[-1] if found else None


def described(file: Path, base: str | None) -> SnapshotRef:
    """How a manifest names the file: below the web address ``base``, else as a file.

    Raises ``OSError``.
    """
    with gzip.open(file, "rb") as lines:
        head = json.loads(lines.readline())
    return SnapshotRef(
        seq=head["seq"],
        url=file.resolve().as_uri() if base is None else f"{base.rstrip('/')}/{file.name}",
        sha256=sha256(file),
        bytes=file.stat().st_size,
        rows=head["rows"],
    )


def sha256(file: Path) -> str:
    """The hash of the file as it is served. Raises ``OSError``."""
    found = hashlib.sha256()
    with file.open("rb") as content:
        while chunk := content.read(_CHUNK):
            found.update(chunk)
    return found.hexdigest()


def replace(file: Path, content: bytes) -> None:
    """Write a file whole or not at all: somebody may be reading it, and power may fail.

    Raises ``OSError``.
    """
    part = file.with_name(f"{file.name}.part")
    with part.open("wb") as new:
        new.write(content)
        new.flush()
        os.fsync(new.fileno())
    part.replace(file)
    sync_folder(file.parent)


def sync_folder(folder: Path) -> None:
    """Return when the names in the folder are on disk. Raises ``OSError``."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _all(folder: Path) -> list[Path]:
    found = [
        (int(name[1]), int(name[2]), path)
        for path in folder.glob("*.ndjson.gz")
        if (name := NAME.fullmatch(path.name)) is not None
    ]
    return [path for *_, path in sorted(found)]
