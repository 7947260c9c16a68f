"""Shoppers' requests, and what they tell of the stock: each step with its task and its event."""

from __future__ import annotations

import secrets
import uuid
from datetime import datetime, timedelta
from typing import Any, Final, Literal

from gateway.clock import from_ms, to_ms
from gateway.domain import observed, price_events, request_events, requests
from gateway.domain.events import Lane, Origin
from gateway.domain.requests import Deed, Kind, ShopperRequest, State
from gateway.store import catalogue, labels, outbox, tasks, withdrawals
from gateway.store.database import Connection

TABLE: Final = "request"
PAUSED: Final = "request_pause"
"""Noted when requests are paused or not any more; the key in ``meta``, too."""
TASK: Final = "request"
LATE_TASK: Final = "request_late"
HOLD_TASK: Final = "request_hold"
BACK_TASK: Final = "request_back"
TASKS: Final = (TASK, LATE_TASK, HOLD_TASK, BACK_TASK)
_KEPT: Final = timedelta(days=30)
_SIGNING: Final = "request_signing"
_COLUMNS: Final = (
    "key, ref, kind, state, product, label, place, code, asked_at, begins, until, lasts_ms, rule, "
    "central_until, confirmed_by, by_whom, seen_at, changed_at, late, aside"
)

Limit = Literal["article", "minute", "open"]


class TooManyError(Exception):
    """More is asked than people can do; ``limit`` says of what there is too much."""

    def __init__(self, limit: Limit) -> None:
        super().__init__(f"too many requests: {limit}")
        self.limit = limit


def secret(connection: Connection) -> bytes:
    """The shop's own secret that signs links; made when it is first asked for."""
    known = known_secret(connection)
    if known is not None:
        return known
    made = secrets.token_bytes(32)
    connection.execute("INSERT INTO meta (key, value) VALUES (?, ?)", (_SIGNING, made.hex()))
    return made


def known_secret(connection: Connection) -> bytes | None:
    """That secret where there is one: for readers, who cannot make it."""
    row = connection.execute("SELECT value FROM meta WHERE key = ?", (_SIGNING,)).fetchone()
    return None if row is None else bytes.fromhex(row[0])


def get(connection: Connection, key: str) -> ShopperRequest | None:
    """The request of this key."""
    row = connection.execute(f"SELECT {_COLUMNS} FROM request WHERE key = ?", (key,)).fetchone()
    return None if row is None else _read(row)


def by_ref(connection: Connection, ref: str) -> ShopperRequest | None:
    """The request that others call so."""
    row = connection.execute(f"SELECT {_COLUMNS} FROM request WHERE ref = ?", (ref,)).fetchone()
    return None if row is None else _read(row)


def for_staff(connection: Connection, limit: int = 200) -> tuple[ShopperRequest, ...]:
    """Those that a person has something to do about, oldest first."""
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM request WHERE needs_staff = 1 ORDER BY asked_at, key LIMIT ?",
        (limit,),
    )
    return tuple(map(_read, rows))


def over(connection: Connection, limit: int) -> tuple[ShopperRequest, ...]:
    """The latest that nobody has anything to do about, newest first."""
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM request WHERE needs_staff = 0 ORDER BY asked_at DESC LIMIT ?",
        (limit,),
    )
    return tuple(map(_read, rows))


def ask(connection: Connection, asked: ShopperRequest, origin: Origin) -> ShopperRequest:
    """Store what was asked, or return what the same form has asked before.

    Raises ``TooManyError``.
    """
    known = get(connection, asked.key)
    if known is not None:
        return known
    _must_have_room(connection, asked)
    _store(connection, None, asked, origin, asked.asked_at)
    return asked


def do(
    connection: Connection,
    ref: str,
    deed: Deed,
    origin: Origin,
    at: datetime,
    by: str | None = None,
) -> ShopperRequest | None:
    """Do ``deed`` to a request; None where there is none, or it cannot be done any more."""
    before = by_ref(connection, ref)
    after = None if before is None else requests.step(before, deed, at, by)
    if before is not None and after is not None:
        _store(connection, before, after, origin, at)
        _note_what_was_found(connection, after, deed, origin.store, at)
    return after


def look(connection: Connection, origin: Origin, at: datetime) -> None:
    """Let time do what it does to requests, and forget what is too old to count."""
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM request WHERE due <= ? ORDER BY due LIMIT 100", (to_ms(at),)
    ).fetchall()
    for before in map(_read, rows):
        _store(connection, before, requests.aged(before, at), origin, at)
    lapsed = to_ms(at - observed.NOT_FOUND_LASTS)
    for (product,) in connection.execute(
        "SELECT product FROM not_found WHERE at <= ? LIMIT 100", (lapsed,)
    ).fetchall():
        _forget_not_found(connection, product)
    connection.execute(
        "DELETE FROM request WHERE key IN (SELECT key FROM request WHERE asked_at < ? "
        "AND needs_staff = 0 LIMIT 100)",
        (to_ms(at - _KEPT),),
    )


def is_due(connection: Connection, at: datetime) -> bool:
    """Whether ``look`` has something to do."""
    row = connection.execute(
        "SELECT EXISTS (SELECT 1 FROM request WHERE due <= ?1) "
        "OR EXISTS (SELECT 1 FROM not_found WHERE at <= ?2) "
        "OR EXISTS (SELECT 1 FROM request WHERE asked_at < ?3 AND needs_staff = 0)",
        (to_ms(at), to_ms(at - observed.NOT_FOUND_LASTS), to_ms(at - _KEPT)),
    ).fetchone()
    return bool(row[0])


