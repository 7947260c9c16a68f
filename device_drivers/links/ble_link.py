"""A connection over bleak, and what bleak's errors mean.

Every wait has an end, and ends at once when the device is gone: BlueZ answers some calls of a
connection that broke only after half a minute, or never.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Final

from bleak import BleakClient
from bleak.backends.characteristic import BleakGATTCharacteristic
from bleak.exc import (
    BleakBluetoothNotAvailableError,
    BleakBluetoothNotAvailableReason,
    BleakCharacteristicNotFoundError,
    BleakDBusError,
    BleakDeviceNotFoundError,
    BleakError,
    BleakGATTProtocolError,
)

from device_drivers.links.notified import Notified
from device_drivers.links.radio import LARGEST_MTU, RadioError, RadioReason

ANSWER_S: Final = 30.0
"""How long a device may take for one answer (Bluetooth Core, volume 3 part F, 3.3.3)."""

_UNSUBSCRIBE_S: Final = 5.0
_SMALLEST_MTU: Final = 23

TROUBLES: Final = (BleakError, OSError, EOFError, TimeoutError)
"""What bleak raises when the world is not as it should be; the others are of a D-Bus that went."""

_NOT_AVAILABLE: Final = {
    BleakBluetoothNotAvailableReason.POWERED_OFF: RadioReason.POWERED_OFF,
    BleakBluetoothNotAvailableReason.DENIED_BY_USER: RadioReason.NOT_PERMITTED,
    BleakBluetoothNotAvailableReason.DENIED_BY_SYSTEM: RadioReason.NOT_PERMITTED,
    BleakBluetoothNotAvailableReason.DENIED_BY_UNKNOWN: RadioReason.NOT_PERMITTED,
}
_DBUS: Final = {
    "org.bluez.Error.NotReady": RadioReason.POWERED_OFF,
    "org.bluez.Error.NotAuthorized": RadioReason.NOT_PERMITTED,
    "org.bluez.Error.NotConnected": RadioReason.DISCONNECTED,
    "org.bluez.Error.NotPermitted": RadioReason.REFUSED,
    "org.bluez.Error.NotSupported": RadioReason.REFUSED,
    "org.bluez.Error.InProgress": RadioReason.BUSY,
    "org.freedesktop.DBus.Error.AccessDenied": RadioReason.NOT_PERMITTED,
    "org.freedesktop.DBus.Error.ServiceUnknown": RadioReason.ADAPTER_MISSING,
    "org.freedesktop.DBus.Error.NameHasNoOwner": RadioReason.ADAPTER_MISSING,
}


def reason_of(error: Exception, otherwise: RadioReason) -> RadioReason:
    """What an error of ``TROUBLES`` means; ``otherwise`` where its kind does not tell."""
    match error:
        case BleakBluetoothNotAvailableError():
            return _NOT_AVAILABLE.get(error.reason, RadioReason.ADAPTER_MISSING)
        case BleakDBusError():
            return _DBUS.get(error.dbus_error, otherwise)
        case BleakGATTProtocolError():
            return RadioReason.REFUSED
        case BleakCharacteristicNotFoundError():
            return RadioReason.NO_CHARACTERISTIC
        case BleakDeviceNotFoundError():
            return RadioReason.NOT_HEARD
        case _:
            return otherwise


class BleakLink:
    """A ``Link`` over a connected client; ``lost`` is for the client's disconnected callback."""

    def __init__(self, client: BleakClient) -> None:
        self._client = client
        self._is_lost = False
        self._waits: set[asyncio.Timeout] = set()
        self._notified: set[Notified] = set()

    @property
    def mtu(self) -> int:
        """See ``Link``; BlueZ tells it by characteristic, and nowhere else."""
        with self._told():
            found = self._client.services.characteristics.values()
            sizes = [3 + one.max_write_without_response_size for one in found]
            return min(max([_SMALLEST_MTU, *sizes]), LARGEST_MTU)

    def has(self, characteristic: str) -> bool:
        """See ``Link``."""
        return self._found(characteristic) is not None

    async def read(self, characteristic: str) -> bytes:
        """See ``Link``."""
        one = self._needed(characteristic, "read")
        with self._told():
            async with self._bounded(ANSWER_S):
                return bytes(await self._client.read_gatt_char(one))

    async def write(self, characteristic: str, data: bytes, *, response: bool) -> None:
        """See ``Link``."""
        one = self._needed(characteristic, "write" if response else "write-without-response")
        if len(data) > (room := self.mtu - 3):
            raise RadioError(RadioReason.REFUSED, f"{len(data)} bytes, {room} fit one write")
        with self._told():
            async with self._bounded(ANSWER_S):
                await self._client.write_gatt_char(one, data, response=response)

    @asynccontextmanager
    async def notifications(self, characteristic: str) -> AsyncIterator[Notified]:
        """See ``Link``."""
        one = self._needed(characteristic, "notify")
        notified = Notified()

        def heard(_characteristic: BleakGATTCharacteristic, data: bytearray) -> None:
            notified.put(bytes(data))

        self._notified.add(notified)
        try:
            with self._told():
                async with self._bounded(ANSWER_S):
                    await self._client.start_notify(one, heard)
            yield notified
        finally:
            self._notified.discard(notified)
            await self._stop_notifying(one)

    def lost(self) -> None:
        """The device is gone: whoever waits for it hears that now."""
        self._is_lost = True
        now = asyncio.get_running_loop().time()
        for wait in self._waits:
            if not wait.expired():
                wait.reschedule(now)
        for notified in self._notified:
            notified.lose(RadioError(RadioReason.DISCONNECTED, self._client.address))

    async def _stop_notifying(self, characteristic: BleakGATTCharacteristic) -> None:
        """The end of the connection ends it as well, so trouble with it is none."""
        if not self._is_lost:
            with suppress(*TROUBLES):
                async with self._bounded(_UNSUBSCRIBE_S):
                    await self._client.stop_notify(characteristic)

    def _found(self, characteristic: str) -> BleakGATTCharacteristic | None:
        if self._is_lost:
            raise RadioError(RadioReason.DISCONNECTED, self._client.address)
        with self._told():
            found = self._client.services.characteristics.values()
            return next((one for one in found if one.uuid == characteristic), None)

    def _needed(self, characteristic: str, use: str) -> BleakGATTCharacteristic:
        found = self._found(characteristic)
        if found is None:
            raise RadioError(RadioReason.NO_CHARACTERISTIC, characteristic)
        if use not in found.properties:
            raise RadioError(RadioReason.REFUSED, f"{characteristic} knows no {use}")
        return found

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Inside, bleak's errors become ours."""
        try:
            yield
        except TROUBLES as error:
            raise RadioError(self._reason(error), f"{type(error).__name__}: {error}") from error

    def _reason(self, error: Exception) -> RadioReason:
        if self._is_lost or not self._client.is_connected:
            return RadioReason.DISCONNECTED
        if isinstance(error, TimeoutError):
            return RadioReason.NO_ANSWER
        return reason_of(error, RadioReason.REFUSED)

    @asynccontextmanager
    async def _bounded(self, seconds: float) -> AsyncIterator[None]:
        """Inside, nothing waits longer than that, or longer than the device is there."""
        async with asyncio.timeout(seconds) as wait:
            self._waits.add(wait)
            try:
                yield
            finally:
                self._waits.discard(wait)
