"""A PNG is taken when it is a whole one, whatever else is sent."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from gateway.domain import png
from gateway.domain.png import PngError


def _file(width: int = 7, height: int = 3) -> bytes:
    out = io.BytesIO()
    Image.new("RGBA", (width, height), "#24408e").save(out, "PNG")
    return out.getvalue()


WHOLE = _file()


@given(st.integers(1, 300), st.integers(1, 300))
def test_its_size_is_what_the_file_says(width: int, height: int) -> None:
    assert png.size(_file(width, height)) == (width, height)


@given(st.integers(0, len(WHOLE) - 1))
def test_one_that_is_cut_off_is_none(end: int) -> None:
    with pytest.raises(PngError):
        png.size(WHOLE[:end])


@given(st.integers(0, len(WHOLE) - 1), st.integers(1, 255))
def test_one_with_another_byte_is_none(at: int, flip: int) -> None:
    changed = bytearray(WHOLE)
    changed[at] ^= flip
    with pytest.raises(PngError):
        png.size(bytes(changed))


@given(st.binary(max_size=200))
def test_nothing_may_follow_it(more: bytes) -> None:
    if more:
        with pytest.raises(PngError):
            png.size(WHOLE + more)


@given(st.binary(max_size=200))
def test_other_bytes_are_none_and_nothing_else_is_raised(data: bytes) -> None:
    with pytest.raises(PngError):
        png.size(data)
    with pytest.raises(PngError):
        png.size(WHOLE[:8] + data)
