"""What do you see? A person looks at the test card on a label and taps what it looks like."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from device_drivers import pictures
from device_drivers.api import correction as corrections
from device_drivers.api import test_card
from device_drivers.api.correction import Correction
from device_drivers.api.panels import Ink, Panel
from gateway.labels import adopting
from gateway.labels.living import LabelError
from gateway.staff import explaining, refused_deeds
from gateway.staff import texts_of_adoption as texts
from gateway.staff.api import PREFIX
from gateway.staff.desk import Desk, go
from gateway.staff.explaining import Reader, Standing
from gateway.staff.ink_words import INKS
from gateway.staff.label_page import unknown_label
from gateway.staff.new_labels import LabelId
from gateway.store import label_life, labels, overview
from gateway.store.database import Connection
from gateway.store.label_rows import Label
from gateway.store.overview import LabelView

_WAYS = [(turns, mirrored) for mirrored in (False, True) for turns in range(4)]
_PHONE_PX = 148
"""Two drawings stand side by side on a phone."""


class Seen(BaseModel):
    """What the test card looks like.

    It is seen mirrored, or not, and then turned clockwise by `turns` quarters; `inks[n]` is the
    colour of block n + 1.
    """

    model_config = ConfigDict(extra="forbid")

    turns: Annotated[int, Field(ge=0, le=3)] = 0
    mirrored: bool = False
    inks: Annotated[list[Ink], Field(min_length=2, max_length=6)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One way in which the card can be seen."""

    value: str
    width: int
    height: int
    offered: bool
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One block of the card, with the colours to choose from."""

    number: int
    chosen: str
    inks: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Looking:
    """Everything on the page; ``stage`` is raw, checked or ''."""

    label: str
    code: str
    stage: str
    standing: Standing
    ends: str
    ways: tuple[Way, ...]
    blocks: tuple[Block, ...]
    as_before: bool
    width: int
    height: int
    mark: str


class CardLooking:
    """The page and the routes of the test card."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> APIRouter:
        """The routes; all behind the gate."""
        routes, pages = APIRouter(), APIRouter(include_in_schema=False)
        one = "/labels/{label}/card"
        pages.add_api_route(one, self.page, methods=["GET"])
        pages.add_api_route(one, self.show_on_page, methods=["POST"])
        pages.add_api_route(f"{one}/now", self.now, methods=["GET"])
        pages.add_api_route(f"{one}/seen", self.seen_on_page, methods=["POST"])
        pages.add_api_route(f"{one}/done", self.done_on_page, methods=["POST"])
        pages.add_api_route(f"{one}/end", self.end_on_page, methods=["POST"])
        pages.add_api_route(f"{one}/{{name}}", self.picture, methods=["GET"])
        routes.add_api_route(f"{PREFIX}{one}", self.show, methods=["POST"])
        routes.add_api_route(f"{PREFIX}{one}", self.done, methods=["DELETE"])
        routes.add_api_route(f"{PREFIX}{one}/seen", self.seen, methods=["POST"])
        routes.include_router(pages)
        return routes

    async def page(self, request: Request, label: LabelId) -> Response:
        """What the label shows, and what it can look like."""
        looking = await self._looking(request, label)
        return self._desk.page(request, "card.html", looking=looking)

    async def now(self, request: Request, label: LabelId) -> Response:
        """How far the card has come."""
        looking = await self._looking(request, label)
        return self._desk.page(request, "card_now.html", looking=looking)

    async def show_on_page(self, request: Request, label: LabelId) -> Response:
        """Show the card."""
        await self.show(request, label)
        return go(f"/labels/{label}/card")

    async def seen_on_page(self, request: Request, label: LabelId) -> Response:
        """A person tapped what it looks like."""
        form = await request.form()
        known = await self._label(request, label)
        way = _text(form, "way")
        panel = _model(known)
        try:
            said = Seen(
                turns=int(way[:1] or "0") % 4,
                mirrored=way[1:2] == "m",
                inks=[Ink(_text(form, f"ink{n}") or ink.value) for n, ink in enumerate(panel.inks)],
            )
        except ValueError as error:
            raise refused_deeds.problem(self._desk, request, "not_now") from error
        is_right = await self._seen(request, label, said)
        return go(f"/labels/{label}?did=right" if is_right else f"/labels/{label}/card")

    async def done_on_page(self, request: Request, label: LabelId) -> Response:
        """The label is right."""
        await self.done(request, label)
        return go(f"/labels/{label}?did=right")

    async def end_on_page(self, request: Request, label: LabelId) -> Response:
        """Whatever it looks like, the test is over."""
        await self.done(request, label)
        return go(f"/labels/{label}?did=ended")

    async def show(self, request: Request, label: LabelId) -> Response:
        """Show the test card as it is, for 15 minutes at most. Answers 204."""
        doer = refused_deeds.doer(self._desk, request)
        await refused_deeds.do(
            self._desk, request, lambda rows: adopting.see_again(rows, label, doer)
        )
        return Response(status_code=204)

    async def done(self, request: Request, label: LabelId) -> Response:
        """Show what the label is for. Answers 204."""
        await refused_deeds.do(self._desk, request, lambda rows: adopting.done_looking(rows, label))
        return Response(status_code=204)

    async def seen(self, request: Request, label: LabelId, seen: Seen) -> Response:
        """Say what the card looks like: from now on every picture is put right. Answers 204."""
        await self._seen(request, label, seen)
        return Response(status_code=204)

    async def picture(self, request: Request, label: LabelId, name: str) -> Response:
        """The card as it can be seen (``0n.png`` to ``3m.png``), or as it should be seen."""
        known = await self._label(request, label)
        way = name.removesuffix(".png")
        ways = {_named(*one): one for one in _WAYS}
        if way == "right":
            frame = test_card.draw(known.panel)
        elif way in ways:
            turns, mirrored = ways[way]
            frame = corrections.seen(test_card.draw(_model(known)), turns=turns, mirrored=mirrored)
        else:
            return Response(status_code=404, headers={"Cache-Control": "no-store"})
        png = await asyncio.to_thread(pictures.to_rgb, frame)
        return Response(png, media_type="image/png", headers={"Cache-Control": "no-store"})

    async def _seen(self, request: Request, label: str, seen: Seen) -> bool:
        doer = refused_deeds.doer(self._desk, request)

        def change(connection: Connection) -> Correction:
            return adopting.seen(
                connection,
                label,
                doer,
                turns=seen.turns,
                mirrored=seen.mirrored,
                inks=seen.inks,
            )

        return (await refused_deeds.do(self._desk, request, change)).is_none

    async def _label(self, request: Request, label: str) -> Label:
        known = await self._desk.read(lambda rows: labels.get(rows, label))
        if known is None:
            raise unknown_label(self._desk, request)
        return known

    async def _looking(self, request: Request, label: str) -> Looking:
        reader = self._desk.reader(request)

        def look(connection: Connection) -> Looking:
            view = overview.view(connection, label)
            if view is None:
                raise LabelError("unknown_label", label)
            known = view.label
            panel = _model(known)
            before = known.correction or label_life.batch(
                connection, known.family, panel.name, known.firmware
            )
            stage = known.card_at(reader.priced_at)
            standing = explaining.progress(view, reader)
            return Looking(
                label=label,
                code=known.code,
                stage=stage,
                standing=standing,
                ends=_ends(view, reader),
                ways=_ways(panel, before or Correction()),
                blocks=_blocks(panel, before or Correction(), reader.language),
                as_before=before is not None and not before.is_none,
                width=known.panel.width,
                height=known.panel.height,
                mark=f"{stage}|{standing.code}",
            )

        try:
            return await self._desk.read(look)
        except LabelError as error:
            raise unknown_label(self._desk, request) from error


