"""When a change of the catalogue is too large or a price too odd to be used without a person.

Three rules, none of which applies while nothing is in force:

- *deletes*: in any ten minutes, or in one snapshot, more than 20 % of all rows in force, or of the
  articles, prices or bindings alone. By stock rows alone nobody would notice that all prices go.
- *prices*: in any ten minutes, or in one snapshot, more than 50 % of the prices in force change
  within the next twelve hours. What is announced earlier leaves people time to look.
- *one price* outside the usual range of its currency, or more than 90 % away from every price
  that the article has now. So is a price before a reduction as its source states it: without
  history nothing else tells a slipped comma from an article at a tenth of its price.

Fewer than ten rows at once are no mass: in a catalogue of three articles one is a third. Three
articles, prices or bindings that go are one if they are over half: half a file of a small shop.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import Enum
from functools import cache

from gateway.domain import catalogue, pricing
from gateway.domain.catalogue import Offer, Offers, Value
from gateway.domain.money import MINOR_UNITS, Money

WINDOW_MINUTES = 10
FEW = 10
FEWEST = 3
DELETES_PERCENT = 20
PRICES_PERCENT = 50
AWAY_PERCENT = 90
AHEAD = timedelta(hours=12)
ALONE = 20
"""Odd prices that are held each for itself; further ones of a source become one hold."""
FEW_ALONE = 3
"""Of those so many are shown one by one; more are shown together."""
KINDS_ALONE = frozenset({"product", "offers", "binding"})
"""Kinds of which a mass of deletes counts by itself."""

_TOP = 100_000
_EDGES = 8
_SCALES = {
    1: "AFN BDT BWP CNY CZK DKK EGP ETB GTQ HKD HNL MAD MDL MOP MXN MZN NIO NOK SEK TRY UAH UYU "
    "ZAR",
    2: "DJF DZD HUF INR ISK JMD JPY KES KZT LKR NPR PHP PKR RSD RUB THB TWD XPF",
    3: "ARS BIF CLP COP CRC CDF KMF KRW MMK MWK NGN RWF SLE SOS SSP TZS UGX XAF XOF YER IQD",
    4: "GNF IDR KHR LAK LBP MGA PYG STN SYP UZS VES VND",
    5: "IRR",
}
"""Powers of ten by which a currency's prices are above those in euros."""
_SCALE = {code: scale for scale, codes in _SCALES.items() for code in codes.split()}

Range = tuple[Decimal, Decimal]
"""The least and the highest usual price, both included."""


class Cause(Enum):
    """Why rows are held."""

    DELETES = "deletes"
    PRICES = "prices"
    PRICE_RANGE = "price_range"
    PRICE_AWAY = "price_away"

    @property
    def is_mass(self) -> bool:
        """Whether it is about many rows at once."""
        return self in {Cause.DELETES, Cause.PRICES}


@dataclass(frozen=True, slots=True, kw_only=True)
class Odd:
    """What is odd about one price: ``path`` says where in the row, the message why."""

    cause: Cause
    path: str
    message: str


def too_many_deletes(count: int, of: int) -> bool:
    """Whether ``count`` rows out of ``of`` in force are too many to go at once."""
    return count >= FEW and count * 100 > of * DELETES_PERCENT


def too_many_of_a_kind(count: int, of: int) -> bool:
    """The same for rows of one kind that counts alone, where few can be too many."""
    return too_many_deletes(count, of) or (count >= FEWEST and count * 2 > of)


def too_many_prices(count: int, of: int) -> bool:
    """Whether ``count`` prices out of ``of`` in force are too many to change at once."""
    return count >= FEW and count * 100 > of * PRICES_PERCENT


def usual_range(currency: str, own: Mapping[str, Range]) -> Range:
    """The usual prices of a currency: as the shop set them, else by the currency's magnitude."""
    given = own.get(currency)
    if given is not None:
        return given
    return _by_magnitude(currency)


@cache
def _by_magnitude(currency: str) -> Range:
    least = Decimal(1).scaleb(-MINOR_UNITS[currency])
    return least, Decimal(_TOP) * 10 ** _SCALE.get(currency, 0)


def moves(was: Value, now: Value, at: datetime) -> bool:
    """Whether the price to be paid changes between ``at`` and twelve hours later.

    Both are checked ``offers`` values. An article that has no price at ``at`` has none that could
    change.
    """
    if _unchanged(was, now):
        return False
    plain = _plain(was), _plain(now)
    if plain[0] is not None and plain[1] is not None:
        return plain[0].rounded() != plain[1].rounded()
    before = catalogue.offers_from("", was)
    if _paid(before, at) is None:
        return False
    after = catalogue.offers_from("", now)
    instants = [at, *_edges([before, after], at)]
    return any(_paid(before, instant) != _paid(after, instant) for instant in instants)


