"""Rows of the replica in hand: what is kept of each when rows arrive, without any I/O."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from gateway.store import holds
from gateway.store.guarding import Case, Verdicts


@dataclass(slots=True, kw_only=True)
class Row:
    """One checked row: ``value`` is canonical JSON (None is a tombstone), ``refusal`` JSON.

    While it is refused its last good value stays in force, unless the source may not speak of it.
    Nobody changes one; frozen it would take three times as long to make.
    """

    kind: str
    key: str
    value: str | None
    hash: bytes
    bucket: int
    refusal: str | None = None
    keeps_last_good: bool = True


@dataclass(slots=True)
class Written:
    """What a write did: hash pairs to fold into the digest, rows newly refused, holds opened.

    ``held`` has the holds of those of the rows that the guard keeps out of force, ``refused`` why
    rows are not used, as JSON.
    """

    toggles: list[tuple[int, bytes]] = field(default_factory=list)
    changed: int = 0
    newly_refused: list[Row] = field(default_factory=list)
    opened: list[int] = field(default_factory=list)
    held: dict[tuple[str, str], int] = field(default_factory=dict)
    refused: dict[tuple[str, str], str] = field(default_factory=dict)


class Held(NamedTuple):
    """A row as it is in the replica; a delete that the guard holds is a row, too.

    ``hold`` keeps its value out of force, ``mark`` is the change of the hold with which it came;
    ``moved`` is the minute in which its price last changed.
    """

    value: str
    hash: bytes
    bucket: int
    seq: int
    refusal: str | None
    good: str | None
    hold: int | None = None
    moved: int | None = None
    mark: int | None = None

    @property
    def in_force(self) -> str | None:
        """The value that is used."""
        return self.value if self.refusal is None and self.hold is None else self.good


COLUMNS = ", ".join(Held._fields)
"""The columns of the replica that make a ``Held``."""


def _is_same(row: Row, old: Held) -> bool:
    """Whether the row was sent before, and stands as it was sent."""
    sent = holds.NOTHING if row.value is None else row.hash
    return old.hash == sent and old.refusal == row.refusal


def cases_of(
    rows: Mapping[tuple[str, str], Row], now: Mapping[tuple[str, str], Held]
) -> Iterator[Case]:
    """The rows that a guard looks at: prices, deletes, and what is held."""
    for place, row in rows.items():
        old = now.get(place)
        if row.kind == "offers" or row.value is None or (old is not None and old.hold is not None):
            yield Case(
                kind=row.kind,
                key=row.key,
                was=None if old is None else old.in_force,
                now=row.value,
                refused=row.refusal is not None,
                same=old is not None and _is_same(row, old),
                hold=None if old is None else old.hold,
                moved=None if old is None else old.moved,
            )


def run(
    now: dict[tuple[str, str], Held],
    rows: Mapping[tuple[str, str], Row],
    seq: int,
    verdicts: Verdicts,
    grown: Counter[str],
) -> Written:
    """Change what is held as these rows say; ``grown`` counts the rows in force."""
    refused = {place: row.refusal for place, row in rows.items() if row.refusal is not None}
    written = Written(opened=verdicts.opened, held=verdicts.hold_of, refused=refused)
    for place, row in rows.items():
        old, hold = now.get(place), verdicts.hold_of.get(place)
        if old is None and row.value is None:
            continue
        if old is not None and _is_same(row, old) and hold == old.hold:
            if old.seq != seq:
                now[place] = old._replace(seq=seq)
            continue
        used = None if old is None else old.in_force
        if row.value is None and hold is None:
            del now[place]
        else:
            moved = old.moved if old is not None else None
            if place in verdicts.moved:
                moved = verdicts.minute
            new = now[place] = _as_held(row, seq, used, hold, moved)
            written.toggles.append((row.bucket, new.hash))
        if old is not None:
            written.toggles.append((row.bucket, old.hash))
        written.changed += 1
        if row.refusal is not None and (old is None or old.refusal != row.refusal):
            written.newly_refused.append(row)
        is_used = place in now and now[place].in_force is not None
        if (used is not None) != is_used:
            grown[row.kind] += 1 if is_used else -1
    return written


def _as_held(row: Row, seq: int, used: str | None, hold: int | None, moved: int | None) -> Held:
    """The row as it is kept; what is used now stays so while the row is refused or held."""
    keeps = hold is not None or (row.refusal is not None and row.keeps_last_good)
    value, row_hash = row.value, row.hash
    if value is None:
        value, row_hash = holds.GONE, holds.NOTHING
    good = used if keeps else None
    return Held(value, row_hash, row.bucket, seq, row.refusal, good, hold, moved)
