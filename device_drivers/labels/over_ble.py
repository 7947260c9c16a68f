"""The one label driver for every family over Bluetooth; a family says only what is its own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Sequence
from contextlib import suppress
from typing import NoReturn, Protocol

from device_drivers.api.drivers import (
    Described,
    Failed,
    Family,
    Flash,
    Heard,
    Later,
    Measured,
    Outcome,
    Picture,
    Reason,
)
from device_drivers.api.panels import Frame
from device_drivers.labels.recognised import Recognised
from device_drivers.labels.sightings import Sightings, address_of
from device_drivers.links.conversing import Told, converse, outcome_of
from device_drivers.links.radio import Advert, Radio, RadioError, RadioReason
from device_drivers.links.steps import Conversation, Identify

_MOST_WAITING = 100

_Saying = Callable[[int], Conversation | None]
"""A new conversation for a link of this MTU."""


class BleFamily(Protocol):
    """What one family of labels is and says; nothing here does I/O or knows the time."""

    @property
    def family(self) -> Family:
        """What its labels can do."""

    @property
    def manufacturers(self) -> Collection[int]:
        """Company ids that its labels advertise."""

    @property
    def services(self) -> Collection[str]:
        """Services that its labels advertise; with no ids and no services, everything is heard."""

    def recognise(self, advert: Advert) -> Recognised | None:
        """The label in the advertisement; None when it is nobody of this family.

        Raises ``ValueError``, saying what is wrong, for what breaks the family's own format.
        """

    def encode(self, frame: Frame, label: Described) -> Picture:
        """See ``LabelDriver.encode``."""

    def upload(self, picture: Picture, label: Described, mtu: int) -> Conversation:
        """Hand the picture over on a link of this MTU."""

    def flash(self, flash: Flash, label: Described, mtu: int) -> Conversation | None:
        """Let the label blink, on a link of this MTU; None where the family cannot."""


class BleLabelDriver:
    """Drives all labels of one family over the shop's adapters (a ``LabelDriver``).

    A label's id is its address without colons. It is reached over the adapter that hears it best.
    ``sightings`` counts what was odd on the air.
    """

    def __init__(self, family: BleFamily, radios: Sequence[Radio]) -> None:
        self.sightings = Sightings()
        self._family = family
        self._radios = tuple(radios)
        self._heard: asyncio.Queue[Heard] = asyncio.Queue(_MOST_WAITING)
        self._connected: set[str] = set()
        self._adverts = [
            radio.adverts(manufacturers=family.manufacturers, services=family.services)
            for radio in self._radios
        ]

    @property
    def family(self) -> Family:
        """What this driver drives."""
        return self._family.family

    def encode(self, frame: Frame, label: Described) -> Picture:
        """See ``LabelDriver``; in the family's own form."""
        return self._family.encode(frame, label)

    async def deliver(self, label: Described, wish: str, picture: Picture) -> Outcome:  # noqa: ARG002 - the label is told no wish
        """Connect and hand the picture over; what the label said on the way is the outcome.

        ``Later(ASLEEP)`` when it is not heard now: it is told to be online when it is.
        """
        says = self.sightings.panel_of(label.label)
        if says is not None and label.model not in {says.name, says.turned().name}:
            detail = f"it says that it is {says.name}, not {label.model}"
            return Failed(reason=Reason.UNKNOWN_MODEL, detail=detail)
        return await self._spoken(label.label, lambda mtu: self._family.upload(picture, label, mtu))

    async def run(self) -> NoReturn:
        """Listen for ever, as fast as what was heard is taken."""
        async with asyncio.TaskGroup() as group:
            for radio, adverts in zip(self._radios, self._adverts, strict=True):
                name = f"labels-{self.family.name}-{radio.name}"
                group.create_task(self._listen(adverts), name=name)
            group.create_task(self._inquire(), name=f"labels-{self.family.name}-inquiries")
            await asyncio.get_running_loop().create_future()
        raise AssertionError("nobody ends this")

    async def settled(self, label: str) -> None:
        """Nothing: a picture goes straight to its label."""

    async def flash(self, label: Described, flash: Flash) -> Outcome:
        """See ``LabelDriver``."""

        def conversation(mtu: int) -> Conversation | None:
            return self._family.flash(flash, label, mtu)

        if conversation(0) is None:
            return Failed(reason=Reason.REFUSED, detail="labels of this family do not blink")
        return await self._spoken(label.label, conversation)

    async def heard(self) -> AsyncIterator[Heard]:
        """See ``LabelDriver``; what is not acknowledged is said again when it is heard again."""
        while True:
            yield await self._heard.get()

    def on_lost_session(self, tell: Callable[[], Awaitable[None]]) -> None:
        """Nothing: no picture waits on the way to these labels."""

    def on_connected(self, tell: Callable[[], Awaitable[None]]) -> None:
        """Call ``tell`` whenever an adapter works again, and when it first does."""
        for radio in self._radios:
            radio.on_up(tell)

    async def _listen(self, adverts: AsyncIterator[Advert]) -> None:
        async for advert in adverts:
            for heard in self.sightings.heard(advert, self._family.recognise):
                await self._heard.put(heard)

    async def _inquire(self) -> None:
        """Ask one label after the other what it is."""
        inquiries = self.sightings.inquiries
        while True:
            label, inquiry = await inquiries.next()
            outcome = await self._spoken(label, inquiry)
            inquiries.answered(label, outcome, asyncio.get_running_loop().time())

    async def _spoken(self, label: str, conversation: _Saying) -> Outcome:
        """One connection at a time per label; a second try is made for stale characteristics."""
        address = address_of(label)
        if address is None:
            return Failed(reason=Reason.REFUSED, detail=f"{label!r} is no Bluetooth label's id")
        if label in self._connected:
            return Later(reason=Reason.BUSY)
        self._connected.add(label)
        try:
            radio = self._nearest(address)
            try:
                return await self._held(radio, label, address, conversation)
            except RadioError as error:
                if error.reason is not RadioReason.NO_CHARACTERISTIC:
                    raise
            return await self._held(radio, label, address, conversation, fresh=True)
        except RadioError as error:
            if error.reason is RadioReason.NOT_HEARD:
                self.sightings.await_label(label)
            return outcome_of(error)
        finally:
            self._connected.discard(label)

    def _nearest(self, address: str) -> Radio:
        """The working adapter that hears the address best; raises ``RadioError`` if none does."""
        working = [radio for radio in self._radios if radio.trouble is None]
        hearing = [
            (heard.rssi_dbm, -number, radio)
            for number, radio in enumerate(working)
            if (heard := radio.last_heard(address)) is not None
        ]
        if hearing:
            return max(hearing, key=lambda one: one[:2])[2]
        troubles = [radio.trouble for radio in self._radios if radio.trouble is not None]
        if not working and troubles:
            raise RadioError(troubles[0])
        raise RadioError(RadioReason.NOT_HEARD, address)

    async def _held(
        self, radio: Radio, label: str, address: str, saying: _Saying, *, fresh: bool = False
    ) -> Outcome:
        def told(said: Told) -> None:
            if isinstance(said, Identify):
                self.sightings.inquiries.learn(label, said)
                return
            measured = Measured(label=label, telemetry=said, via=radio.name)
            # It will say so again; whoever takes what is heard does not keep up now.
            with suppress(asyncio.QueueFull):
                self._heard.put_nowait(Heard(sighting=measured, ack=lambda: None))

        async with radio.connect(address, fresh=fresh) as link:
            conversation = saying(link.mtu)
            if conversation is None:
                return Failed(reason=Reason.REFUSED, detail="the family has nothing to say")
            return await converse(link, conversation, told)
