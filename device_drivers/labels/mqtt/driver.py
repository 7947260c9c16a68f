"""The gateway's side of the MQTT label protocol over a message port."""

from __future__ import annotations

import asyncio
import secrets
from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from typing import Final, NoReturn

from device_drivers import pictures
from device_drivers.api.drivers import (
    Announced,
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
    Presence,
    Reason,
    Refused,
    Reported,
    Sighting,
    Wakes,
)
from device_drivers.api.panels import Frame
from device_drivers.labels import formats
from device_drivers.labels.mqtt import commands, protocol
from device_drivers.labels.mqtt.commands import Command, Result
from device_drivers.labels.mqtt.protocol import Ability, Wish
from device_drivers.labels.wire import ProtocolError
from device_drivers.links.messages import LinkDownError, Message, MessagePort
from device_drivers.links.offers import Offers

ANSWER_S: Final = 10.0
"""How long a label has to answer a command."""
ASKED_FOR_S: Final = 60
"""How long the broker keeps the question whether a label shows its picture."""
_MOST_LABELS: Final = 50_000

FAMILY: Final = Family(
    name="mqtt",
    title="MQTT label",
    capabilities=Capabilities(confirms_shown=True, wakes=Wakes.ALWAYS, parallel=50, flashes=True),
    hardware=Hardware(),
)

KeyOf = Callable[[str], bytes | None]


def _no_key(_label: str) -> bytes | None:
    return None


class MqttLabelDriver:
    """Drives every MQTT label of a shop (a ``LabelDriver``).

    ``key_of`` gives a label's key, or None for a label without one. Labels that announce that they
    fetch pictures are given a URL of ``offers`` instead of an image.
    """

    def __init__(
        self, port: MessagePort, *, key_of: KeyOf = _no_key, offers: Offers | None = None
    ) -> None:
        self._port = port
        self._key_of = key_of
        self._offers = offers
        self._abilities: OrderedDict[str, frozenset[Ability]] = OrderedDict()
        self._commands: dict[tuple[str, str], asyncio.Future[Result]] = {}

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
                return formats.picture(format_, data)
        raise ValueError(problem)

    async def deliver(self, label: Described, wish: str, picture: Picture) -> Outcome:
        """Leave picture and wish with the broker, in this order; the label reports by itself.

        A label that fetches finds the picture on offer instead. Always ``Later``. Raises
        ``ValueError`` for ids that are none. Cancelled half-way, the old wish stands and the label
        waits for a new one.
        """
        image_topic = protocol.topic(label.label, "image")
        url = self._offered(label.label, picture)
        payload = self._wish(label.label, wish, picture, url)
        try:
            if url is None:
                # The wish follows the receipt for its image: a label that sees it can find both.
                await self._port.publish(image_topic, picture.data, retain=True)
            await self._port.publish(protocol.topic(label.label, "wish"), payload, retain=True)
        except LinkDownError:
            return Later(reason=Reason.LINK_DOWN)
        return Later(reason=Reason.AWAITING_LABEL)

    async def ask(self, label: Described, wish: str, picture: Picture) -> bool:
        """Publish the wish once more, beside the one that the broker keeps.

        A label that shows the picture reports so; one that does not waits for the image, in vain,
        and says that it is missing.
        """
        payload = self._wish(label.label, wish, picture, None)
        try:
            await self._port.publish(
                protocol.topic(label.label, "wish"), payload, expiry_s=ASKED_FOR_S
            )
        except LinkDownError:
            return False
        return True

    async def run(self) -> NoReturn:
        """Nothing: the port brings everything."""
        await asyncio.get_running_loop().create_future()
        raise AssertionError("nobody ends this")

    async def settled(self, label: str) -> None:
        """Take the shown picture off broker and offers; the wish stays, as the label's memory.

        With the link down nothing happens: a picture that stays is harmless and the next goes over
        it. Not to be called while a newer picture is being delivered to the same label.
        """
        if self._offers is not None and self._offers.withdraw(label):
            return
        try:
            await self._port.publish(protocol.topic(label, "image"), b"", retain=True)
        except LinkDownError:
            return

    async def flash(self, label: Described, flash: Flash) -> Outcome:
        """``Shown`` when the label answered that it blinks; only those that announce it are asked.

        A command that nobody took is forgotten by the broker. ``heard`` has to be listened to.
        """
        if "flash" not in self._abilities.get(label.label, ()):
            detail = "this label does not say that it can blink"
            return Failed(reason=Reason.REFUSED, detail=detail)
        command = Command(id=secrets.token_hex(8), flash=flash)
        answer = asyncio.get_running_loop().create_future()
        self._commands[label.label, command.id] = answer
        try:
            await self._port.publish(
                protocol.topic(label.label, "command"),
                commands.command_payload(command),
                expiry_s=commands.EXPIRY_S,
            )
            async with asyncio.timeout(ANSWER_S):
                result: Result = await answer
        except LinkDownError:
            return Later(reason=Reason.LINK_DOWN)
        except TimeoutError:
            return Later(reason=Reason.NO_ANSWER)
        finally:
            del self._commands[label.label, command.id]
        return result.outcome

    def heard(self) -> AsyncIterator[Heard]:
        """Everything labels say; unreadable messages as ``Refused``.

        Subscribes at the call, so call it before the link starts.
        """
        return self._all_heard(self._port.messages(*protocol.FROM_LABELS))

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

    def _wish(self, label: str, wish: str, picture: Picture, url: str | None) -> bytes:
        key = self._key_of(label)
        return protocol.wish_payload(
            Wish(
                wish=wish,
                sha256=picture.sha256,
                format=picture.format,
                bytes=len(picture.data),
                url=url,
                mac=None if key is None else protocol.mac_of(key, wish, picture.sha256),
            )
        )

    def _offered(self, label: str, picture: Picture) -> str | None:
        """Where the label fetches the picture; None where it gets the image from the broker."""
        if self._offers is None:
            return None
        if "url" in self._abilities.get(label, ()):
            return self._offers.offer(label, picture)
        self._offers.withdraw(label)
        return None

    async def _all_heard(self, messages: AsyncIterator[Message]) -> AsyncIterator[Heard]:
        async for message in messages:
            try:
                sighting = self._sighting(message)
            except ProtocolError as error:
                sighting = Refused(label=_named(message.topic), problem=str(error))
            if sighting is None:
                message.ack()
            else:
                yield Heard(sighting=sighting, ack=message.ack)

    def _sighting(self, message: Message) -> Sighting | None:
        """What was said; None for a cleared topic and for what somebody waits for by itself."""
        label, leaf = protocol.parse_topic(message.topic)
        if leaf == "result":
            if message.payload:
                self._answered(label, commands.parse_result(label, message.payload))
            return None
        sighting = protocol.sighting(message.topic, message.payload)
        if isinstance(sighting, Announced):
            self._remember(label, protocol.parse_abilities(label, message.payload))
        if isinstance(sighting, Announced | Presence | Reported) and message.retained:
            return replace(sighting, retained=True)
        return sighting

    def _answered(self, label: str, result: Result) -> None:
        answer = self._commands.get((label, result.id))
        if answer is not None and not answer.done():
            answer.set_result(result)

    def _remember(self, label: str, can: frozenset[Ability]) -> None:
        self._abilities.pop(label, None)
        if can:
            self._abilities[label] = can
            if len(self._abilities) > _MOST_LABELS:
                self._abilities.popitem(last=False)


def _named(topic: str) -> str:
    """The label a topic seems to name, fit to be stored; empty when there is none."""
    try:
        return protocol.parse_topic(topic)[0]
    except ProtocolError:
        return ""