def _ends(view: LabelView, reader: Reader) -> str:
    time = explaining.test_ends(view, reader)
    return texts.CARD_UNTIL.say(reader.language, time=time) if time else ""


def _model(label: Label) -> Panel:
    return (label.correction or Correction()).model(label.panel)


def _ways(panel: Panel, before: Correction) -> tuple[Way, ...]:
    found = []
    for number, (turns, mirrored) in enumerate(_WAYS, 1):
        width, height = panel.width, panel.height
        if turns % 2:
            width, height = height, width
        scale = min(_PHONE_PX / max(width, height), 1.0)
        offered = (turns, mirrored) == (-before.turns % 4, before.mirrored)
        found.append(
            Way(
                value=_named(turns, mirrored),
                width=round(width * scale),
                height=round(height * scale),
                offered=offered,
                number=number,
            )
        )
    return tuple(found)


def _named(turns: int, mirrored: bool) -> str:  # noqa: FBT001 - a pair of the table
    return f"{turns}{'m' if mirrored else 'n'}"


def _blocks(panel: Panel, before: Correction, language: str) -> tuple[Block, ...]:
    seen = dict(before.inks)
    # Whoever has red or yellow may have the other one; more inks come with panels of six.
    likely = [*panel.inks, Ink.RED, Ink.YELLOW] if len(panel.inks) > 2 else list(panel.inks)
    inks = tuple((ink.value, INKS[ink].say(language)) for ink in Ink if ink in likely)
    return tuple(
        Block(number=number, chosen=seen.get(ink, ink).value, inks=inks)
        for number, ink in enumerate(panel.inks, 1)
    )


def _text(form: FormData, name: str) -> str:
    value = form.get(name, "")
    return value[:20] if isinstance(value, str) else ""
