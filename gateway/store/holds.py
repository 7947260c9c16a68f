"""Holds: rows that the guard keeps out of force until somebody decides.

A held row stands in the replica as it was sent, with the number of its hold; its last good value
stays in force. A hold ends when none of its rows is held any more.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple

from gateway.clock import from_ms, to_ms
from gateway.domain import guarding
from gateway.domain.guarding import Cause
from gateway.store import tasks
from gateway.store.database import Connection

NOTHING = bytes(16)
"""The hash of a row that is gone and held: the digest does not feel it."""
GONE = "null"
TASK = "hold"

State = Literal["open", "accepted", "refused"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """Some rows of one source, held for one cause; ``seq`` is that of the last of them.

    ``mark`` is its last change: who decides says which one they saw.

    Of one odd price ``path`` and ``why`` say what is odd. Open holds wait for a decision; accepted
    ones are going into force; rows of refused ones wait for another row from their source.
    """

    id: int
    source: str
    cause: Cause
    state: State
    rows: int
    seq: int
    path: str
    why: str
    opened_at: datetime
    mark: int
    decided_by: str | None = None
    decided_at: datetime | None = None

    def may_become(self, state: Literal["accepted", "refused"]) -> bool:
        """Whether that can still be decided: a refused hold may be accepted."""
        return self.state not in {"accepted", state}


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldRow:
    """A held row: ``value`` as it was sent (None: deleted), ``good`` is in force meanwhile."""

    kind: str
    key: str
    value: str | None
    good: str | None
    seq: int
    bucket: int
    hash: bytes


_COLUMNS = (
    "id, source, cause, state, rows, coalesce((SELECT max(replica.seq) FROM replica "
    "WHERE replica.hold = hold.id), 0), path, why, opened_at, mark, decided_by, decided_at"
)


def get(connection: Connection, hold: int) -> Hold | None:
    """The hold of this number."""
    row = connection.execute(f"SELECT {_COLUMNS} FROM hold WHERE id = ?", (hold,)).fetchone()
    return None if row is None else _hold(row)


def every(
    connection: Connection, *, source: str | None = None, state: State | None = None
) -> tuple[Hold, ...]:
    """The holds, oldest first: of one source, in one state."""
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM hold WHERE rows > 0 AND (?1 IS NULL OR source = ?1) "
        "AND (?2 IS NULL OR state = ?2) ORDER BY id LIMIT 1000",
        (source, state),
    )
    return tuple(_hold(row) for row in rows)


def row_count(connection: Connection, source: str) -> int:
    """How many rows of ``source`` are held, whatever was decided."""
    total: int = connection.execute(
        "SELECT coalesce(sum(rows), 0) FROM hold WHERE source = ?", (source,)
    ).fetchone()[0]
    return total


def rows(
    connection: Connection,
    hold: int,
    limit: int,
    *,
    offset: int = 0,
    through_seq: int | None = None,
    seen: int | None = None,
) -> tuple[HeldRow, ...]:
    """``limit`` rows of a hold after ``offset`` others, in the order in which they were sent.

    Only those sent up to ``through_seq``, or that came up to the mark ``seen``.
    """
    found = connection.execute(
        "SELECT kind, key, value, good, seq, bucket, hash FROM replica "
        "WHERE hold = ?1 AND (?2 IS NULL OR seq <= ?2) AND (?5 IS NULL OR mark <= ?5) "
        "ORDER BY seq, kind, key LIMIT ?3 OFFSET ?4",
        (hold, through_seq, limit, offset, seen),
    )
    return tuple(
        HeldRow(
            kind=kind,
            key=key,
            value=None if row_hash == NOTHING else value,
            good=good,
            seq=seq,
            bucket=bucket,
            hash=row_hash,
        )
        for kind, key, value, good, seq, bucket, row_hash in found
    )


class KeptPrice(NamedTuple):
    """That a product's newest price is not in force: ``hold`` holds it, None: it was refused."""

    hold: int | None


def kept_price(connection: Connection, products: Iterable[str]) -> KeptPrice | None:
    """The first of ``products`` whose newest price awaits a decision or cannot be used."""
    row = connection.execute(
        "SELECT hold.id FROM json_each(?) AS wanted CROSS JOIN replica "
        "ON replica.kind = 'offers' AND replica.key = wanted.value "
        "LEFT JOIN hold ON hold.id = replica.hold AND hold.state = 'open' "
        "WHERE hold.id IS NOT NULL OR replica.refusal IS NOT NULL LIMIT 1",
        (json.dumps(list(products)),),
    ).fetchone()
    return None if row is None else KeptPrice(hold=row[0])


def newer(connection: Connection, hold: int, seen: int) -> int:
    """How many rows of a hold came after the mark ``seen``."""
    total: int = connection.execute(
        "SELECT count(*) FROM replica WHERE hold = ? AND mark > ?", (hold, seen)
    ).fetchone()[0]
    return total


def next_mark(connection: Connection, hold: int) -> int:
    """Count a change of the hold; returns its mark, which is never given again."""
    connection.note("hold", str(hold))
    mark: int = connection.execute(
        "UPDATE hold SET mark = mark + 1 WHERE id = ? RETURNING mark", (hold,)
    ).fetchone()[0]
    return mark


