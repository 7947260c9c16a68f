"""Sessions of people on the staff site: hashes only, never a token."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from gateway.clock import from_ms, to_ms
from gateway.store import people
from gateway.store.database import Connection
from gateway.store.people import Role

MAX_SESSIONS: Final = 20
"""Sessions of one person at a time; the longest unused one makes room."""
LONGEST_CLIENT: Final = 80

_TOKEN_BYTES: Final = 32
_SLACK: Final = timedelta(seconds=60)
"""So far the clock may be set back under a session that holds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A sign-in that still holds; ``key`` is the hash of its token and safe to keep.

    ``device`` is the number of the shared device that it is on, None for a person's own; ``client``
    is what the browser said it is. A ``short`` one was opened by a short code or a badge, which is
    good for what clerks do, whoever it is.
    """

    key: str
    name: str
    role: Role
    csrf: str
    opened_at: datetime
    used_at: datetime
    device: int | None = None
    short: bool = False
    client: str = ""


_COLUMNS = (
    "token_sha256, name, role, csrf, opened_at, used_at, device, short, client FROM session "
    "JOIN person ON person.name = session.person"
)


def open_(
    connection: Connection,
    name: str,
    now: datetime,
    *,
    device: int | None = None,
    short: bool = False,
    client: str = "",
) -> str:
    """Begin a session of the person called ``name`` and return its token, kept nowhere else.

    The token has 256 random bits. Raises ``KeyError`` for an unknown person.
    """
    person = people.find(connection, name)
    if person is None:
        raise KeyError(name)
    connection.execute(
        "DELETE FROM session WHERE token_sha256 IN (SELECT token_sha256 FROM session "
        "WHERE person = ? ORDER BY used_at DESC LIMIT -1 OFFSET ?)",
        (person.name, MAX_SESSIONS - 1),
    )
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    at = to_ms(now)
    connection.execute(
        "INSERT INTO session "
        "(token_sha256, person, csrf, opened_at, used_at, device, short, client) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            *(hash_(token), person.name, secrets.token_urlsafe(_TOKEN_BYTES), at, at),
            *(device, int(short), client[:LONGEST_CLIENT]),
        ),
    )
    return token


def get(
    connection: Connection, token: str, now: datetime, idle_s: float, max_s: float
) -> Session | None:
    """The session of ``token``; None when unknown, unused for ``idle_s`` or older than ``max_s``.

    A session from the future (the clock was set back) does not hold either.
    """
    row = connection.execute(
        f"SELECT {_COLUMNS} WHERE token_sha256 = ?", (hash_(token),)
    ).fetchone()
    found = None if row is None else _session(row)
    return found if found is not None and _holds(found, now, idle_s, max_s) else None


def every(
    connection: Connection, now: datetime, idle_s: float, max_s: float
) -> tuple[Session, ...]:
    """All that hold, the last used first."""
    rows = connection.execute(f"SELECT {_COLUMNS} ORDER BY used_at DESC LIMIT 1000")
    return tuple(one for one in map(_session, rows) if _holds(one, now, idle_s, max_s))


def touch(
    connection: Connection, token: str, now: datetime, *, seen: datetime | None = None
) -> None:
    """Note that the session was used; where ``seen`` is given, only if it was last used then."""
    connection.execute(
        "UPDATE session SET used_at = ?1 WHERE token_sha256 = ?2 AND used_at = ifnull(?3, used_at)",
        (to_ms(now), hash_(token), None if seen is None else to_ms(seen)),
    )


def end(connection: Connection, token: str) -> None:
    """End the session; its token means nothing from now on."""
    end_by_key(connection, hash_(token))


def end_by_key(connection: Connection, key: str) -> None:
    """End the session whose token has this hash."""
    connection.execute("DELETE FROM session WHERE token_sha256 = ?", (key,))


def end_all_of(connection: Connection, name: str, *, but: str = "") -> None:
    """End all sessions of a person, except the one of the key ``but``."""
    connection.execute("DELETE FROM session WHERE person = ? AND token_sha256 <> ?", (name, but))


def hash_(token: str) -> str:
    """How a token of 256 random bits is kept: none of it can be guessed from that."""
    return hashlib.sha256(token.encode()).hexdigest()


def _holds(found: Session, now: datetime, idle_s: float, max_s: float) -> bool:
    unused, age = now - found.used_at, now - found.opened_at
    return -_SLACK <= unused < timedelta(seconds=idle_s) and age < timedelta(seconds=max_s)


def _session(row: tuple[str, str, str, str, int, int, int | None, int, str]) -> Session:
    return Session(
        key=row[0],
        name=row[1],
        role=Role.CLERK if row[7] else Role(row[2]),
        csrf=row[3],
        opened_at=from_ms(row[4]),
        used_at=from_ms(row[5]),
        device=row[6],
        short=bool(row[7]),
        client=row[8],
    )