def paused_by(connection: Connection) -> str | None:
    """Who paused requests, None while they are taken."""
    row = connection.execute("SELECT value FROM meta WHERE key = ?", (PAUSED,)).fetchone()
    return None if row is None else str(row[0])


def pause(connection: Connection, by: str) -> None:
    """Take no more requests until ``resume``."""
    connection.execute("INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)", (PAUSED, by))
    connection.note(PAUSED, "")


def resume(connection: Connection) -> None:
    """Take requests again."""
    connection.execute("DELETE FROM meta WHERE key = ?", (PAUSED,))
    connection.note(PAUSED, "")


def _must_have_room(connection: Connection, asked: ShopperRequest) -> None:
    since = to_ms(asked.asked_at - timedelta(minutes=1))
    column, value = ("label", asked.label) if asked.label else ("product", asked.product)
    lately, here = connection.execute(
        f"SELECT count(*), coalesce(sum({column} = ?), 0) FROM request WHERE asked_at > ?",
        (value, since),
    ).fetchone()
    if here >= requests.PER_ARTICLE:
        raise TooManyError("article")
    if lately >= requests.PER_MINUTE:
        raise TooManyError("minute")
    waiting: int = connection.execute(
        "SELECT count(*) FROM request WHERE needs_staff = 1"
    ).fetchone()[0]
    if waiting >= requests.MOST_OPEN:
        raise TooManyError("open")


def _store(
    connection: Connection,
    before: ShopperRequest | None,
    after: ShopperRequest,
    origin: Origin,
    at: datetime,
) -> None:
    """Keep how it stands now, with its task; tell it where that is a step."""
    due = requests.next_due(after)
    connection.execute(
        f"INSERT OR REPLACE INTO request ({_COLUMNS}, needs_staff, takes_a_piece, due) "
        f"VALUES ({', '.join('?' * 23)})",
        (*_written(after), after.needs_staff, after.takes_a_piece, due and to_ms(due)),
    )
    connection.note(TABLE, after.key)
    _task(connection, after)
    if before is None or before.takes_a_piece != after.takes_a_piece:
        _follow(connection, after.product)
    by = after.by
    told = request_events.changed(
        origin,
        after,
        event_id=str(uuid.uuid4()),
        by=price_events.pseudonym(withdrawals.pseudonym_key(connection), by) if by else None,
        time=at,
    )
    if outbox.has_begun(connection):
        outbox.append_or_gap(connection, Lane.KEEP, told, at)


def _task(connection: Connection, request: ShopperRequest) -> None:
    """One task while a person has something to do: which one says how much it presses."""
    wanted = None
    if request.is_open:
        wanted = TASK
        if request.late:
            wanted = LATE_TASK
        elif request.kind is Kind.HOLD and request.state is State.FOUND:
            wanted = HOLD_TASK
    elif request.aside:
        wanted = BACK_TASK
    for kind in TASKS:
        if kind != wanted:
            tasks.close(connection, kind, request.ref)
    if wanted is not None:
        detail = {"state": request.state.value, "changed": to_ms(request.changed_at)}
        tasks.open_(connection, wanted, request.ref, detail, request.asked_at)


def _note_what_was_found(
    connection: Connection, request: ShopperRequest, deed: Deed, store: str, at: datetime
) -> None:
    if deed is Deed.NOT_FOUND:
        level = catalogue.stock_at(connection, store, request.product)
        pieces = None if level is None or level.available is None else str(level.available)
        connection.execute(
            "INSERT OR REPLACE INTO not_found (product, at, available) VALUES (?, ?, ?)",
            (request.product, to_ms(at), pieces),
        )
        _follow(connection, request.product)
    elif deed is Deed.FOUND:
        _forget_not_found(connection, request.product)


def _forget_not_found(connection: Connection, product: str) -> None:
    gone = connection.execute("DELETE FROM not_found WHERE product = ?", (product,))
    if gone.rowcount:
        _follow(connection, product)


def _follow(connection: Connection, product: str) -> None:
    """Pages and labels of the product are looked at again: its stock is another."""
    groups = catalogue.groups_of(connection, [product])
    labels.mark_stale(connection, [product], groups, group_rows=set())
    connection.note_all("catalogue", {product} | groups)


def _written(request: ShopperRequest) -> tuple[Any, ...]:
    central, seen = request.central_until, request.seen_at
    return (
        request.key,
        request.ref,
        request.kind.value,
        request.state.value,
        request.product,
        request.label,
        request.place,
        request.code,
        to_ms(request.asked_at),
        to_ms(request.begins),
        to_ms(request.until),
        request.lasts // timedelta(milliseconds=1),
        request.rule,
        None if central is None else to_ms(central),
        request.confirmed_by,
        request.by,
        None if seen is None else to_ms(seen),
        to_ms(request.changed_at),
        request.late,
        request.aside,
    )


def _read(row: tuple[Any, ...]) -> ShopperRequest:
    key, ref, kind, state, product, label, place, code, asked, begins, until, lasts, *rest = row
    rule, central_until, confirmed_by, by, seen_at, changed_at, late, aside = rest
    return ShopperRequest(
        key=key,
        ref=ref,
        kind=Kind(kind),
        state=State(state),
        product=product,
        label=label,
        place=place,
        code=code,
        asked_at=from_ms(asked),
        begins=from_ms(begins),
        until=from_ms(until),
        lasts=timedelta(milliseconds=lasts),
        rule=rule,
        central_until=None if central_until is None else from_ms(central_until),
        confirmed_by=confirmed_by,
        by=by,
        seen_at=None if seen_at is None else from_ms(seen_at),
        changed_at=from_ms(changed_at),
        late=late,
        aside=bool(aside),
    )
