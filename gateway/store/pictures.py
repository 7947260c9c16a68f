"""Which pictures the articles in force have, and how far getting them has come."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from gateway.clock import to_ms
from gateway.store import catalogue, labels
from gateway.store.database import Connection

_AMONG = "AND key IN (SELECT value FROM json_each(?))"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A picture to fetch; ``sha256`` is what it must be, empty when its row does not say."""

    url: str
    sha256: str
    attempts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """The picture that a row names now; ``url`` None is none, ``sha256`` '' is any."""

    kind: str
    key: str
    url: str | None
    sha256: str


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


def changed_uses(
    connection: Connection, keys: Iterable[str] | None, allowed: Callable[[str], bool]
) -> list[Use]:
    """Where the rows under these keys (all rows with None) name another picture than we know.

    Addresses that are not ``allowed`` are as good as none.
    """
    among, chosen = ("", ()) if keys is None else (_AMONG, (json.dumps(list(keys)),))
    rows = connection.execute(
        "SELECT kind, key, json_extract(value, '$.image.url'), "
        "json_extract(value, '$.image.sha256'), image_use.url, image.wanted "
        "FROM in_force LEFT JOIN image_use USING (kind, key) "
        "LEFT JOIN image ON image.url = image_use.url "
        f"WHERE kind IN ('group', 'product') {among} "
        "AND (json_extract(value, '$.image.url') IS NOT NULL OR image_use.url IS NOT NULL)",
        chosen,
    )
    found = []
    for kind, key, url, sha256, known, wanted in rows:
        named = url if isinstance(url, str) and allowed(url) else None
        digest = str(sha256 or "").lower() if named is not None else ""
        if named != known or (named is not None and digest != wanted):
            found.append(Use(kind=kind, key=key, url=named, sha256=digest))
    orphans = connection.execute(
        "SELECT kind, key FROM image_use WHERE NOT EXISTS (SELECT 1 FROM in_force "
        f"WHERE in_force.kind = image_use.kind AND in_force.key = image_use.key) {among}",
        chosen,
    )
    found += [Use(kind=kind, key=key, url=None, sha256="") for kind, key in orphans]
    return found


def use(connection: Connection, uses: Iterable[Use], now: datetime) -> None:
    """Take over what ``changed_uses`` found; what is new is due at once."""
    for one in uses:
        if one.url is None:
            connection.execute(
                "DELETE FROM image_use WHERE kind = ? AND key = ?", (one.kind, one.key)
            )
            continue
        connection.execute(
            "INSERT OR REPLACE INTO image_use (kind, key, url) VALUES (?, ?, ?)",
            (one.kind, one.key, one.url),
        )
        connection.execute(
            "INSERT INTO image (url, wanted, due_at) VALUES (?1, ?2, ?3) "
            "ON CONFLICT (url) DO UPDATE SET wanted = ?2, due_at = ?3, attempts = 0 "
            "WHERE wanted <> ?2",
            (one.url, one.sha256, to_ms(now)),
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
    """The picture is here; pages and labels that show it are told."""
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


def all_kept(connection: Connection) -> Iterator[tuple[str, str, bool]]:
    """The address and the hash of each picture that is here, and whether it could not be had."""
    return (
        (url, sha256, reason is not None)
        for url, sha256, reason in connection.execute(
            "SELECT url, kept, reason FROM image WHERE kept IS NOT NULL"
        )
    )


def hashes(connection: Connection) -> set[str]:
    """The hashes of all pictures that are here."""
    return {row[0] for row in connection.execute("SELECT kept FROM image WHERE kept IS NOT NULL")}


def _tell(connection: Connection, urls: list[str]) -> None:
    users = connection.execute(
        "SELECT DISTINCT key FROM image_use WHERE url IN (SELECT value FROM json_each(?))",
        (json.dumps(urls),),
    )
    keys = {row[0] for row in users}
    groups = catalogue.groups_of(connection, keys)
    labels.mark_stale(connection, keys, keys | groups, group_rows=keys)
    for key in keys | groups:
        connection.note("image", key)
