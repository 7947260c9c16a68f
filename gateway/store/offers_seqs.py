"""Which offers row is in force for a product, by its seq."""

from __future__ import annotations

import json
from collections.abc import Sequence

from gateway.store.database import Connection


def of(connection: Connection, products: Sequence[str]) -> dict[str, int | None]:
    """The seq of the row that is in force for each product; None where it is not known.

    It is not known without a row, and while the last row is refused or held.
    """
    rows = connection.execute(
        "SELECT wanted.value, max(replica.seq) FROM json_each(?) AS wanted "
        "LEFT JOIN replica ON replica.kind = 'offers' AND replica.key = wanted.value "
        "AND replica.refusal IS NULL AND replica.hold IS NULL "
        "GROUP BY wanted.value",
        (json.dumps(list(products)),),
    )
    found = dict(rows.fetchall())
    return {product: found.get(product) for product in products}
