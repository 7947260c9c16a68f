"""How far a new shop has come."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from gateway.store.database import Connection

_PUT_AWAY: Final = "first_steps.put_away"


@dataclass(frozen=True, slots=True, kw_only=True)
class Beginnings:
    """What there is already.

    ``named`` when somebody, or central, said which shop this is; ``dressed`` when they said when it
    is open or how its pages look; ``colleagues`` when there are several people; ``backup``
    elsewhere. ``put_away``: somebody wants to hear no more of it.
    """

    named: bool
    dressed: bool
    catalogue: bool
    labels: bool
    bindings: bool
    colleagues: bool
    backup: bool
    put_away: bool


def of(connection: Connection) -> Beginnings:
    """Each is there or not, however it came."""
    row = connection.execute(
        "SELECT EXISTS (SELECT 1 FROM shop_setting WHERE name IN ('name', 'country')) "
        "OR EXISTS (SELECT 1 FROM in_force WHERE kind = 'location'), "
        "EXISTS (SELECT 1 FROM shop_setting WHERE value IS NOT NULL "
        "AND name IN ('hours', 'logo', 'brand_color')) OR EXISTS (SELECT 1 FROM in_force "
        "WHERE kind = 'location' AND json_array_length(value, '$.hours') > 0), "
        "EXISTS (SELECT 1 FROM product), EXISTS (SELECT 1 FROM label), "
        "EXISTS (SELECT 1 FROM binding), (SELECT count(*) FROM person) > 1, "
        "EXISTS (SELECT 1 FROM backup_copy WHERE name IS NOT NULL), "
        "EXISTS (SELECT 1 FROM meta WHERE key = ?)",
        (_PUT_AWAY,),
    ).fetchone()
    named, dressed, catalogue, labels, bindings, colleagues, backup, put_away = map(bool, row)
    return Beginnings(
        named=named,
        dressed=dressed,
        catalogue=catalogue,
        labels=labels,
        bindings=bindings,
        colleagues=colleagues,
        backup=backup,
        put_away=put_away,
    )


def put_away(connection: Connection) -> None:
    """Nobody has to be told what there is not yet any more."""
    connection.execute("INSERT OR IGNORE INTO meta (key, value) VALUES (?, '1')", (_PUT_AWAY,))
