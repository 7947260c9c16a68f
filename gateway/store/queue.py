"""Whose turn it is: deliveries that are due, by the way to their labels and by rank.

While a delivery is handed over its turn is the end of its *lease*: should the process die, it is
due again then, and a delivery that takes long renews it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from device_drivers.api import correction as corrections
from device_drivers.api.correction import Correction
from device_drivers.api.drivers import Described, Reason
from gateway.clock import from_ms, to_ms
from gateway.domain.ranking import Rank
from gateway.store.database import Connection
from gateway.store.deliveries import LINK_DOWN, note


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A delivery whose turn has come.

    ``shows`` is the hash of the picture on the label where that is the very picture of the wish;
    where frames are corrected on their way only the encoded picture tells, and ``sight`` is the
    hash of what the label shows. ``loose``: the picture of an older wish may still arrive.
    ``repeat``: a person wants it sent whatever the label shows; ``described`` says so until the way
    took it.
    """

    label: str
    family: str
    described: Described
    wish: str
    fingerprint: str
    attempts: int
    reason: str | None
    same: int = 0
    way: str = ""
    rank: Rank = Rank.REST
    shows: str | None = None
    loose: bool = False
    repeat: bool = False
    sight: str | None = None
    correction: Correction | None = None


def ways(connection: Connection) -> tuple[str, ...]:
    """The ways over which a delivery waits for its turn."""
    # Steps from way to way in the index: a distinct over it would read all of it.
    rows = connection.execute(
        "WITH RECURSIVE step (way) AS ("
        "SELECT min(way) FROM delivery WHERE due_at IS NOT NULL AND way > '' UNION ALL "
        "SELECT (SELECT min(way) FROM delivery WHERE due_at IS NOT NULL AND way > step.way) "
        "FROM step WHERE step.way IS NOT NULL) SELECT way FROM step WHERE way IS NOT NULL"
    )
    return tuple(way for (way,) in rows)


def due(
    connection: Connection,
    way: str,
    at: datetime,
    limit: int,
    ranks: Iterable[Rank] = tuple(Rank),
) -> tuple[Due, ...]:
    """The deliveries over ``way`` whose turn has come: lower ranks, then the longest waiting."""
    waiting = connection.execute(
        "SELECT value FROM json_each(?) AS rank WHERE EXISTS (SELECT 1 FROM delivery "
        "WHERE way = ? AND delivery.rank = rank.value AND due_at <= ?)",
        (_numbers(ranks), way, to_ms(at)),
    ).fetchall()
    found: list[Due] = []
    for (rank,) in sorted(waiting):
        if len(found) < limit:
            found += _due(connection, way, Rank(rank), at, limit - len(found))
    return tuple(found)


def _numbers(ranks: Iterable[Rank]) -> str:
    return json.dumps([int(rank) for rank in ranks])


def _due(connection: Connection, way: str, rank: Rank, at: datetime, limit: int) -> Iterable[Due]:
    rows = connection.execute(
        "SELECT delivery.label, label.family, delivery.wish, wish.fingerprint, delivery.attempts, "
        "delivery.reason, label.model, label.formats, label.firmware, label.via, delivery.same, "
        "delivery.loose, label.sight_sha256, picture.fingerprint = wish.fingerprint, "
        "label.correction, wish.raw, delivery.repeat "
        "FROM delivery JOIN wish ON wish.label = delivery.label "
        "JOIN label ON label.id = delivery.label "
        "LEFT JOIN picture ON picture.sha256 = label.sight_sha256 "
        "WHERE delivery.way = ? AND delivery.rank = ? AND delivery.due_at <= ? "
        "ORDER BY delivery.due_at, delivery.label LIMIT ?",
        (way, int(rank), to_ms(at), limit),
    )
    for row in rows:
        described = Described(
            label=row[0],
            model=row[6],
            formats=tuple(row[7].split(",")) if row[7] else (),
            firmware=row[8],
            via=row[9],
            repeat=row[16] == 1,
        )
        yield Due(
            label=row[0],
            family=row[1],
            described=described,
            wish=row[2],
            fingerprint=row[3],
            attempts=row[4],
            reason=row[5],
            same=row[10],
            way=way,
            rank=rank,
            shows=row[12] if row[13] and not row[14] else None,
            loose=bool(row[11]),
            repeat=bool(row[16]),
            sight=row[12],
            correction=None
            if row[15] or not row[14]
            else corrections.from_json(json.loads(row[14])),
        )


