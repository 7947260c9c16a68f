"""The gateway's side of the MQTT label protocol over a message port."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from typing import Final, NoReturn

from device_drivers import pictures
from device_drivers.api.drivers import (
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
    Refused,
    Reported,
    Sighting,
    Wakes,
)
from device_drivers.api.panels import Frame
from device_drivers.labels.mqtt import protocol
from device_drivers.labels.mqtt.protocol import Wish
from device_drivers.labels.wire import ProtocolError
from device_drivers.links.messages import LinkDownError, Message, MessagePort

FAMILY: Final = Family(
    name="mqtt",
    title="MQTT label",
    capabilities=Capabilities(confirms_shown=True, wakes=Wakes.ALWAYS, parallel=50),
    hardware=Hardware(),
)

KeyOf = Callable[[str], bytes | None]


def _no_key(_label: str) -> bytes | None:
    return None


class MqttLabelDriver:
    """Drives every MQTT label of a shop (a ``LabelDriver``).

    ``key_of`` gives a label's key, or None for a label without one.
    """

    def __init__(self, port: MessagePort, *, key_of: KeyOf = _no_key) -> None:
        self._port = port
        self._key_of = key_of

    @property
    def family(self) -> Family:
        """MQTT labels confirm what they show; the driver met simulated labels only."""
        return FAMILY

    def encode(self, frame: Frame, label: Described) -> Picture:
        """The frame as PNG if the label takes it, else as planes.

        Raises ``ValueError`` when no format is known to both, or the picture is too large in all.
        """
        known = [format_ for format_ in pictures.FORMATS if format_ in label.formats]
        if not known:
            raise ValueError(
                f"the label takes {', '.join(label.formats) or 'no format'}; "
                f"this gateway makes {', '.join(pictures.FORMATS)}"
            )
        problem = ""
        for format_ in known:
            try:
                data = pictures.encode(frame, format_)
            except pictures.PictureError as error:
                problem = str(error)
            else:
                return Picture(format=format_, data=data, sha256=hashlib.sha256(data).hexdigest())
        raise ValueError(problem)

    async def deliver(self, label: Described, wish: str, picture: Picture) -> Outcome:
        """Leave picture and wish with the broker, in this order; the label reports by itself.

        Always ``Later``. Raises ``ValueError`` for ids that are none. Cancelled half-way, the old
        wish stands and the label waits for a new one.
        """
        key = self._key_of(label.label)
        payload = protocol.wish_payload(
            Wish(
                wish=wish,
                sha256=picture.sha256,
                format=picture.format,
                bytes=len(picture.data),
                mac=None if key is None else protocol.mac_of(key, wish, picture.sha256),
            )
        )
        image_topic = protocol.topic(label.label, "image")
        try:
            # The wish follows the receipt for its image, so a label that sees it can find both.
            await self._port.publish(image_topic, picture.data, retain=True)
            await self._port.publish(protocol.topic(label.label, "wish"), payload, retain=True)
        except LinkDownError:
            return Later(reason=Reason.LINK_DOWN)
        return Later(reason=Reason.AWAITING_LABEL)

    async def run(self) -> NoReturn:
        """Nothing: the port brings everything."""
        await asyncio.get_running_loop().create_future()
        raise AssertionError("nobody ends this")

    async def settled(self, label: str) -> None:
        """Take the shown picture off the broker; the wish stays, as the label's memory.

        With the link down nothing happens: a picture that stays is harmless and the next goes over
        it. Not to be called while a newer picture is being delivered to the same label.
        """
        try:
            await self._port.publish(protocol.topic(label, "image"), b"", retain=True)
        except LinkDownError:
            return

    async def flash(self, label: Described, flash: Flash) -> Outcome:  # noqa: ARG002 - the contract
        """MQTT labels have nothing to blink with."""
        return Failed(reason=Reason.REFUSED, detail="labels of this family do not blink")

    def heard(self) -> AsyncIterator[Heard]:
        """Everything labels say; unreadable messages as ``Refused``.

        Subscribes at the call, so call it before the link starts.
        """
        return _heard(self._port.messages(*protocol.FROM_LABELS))

    def on_lost_session(self, tell: Callable[[], Awaitable[None]]) -> None:
        """Call ``tell`` after a connect without the old session, and after the first of all.

        At the first connect this process knows as little of what the broker holds.
        """
        known = False

        async def connected(session_kept: bool) -> None:  # noqa: FBT001 - the port's signature
            nonlocal known
            if not (known and session_kept):
                await tell()
            known = True

        self._port.on_connected(connected)

    def on_connected(self, tell: Callable[[], Awaitable[None]]) -> None:
        """Call ``tell`` after every connect."""

        async def connected(_session_kept: bool) -> None:  # noqa: FBT001 - the port's signature
            await tell()

        self._port.on_connected(connected)


async def _heard(messages: AsyncIterator[Message]) -> AsyncIterator[Heard]:
    async for message in messages:
        sighting = _sighting(message)
        if sighting is None:
            message.ack()
        else:
            yield Heard(sighting=sighting, ack=message.ack)


def _sighting(message: Message) -> Sighting | None:
    try:
        sighting = protocol.sighting(message.topic, message.payload)
    except ProtocolError as error:
        return Refused(label=_named(message.topic), problem=str(error))
    if isinstance(sighting, Reported) and message.retained:
        return replace(sighting, retained=True)
    return sighting


def _named(topic: str) -> str:
    """The label a topic seems to name, fit to be stored; empty when there is none."""
    try:
        return protocol.parse_topic(topic)[0]
    except ProtocolError:
        return ""
