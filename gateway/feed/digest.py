"""Proof that two replicas are equal: hashes of rows, folded into 1,024 buckets.

A row's hash is taken over the value in the canonical form of RFC 8785. Values hold no fractions
and only ASCII member names, so that form is: sorted keys, no spaces, UTF-8.
"""

from __future__ import annotations

import hashlib
import json
import struct
from collections import OrderedDict
from collections.abc import Iterable
from typing import Any, TypeVar

BUCKETS = 1024
HASH_BYTES = 16
KEPT_DIGESTS = 1_024
KEPT_BUCKETS = 64

Place = tuple[int, int]
"""A position: epoch and seq."""

T = TypeVar("T")

_encode = json.JSONEncoder(
    sort_keys=True, separators=(",", ":"), ensure_ascii=False, check_circular=False
).encode
_HALF_HASH = struct.Struct("=QQ")


def canonical(value: Any) -> str:
    """The canonical JSON text of a value that ``json.loads`` made.

    Half surrogate pairs cannot be written as UTF-8; they become ``?`` and ``rows.check`` refuses
    the row.
    """
    text = _encode(value)
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def row_hash(kind: str, key: str, canonical_value: str) -> bytes:
    """The 16 bytes that stand for one row."""
    text = f"{kind}\n{key}\n{canonical_value}"
    return hashlib.sha256(text.encode("utf-8", "replace")).digest()[:HASH_BYTES]


def bucket_of(kind: str, key: str) -> int:
    """Which bucket a row belongs to: the first 10 bits of the hash of kind and key."""
    head = hashlib.sha256(f"{kind}\n{key}".encode("utf-8", "replace")).digest()
    return (head[0] << 2) | (head[1] >> 6)


def bucket_and_hash(kind: str, key: str, canonical_value: str) -> tuple[int, bytes]:
    """``bucket_of`` and ``row_hash`` in one: the text of the one begins that of the other."""
    hashed = hashlib.sha256(f"{kind}\n{key}".encode("utf-8", "replace"))
    head = hashed.digest()
    hashed.update(f"\n{canonical_value}".encode("utf-8", "replace"))
    return (head[0] << 2) | (head[1] >> 6), hashed.digest()[:HASH_BYTES]


class Buckets:
    """The XOR of the row hashes in each bucket: order does not matter, and removal is addition."""

    def __init__(self) -> None:
        self._bytes = bytearray(BUCKETS * HASH_BYTES)
        self._halves = memoryview(self._bytes).cast("Q")

    def toggle(self, bucket: int, row: bytes) -> None:
        """Add a row that is not in, or take out one that is."""
        self.toggle_all([(bucket, row)])

    def toggle_all(self, rows: Iterable[tuple[int, bytes]]) -> None:
        """``toggle`` for many (bucket, hash) pairs."""
        halves, unpack = self._halves, _HALF_HASH.unpack
        for bucket, row in rows:
            first, second = unpack(row)
            halves[2 * bucket] ^= first
            halves[2 * bucket + 1] ^= second

    def digest(self) -> str:
        """Hex SHA-256 of all buckets in order: equal replicas, equal digest."""
        return hashlib.sha256(self._bytes).hexdigest()

    def packed(self) -> bytes:
        """All buckets in order, 16 bytes each."""
        return bytes(self._bytes)


def differing(ours: bytes, theirs: bytes) -> tuple[int, ...]:
    """The numbers of the buckets that are not equal, both ``packed``."""
    return tuple(
        bucket
        for bucket, at in enumerate(range(0, BUCKETS * HASH_BYTES, HASH_BYTES))
        if ours[at : at + HASH_BYTES] != theirs[at : at + HASH_BYTES]
    )


class Digests:
    """The digest at each of our last 1,024 positions, and the buckets at the last 64.

    ``buckets`` are those of now; ``remember`` says which position that is.
    """

    def __init__(self, buckets: Buckets | None = None) -> None:
        self.buckets = buckets or Buckets()
        self._digests: OrderedDict[Place, str] = OrderedDict()
        self._packed: OrderedDict[Place, bytes] = OrderedDict()

    def remember(self, epoch: int, seq: int) -> None:
        """The rows of now are those at this position."""
        _put(self._digests, (epoch, seq), self.buckets.digest(), KEPT_DIGESTS)
        _put(self._packed, (epoch, seq), self.buckets.packed(), KEPT_BUCKETS)

    def digest_at(self, epoch: int, seq: int) -> str | None:
        """The digest at a position, if it is remembered."""
        return self._digests.get((epoch, seq))

    def buckets_at(self, epoch: int, seq: int) -> bytes | None:
        """The packed buckets at a position, if they are remembered."""
        return self._packed.get((epoch, seq))


def _put(memory: OrderedDict[Place, T], place: Place, value: T, most: int) -> None:
    memory[place] = value
    memory.move_to_end(place)
    if len(memory) > most:
        memory.popitem(last=False)
