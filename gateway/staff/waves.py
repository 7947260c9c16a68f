"""Waves for people and programs: how far each is, when it will be done, and who may stop it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from gateway.labels import forecasting
from gateway.labels.forecasting import Expected
from gateway.settings.shapes import Id
from gateway.staff import texts_of_waves as texts
from gateway.staff.api import PREFIX
from gateway.staff.desk import Desk, go
from gateway.staff.gate import visit_of
from gateway.store import loads, stopped, waves
from gateway.store.database import Connection
from gateway.store.stopped import Outlook
from gateway.store.waves import Wave
from gateway.web.problems import Problem

_LISTED = 100
_INSTANTS = 50
_LOOK_AHEAD = timedelta(days=7)

Number = Annotated[int, Path(ge=1, le=2**53 - 1)]
Minutes = Annotated[int | None, Query(ge=1, le=7 * 24 * 60)]
Decide = Callable[[Connection, int, str, datetime], None]


class WaveTold(BaseModel):
    """Many deliveries from one cause.

    `cause` is feed, time, template, settings, restored or repair; `state` is running, paused or
    cancelled. Of its `labels`, `shown` said that they show it, `arrived` hold it and never say
    more, and `left` do not have it yet; while it `grows` more may join. `gone` labels are no
    longer among them: they got a newer wish before they showed this one, or another system writes
    to them. `ends_at` is when it will be done, from what was measured; null when that cannot be
    said.
    """

    id: int
    cause: str
    state: Literal["running", "paused", "cancelled"]
    began_at: datetime
    labels: int
    shown: int
    arrived: int
    gone: int
    left: int
    grows: bool
    ends_at: datetime | None
    decided_by: str | None
    decided_at: datetime | None


class AllWaves(BaseModel):
    """The latest waves, newest first."""

    waves: list[WaveTold]


class CancelTold(BaseModel):
    """What cancelling a wave would mean for its labels.

    `kept` keep what they show until somebody sends them or a newer wish comes; on `old_price` of
    them that is another price than the one in force. `sent` get theirs all the same: prices that
    go down, corrections, and what must not be sold. Pictures of up to `coming` are not drawn yet.
    """

    kept: int
    old_price: int
    sent: int
    coming: int


class WayTold(BaseModel):
    """The part of a change that goes over one way (family/adapter or access point)."""

    way: str
    labels: int
    parallel: int
    seconds: float
    measured: bool


class ForecastTold(BaseModel):
    """How long a change would take; `fits` is null when no window was asked about.

    `slowest` is the way that takes longest, or empty when drawing the pictures does.
    """

    labels: int
    seconds: float
    measured: bool
    slowest: str
    fits: bool | None
    said: str
    ways: list[WayTold]


class Coming(BaseModel):
    """Prices that begin or end by themselves at one instant."""

    at: datetime
    forecast: ForecastTold


class AllComing(BaseModel):
    """The coming instants of the next seven days, at most 50."""

    coming: list[Coming]


def unknown_wave(desk: Desk, request: Request) -> Problem:
    """The answer about a wave that was never there, or is forgotten."""
    return Problem(
        404,
        desk.say(request, texts.WAVE_UNKNOWN),
        desk.say(request, texts.WAVE_UNKNOWN_ADVICE),
        code="unknown_wave",
    )


class Waves:
    """The routes; managers decide."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._at_once = desk.settings.labels.at_once

    def routes(self) -> APIRouter:
        """The routes; all behind the gate."""
        routes = APIRouter()
        for word, answer in (
            ("pause", self.pause_on_page),
            ("resume", self.resume_on_page),
            ("cancel", self.cancel_on_page),
        ):
            path = f"/waves/{{number}}/{word}"
            routes.add_api_route(path, answer, methods=["POST"], include_in_schema=False)
        routes.add_api_route(f"{PREFIX}/waves", self.every, methods=["GET"])
        one = f"{PREFIX}/waves/{{number}}"
        routes.add_api_route(one, self.one, methods=["GET"])
        routes.add_api_route(f"{one}/pause", self.pause, methods=["POST"])
        routes.add_api_route(f"{one}/resume", self.resume, methods=["POST"])
        routes.add_api_route(f"{one}/cancel", self.outlook, methods=["GET"])
        routes.add_api_route(f"{one}/cancel", self.cancel, methods=["POST"])
        routes.add_api_route(f"{PREFIX}/forecast", self.forecast, methods=["GET"])
        routes.add_api_route(f"{PREFIX}/forecast/scheduled", self.scheduled, methods=["GET"])
        return routes

    async def every(self) -> AllWaves:
        """The latest waves."""
        now = self._desk.clock.now()

        def look(connection: Connection) -> list[WaveTold]:
            return [self._told(connection, one, now) for one in waves.latest(connection, _LISTED)]

        return AllWaves(waves=await self._desk.read(look))

    async def one(self, request: Request, number: Number) -> WaveTold:
        """One wave."""
        now = self._desk.clock.now()

        def look(connection: Connection) -> WaveTold | None:
            found = waves.get(connection, number)
            return None if found is None else self._told(connection, found, now)

        told = await self._desk.read(look)
        if told is None:
            raise unknown_wave(self._desk, request)
        return told

    async def outlook(self, request: Request, number: Number) -> CancelTold:
        """What cancelling it would mean."""
        now = self._desk.clock.now()

        def look(connection: Connection) -> Outlook | None:
            found = waves.get(connection, number)
            return None if found is None else stopped.outlook(connection, found, now)

        found = await self._desk.read(look)
        if found is None:
            raise unknown_wave(self._desk, request)
        kept = found.kept
        return CancelTold(
            kept=kept.labels, old_price=kept.prices, sent=found.sent, coming=found.coming
        )

    async def pause(self, request: Request, number: Number) -> WaveTold:
        """Send nothing more of it for now; what is urgent goes on."""
        return await self._decide(request, number, stopped.pause)

    async def resume(self, request: Request, number: Number) -> WaveTold:
        """Go on with it, also after it was cancelled."""
        return await self._decide(request, number, stopped.resume)

    async def cancel(self, request: Request, number: Number) -> WaveTold:
        """Give up what is left of it, as `GET` tells before: the labels keep what they show."""
        return await self._decide(request, number, stopped.cancel)

    async def pause_on_page(self, request: Request, number: Number) -> Response:
        """Pause it."""
        await self.pause(request, number)
        return go("/?did=wave_paused")

    async def resume_on_page(self, request: Request, number: Number) -> Response:
        """Go on with it."""
        await self.resume(request, number)
        return go("/?did=wave_resumed")

    async def cancel_on_page(self, request: Request, number: Number) -> Response:
        """Cancel it."""
        await self.cancel(request, number)
        return go("/?did=wave_cancelled")

    async def forecast(
        self,
        request: Request,
        product: Annotated[list[Id], Query(max_length=1_000)] = [],  # noqa: B006 - FastAPI copies it
        group: Annotated[list[Id], Query(max_length=1_000)] = [],  # noqa: B006 - same
        template: Annotated[Id | None, Query()] = None,
        window_minutes: Minutes = None,
    ) -> ForecastTold:
        """How long a change of these articles would take, of a template, or of all labels."""
        at_once = self._at_once

        def look(connection: Connection) -> Expected:
            if template is not None:
                return forecasting.of_template(connection, template, at_once)
            if product or group:
                return forecasting.of_articles(connection, product, group, at_once)
            return forecasting.of_all(connection, at_once)

        return self._forecast_told(request, await self._desk.read(look), window_minutes)

    async def scheduled(self, request: Request, window_minutes: Minutes = None) -> AllComing:
        """The price changes of the next seven days: which labels, and how long each takes."""
        until = self._desk.clock.now() + _LOOK_AHEAD

        def look(connection: Connection) -> list[tuple[datetime, Expected]]:
            return [
                (one.at, forecasting.of_instant(connection, one.at, self._at_once))
                for one in loads.scheduled(connection, until, _INSTANTS)
            ]

        coming = await self._desk.read(look)
        return AllComing(
            coming=[
                Coming(at=at, forecast=self._forecast_told(request, expected, window_minutes))
                for at, expected in coming
            ]
        )

    async def _decide(self, request: Request, number: int, decide: Decide) -> WaveTold:
        desk, session = self._desk, visit_of(request).session
        if await desk.read(partial(waves.get, wave=number)) is None:
            raise unknown_wave(desk, request)
        now = desk.clock.now()
        await desk.database.write(lambda rows: decide(rows, number, session.name, now))
        return await self.one(request, number)

    def _told(self, connection: Connection, wave: Wave, now: datetime) -> WaveTold:
        left_s = forecasting.of_wave(connection, wave, self._at_once, now)
        return WaveTold(
            id=wave.id,
            cause=wave.cause,
            state=wave.state,
            began_at=wave.began_at,
            labels=wave.joined - wave.gone,
            shown=wave.shown,
            arrived=wave.arrived,
            gone=wave.gone,
            left=wave.left,
            grows=waves.grows(wave, now),
            ends_at=None if left_s is None else now + timedelta(seconds=left_s),
            decided_by=wave.decided_by,
            decided_at=wave.decided_at,
        )

    def _forecast_told(
        self, request: Request, expected: Expected, window_minutes: int | None
    ) -> ForecastTold:
        found = expected.forecast
        fits = None if window_minutes is None else found.fits(window_minutes * 60.0)
        return ForecastTold(
            labels=found.labels,
            seconds=round(found.seconds, 1),
            measured=found.measured,
            slowest=found.slowest,
            fits=fits,
            said=texts.forecast(
                self._desk.reader(request), found, len(expected.loads), window_minutes
            ),
            ways=[
                WayTold(
                    way=load.way,
                    labels=load.labels,
                    parallel=load.parallel,
                    seconds=round(load.seconds, 1),
                    measured=load.place_s is not None,
                )
                for load in expected.loads
            ],
        )
