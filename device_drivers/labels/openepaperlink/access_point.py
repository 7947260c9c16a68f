"""One OpenEPaperLink access point: its WebSocket is listened to, its requests are made in turn."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import NoReturn

from device_drivers.api.drivers import AccessPoint, Flash, Heard
from device_drivers.api.panels import Panel
from device_drivers.labels.openepaperlink import protocol
from device_drivers.labels.openepaperlink.models import MODELS
from device_drivers.labels.openepaperlink.packing import FORMAT
from device_drivers.labels.openepaperlink.protocol import Clock, Page, Rebooting, Said, Tag
from device_drivers.labels.openepaperlink.shelf import Shelf
from device_drivers.labels.wire import ProtocolError
from device_drivers.links.http import Answer, Events, File, HttpError, HttpPoint, HttpReason
from device_drivers.links.standing import Standing, Told, untold

_FORGET_TYPE_S = 600.0
_TYPE_AGAIN_S = 60.0
"""A tag type whose description did not come is asked for again this soon."""
_JITTER_S = 10.0

Tell = Callable[[], Awaitable[None]]
Say = Callable[[Heard], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How long things may take and how often they are tried, in seconds."""

    answer_s: float = 20.0
    list_every_s: float = 300.0
    """The whole list is read again, should a word have been missed."""
    silent_s: float = 30.0
    """A working access point says something every five seconds."""
    again_s: float = 1.0
    again_max_s: float = 60.0
    rebooting_s: float = 5.0
    between_uploads_s: float = 1.0
    busy_s: float = 5.0


async def recognise(http: HttpPoint) -> None:
    """Make sure that an access point answers; changes nothing.

    Raises ``HttpError`` where nobody does, ``ProtocolError`` where it is something else.
    """
    protocol.parse_page(_good(await http.get("/get_db")))


