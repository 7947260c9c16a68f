"""What would become of the catalogue if a file were imported; changes nothing."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from gateway.domain.guarding import Cause
from gateway.domain.rows import Row
from gateway.feed import checking, digest
from gateway.feed.rows import Refusal
from gateway.settings import KINDS, Settings, Source
from gateway.store import catalogue, guarding, labels, replica
from gateway.store.database import Connection
from gateway.store.guarding import Guard
from gateway.store.replica_rows import Row as ReplicaRow
from gateway.store.replica_rows import cases_of

EXAMPLES = 10


@dataclass(slots=True)
class KindDifference:
    """What changes in one kind of row: how many, and the keys of the first."""

    added: int = 0
    changed: int = 0
    removed: int = 0
    examples: dict[str, list[str]] = field(
        default_factory=lambda: {"added": [], "changed": [], "removed": []}
    )

    def note(self, what: str, key: str) -> None:
        """Count one row as ``added``, ``changed`` or ``removed``."""
        setattr(self, what, getattr(self, what) + 1)
        if len(self.examples[what]) < EXAMPLES:
            self.examples[what].append(key)


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """By kind what would change, and which labels stand for it.

    ``refused`` are rows (kind, key, why) that would not be used; ``held`` are those that the guard
    would keep out of force, with the cause and what is odd about a single price; ``left_out``
    counts by kind the rows that belong to another source.
    """

    kinds: dict[str, KindDifference]
    labels: tuple[str, ...]
    refused: tuple[tuple[str, str, Refusal], ...]
    held: dict[tuple[str, str], tuple[Cause, str]]
    left_out: dict[str, int]


def between(
    connection: Connection,
    settings: Settings,
    source: Source,
    rows: Iterable[Row],
    *,
    whole: bool,
    guard: Guard | None,
    at: datetime,
) -> Difference:
    """How the rows of ``source`` would change; those that ``rows`` lacks go if it is ``whole``.

    Stock is compared by its quantity: when it was counted is new in every file. Without a guard
    nothing would be held.
    """
    owner = checking.owner_in(settings, source)
    found: dict[str, KindDifference] = {}
    touched = _Touched()
    refused: list[tuple[str, str, Refusal]] = []
    left_out: dict[str, int] = {}
    written: dict[tuple[str, str], ReplicaRow] = {}
    by_kind: dict[str, dict[str, Row]] = {}
    for row in rows:
        if owner(row.kind) == source:
            by_kind.setdefault(row.kind, {})[row.key] = row
        else:
            left_out[row.kind] = left_out.get(row.kind, 0) + 1
    for kind in (kind for kind in KINDS if owner(kind) == source):
        ours = {key: (hash_, value) for key, hash_, value in replica.said(connection, source, kind)}
        theirs = by_kind.get(kind, {})
        changes = found.setdefault(kind, KindDifference())
        for key, row in theirs.items():
            checked = checking.row(source, kind, key, row.value, owner)
            refusal = checking.refusal_of(checked)
            if refusal is not None:
                refused.append((kind, key, refusal))
                continue
            was = ours.get(key)
            if was is None or not _same(row, *was):
                changes.note("added" if was is None else "changed", key)
                touched.row(kind, key, row.value, None if was is None else json.loads(was[1]))
                written[kind, key] = checked
        if whole:
            for key in sorted(ours.keys() - theirs.keys()):
                changes.note("removed", key)
                touched.row(kind, key, None, json.loads(ours[key][1]))
                written[kind, key] = checking.row(source, kind, key, None, owner)
    return Difference(
        kinds={kind: one for kind, one in found.items() if one.added or one.changed or one.removed},
        labels=touched.labels(connection),
        refused=tuple(refused),
        held={} if guard is None else _held(connection, guard, source, written, at),
        left_out=left_out,
    )


def _held(
    connection: Connection,
    guard: Guard,
    source: Source,
    written: dict[tuple[str, str], ReplicaRow],
    at: datetime,
) -> dict[tuple[str, str], tuple[Cause, str]]:
    cases = cases_of(written, replica.held(connection, source, written))
    return guarding.foresee(connection, guard, source, cases, at)


def _same(row: Row, ours: bytes, value: str) -> bool:
    if digest.row_hash(row.kind, row.key, digest.canonical(row.value)) == ours:
        return True
    return row.kind == "stock" and json.loads(value).get("available") == row.value["available"]


class _Touched:
    """Which labels stand for what changes."""

    def __init__(self) -> None:
        self._products: set[str] = set()
        self._groups: set[str] = set()
        self._group_rows: set[str] = set()

    def row(self, kind: str, key: str, now: Any, was: Any) -> None:
        match kind:
            case "product":
                self._products.add(key)
                self._groups |= {one["group"] for one in (now, was) if one and one.get("group")}
            case "offers":
                self._products.add(key)
            case "stock":
                self._products.add(key.partition("/")[2])
            case "group":
                self._group_rows.add(key)
            case _:
                pass

    def labels(self, connection: Connection) -> tuple[str, ...]:
        own = catalogue.groups_of(connection, self._products)
        groups = self._groups | self._group_rows | own
        return tuple(
            labels.standing_for(connection, self._products, groups, group_rows=self._group_rows)
        )
