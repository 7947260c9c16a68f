"""What the shop itself knows of its stock: pieces that are taken, articles looked for in vain."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from decimal import Decimal

from gateway.clock import from_ms
from gateway.domain.observed import Observed
from gateway.store.database import Connection


def among(connection: Connection, products: Iterable[str]) -> Mapping[str, Observed]:
    """What is known of the stock of these products beside what the source says."""
    # Few at any time, so there is nothing to look for on most pages.
    taken: dict[str, int] = dict(
        connection.execute(
            "SELECT product, count(*) FROM request WHERE takes_a_piece = 1 GROUP BY product"
        ).fetchall()
    )
    any_missed = connection.execute("SELECT EXISTS (SELECT 1 FROM not_found)").fetchone()[0]
    if not taken and not any_missed:
        return {}
    wanted = list(products)
    missed = {
        product: (from_ms(at), None if pieces is None else Decimal(pieces))
        for product, at, pieces in connection.execute(
            "SELECT product, at, available FROM not_found "
            "WHERE product IN (SELECT value FROM json_each(?))",
            (json.dumps(wanted),),
        )
    }
    return {
        product: Observed(
            taken=taken.get(product, 0),
            not_found_at=missed[product][0] if product in missed else None,
            not_found_of=missed[product][1] if product in missed else None,
        )
        for product in wanted
        if product in taken or product in missed
    }
