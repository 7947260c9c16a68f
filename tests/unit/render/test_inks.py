from __future__ import annotations

import pytest

from device_drivers.api.panels import Ink
from gateway.render import inks

W, B, R, Y = Ink.WHITE, Ink.BLACK, Ink.RED, Ink.YELLOW


@pytest.mark.parametrize(
    ("name", "panel", "ink"),
    [
        ("red", (W, B, R), R),
        ("red", (W, B, Y), B),
        ("yellow", (W, B), B),
        ("accent", (W, B, R, Y), R),
        ("accent", (W, B, Y), Y),
        ("accent", (W, B), B),
        ("accent_text", (W, B, Y), B),
        ("accent_text", (W, B, R), R),
        ("on_accent", (W, B, Y), B),
        ("on_accent", (W, B, R), W),
        ("on_accent", (W, B), W),
        ("white", (B, W), W),
        ("blue", tuple(Ink), Ink.BLUE),
    ],
)
def test_a_colour_falls_back_to_what_the_panel_has(
    name: str, panel: tuple[Ink, ...], ink: Ink
) -> None:
    assert panel[inks.index(name, panel)] is ink


@pytest.mark.parametrize("name", inks.NAMES)
@pytest.mark.parametrize("panel", [(R, Y), (W, R), (Ink.BLUE, Ink.GREEN)])
def test_strange_panels_still_show_something(name: str, panel: tuple[Ink, ...]) -> None:
    assert 0 <= inks.index(name, panel) < len(panel)
