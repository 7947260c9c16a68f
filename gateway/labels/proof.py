"""What is put on record of each label, in the transaction that makes it so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from gateway.domain import labels, price_facts
from gateway.domain.labels import LabelFacts
from gateway.domain.price_facts import ProductPrice
from gateway.domain.proof import Entry
from gateway.store import deliveries, frames, offers_seqs, proof
from gateway.store.database import Connection


def wished(
    connection: Connection,
    wish: deliveries.Wish,
    facts: LabelFacts,
    products: Sequence[ProductPrice],
    *,
    template: str | None,
    without_price: bool,
) -> None:
    """The label is to show a picture drawn from ``facts`` by ``template`` (``name@hash``).

    ``template`` None: the picture was there already, and what drew it is looked up.
    ``without_price``: the picture sends people to the till, whatever the facts say.
    """
    if template is None:
        template = frames.template_of(connection, wish.fingerprint)
    if without_price:
        facts = replace(facts, state=labels.LabelState.WITHDRAWN, tag=None)
    named = [one.product for one in products[: price_facts.MOST_PRODUCTS]]
    seqs = offers_seqs.of(connection, named)
    entry = Entry(
        label=wish.label,
        at=wish.made_at,
        what="wished",
        wish=wish.id,
        fingerprint=wish.fingerprint,
        template=template or None,
        prices=price_facts.told(facts, seqs, count=len(products)),
    )
    proof.append(connection, entry)


def asked_again(connection: Connection, label: str, wish: str, by: str, at: datetime) -> None:
    """A person had the wish sent once more."""
    proof.append(connection, Entry(label=label, at=at, what="asked_again", wish=wish, actor=by))


def transferred(connection: Connection, label: str, wish: str, at: datetime) -> None:
    """The label holds its wish."""
    proof.append(connection, Entry(label=label, at=at, what="transferred", wish=wish))


def shown(
    connection: Connection, label: str, wish: str, fingerprint: str, sha256: str, at: datetime
) -> bytes:
    """The label said that it shows its wish; returns the hash of its chain up to this."""
    asked = proof.last_wished(connection, label)
    of_wish = asked is not None and asked.wish == wish
    entry = Entry(
        label=label,
        at=at,
        what="shown",
        wish=wish,
        fingerprint=fingerprint,
        picture=sha256,
        template=asked.template if asked is not None and of_wish else None,
        prices=asked.prices if asked is not None and of_wish else {},
    )
    return proof.append(connection, entry)


def lost(connection: Connection, label: str, showing: str | None, at: datetime) -> None:
    """The label does not show its picture any more; ``showing`` is the SHA-256 of what it does."""
    proof.append(connection, Entry(label=label, at=at, what="lost", picture=showing))


def failed(connection: Connection, label: str, wish: str, reason: str, at: datetime) -> None:
    """The label, or the way to it, said no."""
    proof.append(connection, Entry(label=label, at=at, what="failed", wish=wish, detail=reason))


def reached(connection: Connection, label: str, at: datetime, *, reachable: bool) -> None:
    """The label came into or went out of reach."""
    what = "reachable" if reachable else "unreachable"
    proof.append(connection, Entry(label=label, at=at, what=what))
