"""What becomes of held rows: told, accepted or refused.

Who decides says what they saw of the hold: rows that came or changed since stay held and open.
Accepting puts the others in force, in slices short enough that scans and labels go on between; cut
off anywhere it is taken up again. Refusing leaves the last good value in force until the source
sends another row under that key.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from itertools import groupby
from typing import Literal, NoReturn

import structlog

from gateway.clock import Clock
from gateway.domain import events, price_events
from gateway.domain.events import Lane, Origin
from gateway.domain.guarding import Cause
from gateway.feed.messages import Accepts
from gateway.store import holds, outbox, replica, withdrawals
from gateway.store.database import Connection, Database
from gateway.store.holds import HeldRow, Hold
from gateway.store.replica_rows import Row

_SLICE = 100
CODES = {
    Cause.DELETES: "held_deletes",
    Cause.PRICES: "held_prices",
    Cause.PRICE_RANGE: "held_price_range",
    Cause.PRICE_AWAY: "held_price_away",
}
"""What ``problems`` calls a held row."""

Decision = Literal["accepted", "refused"]

log = structlog.get_logger("feed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """About how many ``rows`` was decided; ``left`` came or changed since and are still held.

    Without rows nothing was decided: all that was seen has changed.
    """

    hold: Hold
    rows: int
    left: int


def words(hold: Hold) -> str:
    """Why these rows are held, for central's people."""
    why = why_held(hold.cause, hold.rows, hold.why)
    match hold.state:
        case "open":
            return f"{why}; held until accepted"
        case "accepted":
            return f"{why}; accepted by {hold.decided_by}, going into force"
        case "refused":
            return f"{why}; refused by {hold.decided_by}, waits for another row"


def why_held(cause: Cause, rows: int, odd: str) -> str:
    """Why so many rows are held, or would be; ``odd`` says what is odd about a single price."""
    match cause:
        case Cause.DELETES:
            return f"{rows} deletes are too many at once"
        case Cause.PRICES:
            return f"{rows} price changes are too many at once"
        case _:
            return odd


def tell_opened(numbers: Iterable[int], found: Iterable[Hold]) -> None:
    """One line of log for each hold that is new."""
    by_number = {hold.id: hold for hold in found}
    for number in numbers:
        hold = by_number.get(number)
        if hold is not None:
            log.warning("rows held", hold=number, source=hold.source, why=words(hold))


async def decide(
    database: Database,
    number: int,
    decision: Decision,
    *,
    seen: int,
    by: str,
    origin: Origin,
    at: datetime,
) -> Decided | None:
    """Accept or refuse a hold as it was at the mark ``seen``; it goes up as an event.

    None when it is decided already. Of who did it the event says a pseudonym. A refused hold may
    still be accepted. Raises ``StorageError``.
    """
    apart = 0
    step = partial(_set_apart, number=number, decision=decision, seen=seen, at=at)
    while count := await database.write(step):
        apart += count
    decided = await database.write(
        partial(_decide, number=number, decision=decision, seen=seen, by=by, origin=origin, at=at)
    )
    if decided is None or not decided.rows:
        return decided
    decided = replace(decided, left=decided.left + apart)
    log.info(
        "hold decided",
        hold=number,
        decision=decision,
        by=by,
        rows=decided.rows,
        left=decided.left,
    )
    if decision == "accepted":
        await _put_in_force(database, number, at)
    return decided


class Resuming:
    """Goes on with accepted holds of which rows are left, after a start; pages need not wait."""

    name = "holds-resumed"

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def run(self) -> NoReturn:
        """Once; a full disk is waited for."""
        for hold in await self._database.read(partial(holds.every, state="accepted")):
            await _put_in_force(self._database, hold.id, self._clock.now())
        await asyncio.Event().wait()
        raise AssertionError("nobody sets it")


async def accept_through(database: Database, source: str, accepts: Accepts, at: datetime) -> int:
    """Put all held rows in force that central sent up to ``accepts.seq``; returns how many.

    ``accepts.epoch`` must be the position's.
    """
    total = 0
    for hold in await database.read(partial(holds.every, source=source)):
        count = await _put_in_force(database, hold.id, at, through_seq=accepts.seq)
        total += count
        if count:
            log.info("hold accepted by central", hold=hold.id, rows=count, left=hold.rows - count)
    return total


def _set_apart(
    connection: Connection, number: int, decision: Decision, seen: int, at: datetime
) -> int:
    """Move some of the rows that nobody saw to a hold of their own."""
    hold = holds.get(connection, number)
    if hold is None or not hold.may_become(decision):
        return 0
    return holds.set_apart(connection, hold, seen, _SLICE, at)


def _decide(
    connection: Connection,
    number: int,
    decision: Decision,
    seen: int,
    by: str,
    origin: Origin,
    at: datetime,
) -> Decided | None:
    apart = 0
    # What came since the last slice: a few rows at most.
    while count := _set_apart(connection, number, decision, seen, at):
        apart += count
    hold = holds.get(connection, number)
    if hold is not None and hold.may_become(decision) and holds.newer(connection, number, seen):
        return Decided(hold=hold, rows=0, left=hold.rows)
    decided = holds.decide(connection, number, decision, by, at)
    if decided is None:
        return None
    event = events.hold_decided(
        origin,
        event_id=str(uuid.uuid4()),
        hold=number,
        facts={"source": decided.source, "cause": decided.cause.value, "rows": decided.rows},
        decision=decision,
        by=price_events.pseudonym(withdrawals.pseudonym_key(connection), by),
        time=at,
    )
    outbox.append_or_gap(connection, Lane.KEEP, event, at)
    return Decided(hold=decided, rows=decided.rows, left=apart)


async def _put_in_force(
    database: Database, number: int, at: datetime, *, through_seq: int | None = None
) -> int:
    total = 0
    step = partial(_put_some_in_force, number=number, at=at, through_seq=through_seq)
    while count := await database.write_patiently(step):
        total += count
    return total


def _put_some_in_force(
    connection: Connection, number: int, at: datetime, through_seq: int | None
) -> int:
    hold = holds.get(connection, number)
    found = holds.rows(connection, number, _SLICE, through_seq=through_seq)
    if hold is None or not found:
        return 0
    holds.forget_lately(connection, hold)
    for seq, some in groupby(found, key=lambda row: row.seq):
        rows = [_as_sent(row) for row in some]
        replica.apply(connection, hold.source, rows, seq=seq, at=at)
    return len(found)


def _as_sent(row: HeldRow) -> Row:
    return Row(kind=row.kind, key=row.key, value=row.value, hash=row.hash, bucket=row.bucket)
