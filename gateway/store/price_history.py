"""The prices that were in force, and since when those in force now count.

An offers row tells by its own times which price was or will be in force when; so nothing is written
when a price begins or ends by itself, also when the box was off at that instant. Only when another
row takes its place, in the same transaction, is what it told put down here.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from gateway.clock import from_ms, to_ms
from gateway.domain import catalogue, pricing, prior_price
from gateway.domain.catalogue import Offers, PastPrice
from gateway.domain.money import Money
from gateway.domain.opening import ShopHours
from gateway.domain.pricing import REDUCED
from gateway.store import price_rules, tasks
from gateway.store.database import Connection

FALSE_PRIOR = "false_prior_price"

Change = tuple[str | None, str | None]
"""The value of an offers row in force, JSON, before and after a change."""


_Line = tuple[str, int, int, str, str, str]
"""One row of the table: product, began, ended, amount, currency, kind."""

_Held = tuple[str, int | None, int]
"""A replaced row: its value, since when it counted, when it was replaced."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Since:
    since: datetime
    replaced: str | None
    replaced_since: datetime | None
    replaced_at: datetime | None


def changed(connection: Connection, changes: Mapping[str, Change], at: datetime) -> None:
    """Keep the past of products whose offers row in force changed at ``at``, by product id."""
    if not changes:
        return
    at = at.replace(microsecond=at.microsecond // 1000 * 1000)
    rules = price_rules.get(connection)
    quiet = price_rules.quiet(connection, rules)
    known, last = _since(connection, changes), _last(connection, changes)
    past: list[_Line] = []
    since: list[tuple[object, ...]] = []
    for product, (was, now) in changes.items():
        before = known.get(product)
        from_now = at if before is None else max(at, before.since)
        held: _Held | None = None
        if was is not None:
            old = _with_since(catalogue.offers_from(product, json.loads(was)), before)
            past += _lines(old, from_now, quiet, last.get(product))
            if now is not None and quiet is not None:
                held = _held(was, before, old, json.loads(now), from_now, quiet)
        elif product not in last:
            # Of a product without any past the new row tells the past too.
            continue
        if now is None:
            connection.execute("DELETE FROM price_since WHERE product = ?", (product,))
        else:
            since.append((product, to_ms(from_now), *(held or (None, None, None))))
    connection.executemany(
        "INSERT OR REPLACE INTO price_history (product, began, ended, amount, currency, kind) "
        "VALUES (?, ?, ?, ?, ?, ?)",
        past,
    )
    connection.executemany(
        "INSERT OR REPLACE INTO price_since "
        "(product, since, replaced, replaced_since, replaced_at) VALUES (?, ?, ?, ?, ?)",
        since,
    )
    _check(connection, changes, at, quiet, list_claims=rules.list_claims)


def complete(
    connection: Connection, offers: Iterable[Offers], quiet: ShopHours | None
) -> tuple[Offers, ...]:
    """The offers with what must be known of their past to say what they cost and what before."""
    each = tuple(offers)
    concerned = [
        one.product
        for one in each
        if quiet is not None or any(offer.kind in REDUCED for offer in one.offers)
    ]
    if not concerned:
        return each
    since, past = _since(connection, concerned), _past(connection, concerned)
    return tuple(
        replace(_with_since(one, since.get(one.product)), past=past.get(one.product, ()))
        for one in each
    )


def of(connection: Connection, product: str, until: datetime) -> tuple[PastPrice, ...]:
    """Every price of ``product`` before ``until``, in order, 400 days back at most."""
    row = connection.execute(
        "SELECT value FROM in_force WHERE kind = 'offers' AND key = ?", (product,)
    ).fetchone()
    past = _past(connection, [product]).get(product, ())
    if row is None:
        return past
    offers = _with_since(
        catalogue.offers_from(product, json.loads(row[0])),
        _since(connection, [product]).get(product),
    )
    quiet = price_rules.quiet(connection)
    return prior_price.told_until(replace(offers, past=past), until, quiet)


def check_again(connection: Connection, at: datetime) -> None:
    """Look at the reductions that people were told of again: some of them are over by now."""
    rules = price_rules.get(connection)
    rows = connection.execute(
        "SELECT task.key, in_force.value FROM task LEFT JOIN in_force "
        "ON in_force.kind = 'offers' AND in_force.key = task.key WHERE task.kind = ?",
        (FALSE_PRIOR,),
    ).fetchall()
    _check(
        connection,
        {key: (None, value) for key, value in rows},
        at,
        price_rules.quiet(connection, rules),
        list_claims=rules.list_claims,
    )


def trim(connection: Connection, before: datetime, limit: int) -> int:
    """Forget up to ``limit`` prices that ended before ``before``; how many went."""
    gone = connection.execute(
        "DELETE FROM price_history WHERE (product, began) IN (SELECT product, began "
        "FROM price_history WHERE ended < ? ORDER BY ended LIMIT ?)",
        (to_ms(before), limit),
    )
    return gone.rowcount


def _lines(
    old: Offers, until: datetime, quiet: ShopHours | None, last: _Line | None
) -> Iterator[_Line]:
    """What ``old`` told up to ``until``; ``last`` is the latest line there is of the product."""
    begins = until - prior_price.KEPT if old.since is None else old.since
    for one in pricing.stretches(old, begins, until, quiet):
        began, ended = to_ms(one.began), to_ms(one.ended)
        told = (f"{one.price.amount:f}", one.price.currency, one.kind)
        # The same price under a row that only says other things is one price.
        if last is not None and last[2:] == (began, *told):
            began = last[1]
        last = None
        yield (old.product, began, ended, *told)


def _held(
    was: str,
    before: _Since | None,
    old: Offers,
    now: catalogue.Value,
    at: datetime,
    quiet: ShopHours,
) -> _Held | None:
    """The row whose price holds until the shop closes; None when the new one counts at once."""
    if not pricing.rises(old, catalogue.offers_from(old.product, now), at, quiet):
        return None
    row, since, replaced_at = was, old.since, at
    if before is not None and before.replaced is not None and before.replaced_at is not None:
        own = pricing.effective(replace(old, replaced=None), at, quiet)
        paid = pricing.effective(old, at, quiet)
        if own is None or paid is None or own.price != paid.price:
            row, since, replaced_at = before.replaced, before.replaced_since, before.replaced_at
    return row, None if since is None else to_ms(since), to_ms(replaced_at)


def _check(
    connection: Connection,
    changes: Mapping[str, Change],
    at: datetime,
    quiet: ShopHours | None,
    *,
    list_claims: bool,
) -> None:
    """Open a task for each product that announces a false reduction; close those that do not."""
    open_now = {
        row[0]
        for row in connection.execute(
            "SELECT task.key FROM task JOIN json_each(?) AS wanted ON task.key = wanted.value "
            "WHERE kind = ?",
            (json.dumps(list(changes)), FALSE_PRIOR),
        )
    }
    claiming = [
        offers
        for product, (_, now) in changes.items()
        if now is not None
        and (list_claims or '"prior_amount"' in now)
        and _reduces(offers := catalogue.offers_from(product, json.loads(now)))
    ]
    for offers in complete(connection, claiming, quiet):
        found = next(
            iter(prior_price.false_priors(offers, at, quiet, list_claims=list_claims)), None
        )
        if found is not None:
            open_now.discard(offers.product)
            detail = {
                "claimed": f"{found.claimed.amount:f}",
                "lowest": f"{found.lowest.amount:f}",
                "currency": found.lowest.currency,
                "began": found.began.isoformat(),
            }
            tasks.open_(connection, FALSE_PRIOR, offers.product, detail, at)
    for product in open_now:
        tasks.close(connection, FALSE_PRIOR, product)


def _reduces(offers: Offers) -> bool:
    return any(offer.kind in REDUCED for offer in offers.offers)


def _with_since(offers: Offers, known: _Since | None) -> Offers:
    if known is None:
        return offers
    replaced = None
    if known.replaced is not None:
        value = json.loads(known.replaced)
        replaced = replace(catalogue.offers_from(offers.product, value), since=known.replaced_since)
    return replace(offers, since=known.since, replaced=replaced, replaced_at=known.replaced_at)


def _since(connection: Connection, products: Iterable[str]) -> dict[str, _Since]:
    rows = connection.execute(
        "SELECT product, since, replaced, replaced_since, replaced_at FROM json_each(?) AS wanted "
        "CROSS JOIN price_since ON price_since.product = wanted.value",
        (json.dumps(list(products)),),
    )
    return {
        product: _Since(
            since=from_ms(since),
            replaced=replaced,
            replaced_since=None if replaced_since is None else from_ms(replaced_since),
            replaced_at=None if replaced_at is None else from_ms(replaced_at),
        )
        for product, since, replaced, replaced_since, replaced_at in rows
    }


def _last(connection: Connection, products: Iterable[str]) -> dict[str, _Line]:
    rows = connection.execute(
        "SELECT product, began, ended, amount, currency, kind FROM json_each(?) AS wanted "
        "CROSS JOIN price_history ON product = wanted.value AND began = "
        "(SELECT max(began) FROM price_history WHERE product = wanted.value)",
        (json.dumps(list(products)),),
    )
    return {row[0]: row for row in rows}


def _past(connection: Connection, products: Sequence[str]) -> dict[str, tuple[PastPrice, ...]]:
    rows = connection.execute(
        "SELECT product, began, ended, amount, currency, kind FROM json_each(?) AS wanted "
        "CROSS JOIN price_history ON price_history.product = wanted.value ORDER BY product, began",
        (json.dumps(list(products)),),
    )
    found: dict[str, tuple[PastPrice, ...]] = {}
    for product, began, ended, amount, currency, kind in rows:
        one = PastPrice(
            price=Money(amount=Decimal(amount), currency=currency),
            kind=kind,
            began=from_ms(began),
            ended=from_ms(ended),
        )
        found[product] = (*found.get(product, ()), one)
    return found
