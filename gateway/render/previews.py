"""Pictures for people: single labels, and a sheet of one template on many panels."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from datetime import tzinfo

from PIL import Image

from device_drivers import pictures
from device_drivers.api.panels import Frame, Panel
from gateway.domain.labels import LabelFacts
from gateway.render import rendering
from gateway.render.template import Template

SHOWN = (
    *("1.54-152x152-bwr", "1.54-200x200-bw", "2.13-212x104-bw", "2.13-250x122-bwr"),
    *("2.66-296x152-bwry", "2.9-296x128-bwr", "2.9-384x168-bwry", "3.5-480x224-bwry"),
    *("4.2-400x300-bwy", "5.83-648x480-bwr", "7.5-800x480-bwry", "9.7-960x672-bwr"),
)
"""Panels that stand for all: the smallest, the commonest, the largest, every set of inks."""

_PAPER = (122, 124, 130)
_AIR = 12
_SHEET_WIDTH = 1400


def draw_all(
    template: Template,
    samples: Mapping[str, LabelFacts],
    on: Sequence[Panel],
    country: str,
    zone: tzinfo | None,
) -> Iterator[tuple[str, Frame]]:
    """Each sample on each panel, named ``{sample}-{panel}``."""
    for panel in on:
        for name, facts in samples.items():
            frame = rendering.render(template, panel, facts, country, zone)
            yield f"{name}-{panel.name}", frame


def sheet(frames: Sequence[Frame]) -> bytes:
    """A PNG with all frames in screen colours, in rows, each in a plain bezel."""
    tiles = [_tile(frame) for frame in frames]
    rows: list[list[Image.Image]] = [[]]
    for tile in tiles:
        used = sum(one.width + _AIR for one in rows[-1])
        if rows[-1] and used + tile.width + _AIR > _SHEET_WIDTH:
            rows.append([])
        rows[-1].append(tile)
    width = max((sum(one.width + _AIR for one in row) for row in rows), default=0) + _AIR
    height = sum(max((one.height for one in row), default=0) + _AIR for row in rows) + _AIR
    whole = Image.new("RGB", (width, height), _PAPER)
    y = _AIR
    for row in rows:
        x = _AIR
        for tile in row:
            whole.paste(tile, (x, y))
            x += tile.width + _AIR
        y += max((one.height for one in row), default=0) + _AIR
    buffer = io.BytesIO()
    whole.save(buffer, "PNG")
    return buffer.getvalue()


def _tile(frame: Frame) -> Image.Image:
    scale = 2 if frame.width <= 320 else 1
    return Image.open(io.BytesIO(pictures.to_rgb(frame, scale))).convert("RGB")
