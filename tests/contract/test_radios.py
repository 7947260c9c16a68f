"""What every radio promises: the one in memory in virtual time, bleak on virtual controllers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack, suppress

import pytest

from device_drivers.links.radio import LARGEST_MTU, Advert, Radio, RadioError, RadioReason, uuid16
from tests.support.cancelling import cancelled_at
from tests.support.radio_rigs import InMemory, OnBumble, Rig
from tests.support.talking_device import COMPANY, CONTROL, SERVICE, STREAM, VALUE, TalkingDevice

SOON_S = 10.0


@pytest.fixture(
    params=[
        pytest.param(InMemory, marks=pytest.mark.looptime, id="memory"),
        pytest.param(OnBumble, id="bleak"),
    ]
)
def rig(request: pytest.FixtureRequest) -> Rig:
    make: Callable[[], Rig] = request.param
    return make()


def device(number: int = 1, *, mtu: int = 185) -> TalkingDevice:
    return TalkingDevice(address=f"C0:00:00:00:00:{number:02X}", mtu=mtu)


async def hear(radio: Radio, address: str) -> Advert:
    """The next advertisement of the device."""
    async with asyncio.timeout(SOON_S):
        async for advert in radio.adverts():
            if advert.address == address:
                return advert
    raise AssertionError("adverts never end")


async def wait_until(rig: Rig, true: Callable[[], bool]) -> None:
    """Until what happens in other tasks has happened."""
    async with asyncio.timeout(SOON_S):
        while not true():
            await rig.turn()


async def refused_to_connect(radio: Radio, address: str) -> RadioReason:
    with pytest.raises(RadioError) as caught:
        async with radio.connect(address):
            raise AssertionError("a connection came about")
    return caught.value.reason


async def test_devices_are_heard_with_what_they_say(rig: Rig) -> None:
    one = device()
    async with rig.opened(one):
        advert = await hear(rig.radio, one.address)
        last = rig.radio.last_heard(one.address)

    assert advert.name == "talk"
    assert dict(advert.manufacturer) == {COMPANY: b"\x01\x02"}
    assert advert.services == {SERVICE, VALUE}
    assert dict(advert.service_data) == {SERVICE: b"\x03"}
    assert advert.adapter == rig.radio.name == "hci0"
    assert -100 < advert.rssi_dbm < 0
    assert last is not None
    assert last.at >= advert.at


async def test_subscribers_get_what_they_asked_for(rig: Rig) -> None:
    one = device()
    mine = rig.radio.adverts(manufacturers=[COMPANY])
    by_service = rig.radio.adverts(services=[VALUE])
    nobody = rig.radio.adverts(manufacturers=[7], services=[uuid16(0x1337)])
    async with rig.opened(one):
        async with asyncio.timeout(SOON_S):
            assert (await anext(mine)).address == one.address
            assert (await anext(by_service)).address == one.address
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1):
                await anext(nobody)


async def test_who_is_not_heard_is_not_connected_to(rig: Rig) -> None:
    async with rig.opened(device()):
        await hear(rig.radio, device().address)
        reason = await refused_to_connect(rig.radio, "C0:00:00:00:00:99")
        assert reason is RadioReason.NOT_HEARD
        assert rig.radio.last_heard("C0:00:00:00:00:99") is None


@pytest.mark.parametrize("agreed", [23, 185, 517])
async def test_a_link_reads_writes_and_hears(rig: Rig, agreed: int) -> None:
    one = device(mtu=agreed)
    mtu = min(agreed, LARGEST_MTU)
    async with rig.opened(one):
        await hear(rig.radio, one.address)
        async with rig.radio.connect(one.address) as link:
            assert link.mtu == mtu
            assert link.has(CONTROL)
            assert not link.has(uuid16(0xFD77))
            assert await link.read(VALUE) == b"value"
            largest = bytes(range(256)) * 2
            async with link.notifications(CONTROL) as heard:
                await link.write(CONTROL, largest[: mtu - 3], response=True)
                assert await heard.next(SOON_S) == largest[: mtu - 3]
                assert await heard.next(0.05) is None
            parts = [bytes([number]) * (mtu - 3) for number in range(40)]
            for part in parts:
                await link.write(STREAM, part, response=False)
            await wait_until(rig, lambda: len(one.streamed) == 40)
        await wait_until(rig, lambda: not one.is_connected)

    assert one.streamed == parts
    assert rig.connected == 0
    assert one.connections == one.disconnections == 1


async def test_what_does_not_fit_or_exist_is_refused_and_the_link_goes_on(rig: Rig) -> None:
    one = device(mtu=23)
    async with rig.opened(one):
        await hear(rig.radio, one.address)
        async with rig.radio.connect(one.address) as link:
            for response, characteristic in ((True, CONTROL), (False, STREAM)):
                with pytest.raises(RadioError) as too_long:
                    await link.write(characteristic, bytes(21), response=response)
                assert too_long.value.reason is RadioReason.REFUSED
            with pytest.raises(RadioError) as missing:
                await link.read(uuid16(0xFD77))
            assert missing.value.reason is RadioReason.NO_CHARACTERISTIC
            with pytest.raises(RadioError) as wrong_use:
                await link.read(STREAM)
            assert wrong_use.value.reason is RadioReason.REFUSED
            with pytest.raises(RadioError) as refused:
                await link.write(CONTROL, b"no", response=True)
            assert refused.value.reason is RadioReason.REFUSED
            assert await link.read(VALUE) == b"value"

    assert one.streamed == []


async def test_a_device_that_hangs_up_is_told_and_can_be_met_again(rig: Rig) -> None:
    one = device()
    async with rig.opened(one):
        await hear(rig.radio, one.address)
        async with rig.radio.connect(one.address) as link, link.notifications(CONTROL) as heard:
            with pytest.raises(RadioError) as gone:
                await link.write(CONTROL, b"hang", response=True)
            assert gone.value.reason in {RadioReason.DISCONNECTED, RadioReason.REFUSED}
            with pytest.raises(RadioError) as nothing:
                await heard.next(SOON_S)
            assert nothing.value.reason is RadioReason.DISCONNECTED
            with pytest.raises(RadioError) as after:
                await link.read(VALUE)
            assert after.value.reason is RadioReason.DISCONNECTED
        await hear(rig.radio, one.address)
        async with rig.radio.connect(one.address) as link:
            assert await link.read(VALUE) == b"value"

    assert one.connections == 2


async def test_last_words_before_hanging_up_are_heard(rig: Rig) -> None:
    one = device()
    async with rig.opened(one):
        await hear(rig.radio, one.address)
        async with rig.radio.connect(one.address) as link, link.notifications(CONTROL) as heard:
            with suppress(RadioError):
                await link.write(CONTROL, b"bye", response=True)
            assert await heard.next(SOON_S) == b"bye"
            with pytest.raises(RadioError):
                await heard.next(SOON_S)


async def test_a_device_that_refuses_leaves_nothing_open(rig: Rig) -> None:
    one = device()
    one.refuses = 1
    async with rig.opened(one):
        await hear(rig.radio, one.address)
        assert await refused_to_connect(rig.radio, one.address) in {
            RadioReason.NOT_CONNECTED,
            RadioReason.DISCONNECTED,
        }
        assert rig.connected == 0
        await hear(rig.radio, one.address)
        async with rig.radio.connect(one.address) as link:
            assert await link.read(VALUE) == b"value"


async def test_a_device_that_went_silent_is_given_up_in_time(rig: Rig) -> None:
    one = device()
    async with rig.opened(one):
        await hear(rig.radio, one.address)
        await one.fall_silent()
        with pytest.raises(RadioError) as caught:
            async with rig.radio.connect(one.address, timeout_s=0.5):
                raise AssertionError("a connection came about")
        assert caught.value.reason is RadioReason.NOT_CONNECTED
        one.is_silent = False
        await hear(rig.radio, one.address)
        async with rig.radio.connect(one.address):
            pass


async def test_a_device_has_one_connection_at_a_time(rig: Rig) -> None:
    one = device()
    async with rig.opened(one):
        await hear(rig.radio, one.address)
        async with rig.radio.connect(one.address) as link:
            assert await refused_to_connect(rig.radio, one.address) is RadioReason.BUSY
            assert await link.read(VALUE) == b"value"


async def test_two_connections_at_once_and_the_third_waits(rig: Rig) -> None:
    devices = [device(number) for number in (1, 2, 3)]
    most = 0
    enough = asyncio.Event()
    async with rig.opened(*devices):
        for one in devices:
            await hear(rig.radio, one.address)

        async def use(one: TalkingDevice) -> None:
            nonlocal most
            async with rig.radio.connect(one.address) as link:
                most = max(most, sum(each.is_connected for each in devices))
                await enough.wait()
                assert await link.read(VALUE) == b"value"

        async with asyncio.TaskGroup() as group:
            for one in devices:
                group.create_task(use(one))
            await wait_until(rig, lambda: sum(each.is_connected for each in devices) == 2)
            for _ in range(3):
                # A connection that was asked for comes about as soon as its device is heard.
                await hear(rig.radio, devices[2].address)
            assert not devices[2].is_connected
            enough.set()

    assert most == 2
    assert [one.connections for one in devices] == [1, 1, 1]


async def test_characteristics_are_remembered_until_asked_for_afresh(rig: Rig) -> None:
    one = device()
    one.hidden.add(VALUE)
    async with rig.opened(one):
        await hear(rig.radio, one.address)
        async with rig.radio.connect(one.address) as link:
            assert not link.has(VALUE)
        one.hidden.clear()
        await one.fall_silent()
        one.is_silent = False
        await hear(rig.radio, one.address)
        async with rig.radio.connect(one.address) as link:
            assert not link.has(VALUE), "as BlueZ remembers it"
        await hear(rig.radio, one.address)
        async with rig.radio.connect(one.address, fresh=True) as link:
            assert await link.read(VALUE) == b"value"


async def test_an_adapter_that_is_off_says_so_and_comes_back(rig: Rig) -> None:
    one = device()
    ups = 0

    async def up() -> None:
        nonlocal ups
        ups += 1

    rig.radio.on_up(up)
    async with rig.opened(one):
        await hear(rig.radio, one.address)
        assert rig.radio.trouble is None
        assert ups == 1
        async with rig.radio.connect(one.address) as link:
            await rig.off()
            with pytest.raises(RadioError) as broken:
                await link.write(CONTROL, b"x", response=True)
            assert broken.value.reason is RadioReason.DISCONNECTED
        await wait_until(rig, lambda: rig.radio.trouble is RadioReason.POWERED_OFF)
        assert await refused_to_connect(rig.radio, one.address) is RadioReason.POWERED_OFF
        assert rig.radio.last_heard(one.address) is None

        await rig.on()
        await hear(rig.radio, one.address)
        assert rig.radio.trouble is None
        assert ups == 2
        async with rig.radio.connect(one.address) as link:
            assert await link.read(VALUE) == b"value"


async def test_trouble_inside_a_connection_comes_out_as_it_is(rig: Rig) -> None:
    one = device()
    async with rig.opened(one):
        await hear(rig.radio, one.address)
        with pytest.raises(ZeroDivisionError):
            async with rig.radio.connect(one.address):
                raise ZeroDivisionError
        assert rig.connected == 0
        await wait_until(rig, lambda: not one.is_connected)


@pytest.mark.parametrize("times", [1, 2, 20])
async def test_cancelled_at_every_await_nothing_stays_connected(rig: Rig, times: int) -> None:
    one = device()

    async def whole() -> None:
        async with AsyncExitStack() as stack:
            link = await stack.enter_async_context(rig.radio.connect(one.address))
            heard = await stack.enter_async_context(link.notifications(CONTROL))
            await link.write(STREAM, b"part", response=False)
            await link.write(CONTROL, b"echo", response=True)
            assert await heard.next(SOON_S) == b"echo"
            assert await link.read(VALUE) == b"value"

    async with rig.opened(one):
        await hear(rig.radio, one.address)
        before = asyncio.all_tasks()
        number = 1
        while await cancelled_at(whole(), number, times):
            await wait_until(rig, lambda: not one.is_connected)
            assert rig.connected == 0
            await wait_until(rig, lambda: asyncio.all_tasks() <= before)
            await hear(rig.radio, one.address)
            number += 1

    assert number > 5, "the work waits more often than that"
    assert one.connections == one.disconnections
