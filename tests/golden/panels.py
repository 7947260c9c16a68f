"""The panels that templates are looked at on: sizes, pitches and inks of labels that exist."""

from __future__ import annotations

from device_drivers.api.panels import Ink, Panel

_W, _B, _R, _Y = Ink.WHITE, Ink.BLACK, Ink.RED, Ink.YELLOW

PANELS = {
    panel.name: panel
    for panel in (
        Panel(name="154-152x152", width=152, height=152, inks=(_W, _B, _R), dpi=140),
        Panel(name="154-200x200", width=200, height=200, inks=(_W, _B), dpi=184),
        Panel(name="213-250x122", width=250, height=122, inks=(_W, _B), dpi=130),
        Panel(name="213-122x250", width=122, height=250, inks=(_W, _B, _R), dpi=130),
        Panel(name="266-296x152", width=296, height=152, inks=(_W, _B, _R, _Y), dpi=125),
        Panel(name="29-296x128", width=296, height=128, inks=(_W, _B, _R), dpi=112),
        Panel(name="42-400x300", width=400, height=300, inks=(_W, _B, _Y), dpi=119),
        Panel(name="75-800x480", width=800, height=480, inks=(_W, _B, _R, _Y), dpi=124),
    )
}
