"""The courier with drivers that fail or have to tidy up."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import NoReturn

import pytest
from structlog.testing import capture_logs

from device_drivers.api.drivers import (
    Described,
    Outcome,
    Picture,
    Shown,
)
from device_drivers.api.panels import Frame
from gateway.labels import driving
from tests.support.running import running
from tests.unit.labels.aisles import Aisle, RadioDriver, an_aisle


@pytest.fixture
async def aisle(tmp_path: Path) -> AsyncIterator[Aisle]:
    async with an_aisle(tmp_path) as made:
        yield made


async def test_a_driver_tidies_up_in_peace_when_its_delivery_is_cancelled(aisle: Aisle) -> None:
    begun, tidying, tidied = asyncio.Event(), asyncio.Event(), asyncio.Event()
    other_shown = asyncio.Event()

    async def answer(label: Described) -> Outcome:
        if label.label == "other" or begun.is_set():
            return Shown()
        begun.set()
        try:
            await asyncio.get_running_loop().create_future()
        finally:
            tidying.set()
            await other_shown.wait()
            tidied.set()
        raise AssertionError("cancelled above")

    aisle.driver.answer = answer
    await aisle.hang("l1")
    await aisle.hang("other")
    await aisle.wish("l1")
    changes = aisle.room.database.changes.subscribe("delivery")
    async with asyncio.timeout(20), running(aisle.courier):
        await begun.wait()
        await aisle.wish("l1", 1)
        await tidying.wait()
        await aisle.wish("other")
        while (await aisle.delivery("other")).state != "shown":
            await changes.next()
        other_shown.set()
        while (await aisle.delivery("l1")).state != "shown":
            await changes.next()
    assert tidied.is_set()


@pytest.mark.parametrize("breaks", ["deliver", "encode"])
async def test_an_error_in_a_driver_is_the_trouble_of_one_label(
    aisle: Aisle, monkeypatch: pytest.MonkeyPatch, breaks: str
) -> None:
    encode = aisle.driver.encode

    def missing(frame: Frame, label: Described) -> Picture:
        if label.label == "bad":
            raise KeyError(label.label)
        return encode(frame, label)

    async def answer(label: Described) -> Outcome:
        if label.label == "bad":
            raise KeyError(label.label)
        return Shown()

    if breaks == "encode":
        monkeypatch.setattr(RadioDriver, "encode", staticmethod(missing))
    else:
        aisle.driver.answer = answer
    for label in ("bad", "good"):
        await aisle.hang(label)
        await aisle.wish(label)
    with capture_logs() as logs:
        await aisle.courier.deliver_due()
    bad = await aisle.delivery("bad")
    assert (bad.state, bad.reason) == ("failed", "label_error")
    assert bad.detail == "the driver failed: KeyError: 'bad'"
    assert bad.due_at is not None
    assert bad.due_at > aisle.room.clock.now()
    assert [one["exc_info"] for one in logs if one["event"] == "driver failed"] == [True]
    assert (await aisle.delivery("good")).state == "shown"


async def test_a_driver_that_never_comes_back_gives_its_place_up(
    aisle: Aisle, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def answer(label: Described) -> Outcome:
        if label.label == "stuck":
            await asyncio.get_running_loop().create_future()
        return Shown()

    monkeypatch.setattr("gateway.labels.driving._LONGEST_S", 0.01)
    aisle.driver.answer = answer
    await aisle.hang("stuck")
    await aisle.wish("stuck")
    with capture_logs():
        async with asyncio.timeout(20):
            await aisle.courier.deliver_due()
    stuck = await aisle.delivery("stuck")
    assert (stuck.state, stuck.reason) == ("failed", "label_error")
    assert stuck.detail == "the driver failed: NotBackError: no word within 0.01 s"


async def test_what_another_distribution_s_driver_does_by_itself_is_begun_again(
    aisle: Aisle, monkeypatch: pytest.MonkeyPatch
) -> None:
    again = asyncio.Event()
    runs: list[str] = []

    async def run(driver: RadioDriver) -> NoReturn:
        runs.append(driver.family.name)
        if len(runs) == 1:
            raise KeyError(driver.family.name)
        again.set()
        await asyncio.get_running_loop().create_future()
        raise AssertionError("nobody ends this")

    monkeypatch.setattr(RadioDriver, "run", run)
    monkeypatch.setattr("gateway.labels.driving._AGAIN_S", 0.01)
    with capture_logs() as logs:
        async with asyncio.timeout(20), asyncio.TaskGroup() as group:
            going_on = group.create_task(driving.run(aisle.driver))
            await again.wait()
            going_on.cancel()
    assert [one["event"] for one in logs] == ["driver failed"]