def odd(was: Value | None, now: Value, at: datetime, own: Mapping[str, Range]) -> Odd | None:
    """What is odd about the prices of a checked ``offers`` value, or None.

    ``was`` is the value in force; offers that are over do not count.
    """
    currency = now["currency"]
    low, high = usual_range(currency, own)
    plain = _plain(now), None if was is None else _plain(was)
    if plain[0] is not None and plain[1] is not None and plain[1].currency == currency:
        amount, before = plain[0].amount, plain[1].amount
        if low <= amount <= high and not (before > 0 and _is_away(amount, before)):
            return None
    last = _last(was, currency, at)
    stated = _stated(was)
    for number, offer in enumerate(catalogue.offers_from("", now).offers):
        if _is_over(offer, at):
            continue
        path, amount = f"offers.{number}.amount", offer.amount
        if not low <= amount <= high:
            message = f"{amount:f} {currency} is outside {low:f} to {high:f}, the usual range"
            return Odd(cause=Cause.PRICE_RANGE, path=path, message=f"{path}: {message}")
        if last and all(_is_away(amount, one) for one in last):
            message = f"{amount:f} {currency} is more than 90 % away from the last, {last[0]:f}"
            return Odd(cause=Cause.PRICE_AWAY, path=path, message=f"{path}: {message}")
        found = _odd_prior(offer, number, currency, (low, high))
        if found is not None and (currency, amount, offer.prior_amount) not in stated:
            return found
    return None


def _stated(was: Value | None) -> set[tuple[str, Decimal, Decimal | None]]:
    """The reductions in force as they are stated: what was let through once is not odd again."""
    if was is None:
        return set()
    offers = catalogue.offers_from("", was)
    return {(was["currency"], offer.amount, offer.prior_amount) for offer in offers.offers}


def _odd_prior(offer: Offer, number: int, currency: str, usual: Range) -> Odd | None:
    """What is odd about the price that the source states as the one before its reduction."""
    prior, (low, high) = offer.prior_amount, usual
    if prior is None or offer.kind not in pricing.REDUCED:
        return None
    path = f"offers.{number}.prior_amount"
    if not low <= prior <= high:
        message = f"{prior:f} {currency} is outside {low:f} to {high:f}, the usual range"
        return Odd(cause=Cause.PRICE_RANGE, path=path, message=f"{path}: {message}")
    if _is_away(offer.amount, prior):
        message = f"{offer.amount:f} {currency} is more than 90 % away from it, {prior:f}"
        return Odd(cause=Cause.PRICE_AWAY, path=path, message=f"{path}: {message}")
    return None


def _plain(value: Value) -> Money | None:
    """The price of a value that is one list price for ever: most are, and need no more thought."""
    offers = value["offers"]
    if len(offers) != 1:
        return None
    offer = offers[0]
    if offer["kind"] != "list" or offer.get("valid_from") or offer.get("valid_until"):
        return None
    return Money(amount=Decimal(offer["amount"]), currency=value["currency"])


def _unchanged(was: Value, now: Value) -> bool:
    """The quick answer for the usual row in which something else changed."""
    return bool(
        was.get("offers") == now.get("offers") and was.get("currency") == now.get("currency")
    )


def _paid(offers: Offers, at: datetime) -> tuple[Decimal, str] | None:
    tag = pricing.effective(offers, at)
    return None if tag is None else (tag.price.amount, tag.price.currency)


def _edges(both: Sequence[Offers], at: datetime) -> Iterator[datetime]:
    """The first instants within twelve hours at which a price begins or ends."""
    instant: datetime | None = at
    for _ in range(_EDGES):
        instant = pricing.next_change(both, instant) if instant is not None else None
        if instant is None or instant >= at + AHEAD:
            return
        yield instant


def _last(was: Value | None, currency: str, at: datetime) -> list[Decimal]:
    """What the article costs now, and the prices beside it; empty where none can be compared."""
    if was is None or was["currency"] != currency:
        return []
    offers = catalogue.offers_from("", was)
    tag = pricing.effective(offers, at)
    beside = [offer.amount for offer in offers.offers if not _is_over(offer, at)]
    known = beside if tag is None else [tag.price.amount, *beside]
    return [amount for amount in known if amount > 0]


def _is_over(offer: Offer, at: datetime) -> bool:
    return offer.valid_until is not None and offer.valid_until <= at


def _is_away(amount: Decimal, last: Decimal) -> bool:
    return abs(amount - last) * 100 > last * AWAY_PERCENT
