"""Which deliveries go first: what changed for the shopper decides.

What is said now is compared with what the label confirmed last, not with what it was asked for
last: a wish that never arrived told nobody anything.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import IntEnum
from typing import Final

from gateway.domain.labels import LabelFacts, LabelState
from gateway.domain.money import Money

CORRECTS_WITHIN: Final = timedelta(minutes=30)
"""A price that is replaced so soon was a mistake."""

_TAKEN_OUT = frozenset({LabelState.BLOCKED, LabelState.RECALLED, LabelState.WITHDRAWN})
_REDUCED = frozenset({"sale", "clearance"})


class Rank(IntEnum):
    """The order of deliveries; lower goes first."""

    STAFF = 0
    """What somebody in the shop did just now."""
    TAKEN_OUT = 1
    """What must not be sold, or not at the price that is shown."""
    CORRECTION = 2
    """A price that was wrong, a label that shows something else than it confirmed."""
    DECREASE = 3
    INCREASE = 4
    PROMOTION = 5
    """What begins, ends or changes for a while, or for some."""
    REST = 6


URGENT: Final = frozenset({Rank.STAFF, Rank.TAKEN_OUT})
"""What waits for nothing: no quiet hours, no paused wave."""
FIRM: Final = URGENT | {Rank.CORRECTION, Rank.DECREASE}
"""What a cancelled wave sends all the same; see ``is_firm``."""


class Move(IntEnum):
    """Where the price goes from what the label confirmed last."""

    DOWN = -1
    SAME = 0
    OTHER = 1
    """Up, another currency, or nobody knows: the label confirmed no price."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a picture says of the price.

    ``members`` pay less, ``terms`` are for several together.
    """

    state: LabelState
    kind: str = ""
    price: Money | None = None
    members: Decimal | None = None
    terms: str = ""


def told(facts: LabelFacts) -> Told:
    """What a picture drawn from these facts says of the price."""
    tag = facts.tag
    if tag is None:
        return Told(state=facts.state)
    return Told(
        state=facts.state,
        kind=tag.kind,
        price=tag.price,
        members=tag.loyalty.amount if tag.loyalty is not None else None,
        terms="" if tag.multibuy is None else repr(tag.multibuy),
    )


def rank(was: Told | None, now: Told, *, by_staff: bool = False, corrects: bool = False) -> Rank:
    """How soon a label that shows ``was`` (None: nothing of ours) gets to show ``now``.

    ``corrects`` says that the price before this one was wanted only for ``CORRECTS_WITHIN``.
    """
    if by_staff:
        return Rank.STAFF
    if now.state in _TAKEN_OUT:
        return Rank.TAKEN_OUT
    if was is None:
        return Rank.REST
    if was.price is not None and now.price is None:
        return Rank.TAKEN_OUT
    if was.price != now.price and corrects:
        return Rank.CORRECTION
    return _by_price(was, now)


def move(was: Told | None, now: Told) -> Move:
    """Where the price goes on a label that shows ``was``; ``OTHER`` where one has none."""
    before = was.price if was is not None else None
    if before == now.price:
        return Move.SAME
    if before is None or now.price is None or before.currency != now.price.currency:
        return Move.OTHER
    return Move.DOWN if now.price.amount < before.amount else Move.OTHER


def is_firm(rank: Rank, move: Move) -> bool:
    """Whether nobody may give it up: what is not to be sold, a mistake, a price that goes down."""
    return rank in FIRM or move is Move.DOWN


def corrects(before: Told | None, made_at: datetime, now: Told, at: datetime) -> bool:
    """Whether ``now`` takes back the price of a wish made at ``made_at``."""
    if before is None or before.price is None or before.price == now.price:
        return False
    return timedelta() <= at - made_at < CORRECTS_WITHIN


def _by_price(was: Told, now: Told) -> Rank:
    if was.price is None or now.price is None:
        return Rank.REST
    if was.price.currency != now.price.currency or was.price.amount < now.price.amount:
        return Rank.INCREASE
    if was.price.amount > now.price.amount:
        return Rank.PROMOTION if now.kind in _REDUCED else Rank.DECREASE
    same = (was.kind, was.members, was.terms) == (now.kind, now.members, now.terms)
    return Rank.REST if same else Rank.PROMOTION
