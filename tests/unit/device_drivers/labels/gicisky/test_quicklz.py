"""Chunks are what labels undo to the same bytes, whatever the bytes."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device_drivers.labels.gicisky import quicklz
from device_drivers.simulated.gicisky_label import unpacked_chunk


def undone(chunk: bytes) -> bytes:
    kind, whole, size = chunk[:3]
    assert whole == len(chunk)
    if kind == quicklz.LITERAL:
        assert size == len(chunk) - 3
        return chunk[3:]
    assert kind == quicklz.COMPRESSED
    return unpacked_chunk(chunk[3:], size)


def test_the_known_chunk_of_white() -> None:
    known = bytes.fromhex("75124010000080ffffffff000038ffffffff")

    assert quicklz.chunk(b"\xff" * 64) == known
    assert undone(known) == b"\xff" * 64


def test_what_does_not_shrink_is_sent_as_it_is() -> None:
    source = random.Random(4).randbytes(64)

    assert quicklz.chunk(source) == bytes.fromhex("744340") + source


@given(st.binary(min_size=1, max_size=quicklz.LARGEST))
def test_any_bytes_come_back(source: bytes) -> None:
    assert undone(quicklz.chunk(source)) == source


@given(
    st.lists(
        st.tuples(st.binary(min_size=1, max_size=9), st.integers(1, 30)), min_size=1, max_size=12
    )
)
def test_repeating_bytes_come_back_and_never_grow(pieces: list[tuple[bytes, int]]) -> None:
    source = b"".join(piece * times for piece, times in pieces)[: quicklz.LARGEST]
    chunk = quicklz.chunk(source)

    assert undone(chunk) == source
    assert len(chunk) <= len(source) + 3


@pytest.mark.parametrize("size", [0, quicklz.LARGEST + 1])
def test_chunks_have_a_size(size: int) -> None:
    with pytest.raises(ValueError, match="a chunk holds"):
        quicklz.chunk(bytes(size))


@pytest.mark.parametrize(
    "body",
    [
        "10000080ffffffff100038ffffffff",  # the wrong place of the table
        "10000080ffffffff00003cffffffff",  # into the tail
        "10000080ffffffff000038ffffff",  # too short
        "10000080ffffffff000038ffffffff00",  # too long
    ],
)
def test_the_simulated_label_takes_no_garbage(body: str) -> None:
    with pytest.raises(ValueError, match=r"match|early|left"):
        unpacked_chunk(bytes.fromhex(body), 64)
