"""The Bluetooth adapters of the settings: there, switched on, not blocked."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from device_drivers.links import adapters
from device_drivers.links.radio import RadioError, RadioReason
from gateway.ops.doctor.box import Box
from gateway.web.findings import Advice, Finding
from gateway.web.words import Text

NO_BLUEZ = Advice(
    code="bluetooth_not_running",
    what=Text(
        es="El servicio Bluetooth del equipo no está en marcha",
        en="The machine's Bluetooth service does not run",
    ),
    do=Text(
        es="Instálalo y arráncalo: apt install bluez; systemctl enable --now bluetooth",
        en="Install and start it: apt install bluez; systemctl enable --now bluetooth",
    ),
)
NOT_PERMITTED = Advice(
    code="bluetooth_not_permitted",
    what=Text(
        es="Este usuario no puede usar Bluetooth",
        en="This user may not use Bluetooth",
    ),
    do=Text(
        es="Da al servicio el grupo bluetooth (SupplementaryGroups=bluetooth), o al usuario: "
        "usermod -aG bluetooth.",
        en="Give the service the group bluetooth (SupplementaryGroups=bluetooth), or the user: "
        "usermod -aG bluetooth.",
    ),
)
MISSING = Advice(
    code="bluetooth_missing",
    what=Text(
        es="No hay ningún adaptador Bluetooth {adapter}; hay: {others}",
        en="There is no Bluetooth adapter {adapter}; there is: {others}",
    ),
    do=Text(
        es="Enchúfalo, o corrige bluetooth.adapters en los ajustes.",
        en="Plug it in, or correct bluetooth.adapters in the settings.",
    ),
)
OFF = Advice(
    code="bluetooth_off",
    what=Text(
        es="El adaptador Bluetooth {adapter} está apagado",
        en="The Bluetooth adapter {adapter} is switched off",
    ),
    do=Text(
        es="Enciéndelo: bluetoothctl power on",
        en="Switch it on: bluetoothctl power on",
    ),
)
BLOCKED = Advice(
    code="bluetooth_blocked",
    what=Text(
        es="El adaptador Bluetooth {adapter} está bloqueado por el sistema (rfkill)",
        en="The Bluetooth adapter {adapter} is blocked by the system (rfkill)",
    ),
    do=Text(
        es="Desbloquéalo: rfkill unblock bluetooth",
        en="Unblock it: rfkill unblock bluetooth",
    ),
)
BLOCKED_BY_SWITCH = Advice(
    code="bluetooth_switch",
    what=Text(
        es="Un interruptor del equipo corta el adaptador Bluetooth {adapter}",
        en="A switch on the machine cuts off the Bluetooth adapter {adapter}",
    ),
    do=Text(
        es="Mueve el interruptor de radio del equipo, o permite Bluetooth en su BIOS.",
        en="Turn the machine's radio switch, or allow Bluetooth in its BIOS.",
    ),
)


async def look(box: Box) -> Iterable[Finding]:
    """Ask BlueZ and the kernel about each adapter that the settings name."""
    wanted = box.settings.bluetooth.adapters
    if not wanted:
        return []
    blocked = await asyncio.to_thread(_blocked, box.rfkill)
    try:
        powered = await adapters.powered()
    except RadioError as error:
        known = error.reason is RadioReason.NOT_PERMITTED
        return [(NOT_PERMITTED if known else NO_BLUEZ).at("bluetooth", detail=error.detail)]
    return list(judged(wanted, powered, blocked))


def judged(
    wanted: Iterable[str], powered: Mapping[str, bool], blocked: Mapping[str, Advice]
) -> Iterator[Finding]:
    """What to say of each adapter; a blocked one is off as well, and may not even be listed."""
    others = ", ".join(sorted(powered)) or "-"
    for adapter in wanted:
        where = f"bluetooth.adapters {adapter}"
        if adapter in blocked:
            yield blocked[adapter].at(where, adapter=adapter)
        elif adapter not in powered:
            yield MISSING.at(where, adapter=adapter, others=others)
        elif not powered[adapter]:
            yield OFF.at(where, adapter=adapter)


def _blocked(rfkill: Path) -> Mapping[str, Advice]:
    """The adapters that the kernel blocks (Documentation/ABI/stable/sysfs-class-rfkill)."""
    found = {}
    for switch in sorted(rfkill.glob("rfkill*")):
        try:
            kind, name, soft, hard = (
                (switch / member).read_text(encoding="utf-8").strip()
                for member in ("type", "name", "soft", "hard")
            )
        except OSError:
            continue  # unplugged since it was listed
        if kind == "bluetooth" and "1" in {soft, hard}:
            found[name] = BLOCKED_BY_SWITCH if hard == "1" else BLOCKED
    return found
