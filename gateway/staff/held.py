"""Held rows in words: how many, the first of them with the price now and the one received."""

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
from gateway.staff import texts_of_holds as texts
from gateway.staff.explaining import Reader
from gateway.store import holds
from gateway.store.database import Connection
from gateway.store.holds import HeldRow, Hold
from gateway.store.people import Role
from gateway.web.words import Text
from gateway.wording import languages, money

FIRST = 5
"""Rows named one by one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldLine:
    """One held row: what it is about, what is in force, and what was received."""

    what: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldBox:
    """An open hold on the page; ``may`` says that whoever looks may decide about it."""

    id: int
    title: str
    why: str
    advice: str
    lines: tuple[HeldLine, ...]
    more: str
    may: bool


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
) -> HoldBox | None:
    """The hold of this number in words; ``name`` names what a kind and key are about."""
    hold = holds.get(connection, number)
    if hold is None:
        return None
    first = holds.rows(connection, number, FIRST)
    lines = tuple(_line(row, hold, reader, settings, name) for row in first)

    def say(text: Text, **facts: str) -> str:
        return text.say(reader.language, **facts)

    count = reader.count(hold.rows)
    match hold.cause:
        case Cause.DELETES:
            title = say(texts.HOLD_DELETES, count=count)
        case Cause.PRICES:
            title = say(texts.HOLD_PRICES, count=count)
        case _:
            title = say(texts.HOLD_PRICE, what=lines[0].what if lines else "")
    may = may_decide(role, settings, hold.source)
    left = hold.rows - len(lines)
    return HoldBox(
        id=number,
        title=title,
        why=say(texts.HOLD_WHY),
        advice=say(texts.HOLD_ADVICE if may else whose(settings, hold.source)),
        lines=lines,
        more=say(texts.HOLD_MORE, count=reader.count(left)) if left > 0 else "",
        may=may,
    )


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
    return HeldLine(what=name(row.kind, row.key), before=before, after=after)


def _amount(value: Value, path: str, at: datetime) -> Money | None:
    """The odd amount if ``path`` names it, else what is paid at ``at``."""
    parts = path.split(".")
    if len(parts) == 3:
        offer = value["offers"][int(parts[1])]
        return Money(amount=Decimal(offer["amount"]), currency=value["currency"])
    tag = pricing.effective(catalogue.offers_from("", value), at)
    return None if tag is None else tag.price
