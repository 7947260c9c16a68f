"""A simulated label with ATC_BLE_OEPL: it asks for blocks, checks every sum, and draws when told.

Written apart from the packer: it looks up each pixel of the picture in its memory.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from typing_extensions import override

from device_drivers.api.panels import Frame, Ink
from device_drivers.labels.atc_ble_oepl.models import Screen
from device_drivers.links.radio import uuid16
from device_drivers.simulated.bluetooth_label import (
    FULL_MTU,
    BluetoothFaults,
    SimulatedBluetoothLabel,
)
from device_drivers.simulated.gatt import Advertising

_UUID: Final = uuid16(0x1337)
_OFFERED: Final = {
    _UUID: (_UUID, frozenset({"notify", "write", "write-without-response"})),
}
_TYPES: Final = {"bw": 32, "bwr": 20, "bwy": 42, "bwry": 17}
_COLOURS: Final = {"bw": 1, "bwr": 2, "bwy": 2, "bwry": 3}
_MEANINGS: Final[Mapping[tuple[int, int], Ink]] = {
    (0, 0): Ink.WHITE,
    (1, 0): Ink.BLACK,
    (0, 1): Ink.RED,
    (1, 1): Ink.YELLOW,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class AtcFaults(BluetoothFaults):
    """``wants_again``: parts by their number in the transfer that it wants once more.

    ``blocks_again``: blocks of which it loses everything once. ``wants_block``: the block that it
    asks for instead of the first. ``ends_early``: it says that it has everything after so many
    parts. ``display``: what it tells of its display. ``no_settings``: it tells no type.
    """

    wants_again: frozenset[int] = frozenset()
    blocks_again: frozenset[int] = frozenset()
    wants_block: int | None = None
    ends_early: int | None = None
    display: bytes | None = None
    no_settings: bool = False


@dataclass(slots=True, kw_only=True)
class _Transfer:
    """A picture on its way: the parts of the block that is asked for, and the blocks before."""

    version: int
    size: int
    kind: int
    done: bytearray
    parts: dict[int, bytes]
    seen: int = 0


class SimulatedAtcLabel(SimulatedBluetoothLabel[AtcFaults]):
    """One label with this screen; ``hangs`` as most do, a quarter turn from how it is built.

    ``screen_type`` is the number that it tells, ``shines`` whether its light is on.
    """

    def __init__(
        self,
        address: str,
        screen: Screen,
        *,
        refresh_s: float = 15.0,
        mtu: int = FULL_MTU,
        faults: AtcFaults | None = None,
    ) -> None:
        super().__init__(address, refresh_s=refresh_s, mtu=mtu, faults=faults or AtcFaults())
        self.screen = screen
        self.hangs = True
        self.screen_type = _TYPES[screen.inks]
        self.is_new = True
        self.temperature_c = 21
        self.lit = 0
        self.shines = False
        self._version: int | None = None
        self._transfer: _Transfer | None = None
        self._stored = b""
        self._may_draw = False
        self._again: set[int] = set()
        self._blocks_again: set[int] = set()

    @property
    @override
    def characteristics(self) -> Mapping[str, tuple[str, frozenset[str]]]:
        return _OFFERED

    @override
    def _advertisement(self) -> Advertising:
        state = struct.pack("<BHHHH", 2 if self.is_new else 1, 0x46, 29, 0, self.battery_mv)
        state += struct.pack("b", self.temperature_c) if self.is_new else b""
        return Advertising(
            name="ATC_" + self.address.replace(":", "")[6:] + "\0",
            manufacturer={0x1337: state + b"\x05"},
            services=frozenset({_UUID}),
        )

    @override
    def _begin(self) -> None:
        self._transfer = None
        self._may_draw = False
        self._again = set(self.faults.wants_again)
        self._blocks_again = set(self.faults.blocks_again)

    @override
    def _end(self) -> None:
        self._transfer = None
        self._may_draw = False
        self.shines = False

    @override
    def _take(self, characteristic: str, data: bytes) -> None:
        command, rest = data[:2], data[2:]
        if command == b"\x00\x01":
            self.shines = rest == b"\x03"
            self.lit += self.shines
        elif command == b"\x00\x02" and self._transfer is not None:
            self._transfer.parts.clear()
        elif command == b"\x00\x03" and self._may_draw:
            self._show()
        elif command == b"\x00\x05":
            told = self.faults.display
            self._say(_UUID, b"\x00\x05" + (self._display() if told is None else told))
        elif command == b"\x00\x11" and not self.faults.no_settings:
            self._say(_UUID, b"\x00\xcd" + struct.pack("<H41x", self.screen_type))
        elif command == b"\x00\x64" and len(rest) == 17:
            self._told_of(rest)
        elif command == b"\x00\x65" and self._transfer is not None:
            self._part(self._transfer, rest)

    def _display(self) -> bytes:
        width, height = self.screen.width, self.screen.height
        built = (height, width) if self.hangs else (width, height)
        told = bytearray(31)
        told[19] = 0 if self.hangs else 1
        struct.pack_into("<HH", told, 22, built[1], built[0])
        told[30] = _COLOURS[self.screen.inks]
        return bytes(told)

    def _told_of(self, info: bytes) -> None:
        _, version, size, kind, _, _ = struct.unpack("<BQIBBH", info)
        self._say(_UUID, b"\x00\x63")
        if version == self._version:
            self._may_draw = True
            self._say(_UUID, b"\x00\xc8")
            return
        self._transfer = _Transfer(
            version=version, size=size, kind=kind, done=bytearray(), parts={}
        )
        self._ask(self._transfer)

    def _ask(self, transfer: _Transfer) -> None:
        block = len(transfer.done) // 4096
        if self.faults.wants_block is not None:
            block = self.faults.wants_block
        asked = struct.pack("<BQBB6x", 0, transfer.version, block, transfer.kind)
        self._say(_UUID, b"\x00\xc6" + asked)

    def _part(self, transfer: _Transfer, rest: bytes) -> None:
        if len(rest) != 233 or sum(rest[1:]) & 0xFF != rest[0]:
            self._say(_UUID, b"\x00\xc4")
            return
        transfer.seen += 1
        if transfer.seen in self._again:
            self._again.discard(transfer.seen)
            self._say(_UUID, b"\x00\xc4")
            return
        if transfer.seen == self.faults.ends_early:
            self._say(_UUID, b"\x00\xc7")
            return
        if rest[1] == len(transfer.done) // 4096:
            transfer.parts[rest[2]] = rest[3:]
        self._say(_UUID, b"\x00\xc5")
        self._look_at_block(transfer)

    def _look_at_block(self, transfer: _Transfer) -> None:
        """Take the block once it is whole and right, and ask for what comes next."""
        left = min(4096, transfer.size - len(transfer.done))
        count = (left + 4 + 229) // 230
        if set(transfer.parts) != set(range(count)):
            return
        whole = b"".join(transfer.parts[number] for number in range(count))
        length, total = struct.unpack_from("<HH", whole)
        body = whole[4 : 4 + length]
        block = len(transfer.done) // 4096
        is_lost = block in self._blocks_again
        self._blocks_again.discard(block)
        transfer.parts.clear()
        if length == left and sum(body) & 0xFFFF == total and not is_lost:
            transfer.done += body
        if len(transfer.done) < transfer.size:
            self._ask(transfer)
            return
        self._transfer = None
        if zlib.crc32(transfer.done) == transfer.version:
            self._stored = bytes((transfer.kind,)) + bytes(transfer.done)
            self._version = transfer.version
            self._may_draw = True
            self._say(_UUID, b"\x00\xc7")

    def _show(self) -> None:
        self._may_draw = False
        frame = picture(self._stored[1:], self._stored[0], self.screen)
        if frame is None:
            self.unreadable += 1
        else:
            self._draw(frame)


def picture(data: bytes, kind: int, screen: Screen) -> Frame | None:
    """What the panel shows, as its viewer sees it; None if it shows nothing sane."""
    has_colour = screen.inks != "bw"
    dots = screen.width * screen.height
    plane = (dots + 7) // 8
    wanted = plane * (2 if has_colour else 1)
    if kind == 0x30:
        unpacked = _inflated(data, wanted)
        head = bytes((6, *screen.height.to_bytes(2, "little"), *screen.width.to_bytes(2, "little")))
        if unpacked is None or unpacked[:5] != head or unpacked[5] != (2 if has_colour else 1):
            return None
        planes = unpacked[6:]
    else:
        planes = data if kind == (0x21 if has_colour else 0x20) else b""
    if len(planes) != wanted:
        return None
    inks = screen.panel.inks
    index = {ink: number for number, ink in enumerate(inks)}
    pixels = bytearray()
    for y in range(screen.height):
        for x in range(screen.width):
            # What is sent first is shown at the top right, and goes on downwards.
            at = (screen.width - 1 - x) * screen.height + y
            dark = planes[at // 8] >> (7 - at % 8) & 1
            colour = planes[plane + at // 8] >> (7 - at % 8) & 1 if has_colour else 0
            ink = _MEANINGS[dark, colour]
            if ink not in index:
                return None
            pixels.append(index[ink])
    return Frame(width=screen.width, height=screen.height, inks=inks, pixels=bytes(pixels))


def _inflated(data: bytes, wanted: int) -> bytes | None:
    if int.from_bytes(data[:4], "little") != wanted:
        return None
    inflate = zlib.decompressobj(wbits=12)
    try:
        unpacked = inflate.decompress(data[4:], wanted + 7)
    except zlib.error:
        return None
    return unpacked if inflate.eof else None
