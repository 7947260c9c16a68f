"""Events that central refused: set aside for people, so that they never hold up the others."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from gateway.clock import to_ms
from gateway.domain.events import Ack, Refusal
from gateway.store.database import Connection

MAX_ROWS: Final = 10_000
"""Refused events kept at most; beyond it the oldest go."""


def set_aside(
    connection: Connection, ack: Ack, refusal: Refusal, epoch_seq: int, at: datetime
) -> int:
    """Copy a refused event out of the outbox; 1 if there was one, else 0.

    ``epoch_seq`` is what the table's seq is ahead of the one on the wire.
    """
    return connection.execute(
        "INSERT OR IGNORE INTO quarantine"
        " SELECT lane, ?, ?, ?, event, ?, ? FROM outbox WHERE lane = ? AND seq = ?",
        (
            refusal.seq,
            ack.epoch,
            to_ms(at),
            refusal.code,
            refusal.detail,
            ack.lane.value,
            refusal.seq + epoch_seq,
        ),
    ).rowcount


def purge(connection: Connection, before: datetime, *, limit: int) -> int:
    """Forget what is older than ``before`` or beyond ``MAX_ROWS``, ``limit`` at most.

    Returns how many went.
    """
    total: int = connection.execute("SELECT count(*) FROM quarantine").fetchone()[0]
    oldest = connection.execute(
        "SELECT epoch, lane, seq, at FROM quarantine ORDER BY at LIMIT ?", (limit,)
    ).fetchall()
    too_many = max(0, total - MAX_ROWS)
    gone = [
        (epoch, lane, seq)
        for place, (epoch, lane, seq, at) in enumerate(oldest)
        if place < too_many or at < to_ms(before)
    ]
    connection.executemany("DELETE FROM quarantine WHERE epoch = ? AND lane = ? AND seq = ?", gone)
    return len(gone)
