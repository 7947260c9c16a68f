"""Held rows in words: how many, why, and each with the price now and the one received."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from gateway.domain import catalogue, pricing
from gateway.domain.catalogue import Value
from gateway.domain.guarding import Cause
from gateway.domain.money import Money
from gateway.settings import Settings
from gateway.staff import seen, showing
from gateway.staff import texts_of_holds as texts
from gateway.staff.explaining import Reader
from gateway.staff.seen import Seen
from gateway.staff.showing import When
from gateway.store import holds
from gateway.store.database import Connection
from gateway.store.holds import HeldRow, Hold, State
from gateway.store.people import Role
from gateway.web.words import Text
from gateway.wording import languages, money, times

FIRST = 5
"""Rows named one by one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """``most`` rows after ``offset`` others, of what was there at the marks ``seen``, else now."""

    seen: Seen = field(default_factory=dict)
    offset: int = 0
    most: int = FIRST


FIRST_ROWS = Page()


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldLine:
    """One held row: what it is about, what is in force, and what was received.

    ``kind`` says of what kind it is where a hold has several; ``href`` leads to its own hold where
    it is shown among others.
    """

    what: str
    href: str
    kind: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldBox:
    """Held rows that are decided about together, some of them as ``lines``.

    ``path`` is their page, ``seen`` what whoever decides has seen; ``rows`` counts those, ``newer``
    what came or changed since. ``may`` says that whoever looks may decide; ``decided`` says who
    did, empty while it is open.
    """

    path: str
    seen: str
    newer: int
    state: State
    title: str
    why: str
    decided: str
    advice: str
    rows: int
    lines: tuple[HeldLine, ...]
    may: bool
    opened: When


def may_decide(role: Role, settings: Settings, source: str) -> bool:
    """Whether somebody of this role decides about held rows of ``source``.

    About rows of the shop's own sources the shop must: central cannot.
    """
    return not _is_central_s(settings, source) and role is not Role.CLERK


def whose(settings: Settings, source: str) -> Text:
    """Who decides about held rows of ``source``, for those who do not."""
    return texts.HOLD_ADVICE_CENTRAL if _is_central_s(settings, source) else texts.HOLD_ADVICE_CLERK


def _is_central_s(settings: Settings, source: str) -> bool:
    reachable = source == "central" and settings.central.kind != "none"
    return reachable and settings.shop.guard_decides == "central"


def box(
    connection: Connection,
    number: int,
    role: Role,
    reader: Reader,
    settings: Settings,
    name: Callable[[str, str], str],
    *,
    page: Page = FIRST_ROWS,
) -> HoldBox | None:
    """The hold of this number in words, with the rows of ``page``; None when it is over.

    ``name`` names what a kind and key are about.
    """
    hold = holds.get(connection, number)
    if hold is None:
        return None
    looked = _look(connection, (hold,), page)
    lines = tuple(_line(row, hold, reader, settings, name) for _, row in looked.found)
    may = may_decide(role, settings, hold.source) and hold.state != "accepted"
    what = "".join(name(row.kind, row.key) for row in holds.rows(connection, number, 1))
    return HoldBox(
        path=f"/holds/{number}",
        seen=seen.written(looked.seen),
        newer=looked.newer,
        state=hold.state,
        title=_title(hold, looked.rows, what, reader),
        why=texts.HOLD_WHY.say(reader.language),
        decided=_decided(hold, reader),
        advice=_advice(hold, looked, settings, reader, may=may),
        rows=looked.rows,
        lines=lines,
        may=may,
        opened=showing.when(hold.opened_at, reader),
    )


