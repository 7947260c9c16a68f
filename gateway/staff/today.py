"""Today: what needs a person, how the labels are, and whether data comes in and events go out."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from gateway.domain.events import Lane
from gateway.settings import Settings
from gateway.staff import (
    counted_tasks,
    first_steps,
    label_list,
    request_lines,
    showing,
    texts,
    texts_of_holds,
    texts_of_requests,
    texts_of_waves,
    wave_list,
)
from gateway.staff.desk import Desk
from gateway.staff.explaining import Reader
from gateway.staff.first_steps import Steps
from gateway.staff.gate import visit_of
from gateway.staff.label_list import Filter
from gateway.staff.request_lines import RequestLine
from gateway.staff.showing import When
from gateway.staff.task_line import TaskLine
from gateway.staff.task_list import TaskLines
from gateway.staff.wave_list import WaveLine
from gateway.store import discovered, holds, outbox, overview, requests, tasks
from gateway.store.database import Connection
from gateway.store.people import Role

_MOST_TASKS = 50
_SOURCES = {
    "central": texts.SOURCE_CENTRAL,
    "files": texts.SOURCE_FILES,
    "shopify": texts.SOURCE_SHOPIFY,
    "api": texts.SOURCE_API,
}
_DID = {
    "request_changed": texts_of_requests.REQUEST_CHANGED,
    "accepted": texts_of_holds.HOLD_ACCEPTED,
    "wave_paused": texts_of_waves.WAVE_DID_PAUSED,
    "wave_resumed": texts_of_waves.WAVE_DID_RESUMED,
    "wave_cancelled": texts_of_waves.WAVE_DID_CANCELLED,
}
_LANES = {
    Lane.KEEP: texts.LANE_KEEP,
    Lane.SCAN: texts.LANE_SCAN,
    Lane.TELEMETRY: texts.LANE_TELEMETRY,
    Lane.DEBUG: texts.LANE_DEBUG,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedLine:
    """How one source's data stands."""

    source: str
    position: str
    applied: When | None
    refused: int
    held: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneLine:
    """How one lane of events stands."""

    name: str
    waiting: int
    oldest: When | None
    dropped: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """Everything on the page; ``uplink`` is False when no central hears of events."""

    requests: tuple[RequestLine, ...]
    paused_by: str | None
    tasks: tuple[TaskLine, ...]
    more: int
    filters: tuple[Filter, ...]
    feeds: tuple[FeedLine, ...]
    lanes: tuple[LaneLine, ...]
    uplink: bool
    waves: tuple[WaveLine, ...]
    runs_the_box: bool
    may_restore: bool
    first: Steps


class Today:
    """The first page."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> APIRouter:
        """The routes; all behind the gate."""
        routes = APIRouter(include_in_schema=False)
        routes.add_api_route("/", self.page, methods=["GET"])
        routes.add_api_route("/today", self.now, methods=["GET"])
        return routes

    async def page(self, request: Request) -> Response:
        """The whole page."""
        did = _DID.get(request.query_params.get("did", ""))
        said = did.say(self._desk.tongue(request).language) if did is not None else ""
        return self._desk.page(
            request, "today.html", overview=await self._overview(request), did=said
        )

    async def now(self, request: Request) -> Response:
        """What may have changed on it."""
        return self._desk.page(request, "today_now.html", overview=await self._overview(request))

    async def _overview(self, request: Request) -> Overview:
        reader, settings = self._desk.reader(request), self._desk.settings
        role = visit_of(request).session.role
        return await self._desk.read(lambda connection: _read(connection, reader, settings, role))


def _read(connection: Connection, reader: Reader, settings: Settings, role: Role) -> Overview:
    piles = [holds.pile(connection, source) for source in _SOURCES]
    asked = request_lines.waiting(connection, reader, settings.shop)
    together = [("hold", str(hold.id)) for pile in piles for hold in pile]
    together += [(kind, one.ref) for one in asked for kind in requests.TASKS]
    found = tasks.all_open(connection, _MOST_TASKS, but=together)
    filters = label_list.filters(connection, label_list.everything(), reader)
    lanes, uplink = outbox.states(connection), settings.central.kind != "none"
    lines = TaskLines(connection, reader, settings, role)
    return Overview(
        requests=asked,
        paused_by=requests.paused_by(connection),
        tasks=(
            *counted_tasks.wrong_labels(filters, reader),
            *(counted_tasks.silent_central(lanes, reader) if uplink else ()),
            *(line for source in _SOURCES if (line := lines.pile(source)) is not None),
            *map(lines.line, found),
            *counted_tasks.new_labels(discovered.count(connection), reader),
        ),
        more=tasks.count(connection, but=together) - len(found),
        filters=filters,
        feeds=tuple(_feed(feed, reader) for feed in overview.feeds(connection)),
        lanes=tuple(_lane(lane, state, reader) for lane, state in lanes.items()),
        uplink=uplink,
        waves=wave_list.lines(connection, reader, role, settings.labels.at_once),
        runs_the_box=role is not Role.CLERK,
        may_restore=role is Role.ADMINISTRATOR,
        first=Steps() if role is Role.CLERK else first_steps.steps(connection, reader),
    )


def _feed(feed: overview.FeedView, reader: Reader) -> FeedLine:
    named, position = _SOURCES.get(feed.source), feed.position
    return FeedLine(
        source=named.say(reader.language) if named is not None else feed.source,
        position=f"{position.epoch}/{position.seq}",
        applied=showing.when(position.applied_at, reader) if position.applied_at else None,
        refused=feed.refused,
        held=feed.held,
    )


def _lane(lane: Lane, state: outbox.LaneState, reader: Reader) -> LaneLine:
    return LaneLine(
        name=_LANES[lane].say(reader.language),
        waiting=state.waiting,
        oldest=showing.when(state.oldest_at, reader)
        if state.oldest_at is not None and state.waiting
        else None,
        dropped=state.dropped,
    )
