"""The pages of held rows: all holds, and one with every row of it, also after it was refused."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from gateway.staff import held, seen, texts, texts_of_holds
from gateway.staff.desk import Desk
from gateway.staff.explaining import Reader
from gateway.staff.gate import visit_of
from gateway.staff.held import HoldBox
from gateway.staff.hold_answers import Number, Source, unknown_hold
from gateway.staff.naming import Naming
from gateway.store import holds
from gateway.store.database import Connection

PER_PAGE = 100
_MOST = 200
_LAST_PAGE = 20_000
STATES = {
    "open": ("attention", texts_of_holds.HOLD_OPEN_STATE),
    "refused": ("plain", texts_of_holds.HOLD_REFUSED_STATE),
    "accepted": ("good", texts_of_holds.HOLD_ACCEPTED_STATE),
}
_DID = {
    "accepted": texts_of_holds.HOLD_ACCEPTED_COUNT,
    "refused": texts_of_holds.HOLD_REFUSED_COUNT,
}


class HoldPages:
    """What is held, to look at; ``holds.Holds`` decides."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> APIRouter:
        """The routes; all behind the gate."""
        routes = APIRouter(include_in_schema=False)
        routes.add_api_route("/holds", self.every, methods=["GET"])
        routes.add_api_route("/holds-list", self.listed, methods=["GET"])
        routes.add_api_route("/holds/prices/{source}", self.pile, methods=["GET"])
        routes.add_api_route("/holds/prices/{source}/now", self.pile_now, methods=["GET"])
        routes.add_api_route("/holds/{number}", self.page, methods=["GET"])
        routes.add_api_route("/holds/{number}/now", self.now, methods=["GET"])
        return routes

    async def every(self, request: Request) -> Response:
        """All holds, the newest first."""
        return await self._every(request, "holds.html")

    async def listed(self, request: Request) -> Response:
        """What may have changed on it."""
        return await self._every(request, "holds_list.html")

    async def page(self, request: Request, number: Number) -> Response:
        """One hold with a page of its rows."""
        return await self._whole(request, number)

    async def now(self, request: Request, number: Number) -> Response:
        """What may have changed on it: for who looks on, that it is over is no error."""
        return await self._part(request, number)

    async def pile(self, request: Request, source: Source) -> Response:
        """The many odd prices of one source."""
        return await self._whole(request, source)

    async def pile_now(self, request: Request, source: Source) -> Response:
        """What may have changed of them."""
        return await self._part(request, source)

    async def changed(self, request: Request, what: int | str) -> Response:
        """The page as it is now, for somebody who decided about what has changed."""
        return await self._whole(request, what, changed=True)

    async def _every(self, request: Request, template: str) -> Response:
        box, reader = _Boxes(self._desk, request), self._desk.reader(request)

        def query(connection: Connection) -> tuple[HoldBox, ...]:
            found = holds.every(connection)[-_MOST:]
            boxes = (box(connection, hold.id, held.Page(most=1)) for hold in reversed(found))
            return tuple(one for one in boxes if one is not None)

        boxes = await self._desk.read(query)
        did = _did(request, reader)
        return self._desk.page(request, template, boxes=boxes, states=STATES, did=did)

    async def _whole(self, request: Request, what: int | str, *, changed: bool = False) -> Response:
        asked = held.Page(most=PER_PAGE) if changed else _asked(request)
        found = await self._found(request, what, asked)
        if found is None:
            raise unknown_hold(self._desk, request)
        refused = request.query_params.get("did") == "refused" and found.state == "refused"
        facts = self._facts(request, found, asked)
        facts["did"] = texts_of_holds.HOLD_REFUSED.say(facts["language"]) if refused else ""
        if not changed:
            return self._desk.page(request, "hold.html", **facts, changed=False)
        return self._desk.page(
            request, "hold.html", status=409, again=found.path, **facts, changed=True
        )

    async def _part(self, request: Request, what: int | str) -> Response:
        asked = _asked(request)
        found = await self._found(request, what, asked)
        if found is None:
            return self._desk.page(request, "hold_over.html")
        return self._desk.page(request, "hold_now.html", **self._facts(request, found, asked))

    async def _found(self, request: Request, what: int | str, asked: held.Page) -> HoldBox | None:
        return await self._desk.read(partial(_Boxes(self._desk, request), what=what, page=asked))

    def _facts(self, request: Request, found: HoldBox, asked: held.Page) -> dict[str, Any]:
        reader = self._desk.reader(request)
        last, page = asked.offset + len(found.lines), asked.offset // PER_PAGE + 1
        facts = {"first": asked.offset + 1, "last": last, "count": found.rows}
        counts = {name: reader.count(one) for name, one in facts.items()}

        def at(number: int) -> str:
            return f"{found.path}?page={number}&seen={found.seen}"

        # Who may decide sees what they decide about; who looks on, what is there now.
        keeps = f"&seen={found.seen}" if found.may else ""
        return {
            "hold": found,
            "language": reader.language,
            "now": f"{found.path}/now?page={page}{keeps}",
            "states": STATES,
            "range": texts.RANGE.say(reader.language, **counts),
            "newer": texts_of_holds.HOLD_NEWER.say(
                reader.language, count=reader.count(found.newer)
            ),
            "previous": at(page - 1) if page > 1 else None,
            "next": at(page + 1) if found.lines and last < found.rows else None,
        }


class _Boxes:
    """Puts holds into words for whoever asks."""

    def __init__(self, desk: Desk, request: Request) -> None:
        self._settings = desk.settings
        self._reader = desk.reader(request)
        self._role = visit_of(request).session.role

    def __call__(self, connection: Connection, what: int | str, page: held.Page) -> HoldBox | None:
        reader, settings, role = self._reader, self._settings, self._role
        name = Naming(connection, reader, settings.shop).name
        if isinstance(what, int):
            return held.box(connection, what, role, reader, settings, name, page=page)
        return held.pile(connection, what, role, reader, settings, name, page=page)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Did:
    """What was just decided, and what became of the rest."""

    tone: str
    title: str
    advice: str


def _did(request: Request, reader: Reader) -> _Did | None:
    asked = request.query_params
    counts = {name: asked.get(name, "0")[:9] for name in ("rows", "left")}
    title = _DID.get(asked.get("did", ""))
    if title is None or not all(count.isascii() and count.isdigit() for count in counts.values()):
        return None
    left = int(counts["left"])
    advice = texts_of_holds.HOLD_LEFT if left else texts_of_holds.HOLD_STAYS
    said = {name: reader.count(int(count)) for name, count in counts.items()}
    return _Did(
        tone="attention" if left else "good",
        title=title.say(reader.language, rows=said["rows"]),
        advice=advice.say(reader.language, **({"left": said["left"]} if left else {})),
    )


def _asked(request: Request) -> held.Page:
    """Which rows: ``page``, of what was there at ``seen``."""
    number = request.query_params.get("page", "1")
    page = int(number[:6]) if number.isascii() and number.isdigit() else 1
    page = min(max(page, 1), _LAST_PAGE)
    looked_at = seen.read(request.query_params.get("seen"))
    return held.Page(seen=looked_at, offset=(page - 1) * PER_PAGE, most=PER_PAGE)
