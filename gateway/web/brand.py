"""The shop's brand on pages: its colour as a style sheet, and its logo.

The address of either names what is there, so that it never changes.
"""

from __future__ import annotations

import base64
import hashlib
import re
from functools import lru_cache

from starlette.responses import PlainTextResponse, Response

from gateway.domain import picturing, png
from gateway.web.pages import Logo

PREFIX = "/brand"
_SHEET = re.compile(r"([0-9a-f]{6})\.css")
DARKEST_PAPER = "#ecece8"
"""``--sunk`` of the light page; what can be read there can be read on the rest."""
LIGHTEST_NIGHT = "#2a2a27"
"""``--sunk`` of the dark page."""


def address(color: str | None) -> str:
    """Where the style sheet of ``#rrggbb`` is; '' for no colour."""
    return "" if color is None else f"{PREFIX}/{color.removeprefix('#')}.css"


def sheet(color: str) -> str:
    """The colours of ``anaquel.css`` that follow from ``#rrggbb``; every text can be read."""
    letters = "#000" if picturing.takes_black(color) else "#fff"
    day = picturing.readable(color, DARKEST_PAPER)
    night = picturing.readable(color, LIGHTEST_NIGHT)
    return (
        f":root {{ --brand: {color}; --on-brand: {letters}; --brand-text: {day}; }}\n"
        f"@media (prefers-color-scheme: dark) {{ :root {{ --brand-text: {night}; }} }}\n"
    )


def logo(value: str | None) -> Logo | None:
    """Where the logo is that the setting has in base64."""
    return None if value is None else _read(value)[0]


@lru_cache(maxsize=2)
def _read(value: str) -> tuple[Logo, bytes]:
    data = base64.b64decode(value)
    width, height = png.size(data)
    name = hashlib.sha256(data).hexdigest()[:16]
    return Logo(address=f"{PREFIX}/{name}.png", width=width, height=height), data


async def response(name: str, own: str | None) -> Response:
    """The style sheet or the logo called ``name``; ``own`` is the logo in base64 that there is."""
    headers = {"Cache-Control": "public, max-age=31536000, immutable"}
    if (found := _SHEET.fullmatch(name)) is not None:
        return Response(sheet(f"#{found[1]}"), headers=headers, media_type="text/css")
    if own is not None:
        known, data = _read(own)
        if known.address == f"{PREFIX}/{name}":
            return Response(data, headers=headers, media_type="image/png")
    return PlainTextResponse("There is no such file.\n", 404)
