"""What people call inks."""

from __future__ import annotations

from collections.abc import Mapping

from device_drivers.api.panels import Ink
from gateway.staff import texts_of_labels as texts
from gateway.web.words import Text

INKS: Mapping[Ink, Text] = {
    Ink.WHITE: texts.INK_WHITE,
    Ink.BLACK: texts.INK_BLACK,
    Ink.RED: texts.INK_RED,
    Ink.YELLOW: texts.INK_YELLOW,
    Ink.BLUE: texts.INK_BLUE,
    Ink.GREEN: texts.INK_GREEN,
}
