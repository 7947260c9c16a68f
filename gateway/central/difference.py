"""What changed between the feed that is kept and the rows that there are now."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from typing_extensions import override

from gateway.central.feed import Place
from gateway.feed import digest, rows
from gateway.feed.messages import Change


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Changes in the order in which a shop wants them, and how many of each sort."""

    changes: tuple[Change, ...]
    added: int
    changed: int
    deleted: int
    known: int
    """Rows that there were, of the kinds that were compared."""

    @override
    def __str__(self) -> str:
        return f"{self.added} added, {self.changed} changed, {self.deleted} deleted"


def between(
    kept: Mapping[Place, str],
    now: Mapping[Place, Any],
    *,
    whole: bool,
    unread: Collection[Place] = (),
) -> Difference:
    """The changes that make ``kept`` (canonical JSON) into ``now`` (values).

    A kind of which ``now`` has nothing stays as it is, except when ``now`` is the ``whole`` feed;
    so do ``unread`` rows.
    """
    kinds = {kind for kind, _ in now}
    known = [place for place in kept if whole or place[0] in kinds]
    gone = [place for place in known if place not in now and place not in unread]
    new = [place for place in now if place not in kept]
    changed = [
        place
        for place, value in now.items()
        if place in kept and kept[place] != digest.canonical(value)
    ]
    written = sorted([*new, *changed], key=_in_order)
    # What refers to others goes before them.
    deleted = sorted(gone, key=_in_order, reverse=True)
    return Difference(
        changes=(
            *(Change(kind=kind, key=key, value=now[kind, key]) for kind, key in written),
            *(Change(kind=kind, key=key, value=None) for kind, key in deleted),
        ),
        added=len(new),
        changed=len(changed),
        deleted=len(deleted),
        known=len(known),
    )


def _in_order(place: Place) -> tuple[int, Place]:
    return rows.rank(place[0]), place
