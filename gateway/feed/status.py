"""How far each source is, read from the database alone: the gateway may run or not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from gateway.feed import telling
from gateway.feed.digest import Buckets
from gateway.feed.messages import Problem
from gateway.store import heard, overview, replica
from gateway.store.database import Connection
from gateway.store.heard import Heard

_NAMED = 10
"""Rows that are not used and are named one by one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceStatus:
    """One source; ``first`` are its first rows that are refused or held.

    ``heard`` is what it last said of itself, for central only.
    """

    source: str
    epoch: int
    seq: int
    digest: str
    rows: int
    refused: int
    held: int
    applied_at: datetime | None
    first: tuple[Problem, ...]
    heard: Heard | None

    @property
    def behind(self) -> int | None:
        """Seqs that the source is ahead by; None in another epoch, or when nothing was heard."""
        if self.heard is None or self.heard.seq is None or self.heard.epoch != self.epoch:
            return None
        return max(0, self.heard.seq - self.seq)

    @property
    def equal(self) -> bool | None:
        """Whether the digests are equal; None while the positions differ."""
        if self.heard is None or (self.heard.epoch, self.heard.seq) != (self.epoch, self.seq):
            return None
        return self.heard.digest == self.digest

    def lag_s(self, now: datetime) -> float | None:
        """Seconds since the source was first ahead, 0 when it is not; None when not heard."""
        if self.heard is None:
            return None
        since = self.heard.behind_since
        return 0.0 if since is None else max(0.0, (now - since).total_seconds())


def read(connection: Connection) -> tuple[SourceStatus, ...]:
    """Every source that sent rows or was heard of; counts all rows, so not for every second."""
    known = {one.source: one for one in overview.feeds(connection)}
    found = []
    for source in sorted({*known, *heard.sources(connection)}):
        buckets = Buckets()
        rows = 0
        for bucket, row in replica.hashes(connection, source):
            buckets.toggle(bucket, row)
            rows += 1
        at = replica.position(connection, source)
        found.append(
            SourceStatus(
                source=source,
                epoch=at.epoch,
                seq=at.seq,
                digest=buckets.digest(),
                rows=rows,
                refused=known[source].refused if source in known else 0,
                held=known[source].held if source in known else 0,
                applied_at=at.applied_at,
                first=telling.read_stored(connection, source).first[:_NAMED],
                heard=heard.get(connection, source),
            )
        )
    return tuple(found)