def pile(
    connection: Connection,
    source: str,
    role: Role,
    reader: Reader,
    settings: Settings,
    name: Callable[[str, str], str],
    *,
    page: Page = FIRST_ROWS,
) -> HoldBox | None:
    """Many odd prices of one source, each held for itself, as one; None while there are few.

    Who saw more of them sees those of which something is left.
    """
    found = holds.pile(connection, source)
    if page.seen:
        open_now = holds.every(connection, source=source, state="open")
        known = {hold.id for hold in found}
        found += tuple(one for one in open_now if one.id in page.seen and one.id not in known)
    if not found:
        return None
    looked = _look(connection, found, page)
    may = may_decide(role, settings, source)
    whose_it_is = texts.HOLD_ADVICE_PILE if may else whose(settings, source)
    return HoldBox(
        path=f"/holds/prices/{source}",
        seen=seen.written(looked.seen),
        newer=looked.newer,
        state="open",
        title=texts.HOLD_PILE.say(reader.language, count=reader.count(looked.rows)),
        why=texts.HOLD_WHY.say(reader.language),
        decided="",
        advice=whose_it_is.say(reader.language),
        rows=looked.rows,
        lines=tuple(
            _line(row, hold, reader, settings, name, href=f"/holds/{hold.id}")
            for hold, row in looked.found
        ),
        may=may,
        opened=showing.when(found[0].opened_at, reader),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Looked:
    """A page of rows with their holds, of ``rows`` that were there at the marks ``seen``."""

    seen: Seen
    rows: int
    newer: int
    found: tuple[tuple[Hold, HeldRow], ...]


def _look(connection: Connection, several: Iterable[Hold], page: Page) -> _Looked:
    marks: dict[int, int] = {}
    rows, newer = 0, 0
    found: list[tuple[Hold, HeldRow]] = []
    for hold in several:
        mark = page.seen.get(hold.id) if page.seen else hold.mark
        if mark is None:
            newer += hold.rows
            continue
        marks[hold.id] = mark
        later = holds.newer(connection, hold.id, mark)
        offset, room = max(0, page.offset - rows), page.most - len(found)
        if room and offset < hold.rows - later:
            some = holds.rows(connection, hold.id, room, offset=offset, seen=mark)
            found += ((hold, row) for row in some)
        rows += hold.rows - later
        newer += later
    return _Looked(seen=marks, rows=rows, newer=newer, found=tuple(found))


def _title(hold: Hold, seen_rows: int, what: str, reader: Reader) -> str:
    count = reader.count(seen_rows or hold.rows)
    match hold.cause:
        case Cause.DELETES:
            return texts.HOLD_DELETES.say(reader.language, count=count)
        case Cause.PRICES:
            return texts.HOLD_PRICES.say(reader.language, count=count)
        case _:
            return texts.HOLD_PRICE.say(reader.language, what=what)


def _decided(hold: Hold, reader: Reader) -> str:
    """Who decided, and when."""
    text = {"refused": texts.HOLD_REFUSED_BY, "accepted": texts.HOLD_ACCEPTED_BY}.get(hold.state)
    if text is None or hold.decided_at is None:
        return ""
    ago = times.relative(hold.decided_at, reader.now, reader.language)
    return text.say(reader.language, name=hold.decided_by or "", ago=ago)


def _advice(hold: Hold, looked: _Looked, settings: Settings, reader: Reader, *, may: bool) -> str:
    if hold.state == "accepted":
        return texts.HOLD_GOING.say(reader.language)
    if not may:
        return whose(settings, hold.source).say(reader.language)
    if hold.state != "open":
        return texts.HOLD_ADVICE_REFUSED.say(reader.language)
    all_here = len(looked.found) == looked.rows
    text = texts.HOLD_ADVICE if all_here else texts.HOLD_ADVICE_MANY
    return text.say(reader.language)


def _line(
    row: HeldRow,
    hold: Hold,
    reader: Reader,
    settings: Settings,
    name: Callable[[str, str], str],
    *,
    href: str = "",
) -> HeldLine:
    locale = languages.locale(reader.language, settings.shop.country)

    def price(text: str | None, path: str = "") -> str:
        value = None if text is None else json.loads(text)
        amount = None if value is None else _amount(value, path, reader.now)
        if amount is None:
            return texts.HOLD_NO_PRICE.say(reader.language)
        return money.format_money(amount, locale)

    before = price(row.good) if row.kind == "offers" else ""
    if row.value is None:
        after = texts.HOLD_GOES.say(reader.language)
    elif row.kind == "offers":
        after = price(row.value, hold.path)
    else:
        after = texts.HOLD_CHANGED.say(reader.language)
    several = hold.cause is Cause.DELETES and row.kind in texts.KINDS
    return HeldLine(
        what=name(row.kind, row.key),
        href=href,
        kind=texts.KINDS[row.kind].say(reader.language) if several else "",
        before=before,
        after=after,
    )


def _amount(value: Value, path: str, at: datetime) -> Money | None:
    """The odd amount if ``path`` names it, else what is paid at ``at``."""
    parts = path.split(".")
    if len(parts) == 3:
        offer = value["offers"][int(parts[1])]
        return Money(amount=Decimal(offer["amount"]), currency=value["currency"])
    tag = pricing.effective(catalogue.offers_from("", value), at)
    return None if tag is None else tag.price
