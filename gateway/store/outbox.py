"""Events on their way to central: stored before anything is acknowledged, gone only after its ack.

Every function works inside the caller's transaction, so an event is kept exactly if what it tells
of was kept. A lane's seq has no holes and is never used twice within an epoch: the place of an
event that had to be dropped is a gap, and the gap travels up like an event.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from gateway.clock import from_ms, to_ms
from gateway.domain.events import Ack, Batch, Event, Gap, Lane, Numbered, Outcome
from gateway.store import quarantine, time_marks
from gateway.store.database import Connection

_EPOCH = "events.epoch"
_FULL = "lane_full"
_ENTRY_BYTES = 40
_GAP_BYTES = 120
_WHEN_FULL = {Lane.KEEP: "refuse", Lane.SCAN: "refuse", Lane.TELEMETRY: "gap", Lane.DEBUG: "gap"}


class LaneFullError(Exception):
    """A lane that drops nothing has no room; try again after central took some of it."""

    def __init__(self, lane: Lane) -> None:
        super().__init__(f"the lane {lane.value} is full: central has not taken its events yet")
        self.lane = lane


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledged:
    """The effect of an ack: events gone, and how many of them central refused."""

    outcome: Outcome
    removed: int = 0
    refused: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneState:
    """How a lane stands. ``last_seq`` and ``acked_seq`` are those of the wire.

    ``waiting`` counts the events that central does not have yet: none without a central system,
    where ``rows`` is the local history. ``dropped`` and ``refused`` count since the beginning.
    """

    last_seq: int
    acked_seq: int
    rows: int
    bytes: int
    max_bytes: int
    waiting: int
    oldest_at: datetime | None
    dropped: int
    refused: int


@dataclass(frozen=True, slots=True)
class _Row:
    """A lane as it is stored; seqs are the table's own, which never start again."""

    next_seq: int
    acked_seq: int
    epoch_seq: int
    bytes: int
    max_bytes: int
    when_full: str
    doubted: int
    """Not of the lane, but wanted with it: ``time_marks.is_doubted``."""


def prepare(
    connection: Connection, max_bytes: Mapping[Lane, int], at: datetime, *, uplink: bool
) -> int:
    """Set the lanes' limits at every start, before anything is sent, and return the epoch.

    Without ``uplink`` the lanes are a local history that forgets its oldest events at the limit;
    a central system that comes later takes what is there, from seq 1 of a new epoch.
    """
    was_history = _lane(connection, Lane.KEEP).when_full == "forget"
    for lane, wanted in _limits(max_bytes, uplink=uplink).items():
        if _limit(connection, lane) != wanted:
            connection.execute(
                "UPDATE lane SET max_bytes = ?, when_full = ? WHERE name = ?",
                (*wanted, lane.value),
            )
    if _stored_epoch(connection) is None or (was_history and uplink):
        return new_epoch(connection, at)
    return epoch(connection)


def is_prepared(connection: Connection, max_bytes: Mapping[Lane, int], *, uplink: bool) -> bool:
    """Whether ``prepare`` would change nothing: then a start needs no room on the disk."""
    return _stored_epoch(connection) is not None and all(
        _limit(connection, lane) == wanted
        for lane, wanted in _limits(max_bytes, uplink=uplink).items()
    )


def has_begun(connection: Connection) -> bool:
    """Whether events can be kept: not before the gateway first started."""
    return _stored_epoch(connection) is not None


def epoch(connection: Connection) -> int:
    """The epoch in force. Raises ``RuntimeError`` before ``prepare``."""
    stored = _stored_epoch(connection)
    if stored is None:
        raise RuntimeError("the outbox was not prepared")
    return stored


def new_epoch(connection: Connection, at: datetime) -> int:
    """Number all waiting events from 1 again, under a later epoch; nothing is lost.

    For the first start, after a restore, and when central confirms what we never sent.
    """
    later = max((_stored_epoch(connection) or 0) + 1, to_ms(at))
    connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (_EPOCH, str(later)))
    connection.execute("UPDATE lane SET epoch_seq = acked_seq")
    for lane in Lane:
        connection.note("outbox", lane.value)
        connection.note("lane", lane.value)
    return later


def append(connection: Connection, lane: Lane, event: Event, at: datetime) -> int:
    """Store an event at the end of its lane and return its seq on the wire.

    At its limit a lane of telemetry or debug drops its oldest events and notes the gap; the
    others raise ``LaneFullError`` before anything is written.
    """
    row = _lane(connection, lane)
    if row.doubted:
        event = replace(event, time_trusted=False)
    body = event.to_json()
    size = len(body.encode())
    if row.bytes + size > row.max_bytes:
        if row.when_full == "refuse":
            raise LaneFullError(lane)
        _drop_oldest(connection, lane, row, row.bytes + size - row.max_bytes)
        if size > row.max_bytes:
            return _skip(connection, lane)
    connection.execute(
        "INSERT INTO outbox VALUES (?, ?, ?, ?)", (lane.value, row.next_seq, to_ms(at), body)
    )
    connection.execute(
        "UPDATE lane SET next_seq = next_seq + 1, rows = rows + 1, bytes = bytes + ?"
        " WHERE name = ?",
        (size, lane.value),
    )
    connection.note("outbox", lane.value)
    return row.next_seq - row.epoch_seq


