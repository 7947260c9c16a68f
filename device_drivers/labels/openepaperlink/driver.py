"""Labels behind OpenEPaperLink access points, several at once, over HTTP and WebSockets."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from functools import partial
from typing import Final, NoReturn

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
    Transferred,
    Wakes,
)
from device_drivers.api.panels import Frame
from device_drivers.labels import formats
from device_drivers.labels.bitmaps import fitting
from device_drivers.labels.openepaperlink import packing
from device_drivers.labels.openepaperlink.access_point import Pace, Station
from device_drivers.labels.openepaperlink.models import MODELS, PREFIX
from device_drivers.labels.openepaperlink.packing import FORMAT
from device_drivers.labels.openepaperlink.protocol import Tag, is_label
from device_drivers.labels.openepaperlink.shelf import Known, Shelf
from device_drivers.labels.openepaperlink.tracking import Upload
from device_drivers.labels.wire import ProtocolError
from device_drivers.links.http import Answer, HttpError, HttpReason
from device_drivers.links.standing import Told, untold

FAMILY: Final = Family(
    name="openepaperlink",
    title="OpenEPaperLink",
    capabilities=Capabilities(confirms_shown=True, wakes=Wakes.CHECKS_IN, parallel=1, flashes=True),
    hardware=Hardware(),
    models=tuple(MODELS.values()),
    notice=(
        "The licence of the OpenEPaperLink access point firmware (CC BY-NC-SA 4.0) forbids "
        "commercial use: a shop needs its makers' permission."
    ),
)

_BY_MODEL: Final = {model.id: model.panel for model in MODELS.values()}
_MOST_WAITING: Final = 100
_SAVED: Final = "Ok, saved"


class OpenEPaperLinkDriver:
    """Drives the tags of all access points of a shop (a ``LabelDriver``).

    A label's id is its address: 16 hexadecimal digits, as on the access point's page.
    """

    def __init__(
        self, points: Sequence[AccessPoint], *, pace: Pace | None = None, told: Told = untold
    ) -> None:
        self.shelf = Shelf()
        self._pace = pace or Pace()
        self._heard: asyncio.Queue[Heard] = asyncio.Queue(_MOST_WAITING)
        self._connected: list[Tell] = []
        self._lost: list[Tell] = []
        self._stations = {
            point.name: Station(
                *(point, self.shelf, self._heard.put),
                pace=self._pace,
                connected=partial(_tell, self._connected, point.name),
                lost=partial(_tell, self._lost, point.name),
                told=told,
            )
            for point in points
        }

    @property
    def family(self) -> Family:
        """What this driver drives."""
        return FAMILY

    def encode(self, frame: Frame, label: Described) -> Picture:
        """The frame as JPEG. Raises ``ValueError`` for frames and labels it is not for."""
        if not label.model.startswith(PREFIX):
            raise ValueError(f"no OpenEPaperLink model is called {label.model!r}")
        formats.taken(label, [FORMAT])
        known = self.shelf.get(label.label)
        panel = known.panel if known is not None else _BY_MODEL.get(label.model)
        if panel is not None and panel.name == label.model:
            fitting(frame, panel)
        data = packing.pack(frame)
        return formats.picture(FORMAT, data)

    async def deliver(self, label: Described, wish: str, picture: Picture) -> Outcome:
        """Hand the picture to the access point that hears the label; it reports by itself.

        A picture that is on its way already is not handed over again; one that the tag holds only
        when a person asks for it.
        """
        found = self._found(label)
        if not isinstance(found, tuple):
            return found
        station, known = found
        if label.repeat:
            known.deliveries.repeated()
        outcome = known.deliveries.known(wish, picture.sha256, station.name)
        if outcome is not None:
            return outcome
        async with station.turn():
            return await self._handed_over(station, known, label, wish, picture)

    async def run(self) -> NoReturn:
        """Listen to every access point for ever."""
        async with asyncio.TaskGroup() as group:
            for station in self._stations.values():
                group.create_task(station.run(), name=f"labels-openepaperlink-{station.name}")
            await asyncio.get_running_loop().create_future()
        raise AssertionError("nobody ends this")

    async def settled(self, label: str) -> None:
        """Nothing: the access point drops what was fetched."""

    async def flash(self, label: Described, flash: Flash) -> Outcome:
        """Let the label blink at its next check-in; ``Transferred``: the access point has it."""
        found = self._found(label)
        if not isinstance(found, tuple):
            return found
        station, known = found
        try:
            answer = await station.flash(label.label, flash)
        except HttpError as error:
            return _trouble(error)
        if answer.status != 200 or not answer.text.startswith("ok"):
            return _refusal(answer, self._pace)
        known.deliveries.commanded()
        return Transferred()

    async def heard(self) -> AsyncIterator[Heard]:
        """See ``LabelDriver``; introductions that were not stored are said again."""
        while True:
            yield await self._heard.get()

    def on_lost_session(self, tell: Tell) -> None:
        """Call ``tell`` when an access point started anew, or is met for the first time."""
        self._lost.append(tell)

    def on_connected(self, tell: Tell) -> None:
        """Call ``tell`` whenever an access point is heard again."""
        self._connected.append(tell)

    def _found(self, label: Described) -> tuple[Station, Known] | Outcome:
        """Who hears the label; or why it cannot be reached."""
        if not is_label(label.label):
            return Failed(reason=Reason.REFUSED, detail=f"{label.label!r} is no tag's address")
        known = self.shelf.get(label.label)
        if known is None or (known.tag is not None and known.tag.external):
            if not any(station.is_up for station in self._stations.values()):
                return Later(reason=Reason.LINK_DOWN)
            self.shelf.await_label(label.label)
            return Later(reason=Reason.ASLEEP)
        station = self._stations[known.via]
        if not station.is_up:
            return Later(reason=Reason.LINK_DOWN)
        if known.panel is not None and known.panel.name != label.model:
            detail = f"it says that it is {known.panel.name}, not {label.model}"
            return Failed(reason=Reason.UNKNOWN_MODEL, detail=detail)
        return station, known

    async def _handed_over(
        self, station: Station, known: Known, label: Described, wish: str, picture: Picture
    ) -> Outcome:
        try:
            tag = await station.tag(label.label)
            if tag is None:
                return Failed(reason=Reason.REFUSED, detail="the access point does not know it")
            if tag.keeps_old_hash or known.is_shared or label.repeat:
                await station.forget_hash(label.label)
            known.deliveries.begin(_upload(station, tag, wish, picture))
            answer = await station.upload(label.label, picture.data)
            if answer.status != 200 or answer.text != _SAVED:
                known.deliveries.refused()
                return _refusal(answer, self._pace)
            for heard in self.shelf.accepted(label.label):
                await self._heard.put(heard)
        except HttpError as error:
            return _trouble(error)
        except ProtocolError as error:
            return Failed(reason=Reason.REFUSED, detail=str(error)[:200])
        finally:
            known.deliveries.unanswered()
        return Later(reason=Reason.AWAITING_LABEL)


def _upload(station: Station, tag: Tag, wish: str, picture: Picture) -> Upload:
    return Upload(
        wish=wish,
        sha256=picture.sha256,
        via=station.name,
        count=tag.update_count,
        ahead=tag.pending,
    )


def _trouble(error: HttpError) -> Outcome:
    if error.reason is HttpReason.UNREACHABLE:
        return Later(reason=Reason.LINK_DOWN)
    if error.reason in {HttpReason.CUT, HttpReason.SLOW}:
        return Later(reason=Reason.NO_ANSWER)
    return Failed(reason=Reason.REFUSED, detail=str(error)[:200])


def _refusal(answer: Answer, pace: Pace) -> Outcome:
    """What it means that the access point did not take something."""
    if answer.status == 409:
        return Later(reason=Reason.BUSY, wait_s=pace.busy_s)
    detail = f"the access point answers {answer.status} {answer.text[:100]}".strip()
    return Failed(reason=Reason.REFUSED, detail=detail)


async def _tell(each: Sequence[Tell], access_point: str) -> None:
    for tell in each:
        await tell(access_point)