def set_apart(connection: Connection, hold: Hold, seen: int, most: int, at: datetime) -> int:
    """Move up to ``most`` rows that came after ``seen`` to another open hold of the same cause.

    Nothing moves where no row is older. Returns how many did.
    """
    found = newer(connection, hold.id, seen)
    if found in {0, hold.rows}:
        return 0
    count = min(most, found)
    rest = open_mass(connection, hold.source, hold.cause, other_than=hold.id)
    if rest is None:
        rest = begin(connection, hold.source, hold.cause, at)
    connection.execute(
        "UPDATE replica SET hold = ?, mark = ? WHERE (kind, key, source) IN "
        "(SELECT kind, key, source FROM replica WHERE hold = ? AND mark > ? LIMIT ?)",
        (rest, next_mark(connection, rest), hold.id, seen, count),
    )
    grow(connection, hold.id, -count, at)
    grow(connection, rest, count, at)
    return count


def open_mass(
    connection: Connection, source: str, cause: Cause, *, other_than: int = 0
) -> int | None:
    """The open hold of a source for this cause, which further rows join."""
    row = connection.execute(
        "SELECT id FROM hold WHERE source = ? AND state = 'open' AND cause = ? AND id <> ? LIMIT 1",
        (source, cause.value, other_than),
    ).fetchone()
    return None if row is None else int(row[0])


def pile(connection: Connection, source: str) -> tuple[Hold, ...]:
    """The open holds of one odd price each, oldest first; none while they are few.

    Once no more are held each for itself, the mass that further ones join is among them.
    """
    found = every(connection, source=source, state="open")
    alone = tuple(hold for hold in found if not hold.cause.is_mass)
    if len(alone) <= guarding.FEW_ALONE:
        return ()
    if len(alone) < guarding.ALONE:
        return alone
    return (*alone, *(hold for hold in found if hold.cause is Cause.PRICES))


def open_alone(connection: Connection, source: str) -> int:
    """How many open holds of a source are of one odd price each."""
    total: int = connection.execute(
        "SELECT count(*) FROM hold WHERE source = ? AND state = 'open' "
        "AND cause IN ('price_range', 'price_away')",
        (source,),
    ).fetchone()[0]
    return total


def causes_of_open(connection: Connection, numbers: Iterable[int]) -> dict[int, Cause]:
    """Those of these holds that are open, with their causes."""
    found: dict[int, Cause] = {}
    for number in set(numbers):
        row = connection.execute(
            "SELECT cause FROM hold WHERE id = ? AND state = 'open'", (number,)
        ).fetchone()
        if row is not None:
            found[number] = Cause(row[0])
    return found


def begin(
    connection: Connection,
    source: str,
    cause: Cause,
    at: datetime,
    *,
    path: str = "",
    why: str = "",
) -> int:
    """A new hold, still without rows; returns its number, which is never given again."""
    number = connection.execute(
        "INSERT INTO hold (source, cause, why, path, opened_at) VALUES (?, ?, ?, ?, ?)",
        (source, cause.value, why, path, to_ms(at)),
    ).lastrowid
    if number is None:
        raise AssertionError("an inserted row has a number")
    return number


def describe(connection: Connection, hold: int, cause: Cause, *, path: str, why: str) -> None:
    """Say anew what is odd: another odd price came in place of the held one."""
    connection.execute(
        "UPDATE hold SET cause = ?, path = ?, why = ? WHERE id = ?", (cause.value, path, why, hold)
    )


def grow(connection: Connection, hold: int, by: int, at: datetime) -> None:
    """So many rows more or fewer are held; without any the hold and its task are over."""
    connection.execute("UPDATE hold SET rows = rows + ? WHERE id = ?", (by, hold))
    now = get(connection, hold)
    if now is None:
        return
    if now.rows <= 0:
        connection.execute("DELETE FROM hold WHERE id = ?", (hold,))
        tasks.close(connection, TASK, str(hold))
    elif now.state == "open":
        detail = {"cause": now.cause.value, "rows": now.rows, "message": now.why}
        tasks.open_(connection, TASK, str(hold), detail, at)
    connection.note("hold", str(hold))


def decide(
    connection: Connection, hold: int, state: Literal["accepted", "refused"], by: str, at: datetime
) -> Hold | None:
    """Write down what was decided about an open hold; None when there is none to decide about.

    A refused hold may still be accepted. An accepted one also forgets what the guard counted
    lately: what follows is judged afresh.
    """
    before = get(connection, hold)
    if before is None or not before.may_become(state):
        return None
    connection.execute(
        "UPDATE hold SET state = ?, decided_by = ?, decided_at = ? WHERE id = ?",
        (state, by, to_ms(at), hold),
    )
    tasks.close(connection, TASK, str(hold))
    if state == "accepted":
        forget_lately(connection, before)
    connection.note("hold", str(hold))
    return get(connection, hold)


def forget_lately(connection: Connection, hold: Hold) -> None:
    """Begin to count anew: the mass that the guard saw was meant."""
    connection.execute(
        "DELETE FROM guard_minute WHERE source = ? AND cause = ?", (hold.source, hold.cause.value)
    )


def _hold(
    row: tuple[int, str, str, State, int, int, str, str, int, int, str | None, int | None],
) -> Hold:
    number, source, cause, state, held, seq, path, why, opened_at, mark, by, at = row
    return Hold(
        id=number,
        source=source,
        cause=Cause(cause),
        state=state,
        rows=held,
        seq=seq,
        path=path,
        why=why,
        opened_at=from_ms(opened_at),
        mark=mark,
        decided_by=by,
        decided_at=None if at is None else from_ms(at),
    )
