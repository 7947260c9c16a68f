"""How easyTag labels hide their words, and how they check them.

Every byte is combined with one number: all bytes of the label's address, and a character of a
table that a byte in the clear picks. It keeps nobody out; without it the label understands nothing.
"""

from __future__ import annotations

from functools import reduce
from operator import xor
from typing import Final

FROM_LABEL: Final = 0
"""The place in the table for what labels say."""
TO_LABEL: Final = 0x5C
"""The place for what is said to labels: the one that was seen at work on real ones."""

_HALF: Final = (
    "b8b26356ec4473bd3f36e6495d756703a4bb835139f0b161423b5f286c4e97d6"
    "0015bab2cdefb7ae0fcb099b599{}c44d391645dde4b89b6e50f53dc046ec25ac"
)
TABLE: Final = (_HALF.format("c") + _HALF.format("a")).encode("ascii")
"""256 characters; the halves differ in one."""


def key(address: str, place: int) -> int:
    """The number for a label with this address (``AA:BB:...``) and a place in the table."""
    return reduce(xor, bytes.fromhex(address.replace(":", "")), TABLE[place])


def hidden(data: bytes, number: int) -> bytes:
    """``data`` hidden, or uncovered again."""
    return bytes(byte ^ number for byte in data)


def _crc_table() -> tuple[int, ...]:
    table = []
    for byte in range(256):
        value = byte << 8
        for _ in range(8):
            value = value << 1 ^ (0x8005 if value & 0x8000 else 0)
        table.append(value & 0xFFFF)
    return tuple(table)


_CRC: Final = _crc_table()


def crc16(data: bytes) -> int:
    """The checksum of frames: polynomial 8005, from FFFF, nothing reflected."""
    value = 0xFFFF
    for byte in data:
        value = value << 8 & 0xFF00 ^ _CRC[value >> 8 ^ byte]
    return value
