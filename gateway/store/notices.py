"""Notices to people and systems outside: what stands, what waits, and what is on its way.

A notice is kept, with its id and its bytes, in the transaction that decides on it, and ends only in
the one that notes its receiver's answer: so each arrives at least once, always under the same id.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from gateway.clock import from_ms, to_ms
from gateway.domain.health import TOLD
from gateway.domain.noticing import Line, Standing
from gateway.store import requests
from gateway.store.database import Connection

TABLE: Final = "notice"
TEST: Final = "test"
_KEPT: Final = timedelta(days=30)
_KEPT_MOST: Final = 2_000
_TOGETHER: Final = tuple(f"label_{trouble.value}" for trouble in TOLD)
"""Kinds of tasks of which one may stand for many labels."""
_EVERYDAY: Final = (requests.TASK, requests.HOLD_TASK, requests.BACK_TASK)
"""What people of the shop do all day long; told is only what nobody has seen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One notice to one receiver; ``attempts`` have begun."""

    id: str
    receiver: str
    subject: str
    title: str
    body: bytes
    made_at: datetime
    due_at: datetime
    attempts: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Receiver:
    """How it stands with a receiver; ``trouble`` is a code, None after an answer that was good."""

    waiting: int = 0
    delivered_at: datetime | None = None
    tried_at: datetime | None = None
    trouble: str | None = None
    closed: bool = False


def tasks(connection: Connection) -> Mapping[str, tuple[int, datetime]]:
    """Of each kind of open task how many there are (labels, where one is for many), since when."""
    rows = connection.execute(
        "SELECT kind, sum(CASE WHEN key = '' AND kind IN (SELECT value FROM json_each(?)) "
        "THEN coalesce(json_extract(detail, '$.count'), 1) ELSE 1 END), min(opened_at) "
        "FROM task WHERE kind NOT IN (SELECT value FROM json_each(?)) GROUP BY kind",
        (json.dumps(_TOGETHER), json.dumps(_EVERYDAY)),
    )
    return {kind: (count, from_ms(at)) for kind, count, at in rows}


def standings(connection: Connection) -> Mapping[str, Standing]:
    """What stands, by its subject."""
    rows = connection.execute(
        "SELECT subject, seen_at, since, count, told, gone_at FROM notice_standing"
    )
    return {
        subject: Standing(
            subject=subject,
            seen_at=from_ms(seen),
            since=from_ms(since),
            count=count,
            told=told,
            gone_at=None if gone is None else from_ms(gone),
        )
        for subject, seen, since, count, told, gone in rows
    }


def settle(
    connection: Connection, before: Mapping[str, Standing], now: Mapping[str, Standing]
) -> None:
    """Put what stands ``now`` in place of what stood ``before``."""
    gone = [(subject,) for subject in before.keys() - now.keys()]
    connection.executemany("DELETE FROM notice_standing WHERE subject = ?", gone)
    connection.executemany(
        "INSERT OR REPLACE INTO notice_standing (subject, seen_at, since, count, told, gone_at) "
        "VALUES (?, ?, ?, ?, ?, ?)",
        [
            (
                *(one.subject, to_ms(one.seen_at), to_ms(one.since), one.count, one.told),
                None if one.gone_at is None else to_ms(one.gone_at),
            )
            for subject, one in now.items()
            if before.get(subject) != one
        ],
    )


def mark(connection: Connection, name: str) -> datetime | None:
    """The instant that was noted under ``name``; None when none was."""
    row = connection.execute("SELECT value FROM meta WHERE key = ?", (f"notices.{name}",))
    found = row.fetchone()
    return None if found is None else from_ms(int(found[0]))


def set_mark(connection: Connection, name: str, at: datetime) -> None:
    """Note an instant under ``name``."""
    connection.execute(
        "INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)",
        (f"notices.{name}", str(to_ms(at))),
    )


def add_line(connection: Connection, receiver: str, line: Line) -> None:
    """The receiver will be told this, in place of what it was to be told of the same subject."""
    connection.execute(
        "INSERT OR REPLACE INTO notice_line (receiver, subject, at, facts) VALUES (?, ?, ?, ?)",
        (receiver, line.subject, to_ms(line.at), json.dumps(dict(line.facts))),
    )


def lines(connection: Connection, receiver: str) -> tuple[Line, ...]:
    """What the receiver will be told, the oldest first."""
    rows = connection.execute(
        "SELECT subject, at, facts FROM notice_line WHERE receiver = ? ORDER BY at, subject",
        (receiver,),
    )
    return tuple(
        Line(subject=subject, at=from_ms(at), facts=json.loads(facts))
        for subject, at, facts in rows
    )


def remove_lines(connection: Connection, receiver: str, subjects: Iterable[str]) -> None:
    """These stand in a notice now."""
    connection.executemany(
        "DELETE FROM notice_line WHERE receiver = ? AND subject = ?",
        [(receiver, subject) for subject in subjects],
    )


def add(connection: Connection, notice: Notice) -> None:
    """Keep a notice until its receiver has it."""
    connection.execute(
        "INSERT INTO notice (id, receiver, subject, title, body, made_at, due_at) "
        "VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            *(notice.id, notice.receiver, notice.subject, notice.title, notice.body),
            *(to_ms(notice.made_at), to_ms(notice.due_at)),
        ),
    )
    connection.note(TABLE, notice.receiver)


def counts(
    connection: Connection, receiver: str, since: datetime, now: datetime
) -> tuple[int, int]:
    """How many notices were made from ``since`` to ``now``, without tests, and how many wait."""
    made: int = connection.execute(
        "SELECT count(*) FROM notice WHERE receiver = ? AND made_at > ? AND made_at <= ? "
        "AND subject <> ?",
        (receiver, to_ms(since), to_ms(now), TEST),
    ).fetchone()[0]
    return made, _waiting(connection, receiver)


def _waiting(connection: Connection, receiver: str) -> int:
    count: int = connection.execute(
        "SELECT count(*) FROM notice WHERE receiver = ? AND ended IS NULL", (receiver,)
    ).fetchone()[0]
    return count


def next_(connection: Connection, receiver: str) -> Notice | None:
    """The notice that is due first, now or later."""
    row = connection.execute(
        "SELECT id, receiver, subject, title, body, made_at, due_at, attempts FROM notice "
        "WHERE receiver = ? AND ended IS NULL ORDER BY due_at, made_at LIMIT 1",
        (receiver,),
    ).fetchone()
    if row is None:
        return None
    *words, body, made, due, attempts = row
    id_, of, subject, title = words
    return Notice(
        id=id_,
        receiver=of,
        subject=subject,
        title=title,
        body=body,
        made_at=from_ms(made),
        due_at=from_ms(due),
        attempts=attempts,
    )


def begin(connection: Connection, notice: str, again_at: datetime) -> None:
    """An attempt begins; if nothing more is heard of it, the next one is due then."""
    connection.execute(
        "UPDATE notice SET attempts = attempts + 1, due_at = ? WHERE id = ?",
        (to_ms(again_at), notice),
    )


def again(connection: Connection, notice: str, at: datetime) -> None:
    """The next attempt is due then."""
    connection.execute("UPDATE notice SET due_at = ? WHERE id = ?", (to_ms(at), notice))


def end(connection: Connection, notice: Notice, at: datetime, *, delivered: bool) -> None:
    """The receiver has it, or will never have it."""
    ended = "delivered" if delivered else "given_up"
    connection.execute(
        "UPDATE notice SET ended = ?, ended_at = ? WHERE id = ? AND ended IS NULL",
        (ended, to_ms(at), notice.id),
    )
    connection.note(TABLE, notice.receiver)


def answered(connection: Connection, receiver: str, at: datetime, trouble: str | None) -> None:
    """What an attempt came to: None when the receiver took the notice."""
    connection.execute(
        "INSERT INTO notice_receiver (receiver, tried_at, trouble, delivered_at) "
        "VALUES (?1, ?2, ?3, iif(?3 IS NULL, ?2, NULL)) ON CONFLICT (receiver) DO UPDATE SET "
        "tried_at = ?2, trouble = ?3, delivered_at = iif(?3 IS NULL, ?2, delivered_at)",
        (receiver, to_ms(at), trouble),
    )
    connection.note(TABLE, receiver)


def close(connection: Connection, receiver: str, at: datetime) -> None:
    """The receiver wants nothing more: what waits for it will never go out."""
    connection.execute("UPDATE notice_receiver SET closed = 1 WHERE receiver = ?", (receiver,))
    connection.execute("DELETE FROM notice_line WHERE receiver = ?", (receiver,))
    connection.execute(
        "UPDATE notice SET ended = 'given_up', ended_at = ? WHERE receiver = ? AND ended IS NULL",
        (to_ms(at), receiver),
    )
    connection.note(TABLE, receiver)


def reopen(connection: Connection, receiver: str) -> None:
    """The receiver is told again."""
    connection.execute("UPDATE notice_receiver SET closed = 0 WHERE receiver = ?", (receiver,))


def hurry(connection: Connection, receiver: str, at: datetime) -> bool:
    """A test that waits is due at once; whether one waits."""
    done = connection.execute(
        "UPDATE notice SET due_at = ? WHERE receiver = ? AND subject = ? AND ended IS NULL",
        (to_ms(at), receiver, TEST),
    )
    return done.rowcount > 0


def receiver(connection: Connection, name: str) -> Receiver:
    """How it stands with one receiver."""
    row = connection.execute(
        "SELECT delivered_at, tried_at, trouble, closed FROM notice_receiver WHERE receiver = ?",
        (name,),
    ).fetchone()
    delivered, tried, trouble, closed = row or (None, None, None, 0)
    return Receiver(
        waiting=_waiting(connection, name),
        delivered_at=None if delivered is None else from_ms(delivered),
        tried_at=None if tried is None else from_ms(tried),
        trouble=trouble,
        closed=bool(closed),
    )


def forget_all_but(connection: Connection, receivers: Iterable[str]) -> None:
    """Nothing more goes to receivers that the settings do not name any more."""
    known = json.dumps(list(receivers))
    for table in ("notice", "notice_line", "notice_receiver"):
        connection.execute(
            f"DELETE FROM {table} WHERE receiver NOT IN (SELECT value FROM json_each(?))", (known,)
        )


def prune(connection: Connection, now: datetime) -> None:
    """Forget notices that ended long ago, or very many others ago."""
    connection.execute("DELETE FROM notice WHERE ended_at < ?", (to_ms(now - _KEPT),))
    connection.execute(
        "DELETE FROM notice WHERE id IN (SELECT id FROM notice WHERE ended IS NOT NULL "
        "ORDER BY ended_at DESC LIMIT -1 OFFSET ?)",
        (_KEPT_MOST,),
    )
