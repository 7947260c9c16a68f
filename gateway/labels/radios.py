"""The Bluetooth adapters of the configuration, and what the log says of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

import structlog

from device_drivers.links.radio import RadioReason
from gateway.labels.outages import Outages
from gateway.settings import Bluetooth

if TYPE_CHECKING:
    from device_drivers.links.ble import BleakRadio, Stack

Build = Callable[[Bluetooth, Outages], "Sequence[BleakRadio]"]

log = structlog.get_logger("bluetooth")

_DO: dict[RadioReason, str] = {
    RadioReason.ADAPTER_MISSING: "plug it in, or start bluetoothd; it is tried again",
    RadioReason.POWERED_OFF: "switch it on: bluetoothctl power on",
    RadioReason.NOT_PERMITTED: "give the service the group bluetooth (SupplementaryGroups=)",
}
_LOOK = "look at the detail; it is tried again"


def build(
    settings: Bluetooth, outages: Outages, stack: Stack | None = None
) -> Sequence[BleakRadio]:
    """A radio for each adapter; they are services, to be run beside the drivers.

    ``stack`` is another one than the system's own.
    """
    if not settings.adapters:
        return ()
    # Bleak and D-Bus cost a start a tenth of its time, and most shops have no adapter.
    from device_drivers.links.ble import BleakRadio

    return [
        BleakRadio(
            name,
            connections=settings.connections,
            told=partial(_tell, outages, name),
            stack=stack,
        )
        for name in settings.adapters
    ]


def advice(reason: RadioReason | None) -> str:
    """What a person can do about an adapter that does not work."""
    return _DO.get(reason, _LOOK) if reason is not None else _LOOK


def _tell(outages: Outages, adapter: str, reason: RadioReason | None, detail: str) -> None:
    outages.note(adapter, works=reason is None)
    if reason is None:
        log.info("bluetooth adapter works", adapter=adapter)
    else:
        log.warning(
            "bluetooth adapter does not work",
            adapter=adapter,
            why=reason.value,
            do=advice(reason),
            detail=detail[:300],
        )
