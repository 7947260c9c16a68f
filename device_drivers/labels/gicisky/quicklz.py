"""The compression that Gicisky labels undo: QuickLZ level 1 with a table of 64 places.

A chunk is a run of items, each a byte or a match: "copy so many bytes from the position last noted
under this hash". 31 items share a word of bits ahead of them that tells which is which. The match
names a hash, not a distance, so the packer keeps the table exactly as the label will have it at
that point: before a match it has noted every position up to three bytes back, except those inside
of earlier matches. Labels take the maker's other table size for garbage without a word.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

LITERAL: Final = 0x74
COMPRESSED: Final = 0x75
LARGEST: Final = 248
"""Bytes of a chunk before compression: its length with the head is told in one byte."""

_PLACES: Final = 64
_ITEMS: Final = 31
_HIGHEST: Final = 1 << 31
_FIRST_MATCH: Final = 4
_TAIL_WITHOUT_START: Final = 16
_TAIL_OF_LITERALS: Final = 4
_SHORTEST: Final = 3
_LONGEST: Final = 255
_LONGEST_SHORT: Final = 17


@lru_cache(maxsize=256)
def chunk(source: bytes) -> bytes:
    """``source`` (1 to ``LARGEST`` bytes) as a chunk, compressed if that makes it shorter."""
    # Most chunks of a label are the same few: paper, or a bar in one ink.
    if not 1 <= len(source) <= LARGEST:
        raise ValueError(f"a chunk holds 1 to {LARGEST} bytes, not {len(source)}")
    body = _compressed(source)
    if len(body) >= len(source):
        return bytes((LITERAL, len(source) + 3, len(source))) + source
    return bytes((COMPRESSED, len(body) + 3, len(source))) + body


class _Noted:
    """The label's table as far as it has read."""

    def __init__(self, source: bytes) -> None:
        self._source = source
        self._at: list[int | None] = [None] * _PLACES
        self._next = 0

    def note_up_to(self, last: int) -> None:
        while self._next <= last:
            self._at[self.hash(self._next)] = self._next
            self._next += 1

    def skip_to(self, position: int) -> None:
        self._next = position

    def hash(self, position: int) -> int:
        three = int.from_bytes(self._source[position : position + 3], "little")
        return (three >> 12 ^ three) & (_PLACES - 1)

    def find(self, position: int) -> tuple[int, int]:
        """The hash and the length of the match at ``position``; length 0 when there is none."""
        source = self._source
        place = self.hash(position)
        origin = self._at[place]
        if origin is None:
            return place, 0
        longest = min(_LONGEST, len(source) - _TAIL_OF_LITERALS - position)
        length = 0
        while length < longest and source[origin + length] == source[position + length]:
            length += 1
        return place, length


def _compressed(source: bytes) -> bytes:
    noted = _Noted(source)
    items: list[tuple[bool, bytes]] = []
    position = 0
    while position < len(source):
        if _FIRST_MATCH <= position < len(source) - _TAIL_WITHOUT_START:
            noted.note_up_to(position - 3)
            place, length = noted.find(position)
            if length >= _SHORTEST:
                items.append((True, _match(place, length)))
                noted.note_up_to(position)
                position += length
                noted.skip_to(position)
                continue
        items.append((False, source[position : position + 1]))
        position += 1
    return _grouped(items)


def _match(place: int, length: int) -> bytes:
    if length <= _LONGEST_SHORT:
        return (place << 4 | length - 2).to_bytes(2, "little")
    return (place << 4).to_bytes(2, "little") + bytes((length,))


def _grouped(items: list[tuple[bool, bytes]]) -> bytes:
    out = bytearray()
    for start in range(0, len(items), _ITEMS):
        group = items[start : start + _ITEMS]
        word = _HIGHEST | sum(1 << bit for bit, (is_match, _) in enumerate(group) if is_match)
        out += word.to_bytes(4, "little")
        for _, data in group:
            out += data
    return bytes(out)
