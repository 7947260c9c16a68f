"""QR codes on pages and cards: vectors, so that they are sharp on every screen and printer."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby


@dataclass(frozen=True, slots=True, kw_only=True)
class QrPicture:
    """The dark modules as an SVG path, one unit per module, quiet zone included."""

    side: int
    path: str


def qr_picture(text: str) -> QrPicture:
    """The code of ``text``. Raises ``symbols.SymbolError`` for more than fits."""
    # Only here: a start does without what draws codes.
    from gateway.render import symbols

    image = symbols.qr(text)
    side, dark = image.width, image.tobytes()
    runs = []
    for y in range(side):
        x = 0
        for is_dark, run in groupby(dark[y * side : (y + 1) * side]):
            length = len(list(run))
            if is_dark:
                runs.append(f"M{x} {y}h{length}v1h-{length}z")
            x += length
    return QrPicture(side=side, path="".join(runs))
