"""One of the vendor's servers in the shop: its list is read, pictures go there, it calls back."""

from __future__ import annotations

import asyncio
import secrets
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Final, NoReturn

from device_drivers.api.drivers import (
    AccessPoint,
    Announced,
    Failed,
    Flash,
    Heard,
    Later,
    Measured,
    Outcome,
    Picture,
    Presence,
    Reason,
    Refused,
    Reported,
    Sighting,
    Transferred,
)
from device_drivers.api.panels import Panel
from device_drivers.labels.hanshow import protocol
from device_drivers.labels.hanshow.protocol import Esl, EslPage
from device_drivers.labels.wire import ProtocolError
from device_drivers.links.callbacks import Callbacks
from device_drivers.links.http import Answer, HttpError, HttpPoint, HttpReason
from device_drivers.links.standing import Standing, Told, untold

FORMAT: Final = "hanshow-png"
REACHED_AT: Final = "reached_at"
"""The option that says where the server reaches this box."""

_NOWHERE: Final = "http://127.0.0.1/"
"""The server wants an address for call-backs even where none can reach us."""
_MOST: Final = 60_000
_SIDS_KEPT: Final = 4

Tell = Callable[[], Awaitable[None]]
Say = Callable[[Heard], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How long things may take and how often they are tried, in seconds."""

    answer_s: float = 30.0
    list_every_s: float = 60.0
    again_s: float = 1.0
    again_max_s: float = 60.0
    say_every_s: float = 60.0
    """A label is measured and complained of at most once in this time."""


@dataclass(slots=True)
class _Request:
    """A picture that the server has for a label, under each id by which it was told of it."""

    wish: str
    sha256: str
    sids: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Known:
    panel: Panel
    rom: int
    stored: bool = False
    online: bool = True
    awaited: bool = False
    said_at: float = float("-inf")


async def recognise(http: HttpPoint) -> None:
    """Make sure that a server of this kind answers; changes nothing.

    Raises ``HttpError`` where nobody does, ``ProtocolError`` where it is something else.
    """
    protocol.parse_types(_good(await http.get("/esls/firmwares")))


class EslServer:
    """A server as the driver uses it. ``is_up`` while it answers; ``strange_calls`` counts."""

    def __init__(
        self,
        point: AccessPoint,
        say: Say,
        callbacks: Callbacks,
        *,
        pace: Pace,
        connected: Tell,
        told: Told = untold,
    ) -> None:
        self.name = point.name
        self._standing = Standing(point.name, told)
        self.is_up = False
        self.strange_calls = 0
        self._http = HttpPoint(point.url, answer_s=pace.answer_s)
        self._say = say
        self._pace = pace
        self._connected = connected
        self._labels: dict[str, _Known] = {}
        self._requests: dict[str, _Request] = {}
        self._panels: dict[int, Panel] = {}
        self._refused: OrderedDict[str, float] = OrderedDict()
        reached_at = point.options.get(REACHED_AT, "")
        path = callbacks.open(point.url, self._called)
        self._back_url = f"{reached_at}{path}" if reached_at else _NOWHERE

    async def run(self) -> NoReturn:
        """Read the list for ever; what it says of labels is told."""
        wait = self._pace.again_s
        while True:
            try:
                await self._read()
            except HttpError as error:
                self.is_up = False
                self._standing.gone(str(error))
            except ProtocolError as error:
                self.is_up = False
                self._standing.gone(str(error))
                await self._refuse("", str(error))
            if self.is_up:
                wait = self._pace.again_s
                await asyncio.sleep(self._pace.list_every_s)
            else:
                await asyncio.sleep(wait)
                wait = min(wait * 2, self._pace.again_max_s)

    def panel_of(self, label: str) -> Panel | None:
        """The panel of a label that the server knows."""
        known = self._labels.get(label)
        return None if known is None else known.panel

    def is_online(self, label: str) -> bool:
        """Whether the server hears the label; if not, it is told when it does."""
        known = self._labels.get(label)
        if known is not None and not known.online:
            known.awaited = True
        return known is not None and known.online

    async def update(
        self, label: str, wish: str, picture: Picture, *, draw_again: bool = False
    ) -> Outcome:
        """Hand a picture over.

        Asked again for one that the label has, the server says so, or lets it ``draw_again``.
        """
        sid = secrets.token_hex(16)
        request = self._requests.get(label)
        if request is None or request.sha256 != picture.sha256:
            request = self._requests[label] = _Request(wish, picture.sha256)
        request.wish = wish
        request.sids = [*request.sids[1 - _SIDS_KEPT :], sid]
        name = picture.sha256[:16]
        body = protocol.update(sid, self._back_url, name, picture.data, force=draw_again)
        outcome = await self._put(f"/esls/{label}", body)
        if not isinstance(outcome, Later) and self._requests.get(label) is request:
            del self._requests[label]
        return outcome

    async def flash(self, label: str, flash: Flash) -> Outcome:
        """Let a label blink; *transferred* when the server took it."""
        outcome = await self._put("/esls/control", protocol.control(label, self._back_url, flash))
        taken = Later(reason=Reason.AWAITING_LABEL)
        return Transferred() if outcome == taken else outcome

    async def _put(self, path: str, body: dict[str, object]) -> Outcome:
        try:
            answer = await self._http.put_json(path, body)
            status, message = protocol.parse_status(_good(answer))
        except HttpError as error:
            if error.reason is HttpReason.UNREACHABLE:
                return Later(reason=Reason.LINK_DOWN)
            if error.reason in {HttpReason.CUT, HttpReason.SLOW}:
                return Later(reason=Reason.NO_ANSWER)
            return Failed(reason=Reason.REFUSED, detail=str(error)[:200])
        except ProtocolError as error:
            return Failed(reason=Reason.REFUSED, detail=str(error)[:200])
        outcome = protocol.outcome_of(status, message, final=False)
        return Later(reason=Reason.AWAITING_LABEL) if outcome is None else outcome

    async def _called(self, body: bytes) -> None:
        """The server called back. Late, repeated and unknown calls change nothing."""
        try:
            call = protocol.parse_call(body)
        except ProtocolError as error:
            self.strange_calls += 1
            await self._refuse("", str(error))
            return
        request = self._requests.get(call.label)
        if request is None or call.sid not in request.sids:
            self.strange_calls += 1
            return
        outcome = protocol.outcome_of(call.status, call.message, final=True)
        if outcome is None:
            return
        del self._requests[call.label]
        await self._tell(
            Reported(
                label=call.label,
                wish=request.wish,
                sha256=request.sha256,
                outcome=outcome,
                telemetry=call.telemetry,
            )
        )

    async def _read(self) -> None:
        self._panels = protocol.parse_types(_good(await self._http.get("/esls/firmwares")))
        listed: set[str] = set()
        for number in range(1, protocol.MOST_PAGES + 1):
            query = {"page": str(number), "limit": str(protocol.PAGE)}
            page = protocol.parse_esls(_good(await self._http.get("/esls", query)))
            listed.update(esl.id for esl in page.labels)
            listed.update(label for label, _ in page.problems)
            await self._page(page)
            if page.is_last:
                await self._not_listed(listed)
                break
        if not self.is_up:
            self.is_up = True
            self._standing.works()
            await self._connected()

    async def _page(self, page: EslPage) -> None:
        for esl in page.labels:
            await self._listed(esl)
        for label, problem in page.problems:
            await self._refuse(label, problem)

    async def _not_listed(self, listed: AbstractSet[str]) -> None:
        """A whole list was read: the server knows nothing more of the others."""
        for label, known in tuple(self._labels.items()):
            if known.online and label not in listed:
                known.online = False
                await self._tell(Presence(label=label, online=False))

    async def _listed(self, esl: Esl) -> None:
        panel = self._panels.get(esl.firmware)
        known = self._labels.get(esl.id)
        if panel is None:
            problem = f"label {esl.id}: its type {esl.firmware} has no panel that is known"
            await self._refuse(esl.id, problem)
            return
        if known is None and len(self._labels) >= _MOST:
            return
        now = asyncio.get_running_loop().time()
        if known is None or (known.panel, known.rom) != (panel, esl.rom):
            known = self._labels[esl.id] = _Known(panel, esl.rom, online=True)
        if not known.stored:
            known.said_at = now
            await self._say(Heard(sighting=self._introduction(esl, panel), ack=_stored(known)))
        elif esl.online and now - known.said_at >= self._pace.say_every_s:
            known.said_at = now
            await self._tell(Measured(label=esl.id, telemetry=esl.telemetry, via=self.name))
        if esl.online != known.online or (esl.online and known.awaited):
            known.online = esl.online
            known.awaited = known.awaited and not esl.online
            await self._tell(Presence(label=esl.id, online=esl.online))

    def _introduction(self, esl: Esl, panel: Panel) -> Announced:
        return Announced(
            label=esl.id,
            panel=panel,
            formats=(FORMAT,),
            firmware=str(esl.rom),
            showing=None,
            tells_showing=False,
            via=self.name,
            telemetry=esl.telemetry,
            retained=not esl.online,
        )

    async def _refuse(self, label: str, problem: str) -> None:
        now = asyncio.get_running_loop().time()
        if now - self._refused.get(label, float("-inf")) < self._pace.say_every_s:
            return
        self._refused[label] = now
        if len(self._refused) > _MOST:
            self._refused.popitem(last=False)
        await self._tell(Refused(label=label, problem=problem))

    async def _tell(self, sighting: Sighting) -> None:
        await self._say(Heard(sighting=sighting, ack=lambda: None))


def _stored(known: _Known) -> Callable[[], None]:
    def stored() -> None:
        known.stored = True

    return stored


def _good(answer: Answer) -> bytes:
    if answer.status != 200:
        raise ProtocolError(f"the server answers {answer.status} {answer.text[:100]!r}")
    return answer.body
