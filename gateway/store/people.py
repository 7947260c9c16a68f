"""Who may work on the staff site: hashes only, never a password, a short code or a badge."""

from __future__ import annotations

import hashlib
import secrets
import unicodedata
from dataclasses import dataclass
from enum import Enum
from typing import Final

from gateway.errors import AnaquelError
from gateway.store.database import Connection

LONGEST_NAME: Final = 64
MAX_PEOPLE: Final = 1_000
BADGE: Final = "ANQ"
"""How what stands on a badge begins."""

_BADGE_LETTERS: Final = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_COLUMNS: Final = "name, role, password_hash, pin_hash, badge_sha256 IS NOT NULL"


class PersonError(AnaquelError):
    """The person cannot be added; the message says what to do."""


class Role(Enum):
    """What a person may do, as ``gateway.staff.permits`` has it; a later one may more."""

    CLERK = "clerk"
    MANAGER = "manager"
    ADMINISTRATOR = "administrator"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who may sign in."""

    name: str
    role: Role
    password_hash: str
    pin_hash: str | None = None
    has_badge: bool = False


def add(connection: Connection, name: str, role: str, password_hash: str) -> Person:
    """Let somebody sign in. Raises ``PersonError`` for a name or role that cannot be."""
    clean = _clean(name)
    if not clean or len(clean) > LONGEST_NAME or not clean.isprintable():
        raise PersonError(f"{name!r} is no name: use 1 to {LONGEST_NAME} letters, digits or spaces")
    if len(every(connection)) >= MAX_PEOPLE:
        raise PersonError(f"there are {MAX_PEOPLE} people already: remove one first")
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
    wanted = key_of(name)
    for row in connection.execute(f"SELECT {_COLUMNS} FROM person"):
        if key_of(row[0]) == wanted:
            return _person(row)
    return None


def anyone(connection: Connection) -> bool:
    """Whether there is anybody who could sign in."""
    return connection.execute("SELECT 1 FROM person LIMIT 1").fetchone() is not None


def set_password_hash(connection: Connection, name: str, password_hash: str) -> None:
    """Put a hash with better parameters, or of another password, in place of the old one."""
    connection.execute("UPDATE person SET password_hash = ? WHERE name = ?", (password_hash, name))
    connection.note("person", name)


def exchange_password_hash(connection: Connection, name: str, was: str, password_hash: str) -> bool:
    """Like ``set_password_hash``, unless the hash is no longer ``was``; whether it was."""
    done = connection.execute(
        "UPDATE person SET password_hash = ? WHERE name = ? AND password_hash = ?",
        (password_hash, name, was),
    ).rowcount
    if done:
        connection.note("person", name)
    return bool(done)


def is_as(connection: Connection, person: Person) -> bool:
    """Whether the person is still there, with the secrets of then."""
    found = find(connection, person.name)
    return found is not None and (found.password_hash, found.pin_hash) == (
        person.password_hash,
        person.pin_hash,
    )


def key_of(name: str) -> str:
    """The same for everything that ``find`` takes for one name."""
    return _clean(name).casefold()


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


def every(connection: Connection) -> tuple[Person, ...]:
    """Everybody, by name."""
    rows = connection.execute(f"SELECT {_COLUMNS} FROM person ORDER BY name COLLATE NOCASE")
    return tuple(_person(row) for row in rows)


def change_role(connection: Connection, name: str, role: Role) -> None:
    """Another role for a person; raises ``PersonError``."""
    person = _known(connection, name)
    connection.execute("UPDATE person SET role = ? WHERE name = ?", (role.value, person.name))
    connection.note("person", person.name)


def set_pin_hash(connection: Connection, name: str, pin_hash: str | None) -> None:
    """The short code of a person, or none; raises ``PersonError``."""
    person = _known(connection, name)
    connection.execute("UPDATE person SET pin_hash = ? WHERE name = ?", (pin_hash, person.name))
    connection.note("person", person.name)


def give_badge(connection: Connection, name: str) -> str:
    """What the person's new badge says, kept nowhere else; an old badge is worth nothing.

    It has 120 random bits. Raises ``PersonError``.
    """
    person = _known(connection, name)
    badge = BADGE + "".join(secrets.choice(_BADGE_LETTERS) for _ in range(24))
    connection.execute(
        "UPDATE person SET badge_sha256 = ? WHERE name = ?", (_hash(badge), person.name)
    )
    connection.note("person", person.name)
    return badge


def by_badge(connection: Connection, badge: str) -> Person | None:
    """Whose badge says that."""
    row = connection.execute(
        f"SELECT {_COLUMNS} FROM person WHERE badge_sha256 = ?", (_hash(badge.strip().upper()),)
    ).fetchone()
    return None if row is None else _person(row)


def _person(row: tuple[str, str, str, str | None, int]) -> Person:
    return Person(
        name=row[0],
        role=Role(row[1]),
        password_hash=row[2],
        pin_hash=row[3],
        has_badge=bool(row[4]),
    )


def _clean(name: str) -> str:
    return " ".join(unicodedata.normalize("NFC", name).split())


def _hash(badge: str) -> str:
    return hashlib.sha256(badge.encode()).hexdigest()
