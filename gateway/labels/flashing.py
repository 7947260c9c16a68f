"""Letting a label blink, so that a person finds it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Final

from device_drivers.api.drivers import (
    Described,
    Failed,
    Family,
    Flash,
    LabelDriver,
    Later,
    Outcome,
    Reason,
)
from gateway.labels import driving

SECONDS: Final = 10.0
_PATIENCE_S: Final = 20.0


class Flashing:
    """Blinks labels over the drivers of their families."""

    def __init__(self, drivers: Mapping[str, LabelDriver]) -> None:
        self._drivers = drivers

    @property
    def families(self) -> Mapping[str, Family]:
        """The families that have a driver here."""
        return {name: driver.family for name, driver in self._drivers.items()}

    def can(self, family: str) -> bool:
        """Whether labels of the family can blink."""
        driver = self._drivers.get(family)
        return driver is not None and driver.family.capabilities.flashes

    async def flash(self, family: str, label: Described) -> Outcome:
        """Let the label blink for ``SECONDS``; whoever asks is not kept waiting for long."""
        driver = self._drivers.get(family)
        if driver is None or not self.can(family):
            return Failed(reason=Reason.REFUSED, detail="labels of this family do not blink")
        try:
            async with asyncio.timeout(_PATIENCE_S):
                return await driving.flash(driver, label, Flash(seconds=SECONDS))
        except TimeoutError:
            return Later(reason=Reason.NO_ANSWER)
