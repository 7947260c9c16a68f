"""Which Bluetooth adapters BlueZ has and whether they are on; reads only, scans nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from dbus_fast.aio import MessageBus
from dbus_fast.constants import BusType, MessageType
from dbus_fast.message import Message

from device_drivers.links.radio import RadioError, RadioReason

_ADAPTER: Final = "org.bluez.Adapter1"
_NOT_PERMITTED: Final = "org.freedesktop.DBus.Error.AccessDenied"


async def powered() -> Mapping[str, bool]:
    """Whether each adapter is on, by its name like ``hci0``.

    Raises ``RadioError``: ``NOT_PERMITTED``, or ``ADAPTER_MISSING`` where BlueZ does not run.
    """
    try:
        bus = await MessageBus(bus_type=BusType.SYSTEM).connect()
    except (OSError, EOFError, ValueError) as error:
        raise RadioError(RadioReason.ADAPTER_MISSING, f"no D-Bus: {error}") from error
    try:
        reply = await bus.call(
            Message(
                destination="org.bluez",
                path="/",
                interface="org.freedesktop.DBus.ObjectManager",
                member="GetManagedObjects",
            )
        )
    except (OSError, EOFError) as error:
        raise RadioError(RadioReason.ADAPTER_MISSING, str(error)) from error
    finally:
        bus.disconnect()
    if reply.message_type is not MessageType.METHOD_RETURN:
        name = reply.error_name or ""
        reason = RadioReason.ADAPTER_MISSING
        if name == _NOT_PERMITTED:
            reason = RadioReason.NOT_PERMITTED
        raise RadioError(reason, f"{name}: {reply.body}"[:300])
    return {
        path.rpartition("/")[2]: bool(interfaces[_ADAPTER]["Powered"].value)
        for path, interfaces in reply.body[0].items()
        if _ADAPTER in interfaces
    }
