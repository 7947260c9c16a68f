"""What bleak offers and devices on the virtual air lack is refused in words."""

from __future__ import annotations

import pytest
from bleak.backends.descriptor import BleakGATTDescriptor
from bleak.backends.device import BLEDevice
from bleak.exc import BleakError

from device_drivers.links.virtual import VirtualAir
from device_drivers.links.virtual_backend import Client

ADDRESS = "C0:00:00:00:00:01"


@pytest.fixture
def client() -> Client:
    made = VirtualAir().stack.client
    assert made is not None
    assert issubclass(made, Client)
    device = BLEDevice(ADDRESS, None, None)
    return made(device, disconnected_callback=None, timeout=1.0, bluez={"adapter": "hci0"})


async def test_pairing_is_refused(client: Client) -> None:
    with pytest.raises(BleakError, match="virtual devices do not pair"):
        await client.pair()


async def test_descriptors_are_refused(client: Client) -> None:
    descriptor = BleakGATTDescriptor(None, 7, "00002901-0000-1000-8000-00805f9b34fb", None)  # type: ignore[arg-type] # no characteristic has one
    with pytest.raises(BleakError, match="virtual devices have no descriptors"):
        await client.read_gatt_descriptor(descriptor)
    with pytest.raises(BleakError, match="virtual devices have no descriptors"):
        await client.write_gatt_descriptor(descriptor, b"x")
