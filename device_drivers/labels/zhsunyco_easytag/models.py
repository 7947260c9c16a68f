"""easyTag models, by the two characters in the product code on the case.

The labels do not say on the air which of them they are. The 2.9" ``3D`` is proven by others on
their labels; nothing here was tried on hardware by us.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from device_drivers.api.drivers import Model
from device_drivers.api.known_panels import PANELS
from device_drivers.api.panels import Panel


def _model(key: str, inches: str, panel: Panel) -> Model:
    name = f"easytag-{key.lower()}"
    title = f'easyTag {key} {inches}" ({panel.width}x{panel.height})'
    return Model(id=name, title=title, panel=replace(panel, name=name))


_MODELS: Final = (
    _model("33", "1.54", PANELS["1.54-200x200-bwr"]),
    _model("36", "2.13", PANELS["2.13-250x122-bwr"]),
    _model("39", "2.13", PANELS["2.13-250x122-bw"]),
    _model("3A", "2.66", PANELS["2.66-296x152-bwr"]),
    _model("3D", "2.9", PANELS["2.9-296x128-bwr"]),
    _model("FF", "2.9", PANELS["2.9-296x128-bwr"]),
    _model("55", "3.5", PANELS["3.5-384x184-bwr"]),
    _model("40", "4.2", PANELS["4.2-400x300-bwr"]),
    _model("43", "4.2", PANELS["4.2-400x300-bwr"]),
    _model("4F", "5.8", PANELS["5.83-648x480-bwr"]),
    _model("44", "7.5", PANELS["7.5-800x480-bwr"]),
    _model("64", "10.2", PANELS["10.2-960x640-bwr"]),
)

MODELS: Final[Mapping[str, Model]] = MappingProxyType({model.id: model for model in _MODELS})
"""By name."""
