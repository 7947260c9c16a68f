"""Read models of the staff site: labels in lists, searched and counted, and how the feeds stand.

Lists are in the order of label ids, so that they keep their place while their rows change. Names
are searched without regard to case and accents.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any

from gateway.clock import to_ms
from gateway.domain import searching
from gateway.domain.gtin import GtinError, normalise
from gateway.domain.labels import normalise_code
from gateway.store import deliveries, finding, frames, holds, labels, replica, waves
from gateway.store.database import Connection
from gateway.store.deliveries import Delivery, Wish
from gateway.store.label_rows import Label
from gateway.store.labels import Binding
from gateway.store.replica import Position
from gateway.store.waves import Wave

_LONGEST_TEXT = 100


class Facet(Enum):
    """A question that labels are counted and filtered by; one label may answer several."""

    SHOWN = "shown"
    TEST = "test"
    UNDER_WAY = "under_way"
    SILENT = "silent"
    PAUSED = "paused"
    DIFFERS = "differs"
    FAILED = "failed"
    OTHER = "other"
    OFFLINE = "offline"
    UNBOUND = "unbound"


_SILENT = (
    "delivery.state IN ('queued', 'transferred') AND delivery.attempts > 0 "
    "AND delivery.due_at IS NOT NULL "
    "AND coalesce(delivery.transferred_at, delivery.queued_at) < :late_before"
)
_STOPPED = "delivery.hold IS 'paused' OR delivery.hold IS 'cancelled'"
_OTHER = (
    "label.sight_sha256 IS NOT NULL AND (picture.sha256 IS NULL OR "
    "(delivery.state = 'shown' AND picture.fingerprint IS NOT wish.fingerprint))"
)
_TEST = (
    f"wish.cause = '{deliveries.CARD}' AND label.stale = 0 AND NOT ({_OTHER}) "
    f"AND (delivery.state = 'shown' OR (delivery.state = 'transferred' AND NOT ({_SILENT})))"
)
_CONDITIONS: Mapping[Facet, str] = {
    # Right is a label that speaks for an article and shows what it should.
    Facet.SHOWN: (
        "delivery.state = 'shown' AND label.stale = 0 AND binding.label IS NOT NULL "
        f"AND NOT ({_OTHER}) AND NOT ({_TEST})"
    ),
    Facet.TEST: _TEST,
    # What was confirmed is no longer known to be right while the next picture is not drawn yet.
    Facet.UNDER_WAY: (
        f"(delivery.state IN ('queued', 'transferred') AND NOT ({_STOPPED}) "
        f"AND NOT ({_SILENT}) AND NOT ({_TEST})) "
        f"OR (delivery.state = 'shown' AND label.stale > 0 AND NOT ({_OTHER}))"
    ),
    Facet.SILENT: _SILENT,
    # A wave that holds them was stopped: whatever they show, they are not on their way.
    Facet.PAUSED: "delivery.hold IS 'paused'",
    Facet.DIFFERS: "delivery.hold IS 'cancelled'",
    Facet.FAILED: f"delivery.state = 'failed' AND NOT ({_STOPPED})",
    Facet.OTHER: _OTHER,
    Facet.OFFLINE: "label.online = 0",
    Facet.UNBOUND: "binding.label IS NULL",
}
_TABLES = (
    "label LEFT JOIN delivery ON delivery.label = label.id "
    "LEFT JOIN wish ON wish.label = label.id "
    "LEFT JOIN binding ON binding.label = label.id "
    "LEFT JOIN picture ON picture.sha256 = label.sight_sha256"
)
_OURS = "label.leaving IS NULL"


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelView:
    """A label with all that says how it stands; ``shown`` is the fingerprint of what it shows.

    ``shown`` None with a ``label.sight_sha256`` means a picture that is not ours. ``stopped`` is
    the wave that holds it, where a person stopped that.
    """

    label: Label
    binding: Binding | None
    wish: Wish | None
    delivery: Delivery | None
    shown: str | None
    stopped: Wave | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a list is asked for; ``late_before``: confirmations owed since then are late."""

    late_before: datetime
    text: str = ""
    facet: Facet | None = None
    limit: int = 100
    offset: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelPage:
    """One page of a list, and how many labels the whole list has."""

    views: tuple[LabelView, ...]
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedView:
    """How far one source's rows are, and how many of them are refused or held."""

    source: str
    position: Position
    refused: int
    held: int


def page(connection: Connection, asked: Asked) -> LabelPage:
    """The labels asked for, in the order of their ids."""
    conditions = [_OURS]
    values: dict[str, Any] = {"late_before": to_ms(asked.late_before)}
    if asked.facet is not None:
        conditions.append(f"({_CONDITIONS[asked.facet]})")
    text = asked.text.strip()[:_LONGEST_TEXT]
    if text:
        conditions.append("label.id IN (SELECT value FROM json_each(:found))")
        values["found"] = json.dumps(_search(connection, text))
    where = f"WHERE {' AND '.join(conditions)}"
    total: int = connection.execute(f"SELECT count(*) FROM {_TABLES} {where}", values).fetchone()[0]
    ids = connection.execute(
        f"SELECT label.id FROM {_TABLES} {where} ORDER BY label.id LIMIT :limit OFFSET :offset",
        {**values, "limit": asked.limit, "offset": asked.offset},
    ).fetchall()
    return LabelPage(views=some(connection, [row[0] for row in ids]), total=total)