def append_or_gap(connection: Connection, lane: Lane, event: Event, at: datetime) -> int:
    """Like ``append`` for what cannot wait: in a full lane the event's place becomes a gap.

    The shop goes on, and central hears that and where something is missing.
    """
    try:
        return append(connection, lane, event, at)
    except LaneFullError:
        return _skip(connection, lane)


def batch(connection: Connection, lane: Lane, *, limit: int, max_bytes: int) -> Batch | None:
    """The lane's oldest events, at most ``limit`` and about ``max_bytes`` of JSON, at least one.

    None when nothing waits. Raises ``RuntimeError`` before ``prepare``.
    """
    row = _lane(connection, lane)
    entries: list[Numbered | Gap] = []
    last, used = row.acked_seq, 0
    for entry in _entries(connection, lane, limit):
        used += _bytes(entry)
        # Only neighbours: a gap far behind waits until the events before it have gone.
        if _first_seq(entry) != last + 1 or (entries and used > max_bytes):
            break
        last = entry.to_seq if isinstance(entry, Gap) else entry.seq
        entries.append(_on_wire(entry, row.epoch_seq))
    if not entries:
        return None
    return Batch(
        epoch=epoch(connection),
        lane=lane,
        first_seq=row.acked_seq + 1 - row.epoch_seq,
        last_seq=last - row.epoch_seq,
        events=tuple(entry for entry in entries if isinstance(entry, Numbered)),
        gaps=tuple(entry for entry in entries if isinstance(entry, Gap)),
    )


def acknowledge(connection: Connection, ack: Ack, at: datetime) -> Acknowledged:
    """Let go of what central confirmed, and set aside what it refused.

    Old and repeated acks and those of another epoch change nothing. An ack beyond our last seq
    means that central knows a life of ours that we forgot: everything goes again in a new epoch.
    """
    if ack.epoch != epoch(connection):
        return Acknowledged(outcome=Outcome.OTHER_EPOCH)
    row = _lane(connection, ack.lane)
    through = ack.through_seq + row.epoch_seq
    if through >= row.next_seq:
        new_epoch(connection, at)
        return Acknowledged(outcome=Outcome.NEW_EPOCH)
    if through <= row.acked_seq:
        return Acknowledged(outcome=Outcome.OLD)
    refused = sum(
        quarantine.set_aside(connection, ack, refusal, row.epoch_seq, at)
        for refusal in ack.refused
        if row.acked_seq < refusal.seq + row.epoch_seq <= through
    )
    removed = _remove_through(connection, ack.lane, through)
    _pass(connection, ack.lane, through)
    connection.execute(
        "UPDATE lane SET refused = refused + ? WHERE name = ?", (refused, ack.lane.value)
    )
    return Acknowledged(outcome=Outcome.PASSED, removed=removed, refused=refused)


def states(connection: Connection) -> dict[Lane, LaneState]:
    """How every lane stands."""
    return {lane: _state(connection, lane) for lane in Lane}


def _stored_epoch(connection: Connection) -> int | None:
    row = connection.execute("SELECT value FROM meta WHERE key = ?", (_EPOCH,)).fetchone()
    return None if row is None else int(row[0])


def _limits(max_bytes: Mapping[Lane, int], *, uplink: bool) -> dict[Lane, tuple[int, str]]:
    """Each lane's room in bytes, and what it does at the limit."""
    return {lane: (max_bytes[lane], _WHEN_FULL[lane] if uplink else "forget") for lane in Lane}


def _limit(connection: Connection, lane: Lane) -> tuple[int, str]:
    row = _lane(connection, lane)
    return row.max_bytes, row.when_full


def _lane(connection: Connection, lane: Lane) -> _Row:
    return _Row(
        *connection.execute(
            "SELECT next_seq, acked_seq, epoch_seq, bytes, max_bytes, when_full, "
            f"{time_marks.DOUBTED} FROM lane WHERE name = ?",
            (lane.value,),
        ).fetchone()
    )


def _state(connection: Connection, lane: Lane) -> LaneState:
    row = _lane(connection, lane)
    rows, dropped, refused = connection.execute(
        "SELECT rows, dropped, refused FROM lane WHERE name = ?", (lane.value,)
    ).fetchone()
    oldest = connection.execute(
        "SELECT at FROM outbox WHERE lane = ? ORDER BY seq LIMIT 1", (lane.value,)
    ).fetchone()
    return LaneState(
        last_seq=row.next_seq - 1 - row.epoch_seq,
        acked_seq=row.acked_seq - row.epoch_seq,
        rows=rows,
        bytes=row.bytes,
        max_bytes=row.max_bytes,
        waiting=0 if row.when_full == "forget" else rows,
        oldest_at=None if oldest is None else from_ms(oldest[0]),
        dropped=dropped,
        refused=refused,
    )


