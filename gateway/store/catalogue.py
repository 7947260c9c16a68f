"""The catalogue in force, read as the rooms need it: whole families, found by id or code."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence

from gateway.domain import catalogue
from gateway.domain.catalogue import Family, Group, Location, Product, StockLevel, Value
from gateway.domain.labels import Target
from gateway.store import limits, observed_stock, price_history, price_rules, withdrawn_now
from gateway.store.database import Connection

MAX_FAMILY = 2_000
"""Products shown together at most; a group with more is cut, never the page's time."""


def family_of_product(connection: Connection, product: str) -> Family | None:
    """The product with its group and siblings; None when it is not in force."""
    row = connection.execute("SELECT group_id FROM product WHERE id = ?", (product,)).fetchone()
    if row is None:
        return None
    if row[0] is not None:
        family = family_of_group(connection, row[0])
        if family is not None and any(one.id == product for one in family.products):
            return family
        if family is not None:  # cut before this product
            return _family(connection, family.group, family.siblings, [product])
    # A group that is missing (yet) is no error: the product stands for itself.
    return _family(connection, None, (), [product])


def family_of_group(connection: Connection, group: str) -> Family | None:
    """The group with its siblings and all their products; None when it is not in force."""
    value = _value(connection, "group", group)
    if value is None:
        return None
    own = catalogue.group_from(group, value)
    siblings = tuple(
        catalogue.group_from(key, found)
        for key in own.siblings
        if key != group and (found := _value(connection, "group", key)) is not None
    )
    ids = [key for member in (own, *siblings) for key in _members(connection, member)]
    return _family(connection, own, siblings, ids[:MAX_FAMILY])


def family_for_label(connection: Connection, target: Target, shop: str) -> Family | None:
    """What a label on ``target`` speaks of: its own products, their prices, this shop's stock.

    Siblings and other places have no part in it. None when the target is not in force.
    """
    group: Group | None = None
    if target.group is not None:
        group = _group(connection, target.group)
        ids = [] if group is None else _members(connection, group)
    else:
        row = connection.execute(
            "SELECT id, group_id FROM product WHERE id = ?", (target.product,)
        ).fetchone()
        ids = [] if row is None else [row[0]]
        if row is not None and row[1] is not None:
            group = _group(connection, row[1])
    if group is None and not ids:
        return None
    return _family(connection, group, (), ids, places=(shop,))


def family_apart(connection: Connection, target: Target) -> Family | None:
    """What a target speaks of, with the stock of all places, but without the group's siblings."""
    alone = family_for_label(connection, target, "")
    if alone is None:
        return None
    return _family(connection, alone.group, (), [product.id for product in alone.products])


def products_by_code(connection: Connection, code: str) -> tuple[str, ...]:
    """The products that claim this GTIN (14 digits) or code: one, none, or a conflict."""
    rows = connection.execute(
        "SELECT product FROM product_code WHERE code = ? ORDER BY product LIMIT 10", (code,)
    )
    return tuple(row[0] for row in rows)


def product_ids(connection: Connection) -> set[str]:
    """The ids of all products in force."""
    return {row[0] for row in connection.execute("SELECT id FROM product")}


def groups_of(connection: Connection, products: Iterable[str]) -> set[str]:
    """The groups that these products in force belong to."""
    rows = connection.execute(
        "SELECT DISTINCT group_id FROM product WHERE group_id IS NOT NULL "
        "AND id IN (SELECT value FROM json_each(?))",
        (json.dumps(list(products)),),
    )
    return {row[0] for row in rows}


def stock_at(connection: Connection, place: str, product: str) -> StockLevel | None:
    """What the source says of one product in one place."""
    key = f"{place}/{product}"
    value = _value(connection, "stock", key)
    return None if value is None else catalogue.stock_from(key, value)


def exists(connection: Connection, kind: str, key: str) -> bool:
    """Whether a row of this kind is in force."""
    return _value(connection, kind, key) is not None


def locations(connection: Connection) -> tuple[Location, ...]:
    """All places in force."""
    return tuple(
        catalogue.location_from(key, value) for key, value in _values(connection, "location")
    )


def _group(connection: Connection, key: str) -> Group | None:
    value = _value(connection, "group", key)
    return None if value is None else catalogue.group_from(key, value)


def _members(connection: Connection, group: Group) -> list[str]:
    rows = connection.execute(
        "SELECT id FROM product WHERE group_id = ? ORDER BY id LIMIT ?", (group.id, MAX_FAMILY)
    )
    return [row[0] for row in rows]


def _family(
    connection: Connection,
    group: Group | None,
    siblings: tuple[Group, ...],
    ids: Sequence[str],
    *,
    places: Sequence[str] | None = None,
) -> Family:
    """``places`` narrows the stock to these locations, of which no more is told."""
    products = _products(connection, ids)
    known = _places(connection) if places is None else ()
    where = [place.id for place in known] if places is None else places
    stock_keys = [f"{place}/{product.id}" for place in where for product in products]
    levels = (
        catalogue.stock_from(key, value) for key, value in _values(connection, "stock", stock_keys)
    )
    quiet = price_rules.quiet(connection)
    withdrawn = withdrawn_now.among(connection, ids)
    rows = (
        catalogue.offers_from(key, value)
        for key, value in _values(connection, "offers", [product.id for product in products])
        if key not in withdrawn
    )
    offers = price_history.complete(connection, rows, quiet)
    return Family(
        group=group,
        siblings=siblings,
        products=products,
        offers={one.product: one for one in offers},
        stock={(level.location, level.product): level for level in levels},
        locations=known,
        quiet=quiet,
        withdrawn=withdrawn,
        observed=observed_stock.among(connection, ids),
    )


def _places(connection: Connection) -> tuple[Location, ...]:
    """Our own shop and the first others, those last where nobody can buy."""
    own = price_rules.get(connection).store
    ordered = sorted(
        locations(connection),
        key=lambda place: (place.id != own, place.kind in limits.LAST_KINDS, place.id),
    )
    return tuple(ordered[: limits.MAX_PLACES])


def _products(connection: Connection, ids: Sequence[str]) -> tuple[Product, ...]:
    found = {
        key: catalogue.product_from(key, value)
        for key, value in _values(connection, "product", ids)
    }
    return tuple(found[key] for key in ids if key in found)


def _value(connection: Connection, kind: str, key: str) -> Value | None:
    return next((value for _, value in _values(connection, kind, [key])), None)


def _values(
    connection: Connection, kind: str, keys: Iterable[str] | None = None
) -> Iterator[tuple[str, Value]]:
    """The (key, value) of these keys in force, or of all keys of the kind."""
    if keys is None:
        rows = connection.execute("SELECT key, value FROM in_force WHERE kind = ?", (kind,))
    else:
        rows = connection.execute(
            "SELECT in_force.key, in_force.value FROM json_each(?) AS wanted "
            "CROSS JOIN in_force ON in_force.kind = ? AND in_force.key = wanted.value",
            (json.dumps(list(keys)), kind),
        )
    for key, value in rows:
        yield key, json.loads(value)