def some(connection: Connection, ids: Sequence[str]) -> tuple[LabelView, ...]:
    """These labels, without the unknown ones."""
    found = (view(connection, label) for label in ids)
    return tuple(one for one in found if one is not None)


def view(connection: Connection, label: str) -> LabelView | None:
    """One label; None when it is unknown."""
    found = labels.get(connection, label)
    if found is None:
        return None
    sight, delivery = found.sight_sha256, deliveries.get(connection, label)
    held_by = delivery.wave if delivery is not None and delivery.hold is not None else None
    return LabelView(
        label=found,
        binding=labels.binding(connection, label),
        wish=deliveries.wish(connection, label),
        delivery=delivery,
        shown=None if sight is None else frames.fingerprint_of(connection, sight),
        stopped=None if held_by is None else waves.get(connection, held_by),
    )


def counts(connection: Connection, late_before: datetime) -> tuple[int, Mapping[Facet, int]]:
    """How many labels there are, and how many answer each question."""
    sums = ", ".join(
        f"coalesce(sum(CASE WHEN {condition} THEN 1 ELSE 0 END), 0)"
        for condition in _CONDITIONS.values()
    )
    row = connection.execute(
        f"SELECT count(*), {sums} FROM {_TABLES} WHERE {_OURS}",
        {"late_before": to_ms(late_before)},
    ).fetchone()
    return row[0], dict(zip(_CONDITIONS, row[1:], strict=True))


def labels_of_product(connection: Connection, product: str, limit: int = 2) -> tuple[str, ...]:
    """The first labels bound to exactly this product."""
    rows = connection.execute(
        "SELECT label FROM binding WHERE product = ? ORDER BY label LIMIT ?", (product, limit)
    )
    return tuple(row[0] for row in rows)


def feeds(connection: Connection) -> tuple[FeedView, ...]:
    """Every source that ever sent rows."""
    sources = connection.execute("SELECT source FROM feed ORDER BY source").fetchall()
    return tuple(
        FeedView(
            source=source,
            position=replica.position(connection, source),
            refused=replica.refused(connection, source, limit=1)[0],
            held=holds.row_count(connection, source),
        )
        for (source,) in sources
    )


def _search(connection: Connection, text: str) -> list[str]:
    """The ids of the labels meant by an id, code, alias, GTIN, article id or words of a name."""
    # No id has a space, and few labels have an alias: then no id need be looked at.
    by_id = "0" if " " in text else "instr(lower(id), ?1) > 0"
    found = {
        row[0]
        for row in connection.execute(
            f"SELECT id FROM label WHERE {by_id} OR code = ?2 "
            "OR (alias IS NOT NULL AND instr(lower(alias), ?1) > 0)",
            (text.lower(), normalise_code(text)),
        )
    }
    bound = _bound_by_key(connection, text)
    # Who writes an article's own number means no other that has its parts in its name.
    found.update(bound or _bound_by_name(connection, searching.typed_words(text)))
    return sorted(found)


def _bound_by_key(connection: Connection, text: str) -> set[str]:
    try:
        code = normalise(text)
    except GtinError:
        code = text
    rows = connection.execute(
        "SELECT label FROM binding WHERE product = ?1 OR group_id = ?1 OR product IN "
        "(SELECT product FROM product_code WHERE code IN (?1, ?2))",
        (text, code),
    )
    return {row[0] for row in rows}


def _bound_by_name(connection: Connection, looked_for: Sequence[str]) -> set[str]:
    """The labels that speak for an article with all these words, alone or among others."""
    if not looked_for:
        return set()
    # Many labels share a target, and few of what has these words is bound.
    rows = connection.execute(
        "WITH found AS MATERIALIZED (SELECT t.kind AS kind, t.key AS key, t.group_id AS group_id "
        "FROM article_search AS s CROSS JOIN article_text AS t ON t.id = s.rowid "
        "WHERE article_search MATCH ?) "
        "SELECT label FROM binding WHERE product IN (SELECT key FROM found WHERE kind = 'product') "
        "UNION SELECT label FROM binding WHERE group_id IN "
        "(SELECT key FROM found WHERE kind = 'group') "
        "UNION SELECT label FROM binding CROSS JOIN found ON found.group_id = binding.group_id "
        "AND found.kind = 'product' CROSS JOIN in_force AS p ON p.kind = 'product' "
        "AND p.key = found.key WHERE binding.group_id IN (SELECT group_id FROM found) "
        "AND NOT EXISTS (SELECT 1 FROM json_each(binding.fixed) AS fixed WHERE fixed.value IS NOT "
        """json_extract(p.value, '$.options."' || fixed.key || '"'))""",
        (finding.holding(connection, looked_for),),
    )
    return {row[0] for row in rows}
