"""What the shop tells central of its replica: the position, and the rows it cannot use."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NoReturn

from device_drivers.links.messages import LinkDownError, MessagePort
from gateway.broker import topics
from gateway.clock import Clock
from gateway.domain.price_events import pseudonym
from gateway.feed import holding, messages
from gateway.feed.messages import HoldMessage, Position, Problem, Problems
from gateway.store import holds, replica, withdrawals
from gateway.store.database import Connection
from gateway.store.holds import Hold

_MOST = 100
"""Rows and holds that are named one by one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """What the database says of one source's rows: those not used, and the first of them."""

    applied_at: datetime | None
    refused: int
    held: int
    first: tuple[Problem, ...]
    holds: tuple[Hold, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where the replica stands, all of one instant."""

    epoch: int
    seq: int
    digest: str
    error: str | None
    stored: Stored


def read_stored(connection: Connection, source: str) -> Stored:
    """What is stored of ``source``, in one read transaction."""
    refused, first = replica.refused(connection, source, _MOST)
    known = _veiled(connection, holds.every(connection, source=source))
    problems = [
        Problem(kind=row.kind, key=row.key, code=row.code, path=row.path, message=row.message)
        for row in first
    ]
    for hold in known:
        problems += [
            Problem(
                kind=row.kind,
                key=row.key,
                code=holding.CODES[hold.cause],
                path=hold.path,
                message=holding.words(hold),
            )
            for row in holds.rows(connection, hold.id, _MOST - len(problems))
        ]
    return Stored(
        applied_at=replica.position(connection, source).applied_at,
        refused=refused,
        held=holds.row_count(connection, source),
        first=tuple(problems),
        holds=known[:_MOST],
    )


def _veiled(connection: Connection, known: Sequence[Hold]) -> tuple[Hold, ...]:
    """The holds with a pseudonym for who decided: names of people stay in the shop."""
    key = withdrawals.known_pseudonym_key(connection)
    return tuple(
        hold
        if hold.decided_by is None
        else replace(hold, decided_by="staff" if key is None else pseudonym(key, hold.decided_by))
        for hold in known
    )


class Telling:
    """Publishes position and problems when they changed, at most once per ``every_s`` seconds.

    The problems may be many and change seldom, so the position goes alone where they did not.
    """

    def __init__(
        self,
        port: MessagePort,
        clock: Clock,
        gateway: str,
        every_s: float,
        standing: Callable[[], Awaitable[Standing]],
    ) -> None:
        self._port = port
        self._clock = clock
        self._gateway = gateway
        self._every_s = every_s
        self._standing = standing
        self._changed = asyncio.Event()
        self._known: object = None

    def anew(self) -> None:
        """Tell all of it: whether the broker still has what it was told nobody knows."""
        self._known = None
        self._changed.set()

    def changed(self) -> None:
        """There is something to tell."""
        self._changed.set()

    async def run(self) -> NoReturn:
        """Tell for ever."""
        while True:
            await self._changed.wait()
            self._changed.clear()
            try:
                await self._tell(await self._standing())
            except LinkDownError:
                self._changed.set()
            await asyncio.sleep(self._every_s)

    async def _tell(self, at: Standing) -> None:
        position = _position(at, time_trusted=self._clock.trusted)
        await self._publish(topics.feed_position(self._gateway), position)
        problems = _problems(at, self._clock.now())
        said = (problems.epoch, problems.total, problems.first, problems.holds)
        if said != self._known:
            await self._publish(topics.feed_problems(self._gateway), problems)
            self._known = said

    async def _publish(self, topic: str, message: Position | Problems) -> None:
        await self._port.publish(topic, messages.dump(message), retain=True)


def _position(at: Standing, *, time_trusted: bool) -> Position:
    stored = at.stored
    return Position(
        epoch=at.epoch,
        seq=at.seq,
        digest=at.digest,
        refused=stored.refused,
        held=stored.held,
        applied_at=stored.applied_at.isoformat() if stored.applied_at is not None else None,
        error=at.error,
        time_trusted=None if time_trusted else False,
    )


def _problems(at: Standing, now: datetime) -> Problems:
    return Problems(
        epoch=at.epoch,
        seq=at.seq,
        at=now.isoformat(),
        total=at.stored.refused + at.stored.held,
        first=list(at.stored.first),
        holds=[_told(hold) for hold in at.stored.holds],
    )


def _told(hold: Hold) -> HoldMessage:
    return HoldMessage(
        id=hold.id,
        code=holding.CODES[hold.cause],
        state=hold.state,
        rows=hold.rows,
        seq=hold.seq,
        at=hold.opened_at.isoformat(),
        message=holding.words(hold),
        by=hold.decided_by,
    )
