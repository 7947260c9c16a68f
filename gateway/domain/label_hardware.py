"""What a label is as a thing, in the plain values that events and ``binding`` rows carry."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from device_drivers.api import correction as corrections
from device_drivers.api.correction import Correction
from device_drivers.api.panels import Ink, Panel


@dataclass(frozen=True, slots=True, kw_only=True)
class Hardware:
    """A label's family, the panel of its model, and how its pictures are put right."""

    family: str
    panel: Panel
    correction: Correction = field(default_factory=Correction)


def to_json(hardware: Hardware) -> dict[str, Any]:
    """The plain values that ``read`` reads."""
    panel, correction = hardware.panel, hardware.correction
    value: dict[str, Any] = {
        "family": hardware.family,
        "panel": {
            "model": panel.name,
            "width": panel.width,
            "height": panel.height,
            "inks": [ink.value for ink in panel.inks],
            "dpi": panel.dpi,
        },
    }
    if not correction.is_none:
        value["correction"] = correction.to_json()
    return value


def read(value: Mapping[str, Any]) -> Hardware:
    """The hardware of plain values of the right types; ``ValueError`` for one that cannot be."""
    panel = value["panel"]
    return Hardware(
        family=value["family"],
        panel=Panel(
            name=panel["model"],
            width=panel["width"],
            height=panel["height"],
            inks=tuple(map(Ink, panel["inks"])),
            dpi=panel["dpi"],
        ),
        correction=corrections.from_json(value.get("correction") or {}),
    )