class Station:
    """An access point as the driver uses it. ``is_up`` while its words are heard."""

    def __init__(
        self,
        point: AccessPoint,
        shelf: Shelf,
        say: Say,
        *,
        pace: Pace,
        connected: Tell,
        lost: Tell,
        told: Told = untold,
    ) -> None:
        self.name = point.name
        self.is_up = False
        self._standing = Standing(point.name, told)
        self._http = HttpPoint(point.url, answer_s=pace.answer_s)
        self._shelf = shelf
        self._say = say
        self._pace = pace
        self._connected = connected
        self._lost = lost
        self._turn = asyncio.Lock()
        self._panels: dict[int, Panel] = {}
        self._unknown: dict[int, tuple[float, str]] = {}
        self._free_at = float("-inf")
        self._began: tuple[int, float] | None = None
        self._known_before = False

    async def run(self) -> NoReturn:
        """Listen for ever; a broken connection is made again, later and later."""
        wait = self._pace.again_s
        while True:
            rebooting = False
            try:
                async with self._http.events("/ws") as events:
                    await self._came_up()
                    wait = self._pace.again_s
                    rebooting = await self._listen(events)
                self._standing.gone("it starts anew" if rebooting else "it says nothing any more")
            except HttpError as error:
                self._standing.gone(str(error))
            except ProtocolError as error:
                self._standing.gone(str(error))
                await self._refuse("", str(error))
            finally:
                self.is_up = False
            await asyncio.sleep(self._pace.rebooting_s if rebooting else wait)
            wait = min(wait * 2, self._pace.again_max_s)

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """One upload at a time, with a pause between them: more at once break each other."""
        loop = asyncio.get_running_loop()
        async with self._turn:
            await asyncio.sleep(max(self._free_at - loop.time(), 0.0))
            try:
                yield
            finally:
                self._free_at = loop.time() + self._pace.between_uploads_s

    async def tag(self, label: str) -> Tag | None:
        """The tag's record now; None when the access point does not know it.

        Raises ``HttpError`` and ``ProtocolError``.
        """
        answer = await self._http.get("/get_db", {"mac": label})
        page = protocol.parse_page(_good(answer))
        return next((tag for tag in page.tags if tag.mac == label), None)

    async def take(self, tag: Tag, *, heard_all: bool = True) -> None:
        """Note a tag's record and say what follows from it."""
        if tag.own_screen or not tag.was_heard:
            return
        now = asyncio.get_running_loop().time()
        try:
            panel = await self._panel(tag.hardware, now)
        except ProtocolError as error:
            heard = self._shelf.refused(tag.mac, str(error), now)
        else:
            heard = self._shelf.record(tag, self.name, panel, now, heard_all=heard_all)
        for one in heard:
            await self._say(one)

    async def upload(self, label: str, data: bytes) -> Answer:
        """Hand a picture over. Raises ``HttpError``."""
        fields = {
            "mac": label,
            "contentmode": str(protocol.OUR_MODE),
            "dither": "0",
            "ttl": "0",
        }
        image = File(name="image.jpg", media_type=f"image/{FORMAT}", data=data)
        return await self._http.post_form("/imgupload", fields, ("image", image))

    async def forget_hash(self, label: str) -> None:
        """Let the access point think nothing of what the tag holds. Raises ``HttpError``."""
        await self._http.post_form("/tag_cmd", {"mac": label, "cmd": "refresh"})

    async def flash(self, label: str, flash: Flash) -> Answer:
        """Let the tag blink. Raises ``HttpError``."""
        pattern = protocol.flash_pattern(flash)
        return await self._http.get("/led_flash", {"mac": label, "pattern": pattern})

    async def _came_up(self) -> None:
        await self._read_list(heard_all=False)
        self.is_up = True
        self._standing.works()
        # At first this process knows nothing of what the access point has.
        if not self._known_before:
            self._known_before = True
            await self._lost()
        await self._connected()

    async def _read_list(self, *, heard_all: bool) -> None:
        position = 0
        while True:
            query = {"pos": str(position)} if position else {}
            page = protocol.parse_page(_good(await self._http.get("/get_db", query)))
            await self._page(page, heard_all=heard_all)
            following = page.next or 0
            if not position < following <= protocol.LAST_POSITION:
                return
            position = following

    async def _listen(self, events: Events) -> bool:
        """Hear what is said until that ends; True when the access point starts anew."""
        loop = asyncio.get_running_loop()
        list_at = loop.time() + self._pace.list_every_s
        heard_at = loop.time()
        while loop.time() - heard_at < self._pace.silent_s:
            within = min(self._pace.silent_s, max(list_at - loop.time(), 0.0))
            text = await events.next(within)
            if text is not None:
                heard_at = loop.time()
                if await self._event(text):
                    return True
            if loop.time() >= list_at:
                await self._read_list(heard_all=True)
                list_at = loop.time() + self._pace.list_every_s
        return False

    async def _event(self, text: str) -> bool:
        """Take one message; True when the access point starts anew."""
        now = asyncio.get_running_loop().time()
        try:
            event = protocol.parse_event(text)
        except ProtocolError as error:
            await self._refuse("", str(error))
            return False
        heard: list[Heard] = []
        match event:
            case Page():
                await self._page(event, heard_all=True)
            case Said():
                heard = self._shelf.said(event, self.name)
            case Clock():
                await self._aged(event)
                heard = self._shelf.clock(event, self.name, now)
            case Rebooting():
                await self._started_anew()
                return True
            case None:
                pass
        for one in heard:
            await self._say(one)
        return False

    async def _page(self, page: Page, *, heard_all: bool) -> None:
        for tag in page.tags:
            await self.take(tag, heard_all=heard_all)
        for label, problem in page.problems:
            await self._refuse(label, problem)

    async def _refuse(self, label: str, problem: str) -> None:
        for one in self._shelf.refused(label, problem, asyncio.get_running_loop().time()):
            await self._say(one)

    async def _aged(self, told: Clock) -> None:
        """See whether it started anew since it was last heard."""
        if told.uptime is None:
            return
        began = asyncio.get_running_loop().time() - told.uptime
        before, self._began = self._began, (told.uptime, began)
        if before is not None and (told.uptime < before[0] or began > before[1] + _JITTER_S):
            await self._started_anew()

    async def _started_anew(self) -> None:
        self._began = None
        if self._shelf.started_anew(self.name):
            await self._lost()

    async def _panel(self, hardware: int, now: float) -> Panel:
        """The panel of a tag type; one that is not known is read from the access point, once.

        The number comes from the air, so an answer that does not come whole is that type's trouble
        alone. Raises ``ProtocolError``, and ``HttpError`` when nobody is there.
        """
        model = MODELS.get(hardware)
        if model is not None:
            return model.panel
        if (known := self._panels.get(hardware)) is not None:
            return known
        until, problem = self._unknown.get(hardware, (float("-inf"), ""))
        if now < until:
            raise ProtocolError(problem)
        try:
            answer = await self._http.get(f"/tagtypes/{hardware:02X}.json")
            panel = protocol.parse_tag_type(hardware, _good(answer))
        except ProtocolError as error:
            self._unknown[hardware] = (now + _FORGET_TYPE_S, str(error))
            raise
        except HttpError as error:
            if error.reason is HttpReason.UNREACHABLE:
                raise
            problem = f"tag type {hardware:02X}: its description did not come: {error}"
            again_at = asyncio.get_running_loop().time() + _TYPE_AGAIN_S
            self._unknown[hardware] = (again_at, problem)
            raise ProtocolError(problem) from error
        self._panels[hardware] = panel
        return panel


def _good(answer: Answer) -> bytes:
    if answer.status != 200:
        raise ProtocolError(f"the access point answers {answer.status}")
    return answer.body
