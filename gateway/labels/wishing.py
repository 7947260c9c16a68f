"""What follows from drawn pictures, in one transaction: wishes, and word of what could not be."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from device_drivers.api.panels import Frame
from gateway.domain import events, ranking
from gateway.domain.events import Lane, Origin
from gateway.domain.labels import LabelFacts, Target
from gateway.domain.price_facts import ProductPrice
from gateway.labels import ahead, proof
from gateway.store import deliveries, frames, labels, outbox, price_shown, tasks
from gateway.store.database import Connection
from gateway.store.label_rows import Label

_FAILED_AGAIN = timedelta(hours=1)
"""A drawing that failed may have wanted memory: then it is tried once more."""

_RULES = "label_rules"

log = structlog.get_logger("labels")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """A picture that may be shown.

    ``broken`` says why the chosen template could not be used: rules it breaks, or what failed.
    With ``without_price`` no template could show the price within the rules. ``failed`` is when
    nothing of the article could be drawn at all. ``template`` drew it, as ``name@hash``.
    """

    frame: Frame
    broken: tuple[str, ...] = ()
    without_price: bool = False
    failed: bool = False
    template: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """A stale label with all that decides its picture; ``target`` is what it is bound to.

    ``picture`` stands there where no template draws it. ``card`` is the test card that it is, as
    ``Label.card``; a ``raw`` one is not corrected on its way.
    """

    label: Label
    target: Target | None
    template: str | None
    facts: LabelFacts
    next_change: datetime | None
    products: tuple[ProductPrice, ...] = ()
    picture: Frame | None = None
    card: str = ""

    @property
    def raw(self) -> bool:
        """Whether the picture goes out as it is."""
        return self.card == "raw"

    @property
    def key(self) -> bytes:
        """The same for all that gives the same picture."""
        if self.picture is not None:
            return self.picture.fingerprint.encode()
        return ahead.key(self.template, self.label.panel, self.facts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """The picture of a look; ``rendered`` is None when it was drawn ahead and is kept already."""

    look: Look
    fingerprint: str
    rendered: Rendered | None = None


def keep(connection: Connection, drawn: Iterable[Rendered], now: datetime) -> None:
    """Keep pictures that no label wishes yet."""
    for one in drawn:
        frames.put(connection, one.frame, now, one.template)


def note(connection: Connection, origin: Origin, drawn: Drawn, now: datetime) -> None:
    """The label is up to date: a new picture is a new wish, and tasks come and go."""
    label = drawn.look.label
    stale = labels.planned(
        connection, label.id, looked_at=label.stale, next_change=_looked_at_again(drawn, now)
    )
    if stale is None:
        return  # retired while it was drawn
    _tell_of_texts(connection, drawn.look, now)
    _tell_of_rules(connection, origin, drawn, now)
    old = deliveries.wish(connection, label.id)
    is_new = old is None or (old.fingerprint, old.raw) != (drawn.fingerprint, drawn.look.raw)
    if is_new:
        if drawn.rendered is not None:
            frames.put(connection, drawn.rendered.frame, now, drawn.rendered.template)
        _wish(connection, drawn, now)
    if stale <= 0:
        in_sight = drawn.rendered is None or not drawn.rendered.without_price
        price_shown.planned(
            connection, label.id, drawn.look.products, now, in_sight=in_sight, anew=is_new
        )


def forget(connection: Connection, label: str) -> None:
    """The label is out of use: nobody has to do anything about its picture."""
    tasks.close(connection, _RULES, label)


def send_again(connection: Connection, label: str, *, by: str, at: datetime) -> None:
    """A person asks for it: the label's wish is delivered once more, and that is put on record."""
    wish = deliveries.wish(connection, label)
    if wish is not None:
        proof.asked_again(connection, label, wish.id, by, at)
    deliveries.send_again(connection, label, at)


def _looked_at_again(one: Drawn, now: datetime) -> datetime | None:
    known = one.look.next_change
    if one.rendered is None or not one.rendered.failed:
        return known
    return min(known or now + _FAILED_AGAIN, now + _FAILED_AGAIN)


def _tell_of_texts(connection: Connection, look: Look, now: datetime) -> None:
    """One task for each article while a text of it cannot be drawn and another stands for it."""
    bound = labels.binding(connection, look.label.id)
    if look.target is None or bound is None or bound.target != look.target:
        return
    if look.facts.left_out:
        detail = {"message": f"runs from right to left: {', '.join(look.facts.left_out)}"}
        tasks.open_(connection, labels.LEFT_OUT, labels.article(look.target), detail, now)
    else:
        tasks.close(connection, labels.LEFT_OUT, labels.article(look.target))


def _tell_of_rules(connection: Connection, origin: Origin, one: Drawn, now: datetime) -> None:
    """One task while a template cannot be used, and one event when that begins."""
    label = one.look.label
    broken = one.rendered.broken if one.rendered is not None else ()
    if one.rendered is None or not broken:
        tasks.close(connection, _RULES, label.id)
        return
    without_price = one.rendered.without_price
    detail = {"broken": list(broken), "without_price": without_price}
    if not tasks.open_(connection, _RULES, label.id, detail, now):
        return
    log.warning(
        "template cannot be used", label=label.id, why=broken[0], without_price=without_price
    )
    event = events.label_refused(
        origin,
        event_id=str(uuid.uuid4()),
        label=label.id,
        broken=broken,
        without_price=without_price,
        time=now,
    )
    outbox.append_or_gap(connection, Lane.KEEP, event, now)


def _wish(connection: Connection, one: Drawn, now: datetime) -> None:
    look, rendered = one.look, one.rendered
    wish = deliveries.Wish(
        label=look.label.id,
        id=uuid.uuid4().hex,
        fingerprint=one.fingerprint,
        template=look.template or "",
        cause=deliveries.CARD if look.card else look.facts.state.value,
        made_at=now,
        told=ranking.told(look.facts),
        raw=look.raw,
    )
    deliveries.want(connection, wish, why=look.label.stale_for)
    proof.wished(
        connection,
        wish,
        look.facts,
        look.products,
        template=rendered.template if rendered is not None else None,
        without_price=rendered is not None and rendered.without_price,
    )
