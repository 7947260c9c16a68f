"""Which pictures the articles in force have, and how far getting them has come."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from gateway.clock import to_ms
from gateway.store import catalogue
from gateway.store.database import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A picture to fetch; ``sha256`` is what it must be, empty when its row does not say."""

    url: str
    sha256: str
    attempts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A picture that is here: ``sha256`` names its files, the size is that of the large form."""

    sha256: str
    width: int
    height: int


def kept(connection: Connection, url: str) -> Kept | None:
    """The picture at ``url``, when it was fetched."""
    row = connection.execute(
        "SELECT kept, width, height FROM image WHERE url = ? AND kept IS NOT NULL", (url,)
    ).fetchone()
    return None if row is None else Kept(sha256=row[0], width=row[1], height=row[2])


def want(
    connection: Connection,
    keys: Iterable[str] | None,
    allowed: Callable[[str], bool],
    now: datetime,
) -> None:
    """Take over the addresses from the rows under these keys, from all rows with None.

    Those that are not ``allowed`` are as good as none.
    """
    query = (
        "SELECT kind, key, json_extract(value, '$.image.url'), "
        "json_extract(value, '$.image.sha256') FROM in_force WHERE kind IN ('group', 'product')"
    )
    if keys is None:
        connection.execute("DELETE FROM image_use")
        rows = connection.execute(query)
    else:
        chosen = json.dumps(list(keys))
        among = "key IN (SELECT value FROM json_each(?))"
        connection.execute(f"DELETE FROM image_use WHERE {among}", (chosen,))
        rows = connection.execute(f"{query} AND {among}", (chosen,))
    for kind, key, url, sha256 in rows.fetchall():
        if isinstance(url, str) and allowed(url):
            connection.execute("INSERT INTO image_use VALUES (?, ?, ?)", (kind, key, url))
            connection.execute(
                "INSERT INTO image (url, wanted, due_at) VALUES (?1, ?2, ?3) "
                "ON CONFLICT (url) DO UPDATE SET wanted = ?2, due_at = ?3, attempts = 0 "
                "WHERE wanted <> ?2",
                (url, str(sha256 or "").lower(), to_ms(now)),
            )


def need(connection: Connection, urls: Iterable[str], now: datetime) -> None:
    """Somebody looks at these: fetch what is missing for want of room."""
    connection.executemany(
        "UPDATE image SET due_at = ? WHERE url = ? AND kept IS NULL AND due_at IS NULL",
        ((to_ms(now), url) for url in urls),
    )


def due(connection: Connection, now: datetime, limit: int) -> list[Wanted]:
    """What to fetch now."""
    rows = connection.execute(
        "SELECT url, wanted, attempts FROM image WHERE due_at <= ? ORDER BY due_at LIMIT ?",
        (to_ms(now), limit),
    )
    return [Wanted(url=url, sha256=sha256, attempts=tried) for url, sha256, tried in rows]


def next_due(connection: Connection) -> int | None:
    """When something is due next, in milliseconds since 1970."""
    earliest: int | None = connection.execute(
        "SELECT min(due_at) FROM image WHERE due_at IS NOT NULL"
    ).fetchone()[0]
    return earliest


def put(connection: Connection, url: str, picture: Kept) -> None:
    """The picture is here; pages that show it are told."""
    connection.execute(
        "UPDATE image SET kept = ?, width = ?, height = ?, due_at = NULL, attempts = 0, "
        "reason = NULL WHERE url = ?",
        (picture.sha256, picture.width, picture.height, url),
    )
    _tell(connection, [url])


def fail(connection: Connection, url: str, reason: str, again: datetime | None) -> None:
    """It could not be had: ``again`` is when to try it next, None when somebody needs it."""
    connection.execute(
        "UPDATE image SET attempts = attempts + 1, reason = ?, due_at = ? WHERE url = ?",
        (reason[:300], None if again is None else to_ms(again), url),
    )


def gone(connection: Connection, sha256s: Iterable[str]) -> None:
    """The files of these pictures were deleted to make room."""
    for sha256 in sha256s:
        rows = connection.execute("SELECT url FROM image WHERE kept = ?", (sha256,)).fetchall()
        connection.execute("UPDATE image SET kept = NULL WHERE kept = ?", (sha256,))
        _tell(connection, [row[0] for row in rows])


def forget_unused(connection: Connection) -> None:
    """Forget addresses that no row in force has any more."""
    connection.execute("DELETE FROM image WHERE url NOT IN (SELECT url FROM image_use)")


def hashes(connection: Connection) -> set[str]:
    """The hashes of all pictures that are here."""
    return {row[0] for row in connection.execute("SELECT kept FROM image WHERE kept IS NOT NULL")}


def _tell(connection: Connection, urls: list[str]) -> None:
    users = connection.execute(
        "SELECT DISTINCT key FROM image_use WHERE url IN (SELECT value FROM json_each(?))",
        (json.dumps(urls),),
    )
    keys = {row[0] for row in users}
    for key in keys | catalogue.groups_of(connection, keys):
        connection.note("image", key)
