"""Today: what needs a person, how the labels are, and whether data comes in and events go out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from gateway.domain.events import Lane
from gateway.settings import Settings
from gateway.staff import label_list, showing, texts
from gateway.staff.desk import Desk
from gateway.staff.explaining import Reader
from gateway.staff.label_list import Filter
from gateway.staff.showing import When
from gateway.store import outbox, overview, tasks
from gateway.store.database import Connection
from gateway.store.overview import Facet
from gateway.store.tasks import Task
from gateway.web.words import Text

_MOST_TASKS = 50
_SOURCES = {"central": texts.SOURCE_CENTRAL, "files": texts.SOURCE_FILES}
_LANES = {
    Lane.KEEP: texts.LANE_KEEP,
    Lane.SCAN: texts.LANE_SCAN,
    Lane.TELEMETRY: texts.LANE_TELEMETRY,
    Lane.DEBUG: texts.LANE_DEBUG,
}
_WRONG = {
    Facet.FAILED.value: texts.WRONG_FAILED,
    Facet.SILENT.value: texts.WRONG_SILENT,
    Facet.OTHER.value: texts.WRONG_OTHER,
}
_KINDS: dict[str, Text] = {
    "location": texts.KIND_LOCATION,
    "group": texts.KIND_GROUP,
    "product": texts.KIND_PRODUCT,
    "offers": texts.KIND_OFFERS,
    "stock": texts.KIND_STOCK,
    "task": texts.KIND_TASK,
    "binding": texts.KIND_BINDING,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskLine:
    """One thing to do: what it is, what to do about it, and where."""

    tone: str
    title: str
    advice: str
    detail: str
    href: str | None
    at: When | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedLine:
    """How one source's data stands."""

    source: str
    position: str
    applied: When | None
    refused: int


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

    tasks: tuple[TaskLine, ...]
    more: int
    filters: tuple[Filter, ...]
    feeds: tuple[FeedLine, ...]
    lanes: tuple[LaneLine, ...]
    uplink: bool


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
        return self._desk.page(request, "today.html", overview=await self._overview(request))

    async def now(self, request: Request) -> Response:
        """What may have changed on it."""
        return self._desk.page(request, "today_now.html", overview=await self._overview(request))

    async def _overview(self, request: Request) -> Overview:
        reader, settings = self._desk.reader(request), self._desk.settings
        return await self._desk.read(lambda connection: _read(connection, reader, settings))


def _read(connection: Connection, reader: Reader, settings: Settings) -> Overview:
    found = tasks.all_open(connection, _MOST_TASKS)
    filters = label_list.filters(connection, label_list.everything(), reader)
    return Overview(
        tasks=(*_wrong_labels(filters, reader), *(_task(task, reader) for task in found)),
        more=tasks.count(connection) - len(found),
        filters=filters,
        feeds=tuple(_feed(feed, reader) for feed in overview.feeds(connection)),
        lanes=tuple(
            _lane(lane, state, reader) for lane, state in outbox.states(connection).items()
        ),
        uplink=settings.central.kind != "none",
    )


def _wrong_labels(filters: tuple[Filter, ...], reader: Reader) -> Iterator[TaskLine]:
    """A line for each way in which labels do not show what they should, and need somebody."""
    for one in filters:
        text = _WRONG.get(one.name)
        if text is not None and one.count:
            yield TaskLine(
                tone=one.tone,
                title=text.say(reader.language, count=str(one.count)),
                advice=texts.WRONG_LABELS_ADVICE.say(reader.language),
                detail="",
                href=one.href,
                at=None,
            )


def _task(task: Task, reader: Reader) -> TaskLine:
    language = reader.language
    at = showing.when(task.opened_at, reader)
    detail = str(task.detail.get("message", ""))[:300]
    match task.kind:
        case "refused_row":
            kind, _, key = task.key.partition("/")
            named = _KINDS.get(kind)
            what = f"{named.say(language) if named is not None else kind} {key}"
            return TaskLine(
                tone="attention",
                title=texts.TASK_REFUSED.say(language, what=what),
                advice=texts.TASK_REFUSED_ADVICE.say(language),
                detail=detail,
                href=None,
                at=at,
            )
        case "label_not_drawn":
            return TaskLine(
                tone="trouble",
                title=texts.TASK_NOT_DRAWN.say(language, what=task.key),
                advice=texts.TASK_NOT_DRAWN_ADVICE.say(language),
                detail=detail,
                href=f"/labels/{task.key}",
                at=at,
            )
        case _:
            title = texts.TASK_OTHER.say(language, what=f"{task.kind} {task.key}")
            return TaskLine(
                tone="attention", title=title, advice="", detail=detail, href=None, at=at
            )


def _feed(feed: overview.FeedView, reader: Reader) -> FeedLine:
    named, position = _SOURCES.get(feed.source), feed.position
    return FeedLine(
        source=named.say(reader.language) if named is not None else feed.source,
        position=f"{position.epoch}/{position.seq}",
        applied=showing.when(position.applied_at, reader) if position.applied_at else None,
        refused=feed.refused,
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
