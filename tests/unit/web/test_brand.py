"""The style sheet of the shop's brand colour."""

from __future__ import annotations

import re

import pytest

from gateway.domain import picturing
from gateway.web import brand
from gateway.web.static import OWN_FILES


@pytest.mark.parametrize("color", ["#ffe600", "#24408e", "#000000", "#ffffff", "#777777"])
def test_every_text_in_and_on_the_colour_can_be_read(color: str) -> None:
    found = re.findall(r"--(brand-text|on-brand): (#[0-9a-f]+);", brand.sheet(color))
    (_, on), (_, day), (_, night) = found
    full = "#000000" if on == "#000" else "#ffffff"
    assert picturing.contrast(full, color) >= picturing.READABLE
    assert picturing.contrast(day, brand.DARKEST_PAPER) >= picturing.READABLE
    assert picturing.contrast(night, brand.LIGHTEST_NIGHT) >= picturing.READABLE


def test_the_grounds_are_those_of_the_pages() -> None:
    pages = (OWN_FILES / "anaquel.css").read_text(encoding="utf-8")
    assert re.findall(r"--sunk: (#\w+);", pages) == [brand.DARKEST_PAPER, brand.LIGHTEST_NIGHT]


@pytest.mark.parametrize("name", ["red.css", "24408E.css", "24408e", "24408e.css.map"])
async def test_only_colours_have_a_sheet(name: str) -> None:
    assert (await brand.response(name, None)).status_code == 404
