"""Scanners and sensors that may post events over HTTP, each with a token of its own."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from gateway.clock import from_ms, to_ms
from gateway.errors import AnaquelError
from gateway.store.database import Connection

_NAME: Final = re.compile(r"[A-Za-z0-9._-]{1,64}")


class DeviceError(AnaquelError):
    """The device cannot be added or removed; the message says what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """A device that has a token."""

    name: str
    added_at: datetime


def add(connection: Connection, name: str, now: datetime) -> str:
    """Let a device post, and return its token: the only time that anybody can see it.

    Raises ``DeviceError``.
    """
    if _NAME.fullmatch(name) is None:
        raise DeviceError(f"{name!r} is no device name: use 1 to 64 of A-Z a-z 0-9 . _ -")
    token = secrets.token_urlsafe(32)
    added = connection.execute(
        "INSERT OR IGNORE INTO device VALUES (?, ?, ?)", (name, _hash(token), to_ms(now))
    ).rowcount
    if not added:
        raise DeviceError(f"{name} has a token already: remove the device first, then add it again")
    connection.note("device", name)
    return token


def remove(connection: Connection, name: str) -> None:
    """End a device's token. Raises ``DeviceError``."""
    if not connection.execute("DELETE FROM device WHERE id = ?", (name,)).rowcount:
        raise DeviceError(f"there is no device {name}")
    connection.note("device", name)


def by_token(connection: Connection, token: str) -> str | None:
    """The name of the device that holds ``token``."""
    row = connection.execute(
        "SELECT id FROM device WHERE token_sha256 = ?", (_hash(token),)
    ).fetchone()
    return None if row is None else str(row[0])


def every(connection: Connection) -> Sequence[Device]:
    """All devices by name."""
    rows = connection.execute("SELECT id, added_at FROM device ORDER BY id")
    return [Device(name=name, added_at=from_ms(added_at)) for name, added_at in rows]


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
