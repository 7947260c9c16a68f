"""What an OpenDisplay label tells of itself: its configuration, checked before it is believed.

``[length u16][version][packets][CRC u16]``; a packet is ``[number][type][data]``, and its type
fixes its length. What follows a packet of unknown type cannot be read; the firmware ends there too.
"""

from __future__ import annotations

import binascii
import struct
from dataclasses import dataclass
from typing import Final

from device_drivers.labels.opendisplay.models import ROTATIONS, Layout, scheme_name, usual_dpi

LARGEST: Final = 4096
_SMALLEST: Final = 5

_SYSTEM, _MANUFACTURER, _POWER, _DISPLAY, _LED, _WIFI = 0x01, 0x02, 0x04, 0x20, 0x21, 0x26
_SIZES: Final = {
    _SYSTEM: 22, _MANUFACTURER: 22, _POWER: 30, _DISPLAY: 46, _LED: 22, 0x23: 30, 0x24: 30,
    0x25: 30, _WIFI: 160, 0x27: 64, 0x28: 32, 0x29: 32, 0x2A: 32, 0x2B: 32, 0x2C: 288,
}  # fmt: skip
_OLD_WIFI: Final = 65
_NEEDED: Final = {
    _SYSTEM: "system", _MANUFACTURER: "manufacturer", _POWER: "power", _DISPLAY: "display",
}  # fmt: skip

_STREAMING_INFLATE, _ZIP, _PIPE = 0x01, 0x02, 0x10
_PLAUSIBLE_DPI: Final = range(30, 601)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What matters of a configuration.

    ``inflates`` and ``pipes``: the label takes compressed pictures, and frames in a window.
    ``zips_at_most`` is the most bytes of a compressed picture; None is any.
    """

    layout: Layout
    dpi: int
    inflates: bool
    zips_at_most: int | None
    pipes: bool
    has_led: bool


def crc(body: bytes) -> int:
    """CRC-16/CCITT-FALSE of a container without its last two bytes; the length counts as zero."""
    return binascii.crc_hqx(b"\x00\x00" + body[2:], 0xFFFF)


def parse(data: bytes) -> Settings:
    """What a whole container says; ``ValueError`` tells what is wrong with it."""
    if not _SMALLEST <= len(data) <= LARGEST:
        raise ValueError(f"its configuration has {len(data)} bytes (5 to {LARGEST})")
    body, told = data[:-2], int.from_bytes(data[-2:], "little")
    if crc(body) != told:
        raise ValueError(f"its configuration is damaged (CRC {crc(body):04X}, not {told:04X})")
    packets = _packets(body[3:])
    for kind, name in _NEEDED.items():
        if kind not in packets:
            raise ValueError(f"its configuration has no {name} packet")
    return _settings(packets[_DISPLAY], has_led=_LED in packets)


def _packets(data: bytes) -> dict[int, bytes]:
    """The first packet of each type."""
    found: dict[int, bytes] = {}
    at = 0
    while at + 2 <= len(data):
        kind = data[at + 1]
        size = _SIZES.get(kind)
        if size is None:
            break
        at += 2
        if kind == _WIFI and len(data) - at == _OLD_WIFI:
            size = _OLD_WIFI
        if at + size > len(data):
            raise ValueError(f"its configuration ends within packet {kind:02X}")
        found.setdefault(kind, data[at : at + size])
        at += size
    return found


def _settings(display: bytes, *, has_led: bool) -> Settings:
    panel, width, height, width_mm, height_mm = struct.unpack_from("<HHHHH", display, 2)
    rotation, scheme, modes = display[14], display[21], display[22]
    if rotation >= len(ROTATIONS):
        raise ValueError(f"its rotation {rotation} is none of 0 to 3")
    layout = Layout(
        scheme=scheme_name(scheme, panel),
        width=width,
        height=height,
        rotation=ROTATIONS[rotation],
    )
    streams = bool(modes & _STREAMING_INFLATE)
    return Settings(
        layout=layout,
        dpi=_dpi(width, height, width_mm, height_mm),
        inflates=streams or bool(modes & _ZIP),
        zips_at_most=None if streams else 50 * 1024,
        pipes=bool(modes & _PIPE),
        has_led=has_led,
    )


def _dpi(width: int, height: int, width_mm: int, height_mm: int) -> int:
    for pixels, millimetres in ((width, width_mm), (height, height_mm)):
        dpi = round(pixels * 25.4 / millimetres) if millimetres else 0
        if dpi in _PLAUSIBLE_DPI:
            return dpi
    return usual_dpi(width, height)
