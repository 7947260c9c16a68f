"""Comparing a till's price list with the shelf, in slices, so that nobody waits behind it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Final

from gateway.domain import labels as domain
from gateway.domain import till as domain_till
from gateway.domain.labels import Target
from gateway.domain.money import Money
from gateway.domain.opening_check import Verdict
from gateway.domain.till import Finding
from gateway.feed.sources.till_csv import TillList, TillPrice
from gateway.settings import Shop
from gateway.staff.desk import Desk
from gateway.store import articles, opening_checks, overview, proof_at, till
from gateway.store.articles import Articles
from gateway.store.database import Connection
from gateway.store.till import Line

_SLICE: Final = 200
_ROWS: Final = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sliced:
    """Some articles: what the till asks for each, how it compares, and numbers of no article."""

    lines: tuple[Line, ...]
    unknown: tuple[str, ...]


async def compare(desk: Desk, listed: TillList, by: str) -> int:
    """Compare every price of the list, keep the result and the prices; returns its number."""
    now, shop = desk.clock.now(), desk.settings.shop
    late_before = now - timedelta(seconds=desk.settings.labels.confirm_s)
    found: dict[str, Line] = {}
    unknown: list[str] = []
    for start in range(0, len(listed.prices), _SLICE):
        some = listed.prices[start : start + _SLICE]
        look = partial(_look, some=some, shop=shop, at=desk.clock.known(), late_before=late_before)
        sliced = await desk.read(look)
        found |= {line.product: line for line in sliced.lines}
        unknown += sliced.unknown
    return await _keep(desk, tuple(found.values()), unknown, listed.unread, by=by, at=now)


async def _keep(
    desk: Desk, found: Sequence[Line], unknown: Sequence[str], unread: int, *, by: str, at: datetime
) -> int:
    counts = Counter(line.compared.finding.value for line in found)
    counts |= Counter({"unknown": len(unknown), "unread": unread})
    differ = sorted(
        (line for line in found if line.compared.finding is not Finding.MATCH),
        key=lambda line: domain_till.worst_first(line.compared, line.product),
    )
    put = partial(till.put, lines=differ, unknown=unknown, counts=dict(counts), by=by, at=at)
    number = await desk.database.write_patiently(put)
    for start in range(0, len(found), _ROWS):
        prices = [(line.product, line.compared.till) for line in found[start : start + _ROWS]]
        await desk.database.write_patiently(partial(till.add_prices, check=number, prices=prices))
    await desk.database.write_patiently(partial(till.end, check=number))
    while await desk.database.write_patiently(partial(till.prune, limit=_ROWS)) == _ROWS:
        pass
    return number


def _look(
    connection: Connection,
    some: Sequence[TillPrice],
    shop: Shop,
    at: datetime,
    late_before: datetime,
) -> _Sliced:
    known = Articles(connection)
    lines: list[Line] = []
    unknown: list[str] = []
    for one in some:
        meant = articles.by_key(connection, one.article).products
        if len(meant) != 1:
            unknown.append(one.article)
            continue
        asked = Money(amount=Decimal(one.amount), currency=one.currency)
        lines.append(_line(connection, meant[0], asked, known, shop, at, late_before))
    return _Sliced(lines=tuple(lines), unknown=tuple(unknown))


def _line(
    connection: Connection,
    product: str,
    asked: Money,
    known: Articles,
    shop: Shop,
    at: datetime,
    late_before: datetime,
) -> Line:
    target, family = Target(product=product), known.product(product)
    name, in_force = product, None
    if family is not None:
        facts = domain.facts(
            target,
            family,
            code="",
            shop=shop.store,
            public_base=shop.public_base,
            language=shop.language,
            at=at,
        )
        name = " · ".join(part for part in (facts.title, facts.variant) if part) or product
        in_force = None if facts.tag is None else facts.tag.price
    shown = _shown(connection, product, in_force, at, late_before)
    compared = domain_till.compare(asked, in_force, shown)
    return Line(product=product, name=name, compared=compared)


def _shown(
    connection: Connection,
    product: str,
    in_force: Money | None,
    at: datetime,
    late_before: datetime,
) -> Counter[Money]:
    """The prices on its labels, by their own word: the one in force if they are right."""
    shown: Counter[Money] = Counter()
    names = overview.labels_of_product(connection, product, 1_000)
    for found in opening_checks.look(connection, late_before, names) if names else ():
        price = in_force if found.verdict is Verdict.RIGHT else None
        if price is None and found.verdict is not Verdict.RIGHT:
            sight = proof_at.sight(connection, found.label, at)
            prices = sight.prices if sight is not None else {}
            if found.verdict is not Verdict.FOREIGN and "price" in prices:
                amount = Decimal(prices["price"])
                price = Money(amount=amount, currency=prices["currency"])
        if price is not None:
            shown[price.rounded()] += 1
    return shown
