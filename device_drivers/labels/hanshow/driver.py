"""Hanshow labels behind the vendor's servers (ESL-Working) in the shop, over HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from functools import partial
from typing import Final, NoReturn

from device_drivers import pictures
from device_drivers.api.drivers import (
    AccessPoint,
    Capabilities,
    Described,
    Failed,
    Family,
    Flash,
    Hardware,
    Heard,
    Later,
    Outcome,
    Picture,
    Reason,
    Tell,
    Wakes,
)
from device_drivers.api.panels import Frame, Ink
from device_drivers.labels import formats
from device_drivers.labels.bitmaps import fitting
from device_drivers.labels.hanshow.protocol import is_label, model_id
from device_drivers.labels.hanshow.server import FORMAT, EslServer, Pace
from device_drivers.links.callbacks import Callbacks
from device_drivers.links.standing import Told, untold

FAMILY: Final = Family(
    name="hanshow",
    title="Hanshow",
    capabilities=Capabilities(
        confirms_shown=False, wakes=Wakes.CHECKS_IN, parallel=4, flashes=True
    ),
    hardware=Hardware(),
    notice=(
        "Needs the vendor's ESL-Working server in the shop; its licence and its access points come "
        "from the vendor."
    ),
)

_MOST_WAITING: Final = 100
_PREFIX: Final = model_id(0).removesuffix("0")
_INKS: Final = frozenset({Ink.WHITE, Ink.BLACK, Ink.RED, Ink.YELLOW})


class HanshowDriver:
    """Drives the labels of all of the vendor's servers in a shop (a ``LabelDriver``).

    A label's id is the one on its case with dashes: ``55-3D-5F-67``. Servers call back through
    doors of ``callbacks``; a call that gets lost is made good by handing the picture over again.
    """

    def __init__(
        self,
        points: Sequence[AccessPoint],
        callbacks: Callbacks,
        *,
        pace: Pace | None = None,
        told: Told = untold,
    ) -> None:
        self._heard: asyncio.Queue[Heard] = asyncio.Queue(_MOST_WAITING)
        self._connected: list[Tell] = []
        self.servers = [
            EslServer(
                *(point, self._heard.put, callbacks),
                pace=pace or Pace(),
                connected=partial(self._tell_connected, point.name),
                told=told,
            )
            for point in points
        ]

    @property
    def family(self) -> Family:
        """What this driver drives."""
        return FAMILY

    def encode(self, frame: Frame, label: Described) -> Picture:
        """The frame as PNG in pure inks. Raises ``ValueError`` for what it is not for."""
        if not label.model.startswith(_PREFIX):
            raise ValueError(f"no Hanshow model is called {label.model!r}")
        formats.taken(label, [FORMAT])
        missing = sorted(ink.value for ink in set(frame.inks) - _INKS)
        if missing:
            raise ValueError(f"Hanshow labels cannot show {', '.join(missing)}")
        found = [one.panel_of(label.label) for one in self.servers]
        for panel in found:
            if panel is not None and panel.name == label.model:
                fitting(frame, panel)
        data = pictures.encode_png(frame, pictures.PURE)
        return formats.picture(FORMAT, data)

    async def deliver(self, label: Described, wish: str, picture: Picture) -> Outcome:
        """Hand the picture to the server that has the label; it calls back.

        Asked again for a picture that the label has, the server says so: ``Transferred``; when a
        person asks for it, the label draws it again.
        """
        server = self._server_of(label)
        if not isinstance(server, EslServer):
            return server
        if not server.is_online(label.label):
            return Later(reason=Reason.ASLEEP)
        return await server.update(label.label, wish, picture, draw_again=label.repeat)

    async def run(self) -> NoReturn:
        """Read every server's list for ever."""
        async with asyncio.TaskGroup() as group:
            for server in self.servers:
                group.create_task(server.run(), name=f"labels-hanshow-{server.name}")
            await asyncio.get_running_loop().create_future()
        raise AssertionError("nobody ends this")

    async def settled(self, label: str) -> None:
        """Nothing: the server keeps what it needs."""

    async def flash(self, label: Described, flash: Flash) -> Outcome:
        """Let the label blink; ``Transferred``: the server has it."""
        server = self._server_of(label)
        if not isinstance(server, EslServer):
            return server
        return await server.flash(label.label, flash)

    async def heard(self) -> AsyncIterator[Heard]:
        """See ``LabelDriver``; introductions that were not stored are said with the next list."""
        while True:
            yield await self._heard.get()

    def on_lost_session(self, tell: Tell) -> None:
        """Nothing: the server keeps what it was given."""

    def on_connected(self, tell: Tell) -> None:
        """Call ``tell`` whenever a server answers again, and when it first does."""
        self._connected.append(tell)

    async def _tell_connected(self, server: str) -> None:
        for tell in self._connected:
            await tell(server)

    def _server_of(self, label: Described) -> EslServer | Outcome:
        """The server that has the label; or why it cannot be reached."""
        if not is_label(label.label):
            return Failed(reason=Reason.REFUSED, detail=f"{label.label!r} is no label's id")
        for server in self.servers:
            panel = server.panel_of(label.label)
            if panel is None:
                continue
            if not server.is_up:
                return Later(reason=Reason.LINK_DOWN)
            if panel.name != label.model:
                detail = f"the server says that it is {panel.name}, not {label.model}"
                return Failed(reason=Reason.UNKNOWN_MODEL, detail=detail)
            return server
        if any(server.is_up for server in self.servers):
            return Failed(reason=Reason.REFUSED, detail="no server knows this label")
        return Later(reason=Reason.LINK_DOWN)
