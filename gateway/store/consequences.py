"""What follows when rows in force change: look-up keys, past prices, stale labels, pages told."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from gateway.store import (
    binding_rows,
    bulk,
    catalogue,
    labels,
    marking,
    price_history,
    price_rules,
    price_shown,
    search_index,
    withdrawals,
)
from gateway.store.database import Connection


@dataclass(slots=True)
class InForce:
    """The value in force of a row, JSON, before and after a change at ``seq``; None is no row.

    Nobody changes one; frozen it would take three times as long to make.
    """

    kind: str
    key: str
    was: str | None
    now: str | None
    seq: int = 0


def follow(connection: Connection, changes: Sequence[InForce], at: datetime) -> None:
    """Bring everything up to date with these changes, in their own transaction."""
    by_kind: dict[str, list[InForce]] = {}
    for change in changes:
        by_kind.setdefault(change.kind, []).append(change)
    products = by_kind.get("product", [])
    offers = by_kind.get("offers", [])
    places = by_kind.get("location", [])
    _keep_hours(connection, places, at)
    groups = {change.key for change in by_kind.get("group", [])}
    read = _read(products)
    moved = _index_products(connection, read)
    search_index.follow(connection, _read(by_kind.get("group", [])), read)
    touched = {change.key for change in (*products, *offers)}
    touched.update(change.key.partition("/")[2] for change in by_kind.get("stock", []))
    for change in by_kind.get("binding", []):
        binding_rows.adopt(connection, change.key, at)
    past = {change.key: (change.was, change.now) for change in offers}
    price_history.changed(connection, past, at)
    withdrawals.end_by_prices(connection, past, at)
    price_shown.begin(connection, {change.key: change.seq for change in offers}, at)
    if places and (_counts(places) or price_rules.get(connection).when_closed):
        marking.mark_bound(connection, "feed")
    groups |= moved
    if touched or groups or places:
        _tell(connection, touched, groups)
    if places:
        connection.note("location", "")


def _tell(connection: Connection, products: set[str], groups: set[str]) -> None:
    page_groups = groups | catalogue.groups_of(connection, products)
    labels.mark_stale(connection, products, page_groups, group_rows=groups)
    connection.note_all("catalogue", products | page_groups)


def _keep_hours(connection: Connection, places: Iterable[InForce], at: datetime) -> None:
    """Before anything is worked out by the new opening hours of the shop itself."""
    own = price_rules.get(connection).store if places else ""
    for change in places:
        if change.key == own:
            price_rules.hours_changed(connection, change.was, change.now, at)


def _counts(places: Iterable[InForce]) -> bool:
    """Whether a place came or went, and with it all stock that is kept under it."""
    return any(None in {place.was, place.now} for place in places)


def _read(changes: Iterable[InForce]) -> list[search_index.Change]:
    return [
        search_index.Change(
            change.key,
            None if change.was is None else json.loads(change.was),
            None if change.now is None else json.loads(change.now),
        )
        for change in changes
    ]


def _index_products(connection: Connection, changes: Sequence[search_index.Change]) -> set[str]:
    """Keep the look-up keys of products equal to their values; returns the groups concerned."""
    groups: set[str | None] = set()
    rows: list[tuple[str, str | None]] = []
    codes: list[tuple[str, str]] = []
    for change in changes:
        if change.was is not None:
            groups.add(change.was.get("group"))
        if change.now is not None:
            product = change.now
            group = product.get("group")
            groups.add(group)
            rows.append((change.key, group))
            known = {*(product.get("gtins") or ()), *(product.get("codes") or ())}
            codes += ((code, change.key) for code in known)
    connection.executemany(
        "DELETE FROM product_code WHERE product = ?",
        [(change.key,) for change in changes if change.was is not None],
    )
    connection.executemany(
        "DELETE FROM product WHERE id = ?",
        [(change.key,) for change in changes if change.now is None],
    )
    bulk.put_all(connection, "product (id, group_id)", rows)
    bulk.put_all(connection, "product_code (code, product)", codes)
    return {group for group in groups if group is not None}
