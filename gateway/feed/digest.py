"""Proof that two replicas are equal: hashes of rows, folded into 1,024 buckets.

A row's hash is taken over the value in the canonical form of RFC 8785. Values hold no fractions
and only ASCII member names, so that form is: sorted keys, no spaces, UTF-8.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import Any

BUCKETS = 1024
HASH_BYTES = 16
NOTHING = bytes(HASH_BYTES)


def canonical(value: Any) -> str:
    """The canonical JSON text of a value that ``json.loads`` made.

    Half surrogate pairs cannot be written as UTF-8; they become ``?`` and ``rows.check`` refuses
    the row.
    """
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def row_hash(kind: str, key: str, canonical_value: str) -> bytes:
    """The 16 bytes that stand for one row."""
    text = f"{kind}\n{key}\n{canonical_value}"
    return hashlib.sha256(text.encode("utf-8", "replace")).digest()[:HASH_BYTES]


def bucket_of(kind: str, key: str) -> int:
    """Which bucket a row belongs to: the first 10 bits of the hash of kind and key."""
    head = hashlib.sha256(f"{kind}\n{key}".encode("utf-8", "replace")).digest()
    return (head[0] << 2) | (head[1] >> 6)


class Buckets:
    """The XOR of the row hashes in each bucket: order does not matter, and removal is addition."""

    def __init__(self) -> None:
        self._buckets = [0] * BUCKETS

    def toggle(self, bucket: int, row: bytes) -> None:
        """Add a row that is not in, or take out one that is."""
        self._buckets[bucket] ^= int.from_bytes(row, "big")

    def toggle_all(self, rows: Iterable[tuple[int, bytes]]) -> None:
        """``toggle`` for many (bucket, hash) pairs."""
        for bucket, row in rows:
            self.toggle(bucket, row)

    def digest(self) -> str:
        """Hex SHA-256 of all buckets in order: equal replicas, equal digest."""
        joined = b"".join(bucket.to_bytes(HASH_BYTES, "big") for bucket in self._buckets)
        return hashlib.sha256(joined).hexdigest()
