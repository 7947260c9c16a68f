"""Which version of a file at an address was imported last, so that it is not sent again."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.store.database import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """How the server named the version, and the hash of what it sent."""

    etag: str | None
    modified: str | None
    sha256: str


def get(connection: Connection, url: str) -> Fetched | None:
    """The version that was imported last from ``url``."""
    row = connection.execute(
        "SELECT etag, modified, sha256 FROM fetched WHERE url = ?", (url,)
    ).fetchone()
    return None if row is None else Fetched(etag=row[0], modified=row[1], sha256=row[2])


def put(connection: Connection, url: str, version: Fetched) -> None:
    """Remember the version; only one address is remembered."""
    connection.execute("DELETE FROM fetched")
    connection.execute(
        "INSERT INTO fetched (url, etag, modified, sha256) VALUES (?, ?, ?, ?)",
        (url, version.etag, version.modified, version.sha256),
    )
