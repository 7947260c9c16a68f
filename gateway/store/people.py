"""Who may work on the staff site, and their sessions: hashes only, never a password or a token."""

from __future__ import annotations

import hashlib
import secrets
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from gateway.clock import from_ms, to_ms
from gateway.errors import AnaquelError
from gateway.store.database import Connection

LONGEST_NAME = 64
MAX_SESSIONS = 20
"""Sessions of one person at a time; the longest unused one makes room."""

_TOKEN_BYTES = 32


class PersonError(AnaquelError):
    """The person cannot be added; the message says what to do."""


class Role(Enum):
    """What a person may do; the first site lets all three do the same."""

    CLERK = "clerk"
    MANAGER = "manager"
    ADMINISTRATOR = "administrator"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who may sign in."""

    name: str
    role: Role
    password_hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A sign-in that still holds; ``key`` is the hash of its token and safe to keep."""

    key: str
    name: str
    role: Role
    csrf: str
    opened_at: datetime
    used_at: datetime


def add(connection: Connection, name: str, role: str, password_hash: str) -> Person:
    """Let somebody sign in. Raises ``PersonError`` for a name or role that cannot be."""
    clean = _clean(name)
    if not clean or len(clean) > LONGEST_NAME or not clean.isprintable():
        raise PersonError(f"{name!r} is no name: use 1 to {LONGEST_NAME} letters, digits or spaces")
    if find(connection, clean) is not None:
        raise PersonError(f"there is somebody called {clean} already: choose another name")
    try:
        known = Role(role)
    except ValueError as error:
        roles = ", ".join(one.value for one in Role)
        raise PersonError(f"{role!r} is no role: use one of {roles}") from error
    connection.execute(
        "INSERT INTO person (name, role, password_hash) VALUES (?, ?, ?)",
        (clean, known.value, password_hash),
    )
    connection.note("person", clean)
    return Person(name=clean, role=known, password_hash=password_hash)


def find(connection: Connection, name: str) -> Person | None:
    """The person of that name, however it is capitalised (phones like to begin with a capital)."""
    wanted = _clean(name).casefold()
    for found, role, password_hash in connection.execute(
        "SELECT name, role, password_hash FROM person"
    ):
        if _clean(found).casefold() == wanted:
            return Person(name=found, role=Role(role), password_hash=password_hash)
    return None


def anyone(connection: Connection) -> bool:
    """Whether there is anybody who could sign in."""
    return connection.execute("SELECT 1 FROM person LIMIT 1").fetchone() is not None


def set_password_hash(connection: Connection, name: str, password_hash: str) -> None:
    """Put a hash with better parameters, or of another password, in place of the old one."""
    connection.execute("UPDATE person SET password_hash = ? WHERE name = ?", (password_hash, name))
    connection.note("person", name)


def change_password(connection: Connection, name: str, password_hash: str) -> None:
    """A new password for a person, whose sessions end; raises ``PersonError``."""
    person = _known(connection, name)
    set_password_hash(connection, person.name, password_hash)
    connection.execute("DELETE FROM session WHERE person = ?", (person.name,))


def remove(connection: Connection, name: str) -> None:
    """End a person's account and sessions; raises ``PersonError``."""
    connection.execute("DELETE FROM person WHERE name = ?", (_known(connection, name).name,))


def _known(connection: Connection, name: str) -> Person:
    person = find(connection, name)
    if person is None:
        raise PersonError(f"there is nobody called {name!r}")
    return person


def open_session(connection: Connection, name: str, now: datetime) -> str:
    """Begin a session of the person called ``name`` and return its token, kept nowhere else.

    The token has 256 random bits. Raises ``KeyError`` for an unknown person.
    """
    person = find(connection, name)
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
        "INSERT INTO session (token_sha256, person, csrf, opened_at, used_at) "
        "VALUES (?, ?, ?, ?, ?)",
        (_hash(token), person.name, secrets.token_urlsafe(_TOKEN_BYTES), at, at),
    )
    return token


def session(
    connection: Connection, token: str, now: datetime, idle_s: float, max_s: float
) -> Session | None:
    """The session of ``token``; None when unknown, unused for ``idle_s`` or older than ``max_s``.

    A session from the future (the clock was set back) does not hold either.
    """
    row = connection.execute(
        "SELECT token_sha256, name, role, csrf, opened_at, used_at FROM session "
        "JOIN person ON person.name = session.person WHERE token_sha256 = ?",
        (_hash(token),),
    ).fetchone()
    if row is None:
        return None
    found = Session(
        key=row[0],
        name=row[1],
        role=Role(row[2]),
        csrf=row[3],
        opened_at=from_ms(row[4]),
        used_at=from_ms(row[5]),
    )
    unused, age = now - found.used_at, now - found.opened_at
    slack = timedelta(seconds=-60)
    holds = slack <= unused < timedelta(seconds=idle_s) and age < timedelta(seconds=max_s)
    return found if holds else None


def touch(connection: Connection, token: str, now: datetime) -> None:
    """Note that the session was used."""
    connection.execute(
        "UPDATE session SET used_at = ? WHERE token_sha256 = ?", (to_ms(now), _hash(token))
    )


def end(connection: Connection, token: str) -> None:
    """End the session; its token means nothing from now on."""
    connection.execute("DELETE FROM session WHERE token_sha256 = ?", (_hash(token),))


def _clean(name: str) -> str:
    return " ".join(unicodedata.normalize("NFC", name).split())


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
