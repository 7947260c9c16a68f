"""Phones and scanners that people of the shop share: on them a short code or a badge signs in."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from gateway.clock import from_ms, to_ms
from gateway.errors import AnaquelError
from gateway.store.database import Connection
from gateway.store.sessions import hash_

MAX_DEVICES: Final = 200
MAX_ENROLMENTS: Final = 20
VALID_FOR: Final = timedelta(minutes=15)
"""How long a code enrols a device."""
LONGEST_NAME: Final = 40
CODE_LETTERS: Final = "23456789BCDFGHJKLMNPQRSTVWXYZ"
"""No vowels, so that it spells no word; nothing that looks like something else."""
CODE_LENGTH: Final = 10


class SharedDeviceError(AnaquelError):
    """The device cannot be enrolled; the message says what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedDevice:
    """An enrolled device."""

    id: int
    name: str
    enrolled_at: datetime
    enrolled_by: str
    used_at: datetime


def invite(connection: Connection, name: str, by: str, now: datetime) -> str:
    """The code that enrols one device under ``name``, once and for a quarter of an hour.

    Raises ``SharedDeviceError`` for a name that cannot be, or too many.
    """
    clean = " ".join(name.split())
    if not clean or len(clean) > LONGEST_NAME or not clean.isprintable():
        raise SharedDeviceError(f"{name!r} is no name of a device: use 1 to {LONGEST_NAME} letters")
    if len(every(connection)) >= MAX_DEVICES:
        raise SharedDeviceError(f"{MAX_DEVICES} devices are enrolled: remove one first")
    connection.execute(
        "DELETE FROM enrolment WHERE until <= ?1 OR until > ?2 OR code_sha256 IN "
        "(SELECT code_sha256 FROM enrolment ORDER BY until DESC LIMIT -1 OFFSET ?3)",
        (to_ms(now), to_ms(now + 2 * VALID_FOR), MAX_ENROLMENTS - 1),
    )
    code = "".join(secrets.choice(CODE_LETTERS) for _ in range(CODE_LENGTH))
    connection.execute(
        "INSERT INTO enrolment (code_sha256, device, by, until) VALUES (?, ?, ?, ?)",
        (hash_(code), clean, by, to_ms(now + VALID_FOR)),
    )
    return code


def enrol(connection: Connection, code: str, now: datetime) -> str | None:
    """The token of the device that shows ``code``, kept nowhere else; None for a wrong code."""
    plain = "".join(code.upper().split()).replace("-", "")
    row = connection.execute(
        "DELETE FROM enrolment WHERE code_sha256 = ? RETURNING device, by, until", (hash_(plain),)
    ).fetchone()
    if row is None or not now < from_ms(row[2]) <= now + VALID_FOR:
        return None
    token = secrets.token_urlsafe(32)
    at = to_ms(now)
    connection.execute(
        "INSERT INTO shared_device (name, token_sha256, enrolled_at, enrolled_by, used_at) "
        "VALUES (?, ?, ?, ?, ?)",
        (row[0], hash_(token), at, row[1], at),
    )
    return token


def by_token(connection: Connection, token: str) -> SharedDevice | None:
    """The device that holds ``token``."""
    row = connection.execute(
        f"SELECT {_COLUMNS} WHERE token_sha256 = ?", (hash_(token),)
    ).fetchone()
    return None if row is None else _device(row)


def every(connection: Connection) -> tuple[SharedDevice, ...]:
    """All of them, by name."""
    return tuple(_device(row) for row in connection.execute(f"SELECT {_COLUMNS} ORDER BY name, id"))


def used(connection: Connection, device: int, now: datetime) -> None:
    """Somebody signed in on it."""
    connection.execute("UPDATE shared_device SET used_at = ? WHERE id = ?", (to_ms(now), device))


def remove(connection: Connection, device: int) -> None:
    """It is no shared device any more; who is signed in on it is not."""
    connection.execute("DELETE FROM shared_device WHERE id = ?", (device,))


_COLUMNS = "id, name, enrolled_at, enrolled_by, used_at FROM shared_device"


def _device(row: tuple[int, str, int, str, int]) -> SharedDevice:
    return SharedDevice(
        id=row[0],
        name=row[1],
        enrolled_at=from_ms(row[2]),
        enrolled_by=row[3],
        used_at=from_ms(row[4]),
    )
