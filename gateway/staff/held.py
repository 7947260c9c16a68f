"""Held rows in words: how many, why, and each with the price now and the one received."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from gateway.domain import catalogue, pricing
from gateway.domain.catalogue import Value
from gateway.domain.guarding import Cause
from gateway.domain.money import Money
from gateway.settings import Settings
from gateway.staff import showing
from gateway.staff import texts_of_holds as texts
from gateway.staff.explaining import Reader
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
class HeldLine:
    """One held row: what it is about, what is in force, and what was received.

    ``kind`` says of what kind it is where a hold has several.
    """

    what: str
    kind: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldBox:
    """A hold with some of its ``rows``; ``may`` says that whoever looks may decide about it.

    ``decided`` says who did, empty while it is open.
    """

    id: int
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
    return reachable and settings.guard.decides == "central"


def box(
    connection: Connection,
    number: int,
    role: Role,
    reader: Reader,
    settings: Settings,
    name: Callable[[str, str], str],
    *,
    offset: int = 0,
    most: int = FIRST,
) -> HoldBox | None:
    """The hold of this number in words, with ``most`` rows after ``offset`` others.

    ``name`` names what a kind and key are about.
    """
    hold = holds.get(connection, number)
    if hold is None:
        return None
    found = holds.rows(connection, number, most, offset=offset)
    lines = tuple(_line(row, hold, reader, settings, name) for row in found)
    may = may_decide(role, settings, hold.source) and hold.state != "accepted"
    what = name(found[0].kind, found[0].key) if found else ""
    return HoldBox(
        id=number,
        state=hold.state,
        title=_title(hold, what, reader),
        why=texts.HOLD_WHY.say(reader.language),
        decided=_decided(hold, reader),
        advice=_advice(hold, settings, reader, may=may),
        rows=hold.rows,
        lines=lines,
        may=may,
        opened=showing.when(hold.opened_at, reader),
    )


def _title(hold: Hold, what: str, reader: Reader) -> str:
    count = reader.count(hold.rows)
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


def _advice(hold: Hold, settings: Settings, reader: Reader, *, may: bool) -> str:
    if hold.state == "accepted":
        return texts.HOLD_GOING.say(reader.language)
    if not may:
        return whose(settings, hold.source).say(reader.language)
    text = texts.HOLD_ADVICE if hold.state == "open" else texts.HOLD_ADVICE_REFUSED
    return text.say(reader.language)


def _line(
    row: HeldRow,
    hold: Hold,
    reader: Reader,
    settings: Settings,
    name: Callable[[str, str], str],
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
