"""What a new shop still has to do, in order, for whoever runs the box: each step leads to its page.

A step is done when what it brings is there, however it came; so nothing has to be resumed, and what
central does need not be done here. Nobody knows who has printed the card, so once a label stands
for an article the list can be put away; it goes by itself when all the rest is done.
"""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter
from starlette.responses import Response

from gateway.staff import texts_of_people as texts
from gateway.staff.desk import Desk, go
from gateway.staff.explaining import Reader
from gateway.store import beginnings
from gateway.store.database import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step; ``href`` leads to where it is done."""

    title: str
    href: str
    is_done: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Steps:
    """All of them; ``may_go`` when they can be put away."""

    steps: tuple[Step, ...] = ()
    may_go: bool = False


class FirstSteps:
    """The route that puts the list away; for managers and administrators."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> APIRouter:
        """The route; behind the gate."""
        routes = APIRouter(include_in_schema=False)
        routes.add_api_route("/first-steps/put-away", self.put_away, methods=["POST"])
        return routes

    async def put_away(self) -> Response:
        """Nobody is told of them any more."""
        await self._desk.database.write(beginnings.put_away)
        return go("/")


def steps(connection: Connection, reader: Reader) -> Steps:
    """What there is to do; nothing when the shop has begun."""
    there = beginnings.of(connection)
    found = (
        (texts.STEP_SHOP, "/settings", there.named),
        (texts.STEP_CATALOGUE, "/import", there.catalogue),
        (texts.STEP_LABELS, "/new-labels", there.labels),
        (texts.STEP_BIND, "/bind", there.bindings),
        (texts.STEP_DRESS, "/settings#brand_color", there.dressed),
        (texts.STEP_CARD, "/prints", False),
        (texts.STEP_PEOPLE, "/people", there.colleagues),
        (texts.STEP_BACKUPS, "/backups", there.backup),
    )
    if there.put_away or all(done for text, _, done in found if text is not texts.STEP_CARD):
        return Steps()
    lines = tuple(
        Step(title=text.say(reader.language), href=href, is_done=done) for text, href, done in found
    )
    return Steps(steps=lines, may_go=there.bindings)
