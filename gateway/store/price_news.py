"""What is to be told of prices on labels: the first label that shows one, all of them, too late."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import IntEnum
from typing import Any

from gateway.clock import from_ms, to_ms
from gateway.domain.price_facts import WITHDRAWN
from gateway.store import offers_seqs, price_shown
from gateway.store.database import Connection


class Told(IntEnum):
    """How much was told of a price."""

    NOTHING = 0
    FIRST = 1
    LATE = 2
    ALL = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Showing:
    """How far a price, or the prices of a campaign (``products`` of them), are on their labels.

    ``labels`` are ``shown`` + ``pending`` + ``unreachable``; a label with two of its products
    counts twice for a campaign. ``price`` is None while nobody looked, '' when there is none.
    ``seq`` is that of the offers row; ``began`` when the price did (None: before its
    labels were bound); ``shown_at`` the latest
    confirmation.
    """

    key: str
    began: datetime | None
    labels: int
    shown: int
    unreachable: int
    told: Told = Told.NOTHING
    seq: int | None = None
    price: str | None = None
    campaign: str | None = None
    products: int | None = None
    shown_at: datetime | None = None

    @property
    def pending(self) -> int:
        """Labels that may still confirm."""
        return self.labels - self.shown - self.unreachable

    @property
    def withdrawn(self) -> bool:
        """Whether the labels are to show no price, because a person took it off the shelf."""
        return self.price == WITHDRAWN

    @property
    def complete(self) -> bool:
        """Whether all labels confirmed it."""
        return self.shown >= self.labels

    def news(self, late_before: datetime) -> Told | None:
        """What is to be told now; None when there is nothing new."""
        if self.complete and self.told < Told.ALL:
            return Told.ALL
        if self.told < Told.LATE and self.began is not None and self.began <= late_before:
            return Told.LATE
        return Told.FIRST if self.told == Told.NOTHING and self.shown else None


_COLUMNS = "product, began, labels, shown, told, seq, price, campaign, shown_at"
_NEWS = "told < 3 AND (shown >= labels OR (told = 0 AND shown > 0))"


def of_products(connection: Connection, late_before: datetime, limit: int) -> tuple[Showing, ...]:
    """Prices of which there is news: a deadline passed when they began by ``late_before``."""
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM price_showing WHERE {_NEWS} LIMIT ?", (limit,)
    ).fetchall()
    rows += connection.execute(
        f"SELECT {_COLUMNS} FROM price_showing WHERE told < 2 AND began <= ? LIMIT ?",
        (to_ms(late_before), limit),
    )
    return _showings(connection, {row[0]: row for row in rows}.values())


def of_product(connection: Connection, product: str) -> Showing | None:
    """How far the product's price is; None when it has not changed since its labels were bound."""
    rows = connection.execute(f"SELECT {_COLUMNS} FROM price_showing WHERE product = ?", (product,))
    return next(iter(_showings(connection, rows.fetchall())), None)


def of_campaigns(connection: Connection, late_before: datetime) -> tuple[Showing, ...]:
    """Campaigns of which there is news.

    While prices are still looked at, none is said to be complete: others may belong to it.
    """
    unsettled = connection.execute(
        "SELECT 1 FROM price_showing WHERE unsettled_at > ? LIMIT 1", (to_ms(late_before),)
    ).fetchone()
    rows = connection.execute(
        "SELECT campaign, began, products, labels, shown, told FROM campaign_showing WHERE told < 3"
    ).fetchall()
    found = []
    for campaign, began, products, labels, shown, told in rows:
        if unsettled is not None and shown >= labels:
            continue
        one = Showing(
            key=campaign,
            began=from_ms(began),
            labels=labels,
            shown=shown,
            unreachable=0,
            told=Told(told),
            products=products,
        )
        if one.news(late_before) is not None:
            found.append(replace(one, unreachable=_unreachable_of_campaign(connection, campaign)))
    return tuple(found)


