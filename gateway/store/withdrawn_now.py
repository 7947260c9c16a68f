"""Whose price is withdrawn now; few at any time."""

from __future__ import annotations

from collections.abc import Iterable

from gateway.store.database import Connection


def among(connection: Connection, products: Iterable[str]) -> frozenset[str]:
    """Those of these products whose price is withdrawn now."""
    rows = connection.execute("SELECT product FROM price_withdrawn WHERE ended_at IS NULL")
    now = frozenset(product for (product,) in rows)
    return now.intersection(products) if now else now
