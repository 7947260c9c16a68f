"""The demo's shelf: 120 labels of four panel sizes and four ink sets, and what they stand for."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import cycle, islice
from typing import Any

from device_drivers.api.panels import Ink, Panel
from device_drivers.simulated.mqtt_label import LabelModel
from gateway.demo.catalogue import DemoShop
from gateway.domain.rows import Row

LABELS = 120
WAITING = ("esl-119", "esl-120")
"""Labels that stand for nothing and were never adopted."""
WITHOUT_BATTERY = "esl-017"
LOW_BATTERY = "esl-023"
_REFRESH_S = 0.5
_FULL_MV = 3100
_LOW_MV = 2400

_SIZES = (("2.13", 250, 122, 130), ("2.9", 296, 128, 112), ("4.2", 400, 300, 119))
_LARGE = ("7.5", 800, 480, 124)
_INKS = {
    "bw": (Ink.WHITE, Ink.BLACK),
    "bwr": (Ink.WHITE, Ink.BLACK, Ink.RED),
    "bwy": (Ink.WHITE, Ink.BLACK, Ink.YELLOW),
    "bwry": (Ink.WHITE, Ink.BLACK, Ink.RED, Ink.YELLOW),
}


def labels() -> Iterator[tuple[str, LabelModel]]:
    """Every label by id, with what it is; every tenth is a large one."""
    sizes = cycle(_SIZES)
    inks = cycle(_INKS)
    for number in range(1, LABELS + 1):
        inch, width, height, dpi = _LARGE if number % 10 == 0 else next(sizes)
        name = next(inks)
        # Four ink sets against three sizes: a skip now and then lets each meet each.
        if number % 12 == 0:
            next(inks)
        panel = Panel(name=f'{inch}" {name}', width=width, height=height, inks=_INKS[name], dpi=dpi)
        label = f"esl-{number:03d}"
        battery_mv = _LOW_MV if label == LOW_BATTERY else _FULL_MV
        yield (
            label,
            LabelModel(panel=panel, refresh_s=_REFRESH_S, battery_mv=battery_mv, can=("flash",)),
        )


def bindings(shop: DemoShop) -> Iterator[Row]:
    """What the labels stand for: styles, colourways and single articles, in turn."""
    bound = islice(_targets(shop), LABELS - len(WAITING))
    for (label, _), target in zip(labels(), bound, strict=False):
        yield Row(kind="binding", key=label, value={"label": label, "target": target})


def _targets(shop: DemoShop) -> Iterator[dict[str, Any]]:
    """A colourway, then an article of it, and so on; whole groups where there is one colour."""
    while True:
        for group in shop.of_kind("group"):
            axes = {axis["axis"]: axis["values"] for axis in group.value["axes"]}
            colors = axes.get("color", [None])
            for color in colors:
                where = {} if color is None else {"color": color}
                yield {"group": group.key, "where": where}
            first = next(
                row for row in shop.of_kind("product") if row.value.get("group") == group.key
            )
            yield {"product": first.key}
