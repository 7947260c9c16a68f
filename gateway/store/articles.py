"""Articles as the staff site lists them: found by what people type, with names and prices only.

A family here carries no stock and no siblings: that is what makes a hundred of them cheap.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from gateway.domain import catalogue, searching
from gateway.domain.catalogue import Family, Group
from gateway.domain.gtin import GtinError, normalise
from gateway.domain.labels import Target
from gateway.store import finding, price_history, price_rules, withdrawn_now
from gateway.store.catalogue import MAX_FAMILY, products_by_code
from gateway.store.database import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a search gave: group ids and product ids, best first."""

    groups: tuple[str, ...]
    products: tuple[str, ...]


class Articles:
    """Families by what labels are bound to, read once each; for one read transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._groups: dict[str, Family | None] = {}

    def of(self, target: Target) -> Family | None:
        """The family of a target; None when it is not in force."""
        if target.product is not None:
            return self.product(target.product)
        return self.group(target.group or "")

    def product(self, product: str) -> Family | None:
        """One product with its group's own facts."""
        row = self._connection.execute(
            "SELECT p.value, product.group_id, o.value FROM in_force AS p "
            "LEFT JOIN product ON product.id = p.key "
            "LEFT JOIN in_force AS o ON o.kind = 'offers' AND o.key = p.key "
            "WHERE p.kind = 'product' AND p.key = ?",
            (product,),
        ).fetchone()
        if row is None:
            return None
        group = self._group(row[1]) if row[1] is not None else None
        return _family(self._connection, group, [(product, row[0], row[2])])

    def group(self, group: str) -> Family | None:
        """The group with all its products."""
        if group not in self._groups:
            self._groups[group] = self._read_group(group)
        return self._groups[group]

    def _read_group(self, key: str) -> Family | None:
        group = self._group(key)
        if group is None:
            return None
        rows = self._connection.execute(
            "SELECT product.id, p.value, o.value FROM product "
            "JOIN in_force AS p ON p.kind = 'product' AND p.key = product.id "
            "LEFT JOIN in_force AS o ON o.kind = 'offers' AND o.key = product.id "
            "WHERE product.group_id = ? ORDER BY product.id LIMIT ?",
            (key, MAX_FAMILY),
        ).fetchall()
        return _family(self._connection, group, rows)

    def _group(self, key: str) -> Group | None:
        row = self._connection.execute(
            "SELECT value FROM in_force WHERE kind = 'group' AND key = ?", (key,)
        ).fetchone()
        return None if row is None else catalogue.group_from(key, json.loads(row[0]))


def by_key(connection: Connection, text: str) -> Found:
    """The articles meant by a GTIN, a code or an id, exactly; several when two claim one code."""
    try:
        code = normalise(text)
    except GtinError:
        code = text
    products = products_by_code(connection, code) or products_by_code(connection, text)
    if not products and _exists(connection, "product", text):
        products = (text,)
    groups = (text,) if not products and _exists(connection, "group", text) else ()
    return Found(groups=groups, products=products)


def search(connection: Connection, text: str, limit: int = 20) -> Found:
    """Articles by GTIN, code or id, else by words of names, brands and options."""
    exact = by_key(connection, text.strip())
    if exact.groups or exact.products:
        return exact
    looked_for = searching.typed_words(text)
    if not looked_for:
        return Found(groups=(), products=())
    question = finding.holding(connection, looked_for)
    return Found(
        groups=finding.keys(connection, question, "group", limit),
        products=finding.keys(connection, question, "product", limit),
    )


def _exists(connection: Connection, kind: str, key: str) -> bool:
    return (
        connection.execute(
            "SELECT 1 FROM in_force WHERE kind = ? AND key = ?", (kind, key)
        ).fetchone()
        is not None
    )


def _family(
    connection: Connection, group: Group | None, rows: list[tuple[str, str, str | None]]
) -> Family:
    quiet = price_rules.quiet(connection)
    withdrawn = withdrawn_now.among(connection, [key for key, _, _ in rows])
    priced = (
        catalogue.offers_from(key, json.loads(offers))
        for key, _, offers in rows
        if offers is not None and key not in withdrawn
    )
    return Family(
        group=group,
        siblings=(),
        products=tuple(catalogue.product_from(key, json.loads(value)) for key, value, _ in rows),
        offers={one.product: one for one in price_history.complete(connection, priced, quiet)},
        stock={},
        locations=(),
        quiet=quiet,
        withdrawn=withdrawn,
    )
