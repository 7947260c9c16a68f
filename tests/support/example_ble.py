"""A small family of Bluetooth labels of the tests' own, and its simulated device.

It advertises company 0xFFFF with ``[1][model][battery in 0.1 V]``. One characteristic takes
commands with receipt and notifies, one takes the picture's parts: ``01`` begins, parts are ``[index
u16 big endian][bytes]``, ``02 [parts u16]`` ends; the label answers ``[0]`` when it shows the
picture, else an error.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from device_drivers.api.drivers import (
    Capabilities,
    Described,
    Failed,
    Family,
    Flash,
    Hardware,
    Later,
    Model,
    Picture,
    Reason,
    Shown,
    Telemetry,
    Transferred,
    Wakes,
)
from device_drivers.api.panels import Frame, Ink, Panel
from device_drivers.labels.recognised import Recognised
from device_drivers.links.radio import Advert, uuid16
from device_drivers.links.steps import Conversation, Hear, Subscribe, Write
from device_drivers.simulated.gatt import Advertising, AttError, Notify

COMPANY: Final = 0xFFFF
SERVICE: Final = uuid16(0xFEE0)
COMMAND: Final = uuid16(0xFEE1)
DATA: Final = uuid16(0xFEE2)
BATTERY: Final = uuid16(0xFEE3)

_INKS = (Ink.WHITE, Ink.BLACK, Ink.RED)
MODELS: Final = (
    Model(
        id="small",
        title="Small",
        panel=Panel(name="small", width=32, height=16, inks=_INKS[:2], dpi=100),
    ),
    Model(
        id="large",
        title="Large",
        panel=Panel(name="large", width=128, height=64, inks=_INKS, dpi=100),
    ),
)
FAMILY: Final = Family(
    name="example",
    title="Example",
    capabilities=Capabilities(
        confirms_shown=True, wakes=Wakes.ADVERTISES, parallel=2, flashes=True
    ),
    hardware=Hardware(),
    models=MODELS,
)


class ExampleFamily:
    """The family (a ``BleFamily``)."""

    family = FAMILY
    manufacturers = frozenset({COMPANY})
    services: frozenset[str] = frozenset()

    def recognise(self, advert: Advert) -> Recognised | None:
        data = advert.manufacturer.get(COMPANY, b"")
        if data[:1] != b"\x01":
            return None
        if len(data) != 3:
            raise ValueError(f"{len(data)} bytes of manufacturer data instead of 3")
        panel = MODELS[data[1]].panel if data[1] < len(MODELS) else None
        telemetry = Telemetry(battery_mv=data[2] * 100)
        return Recognised(panel=panel, firmware="1", telemetry=telemetry)

    def encode(self, frame: Frame, label: Described) -> Picture:
        panel = next((one.panel for one in MODELS if one.id == label.model), None)
        if panel is None:
            raise ValueError(f"no model is called {label.model!r}")
        if (frame.width, frame.height) != (panel.width, panel.height):
            raise ValueError(
                f"the picture is {frame.width}x{frame.height}, not {panel.width}x{panel.height}"
            )
        data = bytes([panel.width, panel.height]) + frame.pixels
        return Picture(format="example", data=data, sha256=hashlib.sha256(data).hexdigest())

    def upload(self, picture: Picture, label: Described, mtu: int) -> Conversation:  # noqa: ARG002 - the contract
        part = mtu - 5
        parts = [picture.data[at : at + part] for at in range(0, len(picture.data), part)]
        yield Subscribe(characteristic=COMMAND)
        yield Write(characteristic=COMMAND, data=b"\x01")
        for index, data in enumerate(parts):
            yield Write(characteristic=DATA, data=index.to_bytes(2, "big") + data, response=False)
        yield Write(characteristic=COMMAND, data=b"\x02" + len(parts).to_bytes(2, "big"))
        answer = yield Hear(timeout_s=30)
        if answer is None:
            return Later(reason=Reason.NO_ANSWER)
        if answer != b"\x00":
            return Failed(reason=Reason.LABEL_ERROR, detail=answer.hex())
        return Shown()

    def flash(self, flash: Flash, label: Described, mtu: int) -> Conversation | None:  # noqa: ARG002 - the contract
        yield Write(characteristic=COMMAND, data=b"\x03" + bytes([round(flash.seconds)]))
        return Transferred()


@dataclass(slots=True, kw_only=True)
class ExampleDevice:
    """One label of the family (a ``GattDevice``)."""

    address: str
    model: int = 0
    mtu: int = 247
    battery: int = 30
    asleep: bool = False
    error: int = 0
    refresh_s: float = 0.2
    advertised: bytes | None = None
    shows: bytes | None = None
    refreshes: int = 0
    flashes: list[int] = field(default_factory=list)
    connections: int = 0
    is_connected: bool = False
    subscribed_to: set[str] = field(default_factory=set)
    _notify: Notify | None = None
    _parts: dict[int, bytes] = field(default_factory=dict)

    @property
    def characteristics(self) -> Mapping[str, tuple[str, frozenset[str]]]:
        return {
            COMMAND: (SERVICE, frozenset({"write", "notify"})),
            DATA: (SERVICE, frozenset({"write-without-response"})),
            BATTERY: (SERVICE, frozenset({"read"})),
        }

    @property
    def showing(self) -> Frame | None:
        if self.shows is None:
            return None
        return Frame(
            width=self.shows[0],
            height=self.shows[1],
            inks=MODELS[self.model].panel.inks,
            pixels=self.shows[2:],
        )

    def advertising(self) -> Advertising | None:
        if self.asleep or self.is_connected:
            return None
        data = self.advertised or bytes([1, self.model, self.battery])
        return Advertising(name="example", manufacturer={COMPANY: data})

    async def connected(self, notify: Notify) -> None:
        self.connections += 1
        self.is_connected = True
        self._notify = notify
        self._parts.clear()

    async def subscribed(self, characteristic: str) -> None:
        self.subscribed_to.add(characteristic)

    async def read(self, characteristic: str) -> bytes:
        if characteristic != BATTERY:
            raise AttError(0x02)
        return bytes([self.battery])

    async def written(self, characteristic: str, data: bytes, *, response: bool) -> None:  # noqa: ARG002 - the contract
        if characteristic == DATA:
            self._parts[int.from_bytes(data[:2], "big")] = data[2:]
        elif data[:1] == b"\x01":
            self._parts.clear()
        elif data[:1] == b"\x02":
            await self._show(int.from_bytes(data[1:3], "big"))
        elif data[:1] == b"\x03":
            self.flashes.append(data[1])
        else:
            raise AttError(0x80)

    async def disconnected(self) -> None:
        self.is_connected = False
        self._notify = None
        self.subscribed_to.clear()

    async def _show(self, parts: int) -> None:
        whole = set(self._parts) == set(range(parts))
        await asyncio.sleep(self.refresh_s)
        if self._notify is None:
            return
        error = self.error or (0 if whole else 9)
        if not error:
            self.shows = b"".join(self._parts[index] for index in range(parts))
            self.refreshes += 1
        self._notify(COMMAND, bytes([error]))
