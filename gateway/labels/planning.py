"""What each label should show: stale labels are looked at again, and only a new picture is a wish.

Whoever changes data marks labels stale in the same transaction; prices that begin or end by
themselves do so at the instant kept with the label. An unchanged frame stops here. With nothing
else to do, what will be due within minutes is drawn ahead.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from collections.abc import Set as AbstractSet
from datetime import datetime
from functools import partial
from itertools import islice
from typing import NoReturn, Protocol

import structlog

from device_drivers.api import test_card
from device_drivers.api.panels import Panel
from gateway import lifecycle
from gateway.clock import Clock
from gateway.domain import labels as domain
from gateway.domain import price_facts, pricing
from gateway.domain.catalogue import Family
from gateway.domain.events import Origin
from gateway.domain.labels import LabelFacts, PictureFact, Target
from gateway.labels import ahead, entrance, wishing
from gateway.labels.wishing import Drawn, Look, Rendered
from gateway.settings import Shop
from gateway.store import catalogue, frames, labels, marking, pictures, queue, rounds
from gateway.store.database import Connection, Database
from gateway.store.label_rows import Label
from gateway.store.labels import Binding

_BATCH = 50
_FEW = _BATCH // 2
"""With so many under way the next batch is begun, so that nobody waits for the end of the last."""
_URGENT = 40
"""Urgent labels in one batch at most, so that the others always get on."""
_AHEAD_BATCH = 10
"""Few, because labels that became stale meanwhile wait for them."""
_LONGEST_WAIT_S = 30.0
"""So often the clocks are compared."""
_JUMP_S = 5.0
"""The wall clock may differ so much from the steady one before it is said to have jumped."""

log = structlog.get_logger("labels")


class Renderer(Protocol):
    """Draws off the event loop."""

    async def render(self, template: str | None, panel: Panel, facts: LabelFacts) -> Rendered:
        """The picture; ``template`` None lets the facts decide. There always is one."""


class Planner:
    """Turns stale labels into wishes; one per gateway."""

    name = "label-planner"

    def __init__(
        self,
        database: Database,
        renderer: Renderer,
        clock: Clock,
        shop: Callable[[], Shop],
        origin: Origin,
    ) -> None:
        self._database = database
        self._origin = origin
        self._renderer = renderer
        self._clock = clock
        self._shop = shop
        self._round: deque[str] = deque()
        self._ahead = ahead.DrawnAhead()
        self._coming: deque[tuple[str, datetime]] = deque()
        self._ahead_s = self._wall_ahead_s()
        self._under_way: set[str] = set()
        self._due: datetime | None = None

    async def run(self) -> NoReturn:
        """Plan for ever."""
        changes = self._database.changes.subscribe("stale", "time")
        async with asyncio.TaskGroup() as group:
            while True:
                lifecycle.beat(self.name, _LONGEST_WAIT_S)
                if await self._begin_stale(group, changes.tell_anything):
                    continue
                if not self._under_way and self._comes_soon() and await self.draw_ahead():
                    continue
                try:
                    async with asyncio.timeout(self._wait_s()):
                        await changes.next()
                except TimeoutError:
                    continue
        raise AssertionError("the planner stopped")

    def _wait_s(self) -> float:
        if self._due is None or len(self._under_way) > _FEW:
            return _LONGEST_WAIT_S
        wait = (self._due - self._clock.known()).total_seconds()
        return min(max(wait, 0.0), _LONGEST_WAIT_S)

    def _comes_soon(self) -> bool:
        """Whether there may be something to draw ahead, as of the last look."""
        soon = self._due is not None and self._due <= self._clock.known() + ahead.AHEAD
        return soon or bool(self._coming)

    async def plan_stale(self) -> bool:
        """Look at one batch of stale labels and wait for it; False when there was none."""
        async with asyncio.TaskGroup() as group:
            return await self._begin_stale(group, lambda: None)

    async def _begin_stale(self, group: asyncio.TaskGroup, ended: Callable[[], None]) -> bool:
        """Begin a batch of stale labels, if few are under way; False when there is none to begin.

        ``ended`` is called when there is room again, or a label may be stale anew.
        """
        if len(self._under_way) > _FEW:
            return False
        await self._check_clock()
        known, now = self._clock.known(), self._clock.now()
        busy = frozenset(self._under_way)
        self._due, found = await self._database.read(lambda rows: self._next(rows, known, busy))
        if found is None:
            await self._database.write_patiently(lambda connection: _mark(connection, known))
            return True
        for look, fingerprint in found:
            label = look.label.id
            self._under_way.add(label)
            task = group.create_task(self._plan(look, fingerprint, now), name="plan")
            task.add_done_callback(partial(self._over, label, ended))
        return bool(found)

    def _over(self, label: str, ended: Callable[[], None], _task: asyncio.Task[None]) -> None:
        self._under_way.remove(label)
        if len(self._under_way) <= _FEW:
            ended()

    async def draw_ahead(self) -> bool:
        """Draw some pictures of prices that begin or end soon; False when there are none left.

        Looks for more only after the last were drawn, so that a wait lies between two searches.
        """
        now = self._clock.known()
        soon = [
            (label, instant)
            for label, instant in self._take_coming()
            if instant > now and not self._ahead.knows(label, instant)
        ]
        if not soon:
            until = now + ahead.AHEAD
            found = await self._database.read(lambda rows: rounds.coming(rows, now, until))
            self._coming.extend(one for one in found if not self._ahead.knows(*one))
            return bool(self._coming)
        looks = await self._database.read(lambda connection: self._look_ahead(connection, soon))
        async with asyncio.TaskGroup() as group:
            drawing = [
                (instant, group.create_task(self._draw(look), name="draw-ahead"))
                for instant, look in looks
            ]
        # One that breaks a rule is drawn again when its time comes, so that somebody is told then.
        kept = [
            rendered
            for _, task in drawing
            if (rendered := task.result().rendered) is not None and not rendered.broken
        ]
        await self._database.write_patiently(lambda connection: wishing.keep(connection, kept, now))
        for instant, task in drawing:
            drawn = task.result()
            good = drawn.rendered is not None and not drawn.rendered.broken
            fingerprint = drawn.fingerprint if good else None
            self._ahead.note(drawn.look.label.id, instant, drawn.look.key, fingerprint)
        return True

    def _take_coming(self) -> list[tuple[str, datetime]]:
        return [self._coming.popleft() for _ in range(min(_AHEAD_BATCH, len(self._coming)))]

    def _look_ahead(
        self, connection: Connection, soon: list[tuple[str, datetime]]
    ) -> list[tuple[datetime, Look]]:
        """Each label as it will have to look; one that is stale is looked at anyhow."""
        found = []
        for name, instant in soon:
            label = labels.get(connection, name)
            if label is not None and not label.stale:
                found += [(instant, one) for one in self._look(connection, (label,), instant)]
        return found

    def _next(
        self, connection: Connection, now: datetime, busy: AbstractSet[str]
    ) -> tuple[datetime | None, list[tuple[Look, str | None]] | None]:
        """When the next price changes, and the next stale labels, with the pictures drawn ahead.

        Those that are ``busy`` wait. None in place of labels when some have become stale by the
        time alone, or all of them, and are not marked yet.
        """
        due = rounds.next_change(connection)
        if (due is not None and due <= now) or marking.is_under_way(connection):
            return due, None
        looks = self._look(connection, self._batch(connection, busy), now)
        return due, list(zip(looks, self._kept(connection, looks), strict=True))

    async def _plan(self, look: Look, fingerprint: str | None, now: datetime) -> None:
        """Draw what was not drawn ahead, and note it without waiting for the rest of the batch."""
        if fingerprint is None:
            drawn = await self._draw(look)
        else:
            drawn = Drawn(look=look, fingerprint=fingerprint)
        await self._database.write_patiently(
            lambda connection: wishing.note(connection, self._origin, drawn, now)
        )

    async def _check_clock(self) -> None:
        """Look at everything again when the wall clock jumped: other prices may be in force."""
        was, self._ahead_s = self._ahead_s, self._wall_ahead_s()
        by_s = self._ahead_s - was
        if abs(by_s) <= _JUMP_S:
            return
        log.warning("the clock jumped; every label is looked at again", seconds=round(by_s, 1))
        now = self._clock.now()

        def mark(connection: Connection) -> None:
            marking.mark_bound(connection, "time")
            queue.clock_jumped(connection, now)

        await self._database.write_patiently(mark)

    def _wall_ahead_s(self) -> float:
        return self._clock.now().timestamp() - self._clock.monotonic()

    def _kept(self, connection: Connection, looks: list[Look]) -> list[str | None]:
        """Of each look the fingerprint of the picture that was drawn ahead, if it is there."""
        found = [self._ahead.take(look.label.id, look.key) for look in looks]
        return [one if one is not None and frames.has(connection, one) else None for one in found]

    def _look(self, connection: Connection, batch: tuple[Label, ...], now: datetime) -> list[Look]:
        families: dict[tuple[str | None, str | None], Family | None] = {}
        looks = []
        for label in batch:
            bound = labels.binding(connection, label.id)
            family = None
            if bound is not None:
                target = bound.target
                known = (target.product, target.group)
                if known not in families:
                    families[known] = self._family(connection, target)
                family = families[known]
            picture = None
            if bound is not None and family is not None:
                picture = picture_of(connection, bound.target, family)
            at_entrance = None
            if bound is None:
                at_entrance = entrance.look(connection, label, self._shop(), now)
            looks.append(at_entrance or self._look_at(label, bound, family, picture, now))
        return looks

    def _family(self, connection: Connection, target: Target) -> Family | None:
        return catalogue.family_for_label(connection, target, self._shop().store)

    def _batch(self, connection: Connection, busy: AbstractSet[str]) -> tuple[Label, ...]:
        """The next labels that are not ``busy``: urgent ones, then the next of the round.

        A round is all that was stale when it began, so that no label waits for more than one,
        however often others change.
        """
        urgent = rounds.urgent(connection, _URGENT + len(busy))
        for _ in range(2):
            if not self._round:
                self._round.extend(rounds.all_stale(connection))
            among = set(islice((label for label in urgent if label not in busy), _URGENT))
            while self._round and len(among) < _BATCH:
                among.update({self._round.popleft()} - busy)
            if not among:
                break
            if batch := labels.stale(connection, _BATCH, among):
                return batch
            self._round.clear()
        return ()

    def _look_at(
        self,
        label: Label,
        bound: Binding | None,
        family: Family | None,
        picture: PictureFact | None,
        now: datetime,
    ) -> Look:
        shop = self._shop()
        card = label.card_at(now)
        if card or bound is None or family is None:
            facts = domain.unbound_facts(
                label.code, public_base=shop.public_base, language=shop.language
            )
            target = bound.target if bound is not None else None
            if card or label.parked == "blank":
                return _without_template(label, facts, target, card)
            return Look(label=label, target=target, template=None, facts=facts, next_change=None)
        facts = domain.facts(
            bound.target,
            family,
            code=label.code,
            shop=shop.store,
            public_base=shop.public_base,
            language=shop.language,
            second_language=shop.second_language,
            at=now,
            picture=picture,
        )
        shown = domain.products_shown(bound.target, family)
        concerned = [family.offers[product.id] for product in shown if product.id in family.offers]
        return Look(
            label=label,
            target=bound.target,
            template=bound.template,
            facts=facts,
            next_change=pricing.next_change(concerned, now, family.quiet),
            products=price_facts.of_products(shown, family, now),
        )

    async def _draw(self, look: Look) -> Drawn:
        if look.picture is not None:
            rendered = Rendered(frame=look.picture)
            return Drawn(look=look, fingerprint=look.picture.fingerprint, rendered=rendered)
        rendered = await self._renderer.render(look.template, look.label.panel, look.facts)
        return Drawn(look=look, fingerprint=rendered.frame.fingerprint, rendered=rendered)


def _mark(connection: Connection, now: datetime) -> None:
    """Mark the next labels that are stale and not marked yet."""
    if not marking.go_on(connection):
        labels.mark_due_stale(connection, now)


def _without_template(label: Label, facts: LabelFacts, target: Target | None, card: str) -> Look:
    """A test card, or nothing for a label in a drawer."""
    panel = label.panel
    if card == "raw" and label.correction is not None:
        panel = label.correction.model(panel)
    return Look(
        label=label,
        target=target,
        template=None,
        facts=facts,
        next_change=label.card_until if card else None,
        picture=test_card.draw(panel) if card else test_card.blank(panel),
        card=card,
    )


def picture_of(connection: Connection, target: Target, family: Family) -> PictureFact | None:
    """The picture of what a label stands for, if it is here."""
    url = domain.picture_url(target, family)
    kept = pictures.kept(connection, url) if url is not None else None
    if kept is None:
        return None
    return PictureFact(sha256=kept.sha256, width=kept.width, height=kept.height)
