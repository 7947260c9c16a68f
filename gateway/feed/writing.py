"""Central's rows on their way into the replica: deltas gathered and committed with the position.

The digests follow what is committed, never what is about to be.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from functools import partial

import structlog

from gateway.clock import Clock
from gateway.feed import checking, holding, rows
from gateway.feed.digest import Buckets, Digests
from gateway.feed.messages import Accepts, Change, Delta, Place
from gateway.feed.repair import Page
from gateway.store import holds, replica
from gateway.store.database import Connection, Database
from gateway.store.guarding import Guard
from gateway.store.replica import Position
from gateway.store.replica_rows import Row, Written

BATCH = 100
"""Deltas under one commit at most."""

_CHANGES = 500
"""So many changes are enough for one commit: what scans wait for must be short."""

log = structlog.get_logger("feed")


class Writing:
    """Writes what ``source`` says; one at a time may use it."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        source: str,
        owner: checking.Owner,
        guard: Callable[[], Guard],
    ) -> None:
        self.digests = Digests()
        self.accepts: Accepts | None = None
        self.unknown_rows = 0
        self._database = database
        self._clock = clock
        self._source = source
        self._owner = owner
        self._guard = guard
        self._taken: list[Delta] = []
        self._changes = 0

    async def begin(self) -> Position:
        """Count the digest of what is there; returns how far that is."""
        at = await self._database.read(partial(replica.position, source=self._source))
        await self.recount()
        self.digests.remember(at.epoch, at.seq)
        return at

    async def recount(self) -> None:
        """Count the digest anew; those of earlier positions are of rows that were mended."""
        self.digests = Digests(await self._database.read(self._count))

    def take(self, delta: Delta) -> bool:
        """Have the delta written by the next ``commit``; returns whether that is due."""
        self._taken.append(delta)
        self._changes += len(delta.changes)
        return len(self._taken) >= BATCH or self._changes >= _CHANGES

    async def commit(self) -> bool:
        """Write the deltas taken so far, with the position of the last, in one transaction.

        Returns whether there were any.
        """
        deltas, self._taken, self._changes = self._taken, [], 0
        if not deltas:
            return False
        at = self._clock.now()
        checked_rows = [self._checked(delta.changes) for delta in deltas]

        def write(connection: Connection) -> list[Written]:
            numbered = [
                (delta.seq, checked) for delta, checked in zip(deltas, checked_rows, strict=True)
            ]
            last = deltas[-1]
            guard_at = partial(self.guard_at, last.epoch)
            written = replica.apply_all(
                connection, self._source, numbered, at=at, guard_at=guard_at
            )
            replica.move(connection, self._source, epoch=last.epoch, seq=last.seq, at=at)
            return written

        all_written = await self._database.write_patiently(write)
        for delta, checked, written in zip(deltas, checked_rows, all_written, strict=True):
            self.digests.buckets.toggle_all(written.toggles)
            self.digests.remember(delta.epoch, delta.seq)
            _tell_refused(written.newly_refused)
            self.unknown_rows += sum(not rows.is_known(row.kind) for row in checked)
        await self._tell_held(all_written)
        return True

    def guard_at(self, epoch: int, seq: int) -> Guard | None:
        """The guard over what is sent at this position; None where central says it is meant."""
        accepts = self.accepts
        if accepts is not None and accepts.epoch == epoch and seq <= accepts.seq:
            return None
        return self._guard()

    async def heed(self, accepts: Accepts | None, epoch: int) -> None:
        """From now on what central accepts is not held, and what was held of it goes into force.

        ``epoch`` is the position's; nothing may wait to be committed.
        """
        self.accepts = accepts
        if accepts is not None and accepts.epoch == epoch:
            await holding.accept_through(self._database, self._source, accepts, self._clock.now())

    async def _tell_held(self, written: Iterable[Written]) -> None:
        opened = [number for one in written for number in one.opened]
        if opened:
            every = partial(holds.every, source=self._source)
            holding.tell_opened(opened, await self._database.read(every))

    async def mend(self, page: Page, epoch: int, seq: int) -> None:
        """Make our rows those of the page, at our position as it is; nothing may wait to commit.

        Only this object writes the source's rows, so what is read before is so when it is written.
        """
        place = partial(replica.in_bucket, source=self._source, bucket=page.bucket)
        held = await self._database.read(
            partial(place, after=_pair(page.after), through=_pair(page.through))
        )
        theirs = {(row.kind, row.key): row for row in self._checked(page.rows)}
        wanted = [row for place, row in theirs.items() if held.get(place) != row.hash]
        gone = [
            Row(kind=kind, key=key, value=None, hash=b"", bucket=page.bucket)
            for kind, key in held.keys() - theirs.keys()
        ]
        rows = [row for row in wanted + gone if (row.kind, row.key) not in page.newer]
        at = self._clock.now()
        written = await self._database.write_patiently(
            partial(
                replica.apply,
                source=self._source,
                rows=rows,
                seq=page.seq,
                at=at,
                guard=self.guard_at(epoch, page.seq),
            )
        )
        self.digests.buckets.toggle_all(written.toggles)
        self.digests = Digests(self.digests.buckets)
        self.digests.remember(epoch, seq)
        _tell_refused(written.newly_refused)
        await self._tell_held([written])
        log.info("bucket mended", bucket=page.bucket, changes=written.changed)

    def _checked(self, changes: Iterable[Change]) -> list[Row]:
        return [
            checking.row(self._source, change.kind, change.key, change.value, self._owner)
            for change in changes
        ]

    def _count(self, connection: Connection) -> Buckets:
        buckets = Buckets()
        buckets.toggle_all(replica.hashes(connection, self._source))
        return buckets


def _pair(place: Place | None) -> tuple[str, str] | None:
    return None if place is None else (place.kind, place.key)


def _tell_refused(news: list[Row]) -> None:
    for row in news:
        why = json.loads(row.refusal or "{}").get("message")
        log.warning("row refused", kind=row.kind, key=row.key, why=why)
