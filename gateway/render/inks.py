"""Colour names in templates, and what a panel without that colour shows instead.

``accent`` draws the eye and may lie under text: red, else yellow, else black. ``accent_text`` is
for letters on paper, where yellow cannot be read: red, else black. ``on_accent`` is what can be
read on ``accent``.
"""

from __future__ import annotations

from device_drivers.api.panels import Ink

NAMES = ("white", "black", "red", "yellow", "blue", "green", "accent", "accent_text", "on_accent")

_FALLBACKS = {
    "white": (Ink.WHITE,),
    "black": (Ink.BLACK,),
    "red": (Ink.RED, Ink.BLACK),
    "yellow": (Ink.YELLOW, Ink.BLACK),
    "blue": (Ink.BLUE, Ink.BLACK),
    "green": (Ink.GREEN, Ink.BLACK),
    "accent": (Ink.RED, Ink.YELLOW, Ink.BLACK),
    "accent_text": (Ink.RED, Ink.BLACK),
}


def index(name: str, inks: tuple[Ink, ...]) -> int:
    """The place of the ink for ``name`` in the panel's ``inks``.

    A panel with none of the fallbacks shows its second ink, and its paper for white.
    """
    if name == "on_accent":
        dark_text = inks[index("accent", inks)] is Ink.YELLOW
        return index("black" if dark_text else "white", inks)
    for ink in _FALLBACKS[name]:
        if ink in inks:
            return inks.index(ink)
    return 0 if name == "white" else 1