def next_due(
    connection: Connection,
    *,
    after: datetime | None = None,
    ranks: Iterable[Rank] = tuple(Rank),
) -> datetime | None:
    """When the next delivery's turn comes, or the next one ``after`` an instant."""
    least = -1 if after is None else to_ms(after)
    earliest: int | None = connection.execute(
        "SELECT min((SELECT min(due_at) FROM delivery WHERE way = over.value "
        "AND delivery.rank = rank.value AND due_at > ?)) "
        "FROM json_each(?) AS over CROSS JOIN json_each(?) AS rank",
        (least, json.dumps(ways(connection)), _numbers(ranks)),
    ).fetchone()[0]
    return None if earliest is None else from_ms(earliest)


def current(connection: Connection, labels: Iterable[str]) -> Mapping[str, str]:
    """The ids of the wishes that these labels have now and that have a turn."""
    found = {}
    for label in labels:
        row = connection.execute(
            "SELECT wish FROM delivery WHERE label = ? AND (hold IS NULL OR state = 'transferred')",
            (label,),
        ).fetchone()
        if row is not None:
            found[label] = row[0]
    return found


def handing_over(
    connection: Connection, label: str, wish_id: str, sha256: str, *, at: datetime, until: datetime
) -> bool:
    """Note, before the first byte leaves, which picture goes out, with a lease ``until`` then.

    False when the label has another wish by now, or must wait: then nothing may be sent.
    """
    done = connection.execute(
        "UPDATE delivery SET sha256 = ?, attempts = attempts + 1, due_at = ?, handed_at = ?, "
        "earliest_at = NULL WHERE label = ? AND wish = ? AND due_at IS NOT NULL",
        (sha256, to_ms(until), to_ms(at), label, wish_id),
    )
    connection.note("label", label)
    return done.rowcount == 1


def renew(connection: Connection, held: Mapping[str, str], until: datetime) -> None:
    """The deliveries of these labels (with their wishes) are still under way."""
    connection.executemany(
        "UPDATE delivery SET due_at = max(due_at, ?) "
        "WHERE label = ? AND wish = ? AND due_at IS NOT NULL",
        [(to_ms(until), label, wish) for label, wish in held.items()],
    )


def wake(connection: Connection, label: str, at: datetime) -> None:
    """The label is heard now: what waited for that has its turn."""
    done = connection.execute(
        "UPDATE delivery SET due_at = max(?1, coalesce(earliest_at, 0)) "
        "WHERE label = ?2 AND reason = ?3 AND due_at > max(?1, coalesce(earliest_at, 0)) "
        "AND state <> 'shown'",
        (to_ms(at), label, Reason.ASLEEP.value),
    )
    if done.rowcount:
        note(connection, label)


def link_up(connection: Connection, family: str, via: str, at: datetime) -> None:
    """``via``, or every way to labels of ``family``, is open: what waited for it is due."""
    condition, ways = _over(family, via)
    connection.execute(
        f"UPDATE delivery SET due_at = :at WHERE reason = :down AND due_at > :at AND {condition}",
        {"at": to_ms(at), "down": LINK_DOWN, **ways},
    )
    connection.note("turn", "")
    connection.note("delivery", "")


def all_due(connection: Connection, family: str, via: str, at: datetime) -> None:
    """What was on its way over ``via``, or to any label of ``family``, may be gone: all again.

    What a label slept through was never on its way, and nothing goes before its earliest time.
    """
    condition, ways = _over(family, via)
    connection.execute(
        "UPDATE delivery SET due_at = max(:at, coalesce(earliest_at, 0)) "
        "WHERE due_at > max(:at, coalesce(earliest_at, 0)) AND reason IS NOT :asleep "
        f"AND {condition}",
        {"at": to_ms(at), "asleep": Reason.ASLEEP.value, **ways},
    )
    connection.note("turn", "")
    connection.note("delivery", "")


def clock_jumped(connection: Connection, at: datetime) -> None:
    """Turns were set by another time: every delivery that waits for one has it now."""
    connection.execute(
        "UPDATE delivery SET due_at = ?, earliest_at = NULL WHERE due_at IS NOT NULL", (to_ms(at),)
    )
    connection.note("turn", "")
    connection.note("delivery", "")


def moved(connection: Connection, label: str, way: str) -> None:
    """The label is reached over another way from now on."""
    connection.execute("UPDATE delivery SET way = ? WHERE label = ?", (way, label))
    connection.note("turn", label)


def _over(family: str, via: str) -> tuple[str, dict[str, str]]:
    """The condition for the ways of a family, or for ``via`` with what nobody heard yet.

    The ways of a family lie in a range: ``/`` is followed by ``0``.
    """
    if via:
        return "way IN (:way, :unknown)", {"way": f"{family}/{via}", "unknown": f"{family}/"}
    return "way >= :first AND way < :beyond", {"first": f"{family}/", "beyond": f"{family}0"}
