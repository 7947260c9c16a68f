"""The pages of waves: all of them, and what cancelling one means before it is done."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from gateway.staff import texts_of_waves as texts
from gateway.staff import wave_list
from gateway.staff.desk import Desk
from gateway.staff.gate import visit_of
from gateway.staff.wave_list import WaveLine
from gateway.staff.waves import Number, unknown_wave
from gateway.store import stopped, waves
from gateway.store.database import Connection
from gateway.store.stopped import Outlook
from gateway.web.words import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """So many labels, and what becomes of them; ``hint`` says what follows from it."""

    count: int
    word: str
    hint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What cancelling a wave means, in ``points``; ``gives_up`` says whether anything is kept."""

    id: int
    title: str
    progress: str
    state: str
    points: tuple[Point, ...]
    gives_up: bool


class WavePages:
    """Waves to look at; ``waves.Waves`` decides."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> APIRouter:
        """The routes; all behind the gate."""
        routes = APIRouter(include_in_schema=False)
        routes.add_api_route("/waves", self.every, methods=["GET"])
        routes.add_api_route("/waves-list", self.listed, methods=["GET"])
        routes.add_api_route("/waves/{number}/cancel", self.ask, methods=["GET"])
        return routes

    async def every(self, request: Request) -> Response:
        """The latest waves."""
        return self._desk.page(request, "waves.html", waves=await self._lines(request))

    async def listed(self, request: Request) -> Response:
        """What may have changed on it."""
        return self._desk.page(request, "waves_list.html", waves=await self._lines(request))

    async def ask(self, request: Request, number: Number) -> Response:
        """What cancelling the wave means, with the button that does it."""
        reader = self._desk.reader(request)

        def look(connection: Connection) -> Question | None:
            wave = waves.get(connection, number)
            if wave is None:
                return None
            outlook = stopped.outlook(connection, wave, reader.now)
            return Question(
                id=wave.id,
                title=wave_list.title(wave, reader),
                progress=wave_list.progress(wave, reader),
                state=wave.state,
                points=_points(outlook, reader.language),
                gives_up=bool(outlook.kept.labels or outlook.coming),
            )

        question = await self._desk.read(look)
        if question is None:
            raise unknown_wave(self._desk, request)
        return self._desk.page(request, "wave_cancel.html", wave=question)

    async def _lines(self, request: Request) -> tuple[WaveLine, ...]:
        reader, role = self._desk.reader(request), visit_of(request).session.role
        at_once = self._desk.settings.labels.at_once
        return await self._desk.read(
            lambda connection: wave_list.every(connection, reader, role, at_once)
        )


def _points(outlook: Outlook, language: str) -> tuple[Point, ...]:
    kept = outlook.kept
    said: tuple[tuple[int, Text, Text | None], ...] = (
        (kept.prices, texts.CANCEL_PRICE, texts.CANCEL_LAW),
        (kept.labels - kept.prices, texts.CANCEL_PICTURE, None),
        (outlook.coming, texts.CANCEL_COMING, None),
        (outlook.sent, texts.CANCEL_SENT, None),
    )
    return tuple(
        Point(
            count=count,
            word=word.say(language),
            hint="" if hint is None else hint.say(language),
        )
        for count, word, hint in said
        if count
    )
