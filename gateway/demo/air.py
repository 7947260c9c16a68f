"""The demo's Bluetooth: an adapter and one label on virtual air, where the extra ``demo`` is."""

from __future__ import annotations

import logging
from importlib.util import find_spec
from typing import TYPE_CHECKING, Final, NoReturn

if TYPE_CHECKING:
    from device_drivers.links.ble import Stack

ADAPTER: Final = "hci0"
ADDRESS: Final = "FF:FF:10:20:30:40"
_MODEL: Final = "gicisky-000b"
_REFRESH_S: Final = 3.0


class Air:
    """Adapter and label; a service, as the label lives while ``run`` runs."""

    name = "demo-air"

    def __init__(self) -> None:
        # Bumble takes a moment to load: call this in a thread.
        from device_drivers.labels.gicisky.models import BY_MODEL
        from device_drivers.links.virtual import VirtualAir
        from device_drivers.simulated.gicisky_label import SimulatedGiciskyLabel

        # What does not come about over the air is an outcome, and no line on the terminal.
        logging.getLogger("bumble").setLevel(logging.CRITICAL)
        self._air = VirtualAir()
        self._label = SimulatedGiciskyLabel(ADDRESS, BY_MODEL[_MODEL], refresh_s=_REFRESH_S)

    @property
    def stack(self) -> Stack:
        """What radios are built on."""
        return self._air.stack

    async def plug_in(self) -> None:
        """The adapter is there from now on."""
        await self._air.plug_in(ADAPTER)

    async def run(self) -> NoReturn:
        """Let the label live for ever."""
        from device_drivers.simulated.peripheral import Peripheral

        await Peripheral(self._air.link, self._label).run()


def is_there() -> bool:
    """Whether the extra is installed."""
    return find_spec("bumble") is not None
