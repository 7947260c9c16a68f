"""A simulated OpenDisplay label: it tells what it is, takes pictures in every way, and draws."""

from __future__ import annotations

import asyncio
import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from typing_extensions import override

from device_drivers.labels.opendisplay.models import Layout
from device_drivers.links.radio import uuid16
from device_drivers.simulated.bluetooth_label import (
    FULL_MTU,
    BluetoothFaults,
    SimulatedBluetoothLabel,
)
from device_drivers.simulated.gatt import Advertising
from device_drivers.simulated.opendisplay_door import Door
from device_drivers.simulated.opendisplay_picture import picture

_UUID: Final = uuid16(0x2446)
_OFFERED: Final = {
    _UUID: (_UUID, frozenset({"read", "notify", "write", "write-without-response"})),
}
_SCHEMES: Final = {
    "bw": 0, "bwr": 1, "bwy": 2, "bwry": 3, "bwyr": 3, "six": 4, "grey4": 5, "grey16": 6,
    "seven": 7, "sixhalves": 8,
}  # fmt: skip
_CHUNK: Final = 94
_KEPT_GAPS: Final = 33
_WINDOW: Final = 16
_ACK_EVERY: Final = 4
_FRAME: Final = 244
_AFTERWARDS_S: Final = 0.1
_BLINKING_S: Final = 2.0

INFLATES: Final = 0x01
PIPES: Final = 0x10


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenDisplayFaults(BluetoothFaults):
    """``nos``: it says no to these commands, with the data behind them.

    ``no_last_word``: it draws without a word. ``cannot_draw``: its panel does not finish.
    ``other_key``, ``forges_proof``, ``door``: its key is another, it does not know it, it answers
    the first knock with this status. ``container``: what it tells as its configuration.
    ``no_pipe``: it does not know what its configuration says that it can.
    """

    nos: Mapping[int, bytes] = field(default_factory=dict)
    no_last_word: bool = False
    cannot_draw: bool = False
    other_key: bool = False
    forges_proof: bool = False
    door: int | None = None
    container: bytes | None = None
    no_pipe: bool = False


@dataclass(slots=True, kw_only=True)
class _Transfer:
    """A picture on its way: ``size`` bytes in the end, through ``inflate`` if it is compressed."""

    size: int
    inflate: zlib._Decompress | None
    memory: bytearray = field(default_factory=bytearray)

    def take(self, data: bytes) -> bool:
        """Whether the bytes made sense."""
        if self.inflate is not None:
            try:
                data = self.inflate.decompress(data, self.size + 1)
            except zlib.error:
                return False
        self.memory += data
        return len(self.memory) <= self.size

    @property
    def is_whole(self) -> bool:
        return len(self.memory) == self.size and (self.inflate is None or self.inflate.eof)


@dataclass(slots=True, kw_only=True)
class _Pipe:
    """What a transfer in frames remembers; ``kept`` came too early, ``since`` the last word."""

    expected: int = 0
    highest: int = -1
    since: int = 0
    kept: dict[int, bytes] = field(default_factory=dict)


