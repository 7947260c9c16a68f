"""Simulated MQTT labels: they speak the protocol on a message port and show real pixels.

Each label is a small computer of its own, with a panel that keeps its picture without power and a
radio that may fail on request. Time is the running event loop's, so they work in virtual time.
"""

from __future__ import annotations

import asyncio
import zlib
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final, NoReturn

from device_drivers.api.drivers import Announced, Flash, Telemetry
from device_drivers.api.panels import Frame, Panel
from device_drivers.labels.mqtt import commands, protocol
from device_drivers.labels.mqtt.commands import CommandMachine
from device_drivers.labels.mqtt.machine import Action, Announce, Draw, Fetch, LabelMachine
from device_drivers.labels.mqtt.protocol import Ability, Leaf, Report
from device_drivers.labels.wire import ProtocolError
from device_drivers.links.messages import Message, MessagePort
from device_drivers.simulated import picture_reading
from device_drivers.simulated.mqtt_voice import Voice
from device_drivers.simulated.picture_reading import UnreadablePictureError

GARBAGE: Final = b'\xff{"result": "sho'
"""What a label with the fault ``garbage`` reports."""

_TO_LABELS: Final[tuple[Leaf, ...]] = ("image", "wish", "command")
_MOST_FLASHES: Final = 100

Sleep = Callable[[float], Awaitable[None]]
Get = Callable[[str, int], Awaitable[bytes | None]]
"""Gets at most so many bytes from a URL; None when it cannot."""


async def _no_network(_url: str, _most: int) -> bytes | None:
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Faults:
    """What is wrong with a label; nothing by default.

    ``late_s``: it sleeps so long before it looks at what came. ``never``: it hears nothing.
    ``garbage``: its reports are unreadable. ``reports_twice``: each report comes twice.
    ``wrong_hash_once``: the next image arrives damaged. ``drop_wish_once``: the next wish is lost.
    ``refuses``: the panel fails with this error code.
    """

    late_s: float = 0.0
    never: bool = False
    garbage: bool = False
    reports_twice: bool = False
    wrong_hash_once: bool = False
    drop_wish_once: bool = False
    refuses: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelModel:
    """What a label is and announces; seconds per refresh; about what a battery has at first."""

    panel: Panel
    formats: tuple[str, ...] = ("png", "planes")
    firmware: str = "simulated-1"
    refresh_s: float = 2.0
    battery_mv: int = 3100
    can: tuple[Ability, ...] = ()


