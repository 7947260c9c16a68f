"""What MQTT labels promise beyond every family's: reports, sessions, redelivery; virtual time."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest
from typing_extensions import override

from device_drivers.api.drivers import (
    Announced,
    Described,
    Failed,
    Later,
    Outcome,
    Picture,
    Reason,
    Refused,
    Reported,
    Shown,
    Sighting,
    Transferred,
)
from device_drivers.api.panels import Frame, Panel
from device_drivers.simulated.mqtt_label import (
    Faults,
    LabelModel,
    SimulatedMqttLabel,
)
from tests.support import label_rigs
from tests.support.bluetooth_shop import noise
from tests.support.label_rigs import PANELS
from tests.support.label_shop import LabelShop

pytestmark = pytest.mark.looptime

PANEL = PANELS[0]
REFRESH_S = 3.0
LONG = 300.0
"""Seconds after which everything that will happen has happened."""


class MqttRig(label_rigs.MqttRig):
    """As in the suite of all families; here the broker may also lose what it kept."""

    @override
    async def connect(self, *, session_kept: bool = True) -> None:
        await self.shelf.connect()
        if not session_kept:
            self.broker.stop()
            await self.broker.start(sessions_kept=False, retained_kept=False)
        await self.gateway.connect()


@pytest.fixture
def rig() -> MqttRig:
    return MqttRig()


class Shop(LabelShop):
    """Labels by name, all told to be of the first panel."""

    def __init__(self, rig: MqttRig) -> None:
        super().__init__(rig.driver)
        self.rig = rig

    def label(
        self, name: str = "a", panel: Panel = PANEL, *, faults: Faults | None = None,
        formats: tuple[str, ...] = ("png", "planes"),
    ) -> SimulatedMqttLabel:  # fmt: skip
        model = LabelModel(panel=panel, formats=formats, refresh_s=REFRESH_S)
        return self.rig.labels.add(name, model, faults=faults or Faults())

    async def deliver(self, wish: str, frame: Frame, label: str = "a") -> tuple[Picture, Outcome]:
        picture = self.driver.encode(frame, self.known(label))
        return picture, await self.driver.deliver(self.known(label), wish, picture)

    def known(self, label: str) -> Described:
        return Described(label=label, model=PANEL.name, formats=("png", "planes"))

    def outcomes(self, wish: str, label: str = "a") -> list[Outcome]:
        return self.reported(wish, label)

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[None]:
        async with asyncio.TaskGroup() as work:
            lives = [work.create_task(self.listen()), work.create_task(self.rig.run())]
            await self.rig.connect()
            await asyncio.sleep(1)
            yield
            for life in lives:
                life.cancel()


@pytest.fixture
def shop(rig: MqttRig) -> Shop:
    return Shop(rig)


def kinds(sightings: Sequence[Sighting]) -> set[str]:
    return {type(sighting).__name__ for sighting in sightings}


@pytest.mark.parametrize("format_", ["png", "planes"])
@pytest.mark.parametrize("panel", PANELS, ids=lambda panel: panel.name)
async def test_the_label_shows_the_frame_pixel_by_pixel(
    shop: Shop, panel: Panel, format_: str
) -> None:
    label = shop.label(panel=panel, formats=(format_,))
    frame = noise(panel)
    async with shop.opened():
        known = Described(label="a", model=panel.name, formats=(format_,))
        picture = shop.driver.encode(frame, known)
        await shop.driver.deliver(known, "w", picture)
        await asyncio.sleep(LONG)

    assert picture.format == format_
    assert picture.sha256 == hashlib.sha256(picture.data).hexdigest()
    assert label.showing == frame


async def test_transferred_and_shown_are_said_when_the_label_says_them(shop: Shop) -> None:
    label = shop.label()
    frame = noise(PANEL)
    async with shop.opened():
        assert shop.driver.family.capabilities.confirms_shown
        _, outcome = await shop.deliver("w", frame)
        assert outcome == Later(reason=Reason.AWAITING_LABEL)
        await asyncio.sleep(REFRESH_S - 1)
        assert shop.outcomes("w") == [Transferred()]
        assert label.showing is None
        await asyncio.sleep(2)
        assert shop.outcomes("w") == [Transferred(), Shown()]
        assert label.showing == frame


async def test_a_report_names_the_picture_and_carries_telemetry(shop: Shop) -> None:
    shop.label()
    async with shop.opened():
        picture, _ = await shop.deliver("w", noise(PANEL))
        await asyncio.sleep(LONG)

    reports = shop.heard(Reported)
    assert {report.sha256 for report in reports} == {picture.sha256}
    assert all(report.telemetry.battery_mv for report in reports)


async def test_a_label_introduces_itself_and_what_it_shows(shop: Shop) -> None:
    shop.label(panel=PANELS[2])
    async with shop.opened():
        first = shop.heard(Announced)
        picture, _ = await shop.deliver("w", noise(PANELS[2]))
        await asyncio.sleep(LONG)
        announced = shop.heard(Announced)

    assert [(one.label, one.panel, one.showing) for one in first] == [("a", PANELS[2], None)]
    assert announced[-1].showing == picture.sha256


async def test_the_same_picture_again_is_not_drawn_again(shop: Shop) -> None:
    label = shop.label()
    async with shop.opened():
        await shop.deliver("w1", noise(PANEL))
        await asyncio.sleep(LONG)
        await shop.driver.settled("a")
        await shop.deliver("w2", noise(PANEL))
        await asyncio.sleep(LONG)

    assert label.refreshes == 1
    assert shop.outcomes("w2")[-1] == Shown()


async def test_a_settled_label_keeps_its_picture(shop: Shop) -> None:
    label = shop.label()
    async with shop.opened():
        await shop.deliver("w", noise(PANEL))
        await asyncio.sleep(LONG)
        await shop.driver.settled("a")
        await asyncio.sleep(LONG)

    assert label.showing == noise(PANEL)
    assert shop.outcomes("w")[-1] == Shown()


async def test_reports_that_come_twice_are_heard_twice_and_drawn_once(shop: Shop) -> None:
    label = shop.label(faults=Faults(reports_twice=True))
    async with shop.opened():
        await shop.deliver("w", noise(PANEL))
        await asyncio.sleep(LONG)

    assert shop.outcomes("w") == [Transferred(), Transferred(), Shown(), Shown()]
    assert label.refreshes == 1


async def test_a_late_label_is_not_said_to_show_before_it_does(shop: Shop) -> None:
    label = shop.label(faults=Faults(late_s=1000))
    async with shop.opened():
        _, outcome = await shop.deliver("w", noise(PANEL))
        await asyncio.sleep(990)
        assert outcome == Later(reason=Reason.AWAITING_LABEL)
        assert shop.outcomes("w") == []
        assert label.showing is None
        await asyncio.sleep(LONG)
        assert shop.outcomes("w") == [Transferred(), Shown()]
        assert label.showing == noise(PANEL)


async def test_garbage_is_refused_and_blocks_nobody(shop: Shop) -> None:
    shop.label("a", faults=Faults(garbage=True))
    shop.label("b")
    async with shop.opened():
        await shop.deliver("w", noise(PANEL), "a")
        await shop.deliver("w", noise(PANEL), "b")
        await asyncio.sleep(LONG)

    refused = shop.heard(Refused)
    assert {sighting.label for sighting in refused} == {"a"}
    assert all(sighting.problem for sighting in refused)
    assert shop.outcomes("w", "a") == []
    assert shop.outcomes("w", "b")[-1] == Shown()


async def test_a_panel_that_fails_is_told_with_its_own_words(shop: Shop) -> None:
    label = shop.label(faults=Faults(refuses="panel_timeout"))
    async with shop.opened():
        await shop.deliver("w", noise(PANEL))
        await asyncio.sleep(LONG)

    assert shop.outcomes("w")[-1] == Failed(reason=Reason.LABEL_ERROR, detail="panel_timeout")
    assert label.showing is None


async def test_a_picture_of_another_size_is_refused_by_the_label(shop: Shop) -> None:
    label = shop.label(panel=PANELS[0])
    async with shop.opened():
        await shop.deliver("w", noise(PANELS[1]))
        await asyncio.sleep(LONG)

    assert shop.outcomes("w")[-1] == Failed(reason=Reason.WRONG_SIZE)
    assert label.showing is None


@pytest.mark.parametrize("faults", [Faults(wrong_hash_once=True), Faults(drop_wish_once=True)])
async def test_what_got_lost_on_the_way_arrives_when_delivered_again(
    shop: Shop, faults: Faults
) -> None:
    label = shop.label(faults=faults)
    async with shop.opened():
        await shop.deliver("w", noise(PANEL))
        await asyncio.sleep(LONG)
        assert label.showing is None
        assert Shown() not in shop.outcomes("w")
        await shop.deliver("w", noise(PANEL))
        await asyncio.sleep(LONG)
        assert label.showing == noise(PANEL)
        assert shop.outcomes("w")[-1] == Shown()


@pytest.mark.parametrize("after_s", [0.0, 0.005, 0.015, 0.025, 0.035])
async def test_a_cancelled_delivery_leaves_nothing_behind(shop: Shop, after_s: float) -> None:
    label = shop.label()
    async with shop.opened():
        await shop.deliver("old", noise(PANEL, 1))
        await asyncio.sleep(LONG)
        before = asyncio.all_tasks()

        with pytest.raises(TimeoutError):
            async with asyncio.timeout(after_s):
                await shop.deliver("cancelled", noise(PANEL, 2))
        await asyncio.sleep(LONG)
        assert asyncio.all_tasks() == before
        shown = Shown() in shop.outcomes("cancelled")
        assert label.showing == noise(PANEL, 2 if shown else 1)
        await shop.deliver("new", noise(PANEL, 3))
        await asyncio.sleep(LONG)
        assert label.showing == noise(PANEL, 3)
        assert shop.outcomes("new") == [Transferred(), Shown()]


async def test_a_lost_session_is_told_and_a_kept_one_is_not(shop: Shop) -> None:
    async with shop.opened():
        assert shop.sessions_lost == 1, "at first nothing is known either"
        shop.rig.cut()
        await shop.rig.connect()
        assert shop.sessions_lost == 1
        shop.rig.cut()
        await shop.rig.connect(session_kept=False)
        assert shop.sessions_lost == 2
        assert shop.connects == 3, "that labels can be reached again is told every time"


async def test_what_was_not_acknowledged_is_heard_again(shop: Shop) -> None:
    shop.label()
    async with shop.opened():
        shop.acknowledges = False
        await shop.deliver("w", noise(PANEL))
        await asyncio.sleep(LONG)
        assert shop.outcomes("w") == [Transferred(), Shown()]

        shop.said.clear()
        shop.acknowledges = True
        shop.rig.cut()
        await shop.rig.connect()
        await asyncio.sleep(LONG)

    assert shop.outcomes("w")[:2] == [Transferred(), Shown()]


async def test_a_broker_without_memory_gets_everything_again(shop: Shop) -> None:
    label = shop.label()
    async with shop.opened():
        await shop.deliver("w1", noise(PANEL, 1))
        await asyncio.sleep(LONG)
        shop.said.clear()
        shop.rig.cut()
        await shop.rig.connect(session_kept=False)
        await asyncio.sleep(LONG)
        assert "Announced" in kinds(shop.said), "labels introduce themselves again"

        await shop.deliver("w2", noise(PANEL, 2))
        await asyncio.sleep(LONG)

    assert label.showing == noise(PANEL, 2)
