"""What a shopper asks of the shop, and every way that it may go.

A request is asked, seen, on its way, found, and handed over; or it ends before. Three hands move
it: people of the shop, the shopper, and central, which may confirm a hold. Time does, too: what
nobody sees becomes late, what nobody answers for goes by the shop's own rule, and everything ends
at last. A request that is over changes no more, but for a piece that lies aside and is put back.

A *bring* is brought to where the shopper stands. A *hold* lies aside until it is collected, and
counts only once it is confirmed: by central where that is asked, else by the shop's own rule.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum
from types import MappingProxyType
from typing import Final, Literal

LATE: Final = timedelta(minutes=2)
"""Unseen so long, a request is louder, and a notice goes out."""
TOO_LATE: Final = timedelta(minutes=4)
"""Unseen so long, the shopper is told to ask at the counter."""
BRING_LASTS: Final = timedelta(minutes=20)
UNCONFIRMED_LASTS: Final = timedelta(minutes=60)
CENTRAL_WAIT: Final = timedelta(seconds=10)
"""Central that is reached has answered by then."""

PER_ARTICLE: Final = 3
"""Requests in a minute at one label, or of one article where no label was scanned."""
PER_MINUTE: Final = 20
MOST_OPEN: Final = 100


class Kind(Enum):
    """What is asked."""

    BRING = "bring"
    HOLD = "hold"


class State(Enum):
    """How a request stands."""

    ASKED = "asked"
    SEEN = "seen"
    COMING = "coming"
    FOUND = "found"
    HANDED_OVER = "handed_over"
    NOT_FOUND = "not_found"
    REFUSED = "refused"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


class Deed(Enum):
    """What somebody does about it."""

    ACCEPT = "accept"
    ON_MY_WAY = "on_my_way"
    FOUND = "found"
    NOT_FOUND = "not_found"
    HANDED_OVER = "handed_over"
    PUT_BACK = "put_back"
    CONFIRM = "confirm"
    REFUSE = "refuse"
    CANCEL = "cancel"


OPEN: Final = frozenset({State.ASKED, State.SEEN, State.COMING, State.FOUND})
OF_STAFF: Final = (
    Deed.ACCEPT,
    Deed.ON_MY_WAY,
    Deed.FOUND,
    Deed.NOT_FOUND,
    Deed.HANDED_OVER,
    Deed.PUT_BACK,
)
_LOOKING: Final = frozenset({State.ASKED, State.SEEN, State.COMING})
_MOVES: Final[Mapping[Deed, tuple[frozenset[State], State]]] = MappingProxyType(
    {
        Deed.ACCEPT: (frozenset({State.ASKED}), State.SEEN),
        Deed.ON_MY_WAY: (frozenset({State.ASKED, State.SEEN}), State.COMING),
        Deed.FOUND: (_LOOKING, State.FOUND),
        Deed.NOT_FOUND: (_LOOKING, State.NOT_FOUND),
        Deed.HANDED_OVER: (frozenset({State.FOUND}), State.HANDED_OVER),
        Deed.CANCEL: (OPEN, State.CANCELLED),
        Deed.REFUSE: (OPEN, State.REFUSED),
    }
)

Rule = Literal["stock", "staff"]
"""Who confirms a hold in the shop: what its stock says, or the person who takes it on."""
ConfirmedBy = Literal["central", "stock", "staff"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopperRequest:
    """One request. ``key`` is the secret of its signed link, ``ref`` what others may call it by.

    ``begins`` is when the shop can do something about it: at once, or when it opens. ``until`` is
    when it ends by itself; a hold that is confirmed lasts ``lasts`` from then. ``central_until``
    is how long central is waited for, None where it is not asked. ``aside`` is a piece that was
    taken from its shelf and not handed over. ``by`` is who of the shop takes care of it.
    """

    key: str
    ref: str
    kind: Kind
    state: State = State.ASKED
    product: str
    label: str | None = None
    place: str = ""
    code: str = ""
    asked_at: datetime
    begins: datetime
    until: datetime
    lasts: timedelta
    rule: Rule = "staff"
    central_until: datetime | None = None
    confirmed_by: ConfirmedBy | None = None
    by: str | None = None
    seen_at: datetime | None = None
    changed_at: datetime
    late: int = 0
    aside: bool = False

    @property
    def is_open(self) -> bool:
        """Whether it is not over."""
        return self.state in OPEN

    @property
    def is_confirmed(self) -> bool:
        """Whether the shopper may count on it: a bring promises nothing."""
        return self.kind is Kind.HOLD and self.confirmed_by is not None

    @property
    def needs_staff(self) -> bool:
        """Whether a person has something to do about it."""
        return self.is_open or self.aside

    @property
    def takes_a_piece(self) -> bool:
        """Whether one piece of the stock is not to be had by anybody else."""
        return self.aside or (self.is_open and self.is_confirmed)


def begin(
    *,
    key: str,
    ref: str,
    kind: Kind,
    product: str,
    label: str | None,
    place: str,
    code: str,
    at: datetime,
    begins: datetime,
    lasts: timedelta,
    rule: Rule,
    asks_central: bool,
) -> ShopperRequest:
    """A request as it is asked; ``begins`` is ``at`` while the shop is open."""
    is_hold = kind is Kind.HOLD
    asked = ShopperRequest(
        key=key,
        ref=ref,
        kind=kind,
        product=product,
        label=label,
        place=place,
        code=code if is_hold else "",
        asked_at=at,
        begins=begins,
        until=begins + (UNCONFIRMED_LASTS if is_hold else BRING_LASTS),
        lasts=lasts if is_hold else BRING_LASTS,
        rule=rule,
        central_until=at + CENTRAL_WAIT if is_hold and asks_central else None,
        changed_at=at,
    )
    return aged(asked, at)


def may(request: ShopperRequest, deed: Deed) -> bool:
    """Whether ``deed`` can still be done."""
    match deed:
        case Deed.PUT_BACK:
            return request.aside and not request.is_open
        case Deed.CONFIRM | Deed.REFUSE:
            return request.kind is Kind.HOLD and request.is_open and request.confirmed_by is None
        case _:
            return request.state in _MOVES[deed][0]


def step(
    request: ShopperRequest, deed: Deed, at: datetime, by: str | None = None
) -> ShopperRequest | None:
    """The request after ``deed``; None where that cannot be done, or not any more.

    ``by`` is the person of the shop who does it.
    """
    request = aged(request, at)
    if not may(request, deed):
        return None
    if deed is Deed.PUT_BACK:
        return replace(request, aside=False, changed_at=at)
    if deed is Deed.CONFIRM:
        return _confirmed(request, "central", at)
    after = replace(request, state=_MOVES[deed][1], changed_at=at)
    if deed in OF_STAFF:
        after = replace(after, by=by, seen_at=request.seen_at or at)
    if deed is Deed.FOUND:
        after = replace(after, aside=True)
    elif deed is Deed.HANDED_OVER:
        after = replace(after, aside=False)
    return _by_the_rule(after, at)


def aged(request: ShopperRequest, at: datetime) -> ShopperRequest:
    """The request as time alone has made it by ``at``; the same object where it has not."""
    if not request.is_open:
        return request
    after = _by_the_rule(request, at)
    if at >= after.until:
        return replace(after, state=State.EXPIRED, changed_at=at)
    late = _late(after, at)
    return replace(after, late=late) if late > after.late else after


def next_due(request: ShopperRequest) -> datetime | None:
    """When time changes it next; None where it never does."""
    if not request.is_open:
        return None
    due = [request.until]
    if request.central_until is not None and request.confirmed_by is None:
        due.append(request.central_until)
    if request.state is State.ASKED and request.late < 2:
        due.append(request.begins + (TOO_LATE if request.late else LATE))
    return min(due)


def _late(request: ShopperRequest, at: datetime) -> int:
    if request.state is not State.ASKED:
        return request.late
    waited = at - request.begins
    return (waited >= LATE) + (waited >= TOO_LATE)


def _by_the_rule(request: ShopperRequest, at: datetime) -> ShopperRequest:
    """A hold that the shop itself confirms now: central was not asked, or did not answer.

    A person with the piece in their hands needs nobody's word.
    """
    if not may(request, Deed.CONFIRM):
        return request
    if request.state is State.FOUND:
        return _confirmed(request, "staff", at)
    if request.central_until is not None and at < request.central_until:
        return request
    if request.rule == "stock":
        return _confirmed(request, "stock", at)
    if request.state is not State.ASKED:
        return _confirmed(request, "staff", at)
    if request.central_until is None:
        return request
    return replace(request, central_until=None, changed_at=at)


def _confirmed(request: ShopperRequest, by: ConfirmedBy, at: datetime) -> ShopperRequest:
    until = max(at, request.begins) + request.lasts
    return replace(request, confirmed_by=by, central_until=None, until=until, changed_at=at)
