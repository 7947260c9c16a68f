"""A simulated Gicisky label: it asks for parts, undoes the compression and shows real pixels.

Written apart from the packer: it follows each bit of the stream to its place on the panel.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from typing_extensions import override

from device_drivers.api.panels import Frame, Ink
from device_drivers.labels.gicisky.models import Encoding, Tag
from device_drivers.links.radio import uuid16
from device_drivers.simulated.bluetooth_label import (
    FULL_MTU,
    BluetoothFaults,
    SimulatedBluetoothLabel,
)
from device_drivers.simulated.gatt import Advertising

_SERVICE: Final = uuid16(0xFEF0)
_FEF1: Final = uuid16(0xFEF1)
_FEF2: Final = uuid16(0xFEF2)
_OFFERED: Final = {
    _FEF1: (_SERVICE, frozenset({"write", "write-without-response", "notify"})),
    _FEF2: (_SERVICE, frozenset({"write-without-response"})),
}
_MEMORY: Final = 512 * 1024
_FOUR: Final = (Ink.BLACK, Ink.WHITE, Ink.YELLOW, Ink.RED)


@dataclass(frozen=True, slots=True, kw_only=True)
class GiciskyFaults(BluetoothFaults):
    """``wants_again``: it asks once more for these parts, as though they had come damaged.

    ``size_answer``, ``end_answer``: the codes it gives for the size and for the last part.
    ``packet``: the packet size it tells, if not the one that fits the connection. ``ends_early``:
    it says that it has everything after so many parts.
    """

    wants_again: frozenset[int] = frozenset()
    size_answer: int = 0
    end_answer: int = 8
    packet: int | None = None
    ends_early: int | None = None


class SimulatedGiciskyLabel(SimulatedBluetoothLabel[GiciskyFaults]):
    """One label of the model ``tag``."""

    def __init__(
        self,
        address: str,
        tag: Tag,
        *,
        firmware: str = "0101",
        refresh_s: float = 20.0,
        mtu: int = FULL_MTU,
        faults: GiciskyFaults | None = None,
    ) -> None:
        super().__init__(address, refresh_s=refresh_s, mtu=mtu, faults=faults or GiciskyFaults())
        self.tag = tag
        self.firmware = firmware
        self._size: int | None = None
        self._data = bytearray()
        self._wanted = 0
        self._again: set[int] = set()
        self._complete: bytes | None = None

    @property
    @override
    def characteristics(self) -> Mapping[str, tuple[str, frozenset[str]]]:
        return _OFFERED

    @override
    def _advertisement(self) -> Advertising:
        low, high = self.tag.device_id & 0xFF, self.tag.device_id >> 8
        state = bytes((low, self.battery_mv // 100)) + bytes.fromhex(self.firmware) + bytes((high,))
        return Advertising(
            name="NEMR" + self.address.replace(":", "")[4:],
            manufacturer={0x5053: state},
            services=frozenset({_SERVICE}),
        )

    @override
    def _begin(self) -> None:
        self._size = None
        self._complete = None
        self._again = set(self.faults.wants_again)

    @override
    def _take(self, characteristic: str, data: bytes) -> None:
        if characteristic == _FEF2:
            self._part(data)
        elif data == b"\x01":
            packet = self.faults.packet or min(244, self.mtu - 3)
            self._say(_FEF1, b"\x01" + packet.to_bytes(2, "little"))
        elif data[:1] == b"\x02":
            self._say(_FEF1, bytes((2, self._size_came(data))))
        elif data == b"\x03" and self._size is not None:
            self._data.clear()
            self._wanted = 0
            self._ask()

    def _size_came(self, data: bytes) -> int:
        takes_chunks = self.tag.encoding_of(self.firmware) is Encoding.QUICKLZ
        if len(data) != (6 if takes_chunks else 8) or data[5:] != (
            b"\x01" if takes_chunks else bytes(3)
        ):
            return 1
        size = int.from_bytes(data[1:5], "little")
        code = 1 if not 0 < size <= _MEMORY else self.faults.size_answer
        self._size = None if code else size
        return code

    def _part(self, data: bytes) -> None:
        if self._size is None or self._complete is not None or len(data) <= 4:
            return
        number = struct.unpack_from("<I", data)[0]
        faults = self.faults
        if number == self._wanted and number not in self._again:
            self._data += data[4:]
            self._wanted += 1
        self._again.discard(number)
        if len(self._data) >= self._size:
            self._say(_FEF1, bytes((5, faults.end_answer)))
            if faults.end_answer == 8:
                self._complete = bytes(self._data[: self._size])
        elif self._wanted == faults.ends_early:
            self._say(_FEF1, b"\x05\x08")
        else:
            self._ask()

    def _ask(self) -> None:
        self._say(_FEF1, b"\x05\x00" + struct.pack("<I", self._wanted))

    @override
    def _end(self) -> None:
        # It draws when the connection is over.
        complete, self._complete = self._complete, None
        if complete is None:
            return
        frame = picture(complete, self.tag, self.tag.encoding_of(self.firmware))
        if frame is None:
            self.unreadable += 1
        else:
            self._draw(frame)


def picture(stream: bytes, tag: Tag, encoding: Encoding) -> Frame | None:
    """What the panel shows for a stream, as its viewer sees it; None if it shows nothing sane."""
    panel = tag.model.panel
    dots = panel.width * tag.lines
    if encoding is Encoding.FOUR_COLOUR:
        if len(stream) != dots // 4:
            return None
        seen = [_FOUR[stream[at // 4] >> 6 - at % 4 * 2 & 3] for at in range(dots)]
    else:
        plain = stream if encoding is Encoding.PLANES else _unpacked(stream, tag, encoding)
        has_red = Ink.RED in panel.inks
        if plain is None or len(plain) * 8 != dots * (2 if has_red else 1):
            return None
        white = 0 if tag.dark_is_one else 1
        seen = []
        for at in range(dots):
            bit = 0x80 >> at % 8
            if has_red and plain[dots // 8 + at // 8] & bit:
                seen.append(Ink.RED)
            else:
                is_one = bool(plain[at // 8] & bit)
                seen.append(Ink.WHITE if is_one == bool(white) else Ink.BLACK)
    return _hung(seen, tag)


def _hung(seen: list[Ink], tag: Tag) -> Frame:
    """The dots in reading order put where the viewer sees them."""
    panel = tag.model.panel
    width, height = panel.width, tag.lines
    if tag.half_width:
        width, height = width // 2, height * 2
    across = width if tag.rotation in {0, 180} else height
    number = {ink: index for index, ink in enumerate(panel.inks)}
    canvas = bytearray(width * height)
    down = width * height // across
    for at, ink in enumerate(seen):
        y, x = divmod(at, across)
        x = across - 1 - x if tag.mirror_x else x
        y = down - 1 - y if tag.mirror_y else y
        if tag.rotation == 90:
            x, y = width - 1 - y, x
        elif tag.rotation == 180:
            x, y = width - 1 - x, height - 1 - y
        elif tag.rotation == 270:
            x, y = y, height - 1 - x
        canvas[y * width + x] = number[ink]
    if tag.half_width:
        spread = (
            canvas[2 * y * width + x // 2] for y in range(panel.height) for x in range(panel.width)
        )
        canvas = bytearray(spread)
    pixels = bytes(canvas[: panel.width * panel.height])
    return Frame(width=panel.width, height=panel.height, inks=panel.inks, pixels=pixels)


def _unpacked(stream: bytes, tag: Tag, encoding: Encoding) -> bytes | None:
    """Both planes without their chunks; None where the label would show garbage."""
    plane = tag.model.panel.width * tag.lines // 8
    told = int.from_bytes(stream[:4], "little")
    if told != (len(stream) if encoding is Encoding.COLUMNS else plane):
        return None
    try:
        return b"".join(_chunks(stream[4:]))
    except ValueError:
        return None


def _chunks(stream: bytes) -> Iterator[bytes]:
    at = 0
    while at < len(stream):
        kind, whole, size = stream[at : at + 3]
        body = stream[at + 3 : at + whole]
        if len(body) != whole - 3:
            raise ValueError("the chunk ends early")
        if kind == 0x74 and len(body) == size:
            yield body
        elif kind == 0x75:
            yield unpacked_chunk(body, size)
        else:
            raise ValueError(f"no chunk starts with {kind:02x}")
        at += whole


def unpacked_chunk(body: bytes, size: int) -> bytes:
    """What a label makes of a compressed chunk of ``size`` bytes; ``ValueError`` for garbage."""
    return _Unpacking(body, size).result()


class _Unpacking:
    """The label's decoder: a table of 64 places, filled behind what is written."""

    def __init__(self, body: bytes, size: int) -> None:
        self._body = body
        self._size = size
        self._at = 0
        self._out = bytearray()
        self._places: dict[int, int] = {}
        self._noted = 0

    def result(self) -> bytes:
        control = 1
        while len(self._out) < self._size:
            if control == 1:
                (control,) = struct.unpack("<I", self._next(4))
            is_match, control = control & 1, control >> 1
            if is_match:
                self._copy()
            else:
                self._out += self._next(1)
        if self._at != len(self._body):
            raise ValueError("bytes are left")
        return bytes(self._out)

    def _next(self, count: int) -> bytes:
        taken = self._body[self._at : self._at + count]
        if len(taken) < count:
            raise ValueError("the chunk ends early")
        self._at += count
        return taken

    def _copy(self) -> None:
        start = len(self._out)
        if start >= self._size - 16:
            raise ValueError("a match starts too near to the end")
        self._note(start - 3)
        (token,) = struct.unpack("<H", self._next(2))
        length = (token & 15) + 2 if token & 15 else self._next(1)[0]
        source = self._places.get(token >> 4)
        if source is None or start + length > self._size - 4:
            raise ValueError("a match from nowhere or into the tail")
        for step in range(length):
            self._out.append(self._out[source + step])
        self._note(start)
        self._noted = start + length

    def _note(self, last: int) -> None:
        while self._noted <= last:
            a, b, c = self._out[self._noted : self._noted + 3]
            value = a | b << 8 | c << 16
            self._places[(value >> 12 ^ value) & 63] = self._noted
            self._noted += 1