class SimulatedOpenDisplayLabel(SimulatedBluetoothLabel[OpenDisplayFaults]):
    """One label wired as ``layout`` says; ``modes`` are the ways in which it takes pictures.

    ``key`` locks it. ``tells_id``, ``keeps_gaps``: as newer firmware. ``starts_by_itself``: it does
    not wait to be told the end of a plain picture. ``has_led``: it can blink, ``light`` is how.
    """

    def __init__(
        self,
        address: str,
        layout: Layout,
        *,
        modes: int = INFLATES | PIPES,
        key: bytes | None = None,
        refresh_s: float = 12.0,
        mtu: int = FULL_MTU,
        faults: OpenDisplayFaults | None = None,
    ) -> None:
        super().__init__(
            address, refresh_s=refresh_s, mtu=mtu, faults=faults or OpenDisplayFaults()
        )
        self.layout = layout
        self.modes = modes
        self.key = key
        self.is_legacy = False
        self.has_led = True
        self.tells_id = True
        self.keeps_gaps = True
        self.starts_by_itself = True
        self.says_locked_behind = False
        self.light: bytes | None = None
        self._door: Door | None = None
        self._transfer: _Transfer | None = None
        self._pipe: _Pipe | None = None

    @property
    @override
    def characteristics(self) -> Mapping[str, tuple[str, frozenset[str]]]:
        return _OFFERED

    @override
    def _advertisement(self) -> Advertising:
        if self.is_legacy:
            state = bytes.fromhex("0236006c00c301") + struct.pack("<HbB", self.battery_mv, 21, 7)
        else:
            tens = self.battery_mv // 10
            state = bytes(11) + bytes((122, tens & 0xFF, tens >> 8 & 1 | 0x70))
        return Advertising(
            name="OD" + self.address.replace(":", "")[6:],
            manufacturer={0x2446: state},
            services=frozenset({_UUID}),
        )

    @override
    def _begin(self) -> None:
        self._transfer = self._pipe = self._door = None
        if self.key is not None:
            key = bytes(16) if self.faults.other_key else self.key
            device = b"\x0a\x0b\x0c\x0d" if self.tells_id else b""
            forges = self.faults.forges_proof
            self._door = Door(key, self.connections, device=device, forges=forges)

    @override
    def _end(self) -> None:
        self._transfer = self._pipe = None

    @override
    def _take(self, characteristic: str, data: bytes) -> None:
        command = int.from_bytes(data[:2], "big")
        if command == 0x50:
            self._knocked(data[2:])
            return
        if self._door is not None and command != 0x43:
            if not self._door.is_open:
                behind = bytes((0, command & 0xFF, 0xFE))
                self._say(_UUID, behind if self.says_locked_behind else b"\xfe" + data[1:2])
                return
            opened = self._door.opened(data)
            if opened is None:
                self._say(_UUID, bytes((0, command & 0xFF, 0xFF)))
                return
            data = opened
        if command in self.faults.nos:
            self._answer(0xFF, command, self.faults.nos[command])
            return
        self._do(command, data[2:])

    def _knocked(self, given: bytes) -> None:
        if self.faults.door is not None:
            status = bytes((self.faults.door,))
        else:
            status = b"\x03" if self._door is None else self._door.knock(given)
        self._say(_UUID, b"\x00\x50" + status)

    def _do(self, command: int, payload: bytes) -> None:
        match command:
            case 0x40:
                self._tell_configuration()
            case 0x43:
                self._say(_UUID, b"\x00\x43\x02\x01\x00")
            case 0x70:
                self._start(payload)
            case 0x71:
                self._part(payload)
            case 0x72 | 0x82:
                self._ended(command)
            case 0x73 | 0x75:
                self._shine(payload[1:])
            case 0x80 if not self.faults.no_pipe:
                self._pipe_start(payload)
            case 0x81:
                self._pipe_part(payload)
            case _:
                pass

    def _shine(self, pattern: bytes) -> None:
        self.light = pattern or None
        if pattern:
            self._later(_BLINKING_S, b"\x00\x73")
        else:
            self._answer(0, 0x75)

    def _answer(self, status: int, command: int, data: bytes = b"") -> None:
        answer = bytes((status, command & 0xFF)) + data
        # The firmware gives its short receipts in the open.
        if self._door is not None and self._door.is_open and data:
            answer = self._door.sealed(answer)
        self._say(_UUID, answer)

    def _tell_configuration(self) -> None:
        told = self.faults.container if self.faults.container is not None else self.container()
        for number, start in enumerate(range(0, max(len(told), 1), _CHUNK)):
            total = struct.pack("<H", len(told)) if number == 0 else b""
            chunk = struct.pack("<H", number) + total + told[start : start + _CHUNK]
            self._answer(0, 0x40, chunk)

    def container(self) -> bytes:
        """Its configuration, as the firmware keeps it."""
        layout = self.layout
        panel = 0x1D if layout.scheme == "bwyr" else 0x21
        display = struct.pack(
            "<BBHHHHHHB5xBBBB22x",
            *(0, 0, panel, layout.width, layout.height),
            *(round(layout.width / 5), round(layout.height / 5), 0, layout.rotation // 90),
            *(0, _SCHEMES[layout.scheme], self.modes, 0),
        )
        packets = [(0x01, bytes(22)), (0x02, bytes(22)), (0x04, bytes(30)), (0x20, display)]
        if self.has_led:
            packets.append((0x21, bytes(22)))
        packets.append((0x26, bytes(160)))
        body = b"\x00\x00\x01" + b"".join(bytes((0, kind)) + data for kind, data in packets)
        crc = _crc(body).to_bytes(2, "little")
        return (len(body) + 2).to_bytes(2, "little") + body[2:] + crc

    def _start(self, payload: bytes) -> None:
        if not payload:
            self._transfer = _Transfer(size=self._size, inflate=None)
        elif self.modes & 0x03 and len(payload) <= 198:
            size = int.from_bytes(payload[:4], "little")
            self._transfer = _Transfer(size=size, inflate=zlib.decompressobj(wbits=9))
            if size != self._size or not self._transfer.take(payload[4:]):
                self._transfer = None
        if self._transfer is None:
            self._say(_UUID, b"\xff\xff")
        else:
            self._answer(0, 0x70)

    def _part(self, payload: bytes) -> None:
        transfer = self._transfer
        if transfer is None or not 0 < len(payload) <= 230 or not transfer.take(payload):
            self._answer(0xFF, 0x71)
        elif transfer.inflate is None and transfer.is_whole and self.starts_by_itself:
            self._ended(0x72)
        else:
            self._answer(0, 0x71)

    def _pipe_start(self, payload: bytes) -> None:
        version, flags, window, every, frame, size = struct.unpack("<BBBBHI", payload)
        if version != 1 or size != self._size:
            self._answer(0xFF, 0x80, b"\x03\x00")
            return
        if flags & 1 and not self.modes & INFLATES:
            self._answer(0xFF, 0x80, b"\x02\x00")
            return
        inflate = zlib.decompressobj(wbits=9) if flags & 1 else None
        self._transfer = _Transfer(size=size, inflate=inflate)
        self._pipe = _Pipe()
        takes = (min(window, _WINDOW), min(every, _ACK_EVERY), min(frame, _FRAME))
        self._answer(0, 0x80, struct.pack("<BBBHB", 1, *takes, int(self.keeps_gaps)))

    def _pipe_part(self, payload: bytes) -> None:
        pipe, transfer = self._pipe, self._transfer
        if pipe is None or transfer is None:
            self._answer(0xFF, 0x81, b"\x04\xff\x00\x00\x00\x00")
            return
        ahead = (payload[0] - pipe.expected) % 256
        is_new = ahead < _KEPT_GAPS and pipe.expected + ahead not in pipe.kept
        if is_new and (ahead == 0 or self.keeps_gaps):
            pipe.kept[pipe.expected + ahead] = payload[1:]
            pipe.highest = max(pipe.highest, pipe.expected + ahead)
        while pipe.expected in pipe.kept:
            if not transfer.take(pipe.kept.pop(pipe.expected)):
                code = 2 if transfer.inflate is not None else 3
                self._answer(0xFF, 0x81, bytes((code,)) + self._word(pipe))
                self._pipe = self._transfer = None
                return
            pipe.expected += 1
        pipe.since += 1
        is_done = transfer.inflate is None and transfer.is_whole
        if ahead or is_done or pipe.since >= _ACK_EVERY:
            pipe.since = 0
            self._answer(0, 0x81, self._word(pipe))
        if is_done:
            self._ended(0x82)

    @staticmethod
    def _word(pipe: _Pipe) -> bytes:
        mask = 0
        for bit in range(32):
            number = pipe.highest - 1 - bit
            if number >= 0 and (number < pipe.expected or number in pipe.kept):
                mask |= 1 << bit
        return struct.pack("<BI", pipe.highest % 256, mask)

    def _ended(self, command: int) -> None:
        transfer, self._transfer, self._pipe = self._transfer, None, None
        if transfer is None or not transfer.is_whole:
            self._answer(0xFF, command)
            return
        self._answer(0, command)
        frame = picture(bytes(transfer.memory), self.layout)
        if self.faults.cannot_draw:
            self._later(self.refresh_s, b"\x00\x74")
            return
        if frame is None:
            self.unreadable += 1
        else:
            self._draw(frame)
        if not self.faults.no_last_word:
            self._later(self.refresh_s + _AFTERWARDS_S, b"\x00\x73")

    def _later(self, seconds: float, answer: bytes) -> None:
        loop = asyncio.get_running_loop()
        loop.call_later(seconds, self._told, self.connections, answer)

    def _told(self, connection: int, answer: bytes) -> None:
        if connection == self.connections:
            self._say(_UUID, answer)

    @property
    def _size(self) -> int:
        """Bytes of a picture, as the firmware counts them."""
        width, height = self.layout.width, self.layout.height
        match self.layout.scheme:
            case "bw":
                return (width + 7) // 8 * height
            case "bwr" | "bwy" | "grey4":
                return (width + 7) // 8 * height * 2
            case "bwry" | "bwyr":
                return (width + 3) // 4 * height
            case "sixhalves":
                return ((width // 2 + 1) // 2 + (width - width // 2 + 1) // 2) * height
            case _:
                return (width + 1) // 2 * height


def _crc(data: bytes) -> int:
    """CRC-16 with polynomial 1021 from FFFF, bit by bit."""
    crc = 0xFFFF
    for byte in data:
        crc ^= byte << 8
        for _ in range(8):
            crc = (crc << 1 ^ 0x1021 if crc & 0x8000 else crc << 1) & 0xFFFF
    return crc