def _entries(connection: Connection, lane: Lane, limit: int) -> list[Numbered | Gap]:
    """The first events and gaps by their (the table's own) seq; behind the last there is more."""
    rows = connection.execute(
        "SELECT seq, event FROM outbox WHERE lane = ? ORDER BY seq LIMIT ?", (lane.value, limit)
    )
    gaps = connection.execute(
        "SELECT from_seq, to_seq, count, reason FROM event_gap WHERE lane = ?"
        " ORDER BY from_seq LIMIT ?",
        (lane.value, limit + 1),
    )
    entries: list[Numbered | Gap] = [Numbered(seq=seq, event=event) for seq, event in rows]
    entries += [
        Gap(from_seq=first, to_seq=last, count=count, reason=reason)
        for first, last, count, reason in gaps
    ]
    return sorted(entries, key=_first_seq)


def _first_seq(entry: Numbered | Gap) -> int:
    return entry.from_seq if isinstance(entry, Gap) else entry.seq


def _bytes(entry: Numbered | Gap) -> int:
    return _GAP_BYTES if isinstance(entry, Gap) else len(entry.event.encode()) + _ENTRY_BYTES


def _on_wire(entry: Numbered | Gap, epoch_seq: int) -> Numbered | Gap:
    if isinstance(entry, Numbered):
        return replace(entry, seq=entry.seq - epoch_seq)
    return replace(entry, from_seq=entry.from_seq - epoch_seq, to_seq=entry.to_seq - epoch_seq)


def _drop_oldest(connection: Connection, lane: Lane, row: _Row, need: int) -> None:
    """Drop the oldest events until ``need`` bytes are free or nothing is left."""
    dropped = freed = cut = 0
    for seq, size in connection.execute(
        "SELECT seq, length(CAST(event AS BLOB)) FROM outbox WHERE lane = ? ORDER BY seq",
        (lane.value,),
    ):
        dropped, freed, cut = dropped + 1, freed + size, seq
        if freed >= need:
            break
    if not dropped:
        return
    _remove_through(connection, lane, cut)
    connection.execute(
        "UPDATE lane SET dropped = dropped + ? WHERE name = ?", (dropped, lane.value)
    )
    if row.when_full == "forget":
        _pass(connection, lane, cut)
        return
    # One gap from the front: what was a gap before, or begins right behind, joins it.
    joined: int | None = connection.execute(
        "SELECT max(to_seq) FROM event_gap WHERE lane = ? AND from_seq <= ?", (lane.value, cut + 1)
    ).fetchone()[0]
    last = max(cut, joined or 0)
    connection.execute(
        "DELETE FROM event_gap WHERE lane = ? AND from_seq <= ?", (lane.value, cut + 1)
    )
    _note_gap(connection, lane, row.acked_seq + 1, last)
    connection.note("lane", lane.value)


def _skip(connection: Connection, lane: Lane) -> int:
    """Use up the next seq as a gap and return it as on the wire."""
    row = _lane(connection, lane)
    before = connection.execute(
        "SELECT from_seq FROM event_gap WHERE lane = ? AND to_seq = ?",
        (lane.value, row.next_seq - 1),
    ).fetchone()
    _note_gap(connection, lane, row.next_seq if before is None else before[0], row.next_seq)
    connection.execute(
        "UPDATE lane SET next_seq = next_seq + 1, dropped = dropped + 1 WHERE name = ?",
        (lane.value,),
    )
    connection.note("outbox", lane.value)
    return row.next_seq - row.epoch_seq


def _note_gap(connection: Connection, lane: Lane, first: int, last: int) -> None:
    connection.execute(
        "INSERT OR REPLACE INTO event_gap VALUES (?, ?, ?, ?, ?)",
        (lane.value, first, last, last - first + 1, _FULL),
    )


def _remove_through(connection: Connection, lane: Lane, seq: int) -> int:
    """Delete the lane's events up to ``seq`` and return how many they were."""
    count, size = connection.execute(
        "SELECT count(*), coalesce(sum(length(CAST(event AS BLOB))), 0) FROM outbox"
        " WHERE lane = ? AND seq <= ?",
        (lane.value, seq),
    ).fetchone()
    connection.execute("DELETE FROM outbox WHERE lane = ? AND seq <= ?", (lane.value, seq))
    connection.execute(
        "UPDATE lane SET rows = rows - ?, bytes = bytes - ? WHERE name = ?",
        (count, size, lane.value),
    )
    return int(count)


def _pass(connection: Connection, lane: Lane, through: int) -> None:
    """Move the watermark; gaps behind it are done, one across it is cut."""
    connection.execute(
        "DELETE FROM event_gap WHERE lane = ? AND to_seq <= ?", (lane.value, through)
    )
    connection.execute(
        "UPDATE event_gap SET from_seq = ?, count = to_seq - ? WHERE lane = ? AND from_seq <= ?",
        (through + 1, through, lane.value, through),
    )
    connection.execute("UPDATE lane SET acked_seq = ? WHERE name = ?", (through, lane.value))
    connection.note("lane", lane.value)
