"""Which labels are looked at next: urgent ones, all stale ones, those whose price changes."""

from __future__ import annotations

from datetime import datetime

from gateway.clock import from_ms, to_ms
from gateway.store.database import Connection


def urgent(connection: Connection, limit: int) -> tuple[str, ...]:
    """Stale labels that staff changed, and those of what is blocked or recalled."""
    rows = connection.execute(
        "SELECT id FROM label WHERE urgent > 0 AND stale > 0 ORDER BY urgent DESC, id LIMIT ?",
        (limit,),
    )
    return tuple(row[0] for row in rows)


def all_stale(connection: Connection) -> tuple[str, ...]:
    """Every stale label, those of one group together."""
    rows = connection.execute(
        "SELECT label.id FROM label LEFT JOIN binding ON binding.label = label.id "
        "LEFT JOIN product ON product.id = binding.product WHERE label.stale > 0 "
        "ORDER BY coalesce(binding.group_id, product.group_id, binding.product), label.id"
    )
    return tuple(row[0] for row in rows)


def next_change(connection: Connection) -> datetime | None:
    """When the next price on any label begins or ends."""
    row = connection.execute(
        "SELECT min(next_change) FROM label WHERE next_change IS NOT NULL"
    ).fetchone()
    return None if row[0] is None else from_ms(row[0])


def coming(
    connection: Connection, after: datetime, until: datetime
) -> tuple[tuple[str, datetime], ...]:
    """The labels whose price begins or ends in ``(after, until]``, with the instant, in order."""
    rows = connection.execute(
        "SELECT id, next_change FROM label WHERE next_change > ? AND next_change <= ? "
        "ORDER BY next_change, id",
        (to_ms(after), to_ms(until)),
    )
    return tuple((label, from_ms(at)) for label, at in rows)
