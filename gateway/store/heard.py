"""What a source last said of its own position, and what keeps us from following it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from gateway.clock import from_ms, to_ms
from gateway.store.database import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """The source's position with its digest, None before any; ``error`` in words for people.

    ``behind_since``: when we were first behind; None while we have all that we heard of.
    """

    epoch: int | None = None
    seq: int | None = None
    digest: str | None = None
    issued_at: str | None = None
    behind_since: datetime | None = None
    error: str | None = None


def get(connection: Connection, source: str) -> Heard | None:
    """What was last kept of this source."""
    row = connection.execute(
        "SELECT epoch, seq, digest, issued_at, behind_since, error FROM heard WHERE source = ?",
        (source,),
    ).fetchone()
    if row is None:
        return None
    return Heard(
        epoch=row[0],
        seq=row[1],
        digest=row[2],
        issued_at=row[3],
        behind_since=None if row[4] is None else from_ms(row[4]),
        error=row[5],
    )


def put(connection: Connection, source: str, heard: Heard) -> None:
    """Keep this in place of what was kept before."""
    since = heard.behind_since
    connection.execute(
        "INSERT OR REPLACE INTO heard (source, epoch, seq, digest, issued_at, behind_since, error) "
        "VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            *(source, heard.epoch, heard.seq, heard.digest, heard.issued_at),
            *(None if since is None else to_ms(since), heard.error),
        ),
    )


def sources(connection: Connection) -> tuple[str, ...]:
    """The sources that were heard of."""
    return tuple(row[0] for row in connection.execute("SELECT source FROM heard ORDER BY source"))
