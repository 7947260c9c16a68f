"""How much one shop holds. What is beyond that is kept as it was sent, and refused for use.

Stock is told of this shop, of at most twelve neighbours and of few other places: whoever sends more
sums the rest up under one place of the kind ``elsewhere``. First come, first served; a row that was
refused counts once it is sent again and there is room.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace

from gateway.store import guarding, price_rules
from gateway.store.database import Connection
from gateway.store.replica_rows import Held, Row

MAX_ROWS = 2_000_000
MAX_PLACES = 16
MAX_NEIGHBOURS = 12
LAST_KINDS = frozenset({"warehouse", "zone"})
"""Places where nobody can buy come last."""

Place = tuple[str, str]
"""Kind and key."""
Deltas = Sequence[tuple[int, Sequence[Row]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Beyond:
    """Why there is no room for a row."""

    code: str
    message: str
    path: str = ""
    given: str = ""


_ROWS = Beyond(
    code="too_many_rows",
    message=f"more than {MAX_ROWS:,} rows are not used; delete those that the shop does not need",
)
_PLACES = Beyond(
    code="too_many_places",
    message=f"a shop has at most {MAX_PLACES} places, itself included; send the stock of the "
    "others together, under one place of the kind elsewhere",
)
_NEIGHBOURS = Beyond(
    code="too_many_neighbours",
    message=f"a shop has at most {MAX_NEIGHBOURS} other shops; send the stock of the rest "
    "together, under one place of the kind elsewhere",
)


def with_room(
    connection: Connection, source: str, deltas: Deltas, before: Mapping[Place, Held]
) -> Deltas:
    """The deltas in which new rows are refused as soon as the source has too many in force."""
    room = MAX_ROWS - guarding.in_force(connection, source).total()
    if room >= sum(len(rows) for _, rows in deltas):
        return deltas
    beyond: dict[Place, Beyond] = {}
    for place, row in _last(deltas).items():
        old = before.get(place)
        is_in_force = old is not None and old.in_force is not None
        if row.value is None:
            room += is_in_force
        elif row.refusal is None and not is_in_force:
            room -= 1
            if room < 0:
                beyond[place] = _ROWS
    return _refused(deltas, beyond)


def with_places(connection: Connection, deltas: Deltas, leaving: frozenset[str]) -> Deltas:
    """The deltas in which places beyond the limits are refused; the shop's own never is.

    ``leaving`` are places that a merge under way is going to delete. Of places that come together
    those count first where people can buy.
    """
    rows = {
        place: row
        for place, row in _last(
            (seq, [row for row in rows if row.kind == "location"]) for seq, rows in deltas
        ).items()
        if row.refusal is None
    }
    if not rows:
        return deltas
    own = price_rules.get(connection).store
    found = connection.execute(
        "SELECT key, json_extract(value, '$.kind') FROM in_force WHERE kind = 'location'"
    )
    others = {key: kind for key, kind in found if key != own and key not in leaving}
    wanted = {key: json.loads(row.value)["kind"] for (_, key), row in rows.items() if row.value}
    for _, key in rows:
        if key not in wanted:
            others.pop(key, None)
    beyond: dict[Place, Beyond] = {}
    for key in sorted(wanted, key=lambda key: (wanted[key] in LAST_KINDS, key)):
        beside = [kind for other, kind in others.items() if other != key]
        why = None if key == own else _beyond(wanted[key], beside)
        if why is not None:
            beyond["location", key] = why
        elif key != own:
            others[key] = wanted[key]
    return _refused(deltas, beyond)


def _beyond(kind: str, others: list[str | None]) -> Beyond | None:
    if len(others) >= MAX_PLACES - 1:
        return _PLACES
    if kind == "shop" and others.count("shop") >= MAX_NEIGHBOURS:
        return _NEIGHBOURS
    return None


def _last(deltas: Iterable[tuple[int, Iterable[Row]]]) -> dict[Place, Row]:
    return {(row.kind, row.key): row for _, rows in deltas for row in rows}


def _refused(deltas: Deltas, beyond: Mapping[Place, Beyond]) -> Deltas:
    if not beyond:
        return deltas
    why = {place: json.dumps(asdict(one)) for place, one in beyond.items()}

    def heeded(row: Row) -> Row:
        refusal = why.get((row.kind, row.key))
        if refusal is None or row.value is None or row.refusal is not None:
            return row
        return replace(row, refusal=refusal)

    return [(seq, [heeded(row) for row in rows]) for seq, rows in deltas]
