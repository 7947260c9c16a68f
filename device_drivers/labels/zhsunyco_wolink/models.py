"""WoLink models: the order in which each reads its pixels.

The labels do not say which of them they are. How far the order of each is proven (by others, on
their labels) stands in its title; nothing here was tried on hardware by us.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

from device_drivers.api.drivers import Model
from device_drivers.api.known_panels import PANELS
from device_drivers.api.panels import Ink, Panel


@dataclass(frozen=True, slots=True, kw_only=True)
class Tag:
    """One model.

    With ``by_rows`` its memory is the picture, row by row. Otherwise it is one line for each
    column: from the left, each from its foot; with ``turned`` from the right, each from the top.
    ``mirrored`` turns the picture left to right before all that. ``line`` is the bytes of a line.
    """

    model: Model
    by_rows: bool = False
    mirrored: bool = False
    turned: bool = False
    line: int

    @property
    def size(self) -> int:
        """Bytes of a whole picture."""
        panel = self.model.panel
        return self.line * (panel.height if self.by_rows else panel.width)


def _tag(
    key: int,
    title: str,
    panel: Panel,
    *,
    by_rows: bool = False,
    mirrored: bool = False,
    turned: bool = False,
    line: int | None = None,
) -> Tag:
    name = f"wolink-{key}"
    pixels = panel.width if by_rows else panel.height
    return Tag(
        model=Model(id=name, title=f"WoLink {title}", panel=replace(panel, name=name)),
        by_rows=by_rows,
        mirrored=mirrored,
        turned=turned,
        line=-(-pixels // 4) if line is None else line,
    )


_LARGEST: Final = Panel(
    name="", width=1600, height=1200, inks=(Ink.WHITE, Ink.BLACK, Ink.RED), dpi=150
)
_ESTIMATED: Final = "order of pixels estimated"

_TAGS: Final = (
    _tag(290, '2.9" (296x128)', PANELS["2.9-296x128-bwry"], mirrored=True, turned=True),
    _tag(350, '3.5" (384x184)', PANELS["3.5-384x184-bwry"]),
    _tag(750, '7.5" (800x480)', PANELS["7.5-800x480-bwry"], by_rows=True),
    _tag(420, '4.2" (400x300)', PANELS["4.2-400x300-bwry"], by_rows=True),
    _tag(266, '2.66" (296x152)', PANELS["2.66-296x152-bwry"], mirrored=True, turned=True),
    # Its columns are 122 pixels high and stored as 128.
    _tag(213, '2.13" (250x122)', PANELS["2.13-250x122-bwry"], line=32),
    _tag(154, f'1.54" (200x200), {_ESTIMATED}', PANELS["1.54-200x200-bwry"]),
    _tag(370, f'3.7" (240x416), {_ESTIMATED}', PANELS["3.7-416x240-bwry"].turned()),
    _tag(583, f'5.83" (648x480), {_ESTIMATED}', replace(
        PANELS["5.83-648x480-bwr"], inks=PANELS["7.5-800x480-bwry"].inks,
    )),
    _tag(102, f'10.2" (960x640), {_ESTIMATED}', PANELS["10.2-960x640-bwr"]),
    _tag(133, f'13.3" (1600x1200), {_ESTIMATED}', _LARGEST),
)  # fmt: skip

TAGS: Final[Mapping[str, Tag]] = MappingProxyType({tag.model.id: tag for tag in _TAGS})
"""By the model's name."""