class SimulatedMqttLabel:
    """One label. ``run`` is its life; the other methods are what people and the air do to it.

    ``showing`` is the picture on the panel, read from the bytes that came; ``refreshes`` counts
    how often the panel was drawn, ``flashes`` has how it was to blink. ``sleep`` passes the time of
    a refresh, ``get`` is its way to pictures for which a wish names a URL.
    """

    def __init__(
        self,
        label: str,
        model: LabelModel,
        port: MessagePort,
        *,
        key: bytes | None = None,
        faults: Faults | None = None,
        sleep: Sleep = asyncio.sleep,
        get: Get = _no_network,
    ) -> None:
        self.label = label
        self.model = model
        self.showing: Frame | None = None
        self.refreshes = 0
        self.flashes: deque[Flash] = deque(maxlen=_MOST_FLASHES)
        self._key = key
        self._sleep = sleep
        self._get = get
        self._voice = Voice(label, port)
        self._faults = faults or Faults()
        self._spent: set[str] = set()
        self._machine = self._new_machine(None)
        self._commands = CommandMachine(flashes="flash" in model.can)
        # From outside, read by the main loop alone after a wake:
        self._wake = asyncio.Event()
        self._battery_in = True
        self._connected_anew = False
        self._mail: dict[Leaf, bytes] = {}
        self._unread: dict[Leaf, tuple[float, bytes]] = {}
        self._ended: list[tuple[int, Callable[[float], list[Action]]]] = []
        # The main loop's own:
        self._on = False
        self._life = 0

    @property
    def faults(self) -> Faults:
        """What is wrong with it now; setting it arms the faults that come once again."""
        return self._faults

    @faults.setter
    def faults(self, faults: Faults) -> None:
        self._faults = faults
        self._spent.clear()

    @property
    def showing_sha256(self) -> str | None:
        """The SHA-256 of the bytes of the picture on the panel."""
        return self._machine.showing

    @property
    def telemetry(self) -> Telemetry:
        """Believable values that differ between labels; each refresh costs a little battery."""
        own = zlib.crc32(self.label.encode())
        return Telemetry(
            battery_mv=max(2100, self.model.battery_mv - own % 150 - self.refreshes // 4),
            rssi_dbm=-45 - own // 7 % 40,
            temperature_c=19.0 + own // 11 % 40 / 10,
        )

    def receive(self, leaf: Leaf, payload: bytes) -> None:
        """A message for this label came in from the air (``image``, ``wish`` or ``command``)."""
        if leaf == "command":
            self._told_to(payload)
            return
        # The newest of each is kept over power loss: it is what a broker retains, and gives to a
        # label that subscribes again. Sharing one port, this label never does.
        self._mail[leaf] = payload
        faults = self._faults
        if faults.never or (leaf == "wish" and faults.drop_wish_once and self._first("drop_wish")):
            return
        if leaf == "image" and payload and faults.wrong_hash_once and self._first("wrong_hash"):
            payload = bytes([payload[0] ^ 0xFF]) + payload[1:]
        self._unread[leaf] = (_now() + faults.late_s, payload)
        self._wake.set()

    def connected(self) -> None:
        """The link was made (again): a label introduces itself after every connect."""
        self._connected_anew = True
        self._wake.set()

    def power_off(self) -> None:
        """The battery is out: memory is lost, the picture stays, the last will is published."""
        self._battery_in = False
        self._wake.set()

    def power_on(self) -> None:
        """A battery is in: it introduces itself and gets what the broker retains for it."""
        self._battery_in = True
        self._wake.set()

    async def run(self) -> None:
        """Live until cancelled."""
        async with asyncio.TaskGroup() as work:
            while True:
                self._wake.clear()
                for action in self._react():
                    if isinstance(action, Draw):
                        work.create_task(self._draw(action, self._life))
                    else:
                        work.create_task(self._fetch(action, self._life))
                await self._voice.say_all()
                await self._until_something()

    def _first(self, fault: str) -> bool:
        first = fault not in self._spent
        self._spent.add(fault)
        return first

    def _new_machine(self, showing: str | None) -> LabelMachine:
        model = self.model
        return LabelMachine(
            formats=model.formats, showing=showing, key=self._key, fetches="url" in model.can
        )

    def _told_to(self, command: bytes) -> None:
        if not self._on or self._faults.never:
            return
        flash, result = self._commands.command(command)
        if flash is not None:
            self.flashes.append(flash)
        if result is not None:
            self._voice.add("result", commands.result_payload(result))
            self._wake.set()

    def _react(self) -> list[Draw | Fetch]:
        """Take in what happened: what to say goes to ``_voice``, what to do is returned."""
        self._switch()
        if not self._on:
            self._unread.clear()
            return []
        if self._connected_anew:
            self._connected_anew = False
            unsaid = self._voice.clear()
            self._voice.add("presence", protocol.presence_payload(online=True))
            self._introduce()
            for report in unsaid:
                self._voice.add("report", report)
        deeds: list[Draw | Fetch] = []
        for action in self._happened():
            if isinstance(action, Draw | Fetch):
                deeds.append(action)
            elif isinstance(action, Announce):
                self._introduce()
            else:
                self._report(action)
        return deeds

    def _switch(self) -> None:
        if self._battery_in == self._on:
            return
        self._on = self._battery_in
        self._life += 1
        self._ended.clear()
        self._voice.clear()
        self._unread.clear()
        if not self._on:
            self._voice.add("presence", protocol.presence_payload(online=False))
            return
        self._machine = self._new_machine(self._machine.showing)
        self._connected_anew = True
        if not self._faults.never:
            read_at = _now() + self._faults.late_s
            self._unread = {leaf: (read_at, payload) for leaf, payload in self._mail.items()}

    def _happened(self) -> list[Action]:
        now = _now()
        actions: list[Action] = []
        if (image := self._take("image", now)) is not None:
            actions += self._machine.image(image)
        if (wish := self._take("wish", now)) is not None:
            actions += self._machine.wish(wish, now)
        ended, self._ended = self._ended, []
        for life, react in ended:
            if life == self._life:
                actions += react(now)
        return actions + self._machine.tick(now)

    def _take(self, leaf: Leaf, now: float) -> bytes | None:
        read_at, payload = self._unread.get(leaf, (now + 1, b""))
        if read_at > now:
            return None
        del self._unread[leaf]
        return payload

    def _introduce(self) -> None:
        announced = Announced(
            label=self.label,
            panel=self.model.panel,
            formats=self.model.formats,
            firmware=self.model.firmware,
            showing=self._machine.showing,
        )
        self._voice.add("announce", protocol.announce_payload(announced, self.model.can))

    def _report(self, report: Report) -> None:
        payload = protocol.report_payload(replace(report, telemetry=self.telemetry))
        if self._faults.garbage:
            payload = GARBAGE
        self._voice.add("report", payload)
        if self._faults.reports_twice:
            self._voice.add("report", payload)

    async def _until_something(self) -> None:
        times = [self._machine.due if self._on else None, self._voice.again_at]
        times += [read_at for read_at, _ in self._unread.values()]
        due = min((at for at in times if at is not None), default=None)
        try:
            async with asyncio.timeout_at(due):
                await self._wake.wait()
        except TimeoutError:
            return

    async def _fetch(self, fetch: Fetch, life: int) -> None:
        data = await self._get(fetch.url, fetch.most)
        self._ended.append((life, lambda now: self._machine.fetched(data, now)))
        self._wake.set()

    async def _draw(self, draw: Draw, life: int) -> None:
        frame, error = None, self._faults.refuses
        try:
            frame = picture_reading.read(draw.data, draw.format, self.model.panel)
        except UnreadablePictureError as unreadable:
            error = unreadable.code
        if frame is not None:
            await self._sleep(self.model.refresh_s)
        self._ended.append((life, lambda _now: self._drew(frame, error)))
        self._wake.set()

    def _drew(self, frame: Frame | None, error: str | None) -> list[Action]:
        if frame is not None and error is None:
            self.showing = frame
            self.refreshes += 1
        return self._machine.drawn(error)


class SimulatedLabels:
    """A shelf of labels on one message port. Make it before the link starts.

    With ``named`` only these labels can be added, and only their messages are asked for: so a
    shelf may be one of several at the same broker.
    """

    name = "simulated-labels"

    def __init__(
        self,
        port: MessagePort,
        *,
        named: Iterable[str] = (),
        sleep: Sleep = asyncio.sleep,
        get: Get = _no_network,
    ) -> None:
        self._port = port
        self._sleep = sleep
        self._get = get
        self._labels: dict[str, SimulatedMqttLabel] = {}
        self._messages = port.messages(
            *(f"label/{label}/{leaf}" for label in list(named) or ("+",) for leaf in _TO_LABELS)
        )
        self._work: asyncio.TaskGroup | None = None
        port.on_connected(self._connected)

    @property
    def labels(self) -> Mapping[str, SimulatedMqttLabel]:
        """The labels by id."""
        return MappingProxyType(self._labels)

    def add(
        self,
        label: str,
        model: LabelModel,
        *,
        key: bytes | None = None,
        faults: Faults | None = None,
    ) -> SimulatedMqttLabel:
        """A new label; it lives as soon as ``run`` does."""
        added = SimulatedMqttLabel(
            *(label, model, self._port),
            key=key,
            faults=faults,
            sleep=self._sleep,
            get=self._get,
        )
        self._labels[label] = added
        if self._work is not None:
            self._work.create_task(added.run())
        return added

    async def run(self) -> NoReturn:
        """Let all labels live until cancelled."""
        async with asyncio.TaskGroup() as work:
            self._work = work
            for label in self._labels.values():
                work.create_task(label.run())
            async for message in self._messages:
                self._hand_over(message)
        raise AssertionError("the message port ended")

    def _hand_over(self, message: Message) -> None:
        try:
            name, said_on = protocol.parse_topic(message.topic)
        except ProtocolError:
            message.ack()
            return
        label = self._labels.get(name)
        leaf = next((one for one in _TO_LABELS if one == said_on), None)
        if label is not None and leaf is not None:
            label.receive(leaf, message.payload)
        message.ack()

    async def _connected(self, session_kept: bool) -> None:  # noqa: ARG002, FBT001 - the port's signature
        for label in self._labels.values():
            label.connected()


def _now() -> float:
    return asyncio.get_running_loop().time()
