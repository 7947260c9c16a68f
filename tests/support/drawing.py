"""Small templates, written as TOML would say them, and pictures as a scanner sees them."""

from __future__ import annotations

import math
from typing import Any, Final

import zxingcpp
from PIL import Image

from device_drivers.api.panels import Frame, Ink
from gateway.domain.labels import LabelFacts, LabelState
from gateway.render.template import Template

_LEAST_HEIGHT: Final = 8

FACTS = LabelFacts(
    code="7K3Q9M",
    link="HTTPS://Q.EXAMPLE.COM/L/7K3Q9M",
    language="es",
    state=LabelState.REGULAR,
    title="Café molido",
    reference="CAF-250",
    year=2026,
)


def page(*elements: dict[str, Any], **words: dict[str, str]) -> Template:
    """A template of one column, in which these elements stand as ``e0``, ``e1`` and so on."""
    named = {f"e{number}": one for number, one in enumerate(elements)}
    column = {"kind": "column", "children": list(named)}
    return Template.model_validate(
        {
            "name": "small",
            "title": {"es": "Chica", "en": "Small"},
            "view": [{"root": "page"}],
            "words": words,
            "elements": {"page": column, **named},
        }
    )


def as_grey(frame: Frame) -> Image.Image:
    """The frame as a camera that knows no colours sees it."""
    grey = {Ink.WHITE: 255, Ink.YELLOW: 200, Ink.GREEN: 120, Ink.RED: 76, Ink.BLUE: 40}
    table = bytes([*(grey.get(ink, 0) for ink in frame.inks), *bytes(256 - len(frame.inks))])
    return Image.frombytes("L", (frame.width, frame.height), frame.pixels.translate(table))


def read(image: Image.Image) -> list[tuple[str, str]]:
    """Symbology and text of every code in the picture, as a camera sees it twice as large.

    A row of letters may look like bars by chance; bars are those that several rows agree on. A
    second look at a smaller picture sees other letters in the same bars, so there is none.
    """
    twice = image.resize((image.width * 2, image.height * 2), Image.Resampling.NEAREST)
    return [
        (found.format.name, found.text)
        for found in zxingcpp.read_barcodes(twice, try_downscale=False)
        if _height(found.position) >= _LEAST_HEIGHT
    ]


def _height(position: zxingcpp.Position) -> float:
    top, bottom = position.top_left, position.bottom_left
    return math.dist((top.x, top.y), (bottom.x, bottom.y))
