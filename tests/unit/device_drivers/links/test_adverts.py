from __future__ import annotations

import asyncio
import gc

import pytest

from device_drivers.links.adverts import REMEMBERED_S, Adverts
from device_drivers.links.radio import Advert, uuid16

pytestmark = pytest.mark.looptime


def advert(address: str = "AA:BB:CC:DD:EE:01", *, at: float = 0, company: int = 1) -> Advert:
    return Advert(
        address=address,
        rssi_dbm=-50,
        adapter="hci0",
        at=at,
        manufacturer={company: b"x"},
        services=frozenset({uuid16(company)}),
    )


async def test_each_hears_what_it_asked_for() -> None:
    adverts = Adverts()
    all_of_them = adverts.subscribe()
    ones = adverts.subscribe(manufacturers=[1])
    twos = adverts.subscribe(services=[uuid16(2)])
    for company in (1, 2, 3):
        adverts.hear(advert(company=company))

    assert [next(iter((await anext(all_of_them)).manufacturer)) for _ in range(3)] == [1, 2, 3]
    assert (await anext(ones)).manufacturer == {1: b"x"}
    assert (await anext(twos)).manufacturer == {2: b"x"}
    for stream in (ones, twos):
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(1):
                await anext(stream)


async def test_who_falls_behind_loses_the_oldest_counted() -> None:
    adverts = Adverts(most_waiting=3)
    slow = adverts.subscribe()
    for second in range(5):
        adverts.hear(advert(at=second))

    assert adverts.dropped == 2
    assert [(await anext(slow)).at for _ in range(3)] == [2, 3, 4]


async def test_the_last_of_each_device_is_remembered_for_a_while() -> None:
    adverts = Adverts(most_devices=2)
    adverts.hear(advert("AA:BB:CC:DD:EE:01", at=1))
    adverts.hear(advert("AA:BB:CC:DD:EE:02", at=2))
    adverts.hear(advert("AA:BB:CC:DD:EE:01", at=3))
    adverts.hear(advert("AA:BB:CC:DD:EE:03", at=4))

    first = adverts.last_heard("AA:BB:CC:DD:EE:01", 3 + REMEMBERED_S)
    assert first is not None
    assert first.at == 3
    assert adverts.last_heard("AA:BB:CC:DD:EE:01", 3.1 + REMEMBERED_S) is None
    assert adverts.last_heard("AA:BB:CC:DD:EE:02", 4) is None, "it was heard longest ago"
    adverts.forget()
    assert adverts.last_heard("AA:BB:CC:DD:EE:03", 4) is None


async def test_a_subscriber_that_went_away_is_forgotten() -> None:
    adverts = Adverts(most_waiting=1)
    gone = adverts.subscribe()
    del gone
    gc.collect()
    adverts.hear(advert())
    adverts.hear(advert())

    assert adverts.dropped == 0
