"""A label as its row in the database has it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from device_drivers.api import correction as corrections
from device_drivers.api.correction import Correction
from device_drivers.api.drivers import Telemetry
from device_drivers.api.panels import Ink, Panel
from gateway.clock import from_ms


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """A physical tag as it last introduced itself.

    ``sight_sha256`` names the picture it is known to show; ``stale`` counts the reasons to look
    at its wish again, ``stale_for`` names the last of them. ``via`` heard it last. ``panel`` is as
    its viewer sees it; ``correction`` leads from there to its model, None before anybody said.
    ``alias`` is the id on its case, ``parked`` what it shows in its drawer.
    """

    id: str
    family: str
    code: str
    panel: Panel
    formats: tuple[str, ...]
    firmware: str
    first_heard: datetime
    last_heard: datetime
    online: bool
    telemetry: Telemetry = field(default_factory=Telemetry)
    sight_sha256: str | None = None
    sight_at: datetime | None = None
    stale: int = 0
    stale_for: str = ""
    via: str = ""
    alias: str | None = None
    zone: str | None = None
    parked: str = ""
    card: str = ""
    card_until: datetime | None = None
    correction: Correction | None = None

    def card_at(self, at: datetime) -> str:
        """The test card that it is to show at an instant, ``raw`` or ``checked``; else ''."""
        return self.card if self.card_until is not None and at < self.card_until else ""


COLUMNS = (
    "id, family, code, width, height, inks, dpi, model, formats, firmware, first_heard, "
    "last_heard, online, battery_mv, rssi_dbm, temperature_c, sight_sha256, sight_at, stale, "
    "stale_for, via, alias, zone, parked, card, card_until, correction"
)
"""What ``read`` reads, in its order."""


def read(row: tuple[Any, ...]) -> Label:
    """The label of a row of ``COLUMNS``."""
    return Label(
        id=row[0],
        family=row[1],
        code=row[2],
        panel=Panel(
            width=row[3],
            height=row[4],
            inks=tuple(Ink(ink) for ink in row[5].split(",")),
            dpi=row[6],
            name=row[7],
        ),
        formats=tuple(row[8].split(",")) if row[8] else (),
        firmware=row[9],
        first_heard=from_ms(row[10]),
        last_heard=from_ms(row[11]),
        online=bool(row[12]),
        telemetry=Telemetry(battery_mv=row[13], rssi_dbm=row[14], temperature_c=row[15]),
        sight_sha256=row[16],
        sight_at=None if row[17] is None else from_ms(row[17]),
        stale=row[18],
        stale_for=row[19],
        via=row[20],
        alias=row[21],
        zone=row[22],
        parked=row[23],
        card=row[24],
        card_until=None if row[25] is None else from_ms(row[25]),
        correction=corrections.from_json(json.loads(row[26])) if row[26] else None,
    )
