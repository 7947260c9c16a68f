"""A simulated easyTag label: it uncovers frames, checks them, and draws what they hold.

Written apart from the packer: keys, checksum and runs are done here once more, bit by bit.
"""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from typing_extensions import override

from device_drivers.api.drivers import Model
from device_drivers.api.panels import Frame, Ink
from device_drivers.simulated.bluetooth_label import (
    FULL_MTU,
    BluetoothFaults,
    SimulatedBluetoothLabel,
)
from device_drivers.simulated.gatt import Advertising

_BASE: Final = "-1212-efde-1523-785feabcd123"
_SERVICE: Final = f"00001523{_BASE}"
_FRAMES: Final = f"00001525{_BASE}"
_WORDS: Final = f"00001526{_BASE}"
_OFFERED: Final = {
    _FRAMES: (_SERVICE, frozenset({"write", "write-without-response"})),
    _WORDS: (_SERVICE, frozenset({"notify"})),
}
_CHARACTERS: Final = {0x00: "b", 0x5C: "c", 0x62: "1"}
"""The places of the key table that are known to be used."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EasyTagFaults(BluetoothFaults):
    """``answers_after_s``: it takes so long for its word. ``deaf``: it never says one.

    ``strange_first``: it says something else before its word.
    """

    answers_after_s: float = 2.0
    strange_first: bool = False
    deaf: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Coming:
    """What a head frame announced."""

    length: int
    count: int
    key: int


class SimulatedEasyTagLabel(SimulatedBluetoothLabel[EasyTagFaults]):
    """One label; it draws when all frames came in order and were whole."""

    def __init__(
        self,
        address: str,
        model: Model,
        *,
        refresh_s: float = 15.0,
        mtu: int = FULL_MTU,
        faults: EasyTagFaults | None = None,
    ) -> None:
        super().__init__(address, refresh_s=refresh_s, mtu=mtu, faults=faults or EasyTagFaults())
        self.model = model
        self.temperature_c = 21
        self._coming: _Coming | None = None
        self._payload = bytearray()
        self._next = 1
        self._waiting: Frame | None = None

    @property
    @override
    def characteristics(self) -> Mapping[str, tuple[str, frozenset[str]]]:
        return _OFFERED

    @override
    def _advertisement(self) -> Advertising:
        return Advertising(name="easyTag123", services=frozenset({_SERVICE}))

    @override
    def _begin(self) -> None:
        self._coming = None

    @override
    def _take(self, characteristic: str, data: bytes) -> None:
        if len(data) == 20:
            self._coming = self._head(data)
            self._payload.clear()
            self._next = 1
        elif len(data) == 204 and self._coming is not None:
            self._frame(data, self._coming)

    @override
    def _end(self) -> None:
        waiting, self._waiting = self._waiting, None
        if waiting is not None:
            self._draw(waiting)

    def _key(self, place: int) -> int:
        key = ord(_CHARACTERS[place])
        for pair in self.address.split(":"):
            key ^= int(pair, 16)
        return key

    def _head(self, data: bytes) -> _Coming | None:
        if data[9] not in _CHARACTERS:
            return None
        key = self._key(data[9])
        plain = bytearray(byte ^ key for byte in data)
        plain[9] = data[9]
        start, command, ident, _, length, count, marker, crc = struct.unpack(">BB7sBIH2sH", plain)
        if (start, ident, marker) != (0xFF, b"easyTag", b"BT") or crc != checksum(
            bytes(plain[:18])
        ):
            return None
        if command != 0xFC or (length + 199) // 200 != count:
            return None
        return _Coming(length=length, count=count, key=key)

    def _frame(self, data: bytes, coming: _Coming) -> None:
        plain = bytes(byte ^ coming.key for byte in data)
        sequence, crc = struct.unpack(">H200xH", plain)
        if crc != checksum(plain[:202]) or sequence != self._next:
            return
        self._payload += plain[2:202]
        self._next += 1
        if sequence < coming.count:
            return
        self._coming = None
        frame = picture(bytes(self._payload[: coming.length]), self.model)
        self.unreadable += frame is None
        self._waiting = frame
        self._answer()

    def _answer(self) -> None:
        if self.faults.deaf:
            return
        if self.faults.strange_first:
            self._say(_WORDS, b"\x01\x02")
        plain = bytes((0, 0, self.battery_mv // 100, self.temperature_c & 0xFF)) + bytes(16)
        word = bytes(byte ^ self._key(0) for byte in plain)
        loop = asyncio.get_running_loop()
        loop.call_later(self.faults.answers_after_s, self._told, self.connections, word)

    def _told(self, connection: int, word: bytes) -> None:
        if connection == self.connections:
            self._say(_WORDS, word)


def checksum(data: bytes) -> int:
    """The 16-bit checksum of a frame, one bit after the other."""
    register = 0xFFFF
    for byte in data:
        for bit in range(7, -1, -1):
            carry = register >> 15 ^ byte >> bit & 1
            register = (register << 1 & 0xFFFF) ^ (0x8005 if carry else 0)
    return register


def picture(payload: bytes, model: Model) -> Frame | None:
    """What the panel shows for a payload, as its viewer sees it; None if it is not readable."""
    panel = model.panel
    width, height = (panel.width + 7) & ~7, (panel.height + 7) & ~7
    planes: list[list[int]] = []
    rest = payload
    for number in range(2 if Ink.RED in panel.inks else 1):
        found = _plane(rest, number, width, height)
        if found is None:
            return None
        plane, rest = found
        planes.append(plane)
    if rest:
        return None
    pixels = bytearray()
    for y in range(panel.height):
        for x in range(panel.width):
            black, *red = (plane[y * width + x] for plane in planes)
            pixels.append(2 if any(red) else black)
    return Frame(width=panel.width, height=panel.height, inks=panel.inks, pixels=bytes(pixels))


def _plane(payload: bytes, number: int, width: int, height: int) -> tuple[list[int], bytes] | None:
    """One plane from the beginning of the payload, and what is left of that."""
    flag = 0x8000 * number
    corners = (0, 0, height - 1, width - 1)
    flagged = (flag, 0, flag | height - 1, width - 1)
    if len(payload) >= 13 and payload[0] == 0xFC:
        *told, length = struct.unpack_from(">HHHHI", payload, 1)
        body = payload[13 : 13 + length]
        plane = pixels_of_runs(body, width * height)
        if tuple(told) != flagged or len(body) != length or plane is None:
            return None
        return plane, payload[13 + length :]
    if len(payload) >= 9 and payload[0] == (0x03 if number else 0xFE):
        size = width * height // 8
        body = payload[9 : 9 + size]
        if struct.unpack_from(">HHHH", payload, 1) != corners or len(body) != size:
            return None
        return [byte >> bit & 1 for byte in body for bit in range(7, -1, -1)], payload[9 + size :]
    return None


def pixels_of_runs(body: bytes, size: int) -> list[int] | None:
    """The pixels of a run-length plane; None unless they are ``size`` (the last may overhang)."""
    pixels: list[int] = []
    at = 0
    while at < len(body):
        byte = body[at]
        at += 1
        if byte & 0x80:
            pixels += [byte >> bit & 1 for bit in range(6, -1, -1)]
            continue
        length = byte & 0x3F
        extra = {1: 1, 0: 2}.get(length, 0)
        if extra:
            length = int.from_bytes(body[at : at + extra], "little")
            at += extra
        if at > len(body) or len(pixels) + length > size:
            return None
        pixels += [byte >> 6 & 1] * length
    if not size <= len(pixels) < size + 7:
        return None
    return pixels[:size]
