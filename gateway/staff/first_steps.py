"""What a new shop still has to do, in order, for whoever runs the box: each step leads to its page.

A step is done when what it brings is there, however it came; so nothing has to be resumed, and what
central does need not be done here. Nobody knows who has printed the card. The list goes with the
first label that stands for an article.
"""

from __future__ import annotations

from dataclasses import dataclass

from gateway.staff import texts_of_people as texts
from gateway.staff.explaining import Reader
from gateway.store import beginnings
from gateway.store.database import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step; ``href`` leads to where it is done."""

    title: str
    href: str
    is_done: bool


def steps(connection: Connection, reader: Reader) -> tuple[Step, ...]:
    """All of them; none when the shop has begun."""
    there = beginnings.of(connection)
    if there.bindings:
        return ()
    found = (
        (texts.STEP_SHOP, "/settings", there.named),
        (texts.STEP_CATALOGUE, "/import", there.catalogue),
        (texts.STEP_LABELS, "/new-labels", there.labels),
        (texts.STEP_BIND, "/bind", there.bindings),
        (texts.STEP_CARD, "/prints", False),
        (texts.STEP_PEOPLE, "/people", there.colleagues),
        (texts.STEP_BACKUPS, "/backups", there.backup),
    )
    return tuple(
        Step(title=text.say(reader.language), href=href, is_done=done) for text, href, done in found
    )
