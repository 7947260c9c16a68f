"""What the shop tells central of its replica: the position, and the rows it cannot use."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import NoReturn

from device_drivers.links.messages import LinkDownError, MessagePort
from gateway.broker import topics
from gateway.clock import Clock
from gateway.feed import messages
from gateway.feed.messages import Position, Problem, Problems
from gateway.store.replica import RefusedRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where the replica stands, all of one instant; ``refused_first`` of ``refused`` rows."""

    epoch: int
    seq: int
    digest: str
    error: str | None
    applied_at: datetime | None
    refused: int
    refused_first: tuple[RefusedRow, ...]


class Telling:
    """Publishes position and problems when they changed, at most once per ``every_s`` seconds."""

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
        for topic, message in (
            (topics.feed_position(self._gateway), _position(at, time_trusted=self._clock.trusted)),
            (topics.feed_problems(self._gateway), _problems(at, self._clock.now())),
        ):
            await self._port.publish(topic, messages.dump(message), retain=True)


def _position(at: Standing, *, time_trusted: bool) -> Position:
    return Position(
        epoch=at.epoch,
        seq=at.seq,
        digest=at.digest,
        refused=at.refused,
        held=0,
        applied_at=at.applied_at.isoformat() if at.applied_at is not None else None,
        error=at.error,
        time_trusted=None if time_trusted else False,
    )


def _problems(at: Standing, now: datetime) -> Problems:
    return Problems(
        epoch=at.epoch,
        seq=at.seq,
        at=now.isoformat(),
        total=at.refused,
        first=[
            Problem(kind=row.kind, key=row.key, code=row.code, path=row.path, message=row.message)
            for row in at.refused_first
        ],
    )
