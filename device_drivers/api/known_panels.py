"""The panels of labels that exist: one record each, as its viewer sees it when it hangs upright.

Sizes and inks are those of the tag-type files of OpenEPaperLink (commit cdd1cfa) and of the device
ids of Gicisky labels; the pitch follows from pixels and diagonal. Which way round a family's
hardware scans its panel is the family's business, not the panel's.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import MappingProxyType

from device_drivers.api.panels import Ink, Panel

_INKS = {
    "bw": (Ink.WHITE, Ink.BLACK),
    "bwr": (Ink.WHITE, Ink.BLACK, Ink.RED),
    "bwy": (Ink.WHITE, Ink.BLACK, Ink.YELLOW),
    "bwry": (Ink.WHITE, Ink.BLACK, Ink.RED, Ink.YELLOW),
    "six": (Ink.WHITE, Ink.BLACK, Ink.RED, Ink.YELLOW, Ink.BLUE, Ink.GREEN),
}

# Diagonal in inches, width and height in pixels, ink sets.
_SIZES: tuple[tuple[float, int, int, str], ...] = (
    (1.33, 144, 200, "bwr"),
    (1.54, 152, 152, "bw bwr"),
    (1.54, 200, 200, "bw bwr bwry"),
    (1.6, 168, 168, "bwry"),
    (2.0, 152, 200, "bwy bwry"),
    (2.13, 212, 104, "bw bwr"),
    (2.13, 250, 122, "bw bwr bwry"),
    (2.13, 250, 128, "bw bwr"),
    (2.13, 256, 128, "bw bwr"),
    (2.13, 296, 144, "bwr"),
    (2.2, 250, 128, "bwr bwry"),
    (2.2, 296, 160, "bw bwr bwry"),
    (2.4, 296, 168, "bwry"),
    (2.6, 360, 184, "bw bwr bwry"),
    (2.66, 296, 152, "bwr bwry"),
    (2.7, 264, 176, "bwr"),
    (2.7, 300, 200, "bwr"),
    (2.9, 296, 128, "bw bwr bwry"),
    (2.9, 384, 168, "bw bwr bwry"),
    (3.0, 400, 168, "bwry"),
    (3.46, 480, 176, "bwy"),
    (3.5, 384, 184, "bw bwr bwy bwry"),
    (3.5, 480, 224, "bwry"),
    (3.7, 416, 240, "bw bwr bwry"),
    (4.01, 640, 400, "six"),
    (4.2, 400, 300, "bw bwr bwy bwry"),
    (4.3, 522, 152, "bwr bwry"),
    (5.81, 720, 256, "bw bwr"),
    (5.83, 648, 480, "bwr bwy"),
    (5.85, 792, 272, "bw bwr bwry"),
    (6.0, 600, 448, "bwr"),
    (7.3, 800, 480, "six"),
    (7.4, 640, 384, "bw bwr"),
    (7.5, 800, 480, "bw bwr bwy bwry"),
    (8.2, 1024, 576, "bwry"),
    (9.7, 960, 672, "bwr"),
    (10.2, 960, 640, "bw bwr bwry"),
    (11.6, 960, 640, "bwr bwry"),
    (12.2, 960, 768, "bwr"),
)


def _panels() -> Mapping[str, Panel]:
    found: dict[str, Panel] = {}
    for inches, width, height, inks in _SIZES:
        dpi = round(math.hypot(width, height) / inches)
        for set_ in inks.split():
            name = f"{inches:g}-{width}x{height}-{set_}"
            found[name] = Panel(name=name, width=width, height=height, inks=_INKS[set_], dpi=dpi)
    return MappingProxyType(found)


PANELS = _panels()
"""By name, like ``2.9-296x128-bwr``: diagonal in inches, pixels, inks."""
