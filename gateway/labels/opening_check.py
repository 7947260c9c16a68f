"""The opening check: made at the shop's time and when somebody asks, kept, and told to central.

What was wrong at its own time is a task until those labels are right, or the next check finds them
so.
"""

from __future__ import annotations

import asyncio
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Final, NoReturn

import structlog

from gateway import lifecycle
from gateway.clock import Clock
from gateway.domain import labels as domain
from gateway.domain import opening_check
from gateway.domain.events import Lane, Origin
from gateway.domain.opening_check import Count, Due
from gateway.settings import Settings, Shop
from gateway.store import (
    deliveries,
    frames,
    labels,
    opening_checks,
    outbox,
    price_rules,
    proof_at,
    tasks,
    till,
)
from gateway.store.articles import Articles
from gateway.store.database import Connection, Database
from gateway.store.label_rows import Label
from gateway.store.opening_checks import Found, Line, Said

TASK: Final = "opening_check"
_EVERY_S: Final = 30.0
_TILL_HOLDS: Final = timedelta(days=1)

log = structlog.get_logger("labels")


@dataclass(frozen=True, slots=True, kw_only=True)
class Checking:
    """What a check is made with."""

    database: Database
    clock: Clock
    settings: Settings
    origin: Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class _DrawnUp:
    """A check before it is kept; ``labels`` are all that are wrong, in walking order."""

    counted: Count
    labels: tuple[str, ...]
    lines: tuple[Line, ...]


class OpeningCheck:
    """Makes the checks that the shop asked for, and closes their task once all is well."""

    name = "opening-check"

    def __init__(self, checking: Checking, *, every_s: float = _EVERY_S) -> None:
        self._checking = checking
        self._every_s = every_s

    async def run(self) -> NoReturn:
        """Look for ever."""
        while True:
            lifecycle.beat(self.name, self._every_s)
            # Not at once: labels need a moment to be heard again after a start.
            await asyncio.sleep(self._every_s)
            await self.look()

    async def look(self) -> None:
        """Make the check whose time has come; else see whether the last one's labels are right."""
        one = self._checking
        shop = one.settings.shop
        asked = partial(_due, now=one.clock.now(), shop=shop)
        # Nobody knows whether its time has come while nobody knows the time.
        due = await one.database.read(asked) if one.clock.trusted else None
        if due is not None:
            await check(one, due=due)
        else:
            await self._settle()

    async def _settle(self) -> None:
        one = self._checking
        found = await one.database.read(partial(_left, late_before=_late_before(one)))
        if found is not None:
            now = one.clock.now()
            await one.database.write_patiently(partial(_tell, detail=found, at=now))


async def check(checking: Checking, *, due: Due | None = None, by: str | None = None) -> int:
    """Look at every label, keep what was found and tell it; returns the number of the check.

    When the one that is ``due`` was made already, that one stays as it is.
    """
    one, now = checking, checking.clock.now()
    draw_up = partial(
        _draw_up, shop=one.settings.shop, at=one.clock.known(), late_before=_late_before(one)
    )
    found = await one.database.read(draw_up)
    keep = partial(_keep, found=found, origin=one.origin, due=due, by=by, at=now)
    number = await one.database.write_patiently(keep)
    counted = found.counted
    log.info("opening check", labels=counted.total, right=counted.right, check=number)
    return number


def _late_before(checking: Checking) -> datetime:
    late_after = timedelta(seconds=checking.settings.labels.confirm_s)
    return checking.clock.now() - late_after


def _due(connection: Connection, now: datetime, shop: Shop) -> Due | None:
    return opening_check.due(
        now,
        price_rules.hours(connection),
        shop.opening_check,
        shop.zone,
        opening_checks.last_due(connection),
    )


def _draw_up(connection: Connection, shop: Shop, at: datetime, late_before: datetime) -> _DrawnUp:
    found = opening_checks.look(connection, late_before)
    wrong = sorted(
        (one for one in found if one.verdict.is_wrong),
        key=lambda one: opening_check.walking(one.where, one.label),
    )
    articles = Articles(connection)
    lines = (
        _line(connection, one, articles, shop, at) for one in wrong[: opening_checks.MOST_LINES]
    )
    return _DrawnUp(
        counted=opening_check.count(one.verdict for one in found),
        labels=tuple(one.label for one in wrong),
        lines=tuple(line for line in lines if line is not None),
    )


