"""Who may post over HTTP, each with a token of its own: devices events, systems the catalogue."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from gateway.clock import from_ms, to_ms
from gateway.errors import AnaquelError
from gateway.store.database import Connection

Scope = Literal["events", "catalogue"]
"""What a token is good for, and nothing else: a device sends events, a system writes rows."""

_NAME: Final = re.compile(r"[A-Za-z0-9._-]{1,64}")
_NOUNS: Final[dict[Scope, str]] = {"events": "device", "catalogue": "system"}


class DeviceError(AnaquelError):
    """The device or system cannot be added or removed; the message says what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """Whoever holds a token."""

    name: str
    scope: Scope
    added_at: datetime


def add(connection: Connection, name: str, now: datetime, *, scope: Scope = "events") -> str:
    """Let a device or system post, and return its token: the only time that anybody can see it.

    A name is given once, whatever its scope. Raises ``DeviceError``.
    """
    noun = _NOUNS[scope]
    if _NAME.fullmatch(name) is None:
        raise DeviceError(f"{name!r} is no {noun} name: use 1 to 64 of A-Z a-z 0-9 . _ -")
    token = secrets.token_urlsafe(32)
    added = connection.execute(
        "INSERT OR IGNORE INTO device (id, token_sha256, added_at, scope) VALUES (?, ?, ?, ?)",
        (name, _hash(token), to_ms(now), scope),
    ).rowcount
    if not added:
        raise DeviceError(
            f"{name} has a token already: remove it first, or choose another name for this {noun}"
        )
    connection.note("device", name)
    return token


def remove(connection: Connection, name: str, *, scope: Scope = "events") -> None:
    """End a token. Raises ``DeviceError``."""
    gone = connection.execute("DELETE FROM device WHERE id = ? AND scope = ?", (name, scope))
    if not gone.rowcount:
        raise DeviceError(f"there is no {_NOUNS[scope]} {name}")
    connection.note("device", name)


def by_token(connection: Connection, token: str) -> Device | None:
    """Who holds ``token``."""
    row = connection.execute(
        "SELECT id, scope, added_at FROM device WHERE token_sha256 = ?", (_hash(token),)
    ).fetchone()
    return None if row is None else Device(name=row[0], scope=row[1], added_at=from_ms(row[2]))


def every(connection: Connection) -> Sequence[Device]:
    """All devices and systems by name."""
    rows = connection.execute("SELECT id, scope, added_at FROM device ORDER BY id")
    return [Device(name=name, scope=scope, added_at=from_ms(at)) for name, scope, at in rows]


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
