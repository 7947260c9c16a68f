"""The codewords of a QR code and the module in which each of their bits stands.

The library makes a code in the better part of a millisecond, as long as all the rest of a label
takes. With version and mask fixed the place of every bit is fixed too: the library is asked once
per version where that is. What is left for each link is packing its characters and dividing by the
generator polynomial (ISO/IEC 18004 7.4 and 7.5).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter

import qrcode
from qrcode import base, constants

MASK = 2
"""One for all: a link is the same picture for ever, and nobody tries eight."""

QUIET_ZONE = 4
"""Modules of paper on every side (ISO/IEC 18004 8.1)."""

ALPHANUMERIC = re.compile(r"[0-9A-Z $%*+\-./:]+", re.ASCII)
_LETTERS = {letter: at for at, letter in enumerate("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:")}
_PADDING = (0xEC, 0x11)
_FIXED = b"01"
"""A light and a dark module that stand behind the bits, for modules that hold none."""

_DARK = bytes(255 if text == ord("1") else 0 for text in range(256))


def dark_modules(text: str, version: int) -> bytes:
    """255 for each dark module, row by row with the quiet zone; ``text`` must fit ``version``."""
    words = _with_correction(_data(text, version), version)
    layout = _layout(version)
    bits = f"{int.from_bytes(words, 'big'):0{8 * len(words)}b}".encode() + _FIXED
    placed = int.from_bytes(bytes(layout.pick(bits)), "big") ^ layout.mask
    return placed.to_bytes(layout.side**2, "big").translate(_DARK)


def _data(text: str, version: int) -> bytes:
    """Mode, length and characters, padded to what ``version`` holds."""
    large = version >= 10
    if ALPHANUMERIC.fullmatch(text):
        value, bits = 0b0010, 4
        value, bits = value << (11 if large else 9) | len(text), bits + (11 if large else 9)
        for at in range(0, len(text) - 1, 2):
            value = value << 11 | _LETTERS[text[at]] * 45 + _LETTERS[text[at + 1]]
        bits += 11 * (len(text) // 2)
        if len(text) % 2:
            value, bits = value << 6 | _LETTERS[text[-1]], bits + 6
    else:
        plain = text.encode()
        value = 0b0100 << (16 if large else 8) | len(plain)
        value = value << 8 * len(plain) | int.from_bytes(plain, "big")
        bits = 4 + (16 if large else 8) + 8 * len(plain)
    room: int = sum(block.data_count for block in _blocks(version))
    # Up to four bits of terminator, then to the end of the byte.
    ended = min(bits + 4, 8 * room)
    whole = -(-ended // 8)
    data = (value << 8 * whole - bits).to_bytes(whole, "big")
    return data + bytes(_PADDING[at % 2] for at in range(room - whole))


def _with_correction(data: bytes, version: int) -> bytes:
    """Blocks of data and of error correction, each interleaved."""
    blocks, corrections = [], []
    start = 0
    for block in _blocks(version):
        part = data[start : start + block.data_count]
        start += block.data_count
        blocks.append(part)
        corrections.append(_correction(part, block.total_count - block.data_count))
    return _interleaved(blocks) + _interleaved(corrections)


def _interleaved(blocks: list[bytes]) -> bytes:
    if len(blocks) == 1:
        return blocks[0]
    longest = max(map(len, blocks))
    return bytes(block[at] for at in range(longest) for block in blocks if at < len(block))


def _correction(data: bytes, count: int) -> bytes:
    """The remainder of ``data`` divided by the generator polynomial of degree ``count``."""
    table = _remainders(count)
    top, low = 8 * (count - 1), (1 << 8 * (count - 1)) - 1
    rest = 0
    for word in data:
        rest = (rest & low) << 8 ^ table[word ^ rest >> top]
    return rest.to_bytes(count, "big")


@lru_cache(maxsize=32)
def _remainders(count: int) -> tuple[int, ...]:
    """What each leading codeword leaves behind, as one number of ``count`` bytes."""
    generator = base.Polynomial([1], 0)
    for power in range(count):
        generator *= base.Polynomial([1, base.gexp(power)], 0)
    return tuple(
        int.from_bytes(bytes(_times(word, factor) for factor in generator.num[1:]), "big")
        for word in range(256)
    )


def _times(one: int, other: int) -> int:
    return base.gexp(base.glog(one) + base.glog(other)) if one and other else 0


@lru_cache(maxsize=32)
def _blocks(version: int) -> tuple[base.RSBlock, ...]:
    return tuple(base.rs_blocks(version, constants.ERROR_CORRECT_M))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Layout:
    """``pick`` takes the bits (and ``_FIXED``) in the order of the modules; ``mask`` inverts."""

    side: int
    pick: Callable[[bytes], Iterable[int]]
    mask: int


@lru_cache(maxsize=32)
def _layout(version: int) -> _Layout:
    """Where the library puts each bit, learnt by giving every bit a number of its own."""
    words = sum(block.total_count for block in _blocks(version))
    light = _drawn(version, [0] * words)
    numbers = [0] * len(light)
    for digit in range((8 * words).bit_length()):
        # Bit n of the codewords says the digit of n + 1, so that no number is 0.
        said = (
            sum(((8 * word + bit + 1) >> digit & 1) << 7 - bit for bit in range(8))
            for word in range(words)
        )
        for place, (module, without) in enumerate(
            zip(_drawn(version, list(said)), light, strict=True)
        ):
            numbers[place] |= (module != without) << digit
    order = [
        number - 1 if number else 8 * words + dark
        for number, dark in zip(numbers, light, strict=True)
    ]
    inverted = bytes(dark if number else 0 for number, dark in zip(numbers, light, strict=True))
    return _Layout(
        side=17 + 4 * version + 2 * QUIET_ZONE,
        pick=itemgetter(*order),
        mask=int.from_bytes(inverted, "big"),
    )


def _drawn(version: int, words: list[int]) -> list[bool]:
    """All modules of the library's code with these codewords."""
    code: qrcode.QRCode[object] = qrcode.QRCode(
        version=version,
        error_correction=constants.ERROR_CORRECT_M,
        border=QUIET_ZONE,
        mask_pattern=MASK,
    )
    code.data_cache = words
    code.make(fit=False)
    return [bool(module) for row in code.get_matrix() for module in row]