def note_told(connection: Connection, one: Showing, news: Told) -> None:
    """So much was told; what nobody shows any more is forgotten."""
    if one.products is not None:
        connection.execute(
            "UPDATE campaign_showing SET told = ? WHERE campaign = ?", (news, one.key)
        )
        connection.execute("DELETE FROM campaign_showing WHERE products <= 0 AND told = 3")
        return
    connection.execute("UPDATE price_showing SET told = ? WHERE product = ?", (news, one.key))
    if one.labels == 0:
        connection.execute("UPDATE price_showing SET campaign = '' WHERE product = ?", (one.key,))
        connection.execute("DELETE FROM price_showing WHERE product = ?", (one.key,))


def next_late(connection: Connection) -> datetime | None:
    """When the earliest of the prices began whose deadline has not passed."""
    began: int | None = connection.execute(
        "SELECT min(began) FROM (SELECT min(began) AS began FROM price_showing WHERE told < 2 "
        "UNION ALL SELECT min(began) FROM campaign_showing WHERE told < 2)"
    ).fetchone()[0]
    return None if began is None else from_ms(began)


@dataclass(frozen=True, slots=True, kw_only=True)
class OnLabel:
    """How one label stands: ``state`` is shown, pending or unreachable."""

    label: str
    code: str
    state: str


def labels_of(connection: Connection, product: str, limit: int) -> tuple[OnLabel, ...]:
    """The labels that are counted for the product, those that do not show its price first."""
    rows = connection.execute(
        "SELECT label.id, label.code, price_label.state, label.online FROM price_label "
        "JOIN label ON label.id = price_label.label WHERE price_label.product = ? "
        "ORDER BY price_label.state, label.id LIMIT ?",
        (product, limit),
    )
    return tuple(
        OnLabel(
            label=label,
            code=code,
            state="shown" if state == 2 else "pending" if online else "unreachable",
        )
        for label, code, state, online in rows
    )


def unchanged(connection: Connection, product: str) -> Showing:
    """How the labels of a product stand whose price has not changed since they were bound."""
    rows = connection.execute(
        "SELECT label.stale = 0 AND delivery.state IS 'shown', label.online FROM json_each(?) "
        "AS wanted CROSS JOIN label ON label.id = wanted.value "
        "LEFT JOIN delivery ON delivery.label = label.id",
        (json.dumps(price_shown.labels_of(connection, [product])),),
    ).fetchall()
    return Showing(
        key=product,
        began=None,
        labels=len(rows),
        shown=sum(shown for shown, _ in rows),
        unreachable=sum(not shown and not online for shown, online in rows),
        seq=offers_seqs.of(connection, [product])[product],
    )


def _showings(connection: Connection, rows: Iterable[tuple[Any, ...]]) -> tuple[Showing, ...]:
    each = list(rows)
    away = _unreachable(connection, [row[0] for row in each if row[2] != row[3]])
    return tuple(
        Showing(
            key=product,
            began=from_ms(began),
            labels=labels,
            shown=shown,
            unreachable=away.get(product, 0),
            told=Told(told),
            seq=seq,
            price=price,
            campaign=campaign or None,
            shown_at=None if shown_at is None else from_ms(shown_at),
        )
        for product, began, labels, shown, told, seq, price, campaign, shown_at in each
    )


def _unreachable(connection: Connection, products: Sequence[str]) -> dict[str, int]:
    """How many labels of each product do not show its price and cannot be reached."""
    return dict(
        connection.execute(
            "SELECT price_label.product, count(*) FROM json_each(?) AS wanted "
            "CROSS JOIN price_label ON price_label.product = wanted.value AND state < 2 "
            "CROSS JOIN label ON label.id = price_label.label AND label.online = 0 "
            "GROUP BY price_label.product",
            (json.dumps(list(products)),),
        ).fetchall()
    )


def _unreachable_of_campaign(connection: Connection, campaign: str) -> int:
    count: int = connection.execute(
        "SELECT count(*) FROM price_showing "
        "CROSS JOIN price_label ON price_label.product = price_showing.product AND state < 2 "
        "CROSS JOIN label ON label.id = price_label.label AND label.online = 0 "
        "WHERE price_showing.campaign = ?",
        (campaign,),
    ).fetchone()[0]
    return count
