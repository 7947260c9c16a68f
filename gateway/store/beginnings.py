"""How far a new shop has come."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.store.database import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Beginnings:
    """What there is already.

    ``named`` when somebody, or central, said which shop this is; ``colleagues`` when there are
    several people; ``backup`` elsewhere.
    """

    named: bool
    catalogue: bool
    labels: bool
    bindings: bool
    colleagues: bool
    backup: bool


def of(connection: Connection) -> Beginnings:
    """Each is there or not, however it came."""
    row = connection.execute(
        "SELECT EXISTS (SELECT 1 FROM shop_setting WHERE name IN ('name', 'country')) "
        "OR EXISTS (SELECT 1 FROM in_force WHERE kind = 'location'), "
        "EXISTS (SELECT 1 FROM product), EXISTS (SELECT 1 FROM label), "
        "EXISTS (SELECT 1 FROM binding), (SELECT count(*) FROM person) > 1, "
        "EXISTS (SELECT 1 FROM backup_copy WHERE name IS NOT NULL)"
    ).fetchone()
    named, catalogue, labels, bindings, colleagues, backup = map(bool, row)
    return Beginnings(
        named=named,
        catalogue=catalogue,
        labels=labels,
        bindings=bindings,
        colleagues=colleagues,
        backup=backup,
    )
