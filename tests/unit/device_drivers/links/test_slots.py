from __future__ import annotations

import asyncio

import pytest

from device_drivers.links.slots import NoSlotError, Slots

pytestmark = pytest.mark.looptime


async def hold(slots: Slots, seconds: float, most: list[int]) -> None:
    async with slots.one():
        most.append(slots.used)
        await asyncio.sleep(seconds)


async def test_no_more_than_so_many_at_once_and_all_have_their_turn() -> None:
    slots, used = Slots(2), list[int]()
    async with asyncio.TaskGroup() as group:
        for _ in range(10):
            group.create_task(hold(slots, 5, used))

    assert max(used) == 2
    assert len(used) == 10
    assert asyncio.get_running_loop().time() == pytest.approx(25, abs=0.1)


async def test_after_trouble_one_at_a_time_and_later_several_again() -> None:
    slots, used = Slots(2, calm_s=100), list[int]()
    slots.narrow()
    async with asyncio.TaskGroup() as group:
        for _ in range(4):
            group.create_task(hold(slots, 5, used))
    assert max(used) == 1

    await asyncio.sleep(100)
    used.clear()
    async with asyncio.TaskGroup() as group:
        for _ in range(4):
            group.create_task(hold(slots, 5, used))
    assert max(used) == 2


async def test_who_waits_too_long_is_told() -> None:
    slots = Slots(1, wait_s=60)
    async with slots.one():
        with pytest.raises(NoSlotError):
            async with slots.one():
                raise AssertionError("the only one is taken")
    async with slots.one():
        assert slots.used == 1


@pytest.mark.parametrize("ticks", range(6))
async def test_cancelled_at_any_point_of_waiting_no_slot_is_lost(ticks: int) -> None:
    slots, used = Slots(1), list[int]()
    async with asyncio.TaskGroup() as group:
        first = group.create_task(hold(slots, 5, used))
        second = group.create_task(hold(slots, 5, used))
        await asyncio.sleep(4.9)
        first.cancel()
        for _ in range(ticks):
            await asyncio.sleep(0)
        second.cancel()
    async with asyncio.timeout(1), slots.one():
        assert slots.used == 1


async def test_an_adapter_has_at_least_one() -> None:
    with pytest.raises(ValueError, match="at least one"):
        Slots(0)
