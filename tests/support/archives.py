"""Archives of backups with chosen contents, good ones and ones that somebody made up."""

from __future__ import annotations

import gzip
import hashlib
import io
import sqlite3
import tarfile
from collections.abc import Mapping
from contextlib import closing
from importlib import resources
from pathlib import Path
from typing import Any

from gateway.ops import backup_archive
from gateway.ops.backup_format import Manifest

PASSPHRASE = "cuatro palabras sin relación"


def go_on() -> None:
    """Nothing ends it."""


def database(path: Path, rows: int = 100, version: int = 1) -> None:
    """A small file of a database."""
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT)")
        values = ((number, f"row {number} " * 20) for number in range(rows))
        connection.executemany("INSERT INTO t VALUES (?, ?)", values)
        connection.execute(f"PRAGMA user_version = {version}")


def manifest(files: Mapping[str, bytes], **other: Any) -> Manifest:
    """The manifest of these files."""
    members = [
        {"name": name, "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
        for name, data in files.items()
    ]
    said: dict[str, Any] = {
        "app": "0.1.0",
        "database": 1,
        "store": "s042",
        "gateway": "gw-1",
        "taken_at": "2026-11-26T09:00:00Z",
        "members": members,
    }
    return Manifest.model_validate(said | other)


def write(path: Path, folder: Path, said: Manifest, passphrase: str | None) -> None:
    """The archive as Anaquel writes it."""
    with path.open("wb") as file:
        backup_archive.write(file, folder, said, passphrase, go_on)


def made_up(path: Path, entries: list[tuple[tarfile.TarInfo, bytes]]) -> Path:
    """An archive with exactly these entries, whatever they are."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for header, data in entries:
            tar.addfile(header, io.BytesIO(data))
    path.write_bytes(gzip.compress(packed.getvalue()))
    return path


def entry(name: str, data: bytes, kind: bytes = tarfile.REGTYPE) -> tuple[tarfile.TarInfo, bytes]:
    """One entry of an archive."""
    header = tarfile.TarInfo(name)
    header.size, header.type = len(data), kind
    return header, data


def first_tables() -> str:
    """The tables of the first release, as a script."""
    first = resources.files("gateway.store.migrations") / "0001_first_shop.sql"
    return f"{first.read_text()}\nPRAGMA user_version = 1;"
