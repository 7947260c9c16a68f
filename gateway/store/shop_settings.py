"""The shop's own settings: what was set, who may still change it here, and who changed what."""

from __future__ import annotations

import contextlib
import sqlite3
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Literal

from gateway.clock import from_ms, to_ms
from gateway.domain import price_events, setting_events
from gateway.domain.events import Lane, Origin
from gateway.settings import Settings, Shop, of_shop
from gateway.settings.of_shop import WrongSettingError
from gateway.store import outbox, withdrawals
from gateway.store.database import Connection

TABLE: Final = "shop_setting"
IN_FORCE: Final = "shop_setting_in_force"
"""Told of once the gateway goes by what changed."""
MAX_CHANGES: Final = 1_000
"""Changes that are remembered; the oldest go."""

Way = Literal["page", "file", "command", "central"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A setting as it was set last, with the number of that change; None is the default."""

    value: str | None
    locked: bool
    change: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """One change; ``by`` is '' where central did it."""

    at: datetime
    name: str
    was: str | None
    value: str | None
    locked: bool
    by: str
    way: Way


def kept(connection: Connection) -> dict[str, Kept]:
    """What was set, by name."""
    rows = connection.execute("SELECT name, value, locked, change FROM shop_setting")
    return {
        name: Kept(value=value, locked=bool(locked), change=change)
        for name, value, locked, change in rows
        if name in of_shop.BY_NAME
    }


def shop(connection: Connection, own: Shop) -> Shop:
    """The shop as it is set; who it is stays as in ``own``."""
    values = {name: one.value for name, one in kept(connection).items()}
    return of_shop.with_values(own, values)


def shop_in(file: Path, own: Shop) -> Shop:
    """``shop`` for who has no database open: of its file, as in ``own`` where there is none yet."""
    if not file.exists():
        return own
    with contextlib.closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)) as opened:
        try:
            rows = opened.execute("SELECT name, value FROM shop_setting").fetchall()
        except sqlite3.OperationalError:
            return own  # of an older version: nothing was set there
    return of_shop.with_values(own, dict(rows))


def seen(connection: Connection) -> int:
    """The number of the latest change of all; 0 before the first."""
    row = connection.execute("SELECT max(id) FROM shop_setting_change").fetchone()
    return int(row[0] or 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Who:
    """Who wants settings to be others, and how.

    ``by`` is '' for central, which locks what it sets. ``role`` is None for who is at the box,
    who may change what is not central's. ``seen`` is the change that the page was made after, None
    where nobody looked at one.
    """

    by: str
    way: Way
    role: Literal["manager", "administrator"] | None = None
    seen: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What came of it: names that ``changed``, or what is ``wrong``; then nothing did."""

    changed: tuple[str, ...] = ()
    wrong: tuple[WrongSettingError, ...] = ()


def take(
    connection: Connection,
    settings: Settings,
    origin: Origin,
    wanted: Mapping[str, Any],
    who: Who,
    at: datetime,
) -> Taken:
    """Set what is ``wanted``, all of it or nothing; what is as it was is no change."""
    known, own = kept(connection), shop(connection, settings.shop)
    good, wrong = of_shop.checked(own, wanted)
    now = of_shop.now(own)
    asked = {
        name: value
        for name, value in good.items()
        if who.way == "central" or of_shop.in_force(name, value) != now[name]
    }
    for name, value in asked.items():
        one = known.get(name)
        reason = None
        if who.way != "central" and is_locked(one, settings):
            reason = of_shop.LOCKED
        elif who.role == "manager" and of_shop.BY_NAME[name].least == "administrator":
            reason = of_shop.NOT_YOURS
        elif who.seen is not None and one is not None and one.change > who.seen:
            reason = of_shop.MEANWHILE
        if reason is not None:
            wrong.append(WrongSettingError(name, value or "", reason))
    if wrong:
        return Taken(wrong=tuple(wrong))
    locked = who.way == "central"
    changed = _change(connection, origin, asked, by=who.by, way=who.way, at=at, locked=locked)
    return Taken(changed=changed)


def release(
    connection: Connection, origin: Origin, names: Iterable[str], at: datetime
) -> tuple[str, ...]:
    """Central leaves these to the shop again, with the values they have; which were its own."""
    known = kept(connection)
    values = {name: known[name].value for name in names if name in known and known[name].locked}
    return _change(connection, origin, values, by="", way="central", at=at)


def is_locked(one: Kept | None, settings: Settings) -> bool:
    """Whether central has set it: where there is none any more, the shop decides."""
    return one is not None and one.locked and _has_central(settings)


def _has_central(settings: Settings) -> bool:
    return settings.central.kind != "none"


def _change(
    connection: Connection,
    origin: Origin,
    values: Mapping[str, str | None],
    *,
    by: str,
    way: Way,
    at: datetime,
    locked: bool = False,
) -> tuple[str, ...]:
    """Set these, which were checked; returns the names of those that are others now.

    Each is noted and told to central. A running gateway hears of it and goes by it at once.
    """
    before, changed = kept(connection), []
    for name, value in values.items():
        known = before.get(name)
        was = known.value if known is not None else None
        if was == value and (known is not None and known.locked) == locked:
            continue
        _note(connection, name, was, value, locked=locked, by=by, way=way, at=at)
        changed.append(name)
        if not outbox.has_begun(connection):
            continue  # no gateway has run here yet: nothing is told of what was set before
        told = setting_events.setting_changed(
            origin,
            event_id=str(uuid.uuid4()),
            name=name,
            was=of_shop.told(name, was),
            value=of_shop.told(name, value),
            locked=locked,
            by=price_events.pseudonym(withdrawals.pseudonym_key(connection), by) if by else None,
            way=way,
            time=at,
        )
        outbox.append_or_gap(connection, Lane.KEEP, told, at)
    return tuple(changed)


def _note(
    connection: Connection,
    name: str,
    was: str | None,
    value: str | None,
    *,
    locked: bool,
    by: str,
    way: Way,
    at: datetime,
) -> None:
    number = connection.execute(
        "INSERT INTO shop_setting_change (at, name, was, value, locked, by_whom, way) "
        "VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            *(to_ms(at), name, of_shop.told(name, was), of_shop.told(name, value)),
            *(locked, by, way),
        ),
    ).lastrowid
    connection.execute(
        "INSERT OR REPLACE INTO shop_setting (name, value, locked, change) VALUES (?, ?, ?, ?)",
        (name, value, locked, number),
    )
    connection.execute(
        "DELETE FROM shop_setting_change WHERE id <= ?", ((number or 0) - MAX_CHANGES,)
    )
    connection.note(TABLE, name)


def changes(connection: Connection, limit: int) -> tuple[Changed, ...]:
    """The latest changes, newest first."""
    rows = connection.execute(
        "SELECT at, name, was, value, locked, by_whom, way FROM shop_setting_change "
        "ORDER BY id DESC LIMIT ?",
        (limit,),
    )
    return tuple(
        Changed(
            at=from_ms(at), name=name, was=was, value=value, locked=bool(locked), by=by, way=way
        )
        for at, name, was, value, locked, by, way in rows
    )
