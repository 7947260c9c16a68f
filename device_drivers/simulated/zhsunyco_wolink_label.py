"""A simulated WoLink label: locked, touchy, and with a panel that shows what its memory holds.

Written apart from the packer: it looks up each pixel of the picture in its memory.
"""

from __future__ import annotations

import asyncio
import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from typing_extensions import override

from device_drivers.api.panels import Frame, Ink
from device_drivers.labels.zhsunyco_wolink.models import Tag
from device_drivers.simulated.bluetooth_label import (
    FULL_MTU,
    BluetoothFaults,
    SimulatedBluetoothLabel,
)
from device_drivers.simulated.gatt import Advertising, AttError, Hangup

_BASE: Final = "323032-4c53-4545-4c42-4b4e494c4f57"
_SERVICE: Final = f"30{_BASE}"
_COMMANDS: Final = f"31{_BASE}"
_VERSION: Final = f"32{_BASE}"
_DOOR: Final = f"33{_BASE}"
_STATUS: Final = f"34{_BASE}"
_BATTERY: Final = f"35{_BASE}"
_OFFERED: Final = {
    _COMMANDS: (_SERVICE, frozenset({"write"})),
    _VERSION: (_SERVICE, frozenset({"read"})),
    _DOOR: (_SERVICE, frozenset({"read", "write"})),
    _STATUS: (_SERVICE, frozenset({"notify"})),
    _BATTERY: (_SERVICE, frozenset({"read"})),
}
_KEY: Final = bytes.fromhex("9b609f28bc49e25729bd7b8df22b4420")
_FIRMWARE_WORDS: Final = frozenset({0xA505, 0xA506, 0xA507})
_INKS: Final = (Ink.BLACK, Ink.WHITE, Ink.YELLOW, Ink.RED)
_REFUSED: Final = 0x80
_AFTERWARDS_S: Final = 0.1
"""Between the end of drawing and the word about it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WoLinkFaults(BluetoothFaults):
    """``error``: drawing ends with this code. ``busy_first``: so many words before the last one.

    ``chatters``: it says that it is done all the time while it is loaded. ``other_lock``: it has
    another key. ``short_question``: its question is cut. ``never_done``: it draws without a word.
    """

    error: int = 0
    busy_first: int = 0
    chatters: bool = False
    other_lock: bool = False
    short_question: bool = False
    never_done: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Light:
    """What the light was told: a colour, and how long to blink in milliseconds."""

    colour: tuple[int, int, int]
    on_ms: int
    off_ms: int
    work_ms: int


class SimulatedWoLinkLabel(SimulatedBluetoothLabel[WoLinkFaults]):
    """One label of the model ``tag``; ``bricked`` if anybody ever spoke of firmware to it.

    A transfer that breaks off makes it refuse connections for ``sulks_s`` seconds.
    """

    def __init__(
        self,
        address: str,
        tag: Tag,
        *,
        refresh_s: float = 12.0,
        sulks_s: float = 180.0,
        mtu: int = FULL_MTU,
        faults: WoLinkFaults | None = None,
    ) -> None:
        super().__init__(address, refresh_s=refresh_s, mtu=mtu, faults=faults or WoLinkFaults())
        self.tag = tag
        self.sulks_s = sulks_s
        self.bricked = False
        self.light: Light | None = None
        self._questions = 0
        self._question = b""
        self._unlocked = False
        self._memory = bytearray()
        self._in_transfer = False

    @property
    @override
    def characteristics(self) -> Mapping[str, tuple[str, frozenset[str]]]:
        return _OFFERED

    @override
    async def subscribed(self, characteristic: str) -> None:
        self._locked_out()
        await super().subscribed(characteristic)

    @override
    async def read(self, characteristic: str) -> bytes:
        if characteristic == _DOOR:
            return self._question[:7] if self.faults.short_question else self._question
        if characteristic == _BATTERY:
            return self.battery_mv.to_bytes(2, "big")
        return b"\x01\x00"

    @override
    def _advertisement(self) -> Advertising:
        state = b"\x30\x00" + struct.pack("<HHH", 0x0102, 0x0203, 0x0001)
        return Advertising(
            name="WL" + self.address.replace(":", "")[4:],
            manufacturer={0xBBAA: state + self.battery_mv.to_bytes(2, "big")},
        )

    @override
    def _begin(self) -> None:
        self._questions += 1
        self._question = zlib.crc32(self._questions.to_bytes(4, "big")).to_bytes(4, "big") * 4
        self._unlocked = self._in_transfer = False
        self._memory.clear()

    @override
    def _take(self, characteristic: str, data: bytes) -> None:
        if characteristic == _DOOR:
            self._try(data)
            return
        self._locked_out()
        (opcode,) = struct.unpack_from("<H", data.ljust(2, b"\x00"))
        rest = data[2:]
        if opcode == 0xA500 and len(rest) > 4:
            self._load(rest)
        elif opcode in {0xA501, 0xA502} and len(rest) == 4:
            self._drawing_told(int.from_bytes(rest, "little"), is_packed=opcode == 0xA502)
        elif opcode == 0xA508 and len(rest) == 11:
            red, green, blue, on_ms, off_ms, work_ms = struct.unpack("<BBBHHI", rest)
            self.light = Light(
                colour=(red, green, blue), on_ms=on_ms, off_ms=off_ms, work_ms=work_ms
            )
        elif opcode in _FIRMWARE_WORDS:
            self.bricked = True
        else:
            raise AttError(_REFUSED)

    @override
    def _end(self) -> None:
        if self._in_transfer:
            self.refuses_until = asyncio.get_running_loop().time() + self.sulks_s
        self._in_transfer = False

    def _locked_out(self) -> None:
        if not self._unlocked:
            raise Hangup("locked")

    def _try(self, given: bytes) -> None:
        key = bytes(16) if self.faults.other_lock else _KEY
        decryptor = Cipher(algorithms.AES(key), modes.ECB()).decryptor()  # noqa: S305 - as the label does
        if len(given) != 16 or decryptor.update(given) != self._question:
            raise Hangup("the wrong answer")
        self._unlocked = True

    def _load(self, rest: bytes) -> None:
        offset = int.from_bytes(rest[:4], "little")
        body = rest[4:]
        if offset + len(body) > self.tag.size + 4096:
            raise AttError(_REFUSED)
        self._in_transfer = True
        self._memory.extend(bytes(max(0, offset + len(body) - len(self._memory))))
        self._memory[offset : offset + len(body)] = body
        if self.faults.chatters:
            self._say(_STATUS, b"\xff\x00")

    def _drawing_told(self, total: int, *, is_packed: bool) -> None:
        self._in_transfer = False
        stream = bytes(self._memory[:total])
        plain = unpacked(stream) if is_packed else stream
        frame = None if plain is None else picture(plain, self.tag)
        error = self.faults.error or (3 if frame is None else 0)
        if frame is None:
            self.unreadable += 1
        elif not error:
            self._draw(frame)
        loop = asyncio.get_running_loop()
        for number in range(self.faults.busy_first):
            loop.call_later(number + 1, self._told, self.connections, b"\x01\x00")
        if not self.faults.never_done:
            last = bytes((0xFF, error))
            loop.call_later(self.refresh_s + _AFTERWARDS_S, self._told, self.connections, last)

    def _told(self, connection: int, said: bytes) -> None:
        if connection == self.connections:
            self._say(_STATUS, said)


def unpacked(stream: bytes) -> bytes | None:
    """The picture in a stream of blocks; None where a label reports a decompression error."""
    if len(stream) < 4 or stream[:2] != b"\xa5\xa6" or stream[3] != 2:
        return None
    plain, at = b"", 4
    for number in range(1, stream[2] + 1):
        if len(stream) < at + 3 or stream[at] != number:
            return None
        length = stream[at + 1] | stream[at + 2] << 8
        body = stream[at + 3 : at + 3 + length]
        at += 3 + length
        reader = zlib.decompressobj(wbits=-15)
        try:
            block = reader.decompress(body, 8193)
        except zlib.error:
            return None
        if len(body) != length or not reader.eof or reader.unused_data or len(block) > 8192:
            return None
        plain += block
    return plain if at == len(stream) else None


def picture(plain: bytes, tag: Tag) -> Frame | None:
    """What the panel shows for its memory, as its viewer sees it; None if the size is wrong."""
    panel = tag.model.panel
    if len(plain) != tag.size:
        return None
    number = {ink: index for index, ink in enumerate(panel.inks)}
    # An ink that the panel does not have stays what it was: paper.
    known = [number.get(ink, 0) for ink in _INKS]
    pixels = bytearray()
    for y in range(panel.height):
        for x in range(panel.width):
            across = panel.width - 1 - x if tag.mirrored else x
            if tag.by_rows:
                line, place = y, across
            elif tag.turned:
                line, place = panel.width - 1 - across, y
            else:
                line, place = across, panel.height - 1 - y
            byte = plain[line * tag.line + place // 4]
            pixels.append(known[byte >> (6, 4, 2, 0)[place % 4] & 3])
    return Frame(width=panel.width, height=panel.height, inks=panel.inks, pixels=bytes(pixels))
