"""Bleak's BlueZ backend below us: an adapter that is missing, off, or whose BlueZ restarts."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
from bleak.backends.bluezdbus.scanner import BleakScannerBlueZDBus
from typing_extensions import override

from device_drivers.links.ble import BleakRadio, Pace, Stack
from device_drivers.links.radio import RadioError, RadioReason
from tests.support import gateway_process
from tests.support import settings as make_settings
from tests.support.bluez import BlueZ
from tests.support.gateway_process import GatewayProcess
from tests.support.mosquitto import Mosquitto
from tests.support.running import one_turn

PATIENCE_S = 20.0
ADDRESS = "C0:11:22:33:44:55"
PACE = Pace(silence=0.2, first_wait=0.02, longest_wait=0.1, close=2.0)
NOT_READY = (
    'raise dbus.exceptions.DBusException("Resource Not Ready", name="org.bluez.Error.NotReady")'
)
FAILED = (
    'raise dbus.exceptions.DBusException("le-connection-refused", name="org.bluez.Error.Failed")'
)


@pytest.fixture
def bluez(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[BlueZ]:
    with BlueZ(tmp_path) as bus:
        monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", bus.address)
        yield bus


class Watched:
    """A radio that runs, and what it told."""

    def __init__(self) -> None:
        self.told: list[RadioReason | None] = []
        self.ups = 0
        self._news = asyncio.Event()
        self._tries = 0
        self.radio = BleakRadio("hci0", told=self._told, stack=self._stack(), pace=PACE)
        self.radio.on_up(self._up)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        async with asyncio.TaskGroup() as group:
            running = group.create_task(self.radio.run())
            yield
            running.cancel()

    async def until_told(self, *expected: RadioReason | None) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while len(self.told) < len(expected):
                self._news.clear()
                await self._news.wait()
        assert self.told == list(expected)

    async def until_tried_again(self) -> None:
        """Until two more tries have begun and ended; the third has only begun."""
        enough = self._tries + 3
        async with asyncio.timeout(PATIENCE_S):
            while self._tries < enough:
                self._news.clear()
                await self._news.wait()

    def _stack(self) -> Stack:
        """The system's own, with its tries counted."""

        def began() -> None:
            self._tries += 1
            self._news.set()

        class Scanner(BleakScannerBlueZDBus):
            @override
            async def start(self) -> None:
                began()
                await super().start()

        return Stack(scanner=Scanner)

    def _told(self, reason: RadioReason | None, _detail: str) -> None:
        self.told.append(reason)
        self._news.set()

    async def _up(self) -> None:
        self.ups += 1


async def test_an_adapter_that_is_missing_is_waited_for(bluez: BlueZ) -> None:
    watched = Watched()
    async with watched.running():
        await watched.until_told(RadioReason.ADAPTER_MISSING)
        await bluez.start()
        await watched.until_tried_again()
        await watched.until_told(RadioReason.ADAPTER_MISSING)
        assert watched.radio.trouble is RadioReason.ADAPTER_MISSING
        assert watched.ups == 0

        await bluez.add_adapter()
        await watched.until_told(RadioReason.ADAPTER_MISSING, None)
        assert watched.ups == 1
        await bluez.remove_adapter()
        await watched.until_told(RadioReason.ADAPTER_MISSING, None, RadioReason.ADAPTER_MISSING)


async def test_an_adapter_that_is_off_is_told_once_and_waited_for(bluez: BlueZ) -> None:
    await bluez.start()
    await bluez.add_adapter()
    await bluez.scanning_answers(NOT_READY)
    watched = Watched()
    async with watched.running():
        await watched.until_told(RadioReason.POWERED_OFF)
        await watched.until_tried_again()
        await watched.until_told(RadioReason.POWERED_OFF)
        await bluez.scanning_answers("")
        await watched.until_told(RadioReason.POWERED_OFF, None)
        assert watched.radio.trouble is None


async def test_a_restart_of_bluez_is_survived(bluez: BlueZ) -> None:
    await bluez.start()
    await bluez.add_adapter()
    watched = Watched()
    async with watched.running():
        await watched.until_told(None)
        await asyncio.to_thread(bluez.stop)
        await watched.until_told(None, RadioReason.ADAPTER_MISSING)
        await bluez.start()
        await bluez.add_adapter()
        await watched.until_told(None, RadioReason.ADAPTER_MISSING, None)
        heard = watched.radio.adverts()
        await bluez.add_device(ADDRESS, connecting=FAILED)
        async with asyncio.timeout(PATIENCE_S):
            advert = await anext(heard)

    assert advert.address == ADDRESS
    assert advert.rssi_dbm == -61
    assert dict(advert.manufacturer) == {1: b"\x07"}
    assert watched.ups == 2


async def test_a_connection_that_bluez_refuses_leaves_nothing_open(bluez: BlueZ) -> None:
    await bluez.start()
    await bluez.add_adapter()
    watched = Watched()
    async with watched.running():
        await watched.until_told(None)
        heard = watched.radio.adverts()
        await bluez.add_device(ADDRESS, connecting=FAILED)
        async with asyncio.timeout(PATIENCE_S):
            await anext(heard)
        with pytest.raises(RadioError) as refused:
            async with watched.radio.connect(ADDRESS):
                raise AssertionError("a connection came about")
        assert refused.value.reason is RadioReason.NOT_CONNECTED
        assert watched.radio.connected == 0


async def test_without_any_bus_the_adapter_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", f"unix:path={tmp_path / 'nothing'}")
    watched = Watched()
    async with watched.running():
        await watched.until_told(RadioReason.ADAPTER_MISSING)


async def test_the_gateway_serves_without_its_adapter_and_says_when_it_works(
    tmp_path: Path, mosquitto: Mosquitto, bluez: BlueZ
) -> None:
    await bluez.start()
    settings = make_settings.make(tmp_path, mosquitto.broker, bluetooth={"adapters": ["hci0"]})
    config = tmp_path / "config.toml"
    gateway_process.write_config(config, settings)
    process = GatewayProcess(config)
    async with asyncio.TaskGroup() as group, httpx.AsyncClient() as client:
        await process.start(group)

        async def until_up(number: int) -> None:
            async with asyncio.timeout(PATIENCE_S):
                metrics = f"{process.addresses['ops']}/metrics"
                wanted = f'anaquel_bluetooth_up{{adapter="hci0"}} {number}.0'
                while wanted not in (await client.get(metrics)).text:
                    await one_turn()

        async def until_said(words: str) -> None:
            async with asyncio.timeout(PATIENCE_S):
                while not any(words in line for line in process.lines):
                    await one_turn()

        await until_said("bluetooth adapter does not work")
        await until_up(0)
        await bluez.add_adapter()
        await until_said("bluetooth adapter works")
        await until_up(1)
        assert await process.stop() == 0

    told = [line for line in process.lines if "bluetooth adapter" in line]
    assert len(told) == 2
    assert "adapter_missing" in told[0]