def _line(
    connection: Connection, found: Found, articles: Articles, shop: Shop, at: datetime
) -> Line | None:
    label = labels.get(connection, found.label)
    if label is None:
        return None
    bound = labels.binding(connection, found.label)
    family = None if bound is None else articles.of(bound.target)
    name, should = "", Said()
    if bound is not None and family is not None:
        facts = domain.facts(
            bound.target,
            family,
            code=label.code,
            shop=shop.store,
            public_base=shop.public_base,
            language=shop.language,
            at=at,
        )
        name = " · ".join(part for part in (facts.title, facts.variant) if part)
        should = _should(connection, label, facts)
    target = None if bound is None else bound.target
    panel = label.panel
    return Line(
        label=label.id,
        code=label.code,
        alias=label.alias or "",
        where=found.where,
        target=target,
        name=name or ("" if target is None else target.product or target.group or ""),
        verdict=found.verdict,
        reason=found.reason,
        since=found.since,
        away=None if label.online else label.last_heard,
        panel=(panel.width, panel.height, panel.dpi),
        shows=_shows(connection, label, at),
        should=should,
        till=Said() if target is None else _till(connection, target, at),
    )


def _till(connection: Connection, target: domain.Target, at: datetime) -> Said:
    """What the till asks, by a list that is not older than a day."""
    product = target.product
    price = None if product is None else till.price(connection, product, at - _TILL_HOLDS)
    return Said() if price is None else Said(amount=f"{price.amount:f}", currency=price.currency)


def _should(connection: Connection, label: Label, facts: domain.LabelFacts) -> Said:
    """By the facts of now, and by the picture of its wish where that is drawn from them."""
    wish = deliveries.wish(connection, label.id)
    drawn = wish is not None and not label.stale and wish.cause != deliveries.CARD
    fingerprint = wish.fingerprint if wish is not None and drawn else ""
    if facts.tag is None:
        return Said(fingerprint=fingerprint)
    price = facts.tag.price
    return Said(
        amount=f"{price.amount:f}",
        currency=price.currency,
        is_from=facts.price_from,
        fingerprint=fingerprint,
    )


def _shows(connection: Connection, label: Label, at: datetime) -> Said:
    """By its record, as long as that is the picture it says it shows."""
    sha256 = label.sight_sha256
    fingerprint = frames.fingerprint_of(connection, sha256) if sha256 is not None else None
    sight = proof_at.sight(connection, label.id, at)
    prices = sight.prices if sight is not None and sight.fingerprint == fingerprint else {}
    return Said(
        amount=str(prices.get("price", "")),
        currency=str(prices.get("currency", "")),
        is_from=bool(prices.get("from")),
        fingerprint=fingerprint or "",
    )


def _keep(
    connection: Connection,
    found: _DrawnUp,
    origin: Origin,
    due: Due | None,
    by: str | None,
    at: datetime,
) -> int:
    number, is_new = opening_checks.put(
        connection, found.counted, found.lines, at=at, due=due, by=by
    )
    if not is_new:
        return number
    event = opening_check.checked(
        origin,
        event_id=str(uuid.uuid4()),
        check=number,
        due=due,
        counted=found.counted,
        labels=found.labels,
        time=at,
    )
    outbox.append_or_gap(connection, Lane.KEEP, event, at)
    wrong = found.counted.wrong_total
    if due is not None or not wrong:
        detail = {"check": number, "wrong": wrong, "labels": found.counted.total}
        _tell(connection, detail, at)
    return number


def _left(connection: Connection, late_before: datetime) -> dict[str, int] | None:
    """What is left of the open task; None where there is none, or nothing of it has changed."""
    known = next(iter(tasks.of_kind(connection, TASK, limit=1)), None)
    if known is None:
        return None
    detail = dict(known.detail)
    check_ = opening_checks.get(connection, detail["check"])
    if check_ is None:
        return detail | {"wrong": 0}
    listed = opening_checks.listed(connection, check_.id)
    among = listed if len(listed) == check_.counted.wrong_total else None
    found = opening_checks.look(connection, late_before, among)
    left = sum(one.verdict.is_wrong for one in found)
    return None if left == detail["wrong"] else detail | {"wrong": left}


def _tell(connection: Connection, detail: dict[str, int], at: datetime) -> None:
    """The task is open exactly while something is wrong."""
    if detail["wrong"]:
        tasks.open_(connection, TASK, "", detail, at)
    else:
        tasks.close(connection, TASK, "")
