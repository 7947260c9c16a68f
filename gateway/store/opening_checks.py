"""Opening checks: what is known of every label now, and the checks that were made.

A check is kept as it was found; whether a label is right meanwhile is asked of the labels. The
newest are kept, those of the shop's own time and those that somebody asked for counted apart.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from gateway.clock import from_ms, to_ms
from gateway.domain import opening_check
from gateway.domain.labels import Target
from gateway.domain.opening_check import Count, Due, Known, Place, Verdict
from gateway.store import deliveries
from gateway.store.database import Connection

TABLE: Final = "opening_check"
KEPT: Final = 400
"""Of those at the shop's own time: more than a year."""
KEPT_ASKED: Final = 100
MOST_LINES: Final = 2_000
"""Wrong labels listed in one check; of more only the number is kept."""

_SEEN: Final = (
    "SELECT label.id, binding.label IS NOT NULL, label.sight_sha256 IS NOT NULL, "
    "picture.fingerprint, wish.fingerprint, delivery.state, delivery.hold, label.stale, "
    "wish.cause, delivery.attempts, delivery.due_at, "
    "coalesce(delivery.transferred_at, delivery.queued_at), delivery.reason, "
    "coalesce(label.zone, json_extract(article.value, '$.zone')) "
    "FROM label LEFT JOIN binding ON binding.label = label.id "
    "LEFT JOIN wish ON wish.label = label.id LEFT JOIN delivery ON delivery.label = label.id "
    "LEFT JOIN picture ON picture.sha256 = label.sight_sha256 "
    "LEFT JOIN in_force AS article ON article.kind = 'product' AND article.key = binding.product "
    "WHERE label.leaving IS NULL AND label.parked = ''"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A label as it stands.

    ``reason`` is that of its delivery, ``since`` when its picture went out or was queued.
    """

    label: str
    verdict: Verdict
    where: Place
    reason: str | None
    since: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a label says of the price: ``amount`` in ``currency``, '' where it says none.

    ``fingerprint`` names the whole picture, '' where there is none of ours.
    """

    amount: str = ""
    currency: str = ""
    is_from: bool = False
    fingerprint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A label that was wrong, as it was.

    ``name`` is the article's, in the language of labels; ``away`` when one out of reach was heard.
    ``till`` is what the till asked, by a list of that day.
    """

    label: str
    code: str
    alias: str
    where: Place
    target: Target | None
    name: str
    verdict: Verdict
    reason: str | None
    since: datetime | None
    away: datetime | None = None
    panel: tuple[int, int, int]
    shows: Said = field(default_factory=Said)
    should: Said = field(default_factory=Said)
    till: Said = field(default_factory=Said)


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """A check that was made; ``due`` None: ``by`` asked for it."""

    id: int
    at: datetime
    due: Due | None
    by: str | None
    counted: Count


def look(
    connection: Connection, late_before: datetime, among: Iterable[str] | None = None
) -> tuple[Found, ...]:
    """How every label that counts stands, or those ``among`` these, in no order."""
    only = "" if among is None else " AND label.id IN (SELECT value FROM json_each(?))"
    values = () if among is None else (json.dumps(list(among)),)
    late = to_ms(late_before)
    found = (_found(row, late) for row in connection.execute(_SEEN + only, values))
    return tuple(one for one in found if one is not None)


def _found(row: tuple[Any, ...], late_before: int) -> Found | None:
    state, hold, stale, cause, attempts, due_at, since = row[5:12]
    is_under_way = state in {"queued", "transferred"}
    is_last_word = state == "transferred" and due_at is None and hold is None
    known = Known(
        bound=bool(row[1]),
        has_picture=bool(row[2]),
        shown=row[3],
        wished=row[4],
        state=state,
        hold=hold,
        stale=bool(stale),
        on_test=cause == deliveries.CARD,
        late=is_under_way
        and hold is None
        and not is_last_word
        and attempts > 0
        and since < late_before,
        is_last_word=is_last_word,
    )
    verdict = opening_check.verdict(known)
    if verdict is None:
        return None
    return Found(
        label=row[0],
        verdict=verdict,
        where=opening_check.place(row[13]),
        reason=row[12],
        since=None if since is None else from_ms(since),
    )


def put(
    connection: Connection,
    counted: Count,
    lines: Sequence[Line],
    *,
    at: datetime,
    due: Due | None = None,
    by: str | None = None,
) -> tuple[int, bool]:
    """Keep a check and forget the oldest; returns its number, and whether it is new.

    It is not when the one that is ``due`` was made already: that one stays.
    """
    done = connection.execute(
        "INSERT INTO opening_check (at, due_at, opens_at, by, right, received, wrong, lines) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (due_at) DO NOTHING",
        (
            to_ms(at),
            None if due is None else to_ms(due.at),
            None if due is None or due.opens is None else to_ms(due.opens),
            by,
            *(counted.right, counted.received),
            json.dumps({one.value: number for one, number in counted.wrong.items()}),
            zlib.compress(json.dumps([_written(line) for line in lines[:MOST_LINES]]).encode()),
        ),
    )
    if due is not None and not done.rowcount:
        before = connection.execute(
            "SELECT id FROM opening_check WHERE due_at = ?", (to_ms(due.at),)
        ).fetchone()
        return before[0], False
    number = done.lastrowid or 0
    for condition, most in (("due_at IS NOT NULL", KEPT), ("due_at IS NULL", KEPT_ASKED)):
        connection.execute(
            f"DELETE FROM opening_check WHERE {condition} AND id NOT IN "
            f"(SELECT id FROM opening_check WHERE {condition} ORDER BY id DESC LIMIT ?)",
            (most,),
        )
    connection.note(TABLE, str(number))
    return number, True


_COLUMNS: Final = "id, at, due_at, opens_at, by, right, received, wrong"


def get(connection: Connection, number: int) -> Check | None:
    """The check with this number."""
    row = connection.execute(
        f"SELECT {_COLUMNS} FROM opening_check WHERE id = ?", (number,)
    ).fetchone()
    return None if row is None else _check(row)


def latest(connection: Connection, limit: int, before: int = 2**53) -> tuple[Check, ...]:
    """The newest checks with a number below ``before``, newest first."""
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM opening_check WHERE id < ? ORDER BY id DESC LIMIT ?",
        (before, limit),
    )
    return tuple(map(_check, rows))


def last_due(connection: Connection) -> datetime | None:
    """The time of the newest check that the shop asked for."""
    row = connection.execute("SELECT max(due_at) FROM opening_check").fetchone()
    return None if row[0] is None else from_ms(row[0])


def lines(
    connection: Connection, number: int, first: int = 1, most: int = MOST_LINES
) -> tuple[Line, ...]:
    """What was wrong in a check, in walking order: up to ``most`` from the place ``first`` on."""
    kept = _kept(connection, number)
    return tuple(map(_read, kept[first - 1 : first - 1 + most]))


def listed(connection: Connection, number: int) -> tuple[str, ...]:
    """The labels of all these lines; cheaper than the lines."""
    return tuple(value["label"] for value in _kept(connection, number))


def _kept(connection: Connection, number: int) -> list[dict[str, Any]]:
    row = connection.execute("SELECT lines FROM opening_check WHERE id = ?", (number,)).fetchone()
    found: list[dict[str, Any]] = [] if row is None else json.loads(zlib.decompress(row[0]))
    return found


def _check(row: tuple[Any, ...]) -> Check:
    due = None
    if row[2] is not None:
        due = Due(at=from_ms(row[2]), opens=None if row[3] is None else from_ms(row[3]))
    wrong = {Verdict(name): number for name, number in json.loads(row[7]).items()}
    return Check(
        id=row[0],
        at=from_ms(row[1]),
        due=due,
        by=row[4],
        counted=Count(right=row[5], received=row[6], wrong=wrong),
    )


def _written(line: Line) -> dict[str, Any]:
    target = line.target
    return {
        "label": line.label,
        "code": line.code,
        "alias": line.alias,
        "where": [line.where.zone, line.where.bay],
        "target": None if target is None else [target.product, target.group, dict(target.where)],
        "name": line.name,
        "verdict": line.verdict.value,
        "reason": line.reason,
        "since": None if line.since is None else to_ms(line.since),
        "away": None if line.away is None else to_ms(line.away),
        "panel": line.panel,
        "shows": _said(line.shows),
        "should": _said(line.should),
        "till": _said(line.till),
    }


def _said(said: Said) -> list[str | bool]:
    return [said.amount, said.currency, said.is_from, said.fingerprint]


def _read(value: Mapping[str, Any]) -> Line:
    target, since, away = value["target"], value["since"], value["away"]
    width, height, dpi = value["panel"]
    return Line(
        label=value["label"],
        code=value["code"],
        alias=value["alias"],
        where=Place(zone=value["where"][0], bay=value["where"][1]),
        target=target and Target(product=target[0], group=target[1], where=target[2]),
        name=value["name"],
        verdict=Verdict(value["verdict"]),
        reason=value["reason"],
        since=None if since is None else from_ms(since),
        away=None if away is None else from_ms(away),
        panel=(width, height, dpi),
        shows=_said_of(value["shows"]),
        should=_said_of(value["should"]),
        till=_said_of(value["till"]),
    )


def _said_of(value: Sequence[Any]) -> Said:
    return Said(amount=value[0], currency=value[1], is_from=value[2], fingerprint=value[3])
