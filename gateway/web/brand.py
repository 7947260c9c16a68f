"""The shop's brand colour as a style sheet: its address names the colour, so it never changes."""

from __future__ import annotations

import re

from starlette.responses import PlainTextResponse, Response

from gateway.domain import picturing

PREFIX = "/brand"
_NAME = re.compile(r"([0-9a-f]{6})\.css")
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


async def response(name: str) -> Response:
    """The style sheet called ``name``."""
    found = _NAME.fullmatch(name)
    if found is None:
        return PlainTextResponse("There is no such file.\n", 404)
    headers = {"Cache-Control": "public, max-age=31536000, immutable"}
    return Response(sheet(f"#{found[1]}"), headers=headers, media_type="text/css")
