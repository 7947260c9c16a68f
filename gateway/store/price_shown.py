"""Which labels show a product's price since it last changed; counted as it happens, never searched.

A change of an offers row begins the count anew, in its own transaction, with every label of the
product. So does a price that begins or ends by itself, when the labels are looked at. A later row
takes the place of an earlier one, of which no more is told.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from gateway.clock import to_ms
from gateway.domain.price_facts import ProductPrice
from gateway.store import deliveries, offers_seqs
from gateway.store.database import Connection

TABLE = "price_shown"
"""The table that changes are told under."""
_DRAW, _WISHED, _CONFIRMED = 0, 1, 2

_LABELS_OF = (
    "SELECT binding.label, binding.product FROM json_each(?1) AS wanted "
    "CROSS JOIN binding ON binding.product = wanted.value UNION "
    "SELECT binding.label, product.id FROM json_each(?1) AS wanted "
    "CROSS JOIN product ON product.id = wanted.value "
    "CROSS JOIN binding ON binding.group_id = product.group_id "
    "WHERE binding.fixed = '{}' OR NOT EXISTS (SELECT 1 FROM json_each(binding.fixed) AS fixed "
    "WHERE fixed.value IS NOT (SELECT option.value FROM in_force, "
    "json_each(in_force.value, '$.options') AS option WHERE in_force.kind = 'product' "
    "AND in_force.key = product.id AND option.key = fixed.key))"
)
"""The labels that speak of these products, with the product."""


def begin(connection: Connection, seqs: Mapping[str, int | None], at: datetime) -> None:
    """The price rows of these products, with their seqs, changed at ``at``."""
    if not seqs or connection.execute("SELECT 1 FROM binding LIMIT 1").fetchone() is None:
        return
    concerned = json.dumps(list(seqs))
    connection.execute(
        "DELETE FROM price_label WHERE product IN (SELECT value FROM json_each(?))", (concerned,)
    )
    found = connection.execute(_LABELS_OF, (concerned,)).fetchall()
    counted = connection.execute(
        "SELECT product FROM price_showing WHERE product IN (SELECT value FROM json_each(?))",
        (concerned,),
    ).fetchall()
    products = {product for _, product in found} | {product for (product,) in counted}
    if not products:
        return
    connection.executemany(
        "INSERT INTO price_showing (product, seq, began, unsettled_at) VALUES (?1, ?2, ?3, ?3) "
        "ON CONFLICT (product) DO UPDATE SET seq = excluded.seq, began = excluded.began, "
        "price = NULL, campaign = '', unsettled_at = excluded.began, shown_at = NULL, told = 0",
        [(product, seqs[product], to_ms(at)) for product in sorted(products)],
    )
    connection.executemany("INSERT INTO price_label (label, product) VALUES (?, ?)", found)
    connection.note(TABLE, "")


def labels_of(connection: Connection, products: Iterable[str]) -> list[str]:
    """The labels that speak of these products."""
    rows = connection.execute(_LABELS_OF, (json.dumps(list(products)),))
    return sorted({label for label, _ in rows})


def unsettle(connection: Connection, labels: Iterable[str], at: datetime) -> None:
    """A price on these labels begins or ends by itself: their products are to be looked at."""
    rows = connection.execute(
        "SELECT binding.product FROM json_each(?1) AS wanted "
        "CROSS JOIN binding ON binding.label = wanted.value WHERE binding.product IS NOT NULL "
        "UNION SELECT product.id FROM json_each(?1) AS wanted "
        "CROSS JOIN binding ON binding.label = wanted.value "
        "CROSS JOIN product ON product.group_id = binding.group_id",
        (json.dumps(list(labels)),),
    )
    products = [product for (product,) in rows]
    known = connection.execute(
        "UPDATE price_showing SET unsettled_at = ? "
        "WHERE product IN (SELECT value FROM json_each(?)) RETURNING product",
        (to_ms(at), json.dumps(products)),
    ).fetchall()
    new = sorted(set(products) - {product for (product,) in known})
    begin(connection, offers_seqs.of(connection, new), at)


def planned(
    connection: Connection,
    label: str,
    products: Sequence[ProductPrice],
    at: datetime,
    *,
    in_sight: bool,
    anew: bool,
) -> None:
    """The label's wish is up to date with these prices; made ``anew``, nobody confirmed it yet.

    A picture without them (``in_sight`` False) sends people to the till: whatever the label
    confirms, it shows none of these prices.
    """
    mine: dict[str, int] = dict(
        connection.execute("SELECT product, state FROM price_label WHERE label = ?", (label,))
    )
    wanted = {one.product: one for one in products}
    for product in mine.keys() - wanted.keys():
        _leave(connection, label, product)
    moved = False
    for product, price, campaign, unsettled in _known(connection, wanted):
        one = wanted[product]
        if unsettled is not None or price != (one.price or "") or campaign != (one.campaign or ""):
            _settle(connection, one, price, at)
            if price is not None and price != (one.price or ""):
                mine.pop(product, None)
        if in_sight and mine.get(product, _DRAW) == _DRAW:
            moved = True
            _stands(connection, label, product, _WISHED)
        elif not in_sight and mine.get(product) != _DRAW:
            _stands(connection, label, product, _DRAW)
    if moved and not anew:
        delivery = deliveries.get(connection, label)
        if delivery is not None and delivery.state == "shown":
            confirmed(connection, label, at)


def confirmed(connection: Connection, label: str, at: datetime) -> None:
    """The label shows its wish."""
    products = connection.execute(
        "UPDATE price_label SET state = ? WHERE label = ? AND state = ? RETURNING product",
        (_CONFIRMED, label, _WISHED),
    ).fetchall()
    if products:
        connection.executemany(
            "UPDATE price_showing SET shown_at = ? WHERE product = ?",
            [(to_ms(at), product) for (product,) in products],
        )
        connection.note(TABLE, "")


def unconfirmed(connection: Connection, label: str) -> None:
    """The label does not show what it confirmed: it counts again once it confirms its wish."""
    connection.execute(
        "UPDATE price_label SET state = ? WHERE label = ? AND state = ?",
        (_WISHED, label, _CONFIRMED),
    )
    connection.note(TABLE, "")


def left(connection: Connection, label: str) -> None:
    """The label is out of use, and counts for no price."""
    connection.execute("DELETE FROM price_label WHERE label = ?", (label,))
    connection.note(TABLE, "")


def _known(
    connection: Connection, products: Iterable[str]
) -> list[tuple[str, str | None, str, int | None]]:
    return connection.execute(
        "SELECT product, price, campaign, unsettled_at FROM json_each(?) AS wanted "
        "CROSS JOIN price_showing ON price_showing.product = wanted.value",
        (json.dumps(list(products)),),
    ).fetchall()


def _stands(connection: Connection, label: str, product: str, state: int) -> None:
    connection.execute(
        "INSERT INTO price_label (label, product, state) VALUES (?1, ?2, ?3) "
        "ON CONFLICT (label, product) DO UPDATE SET state = excluded.state",
        (label, product, state),
    )


def _leave(connection: Connection, label: str, product: str) -> None:
    connection.execute("DELETE FROM price_label WHERE label = ? AND product = ?", (label, product))
    connection.note(TABLE, "")


def _settle(connection: Connection, one: ProductPrice, before: str | None, at: datetime) -> None:
    """Note what the price is now; when it is another than before, the count begins anew."""
    price, campaign = one.price or "", one.campaign or ""
    if before is not None and before != price:
        connection.execute(
            "UPDATE price_label SET state = ? WHERE product = ?", (_DRAW, one.product)
        )
        connection.execute(
            "UPDATE price_showing SET began = ?, told = 0, shown_at = NULL WHERE product = ?",
            (to_ms(at), one.product),
        )
    if campaign:
        # One that was told of is told of again when another price joins it.
        connection.execute(
            "INSERT INTO campaign_showing (campaign, began) VALUES (?1, ?2) "
            "ON CONFLICT (campaign) DO UPDATE SET began = iif(told >= 2, excluded.began, began), "
            "told = iif(told >= 2, 0, told) WHERE NOT EXISTS "
            "(SELECT 1 FROM price_showing WHERE product = ?3 AND campaign = ?1)",
            (campaign, to_ms(at), one.product),
        )
    connection.execute(
        "UPDATE price_showing SET price = ?, campaign = ?, unsettled_at = NULL WHERE product = ?",
        (price, campaign, one.product),
    )
    connection.note(TABLE, "")
