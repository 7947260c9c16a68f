"""What every family behind access points promises, on simulated ones over real sockets."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

import pytest

from device_drivers import registry
from device_drivers.api.drivers import Announced, Flash, Later, Reason, Shown, Transferred
from device_drivers.api.panels import Frame, Ink
from tests.support.access_point_rigs import RIGS, Rig
from tests.support.bluetooth_shop import drawn, noise
from tests.support.cancelling import cancelled_at
from tests.support.running import PATIENCE_S


@pytest.fixture
def rig(access_point_rig: Callable[[], Rig]) -> Rig:
    return access_point_rig()


def test_every_family_behind_access_points_is_tried() -> None:
    behind = {
        name for name, entry in registry.OURS.items() if entry.over is registry.Over.ACCESS_POINT
    }
    assert behind == set(RIGS)


async def test_a_delivery_ends_as_the_family_says_it_can(rig: Rig) -> None:
    label, known = rig.labels[0]
    frame = noise(label.panel, 1)
    async with rig.running():
        assert await rig.shop.deliver(known, frame) == Later(reason=Reason.AWAITING_LABEL)
        await rig.shop.until(lambda: rig.success in rig.shop.outcomes())

    assert label.showing == frame
    assert (rig.success == Shown()) is rig.shop.driver.family.capabilities.confirms_shown
    assert rig.shop.outcomes()[0] == Transferred()


async def test_labels_introduce_themselves_once_with_their_way(rig: Rig) -> None:
    async with rig.running():
        await rig.shop.until(lambda: len(rig.shop.heard(Announced)) == 2)
        await rig.shop.deliver(rig.labels[0][1], drawn(rig.labels[0][0].panel))
        await rig.shop.until(lambda: rig.success in rig.shop.outcomes())

    said = rig.shop.heard(Announced)
    assert [one.label for one in said] == [known.label for _, known in rig.labels]
    for one, (label, known) in zip(said, rig.labels, strict=True):
        assert one.panel == label.panel
        assert one.panel.name == known.model
        assert one.formats == known.formats
        assert one.via
        assert not one.tells_showing


async def test_introductions_that_were_not_stored_are_made_again(rig: Rig) -> None:
    rig.shop.acknowledges = False
    async with rig.running(), rig.down():
        pass
    rig.shop.acknowledges = True
    async with rig.running():
        await rig.shop.until(lambda: len(rig.shop.heard(Announced)) >= 2)


async def test_labels_do_not_disturb_each_other(rig: Rig) -> None:
    frames = [noise(label.panel, number) for number, (label, _) in enumerate(rig.labels)]
    async with rig.running():
        async with asyncio.TaskGroup() as group:
            for frame, (_, known) in zip(frames, rig.labels, strict=True):
                group.create_task(rig.shop.deliver(known, frame))
        for _, known in rig.labels:
            await rig.shop.until(lambda: rig.success in rig.shop.outcomes("w", known.label))  # noqa: B023 - awaited in the loop

    assert [label.showing for label, _ in rig.labels] == frames


async def test_the_same_picture_again_is_not_drawn_again(rig: Rig) -> None:
    label, known = rig.labels[0]
    async with rig.running():
        await rig.shop.deliver(known, drawn(label.panel))
        await rig.shop.until(lambda: rig.success in rig.shop.outcomes())
        await rig.shop.driver.settled(known.label)
        assert await rig.shop.deliver(known, drawn(label.panel), "w2") == rig.success

    assert label.refreshes == 1


async def test_a_picture_that_a_person_asks_for_again_is_drawn_again(rig: Rig) -> None:
    label, known = rig.labels[0]
    asked = replace(known, repeat=True)
    async with rig.running():
        await rig.shop.deliver(known, drawn(label.panel))
        await rig.shop.until(lambda: rig.success in rig.shop.outcomes())
        outcome = await rig.shop.deliver(asked, drawn(label.panel), "w2")
        assert outcome == Later(reason=Reason.AWAITING_LABEL)
        await rig.shop.until(lambda: rig.success in rig.shop.outcomes("w2"))
        assert await rig.shop.deliver(known, drawn(label.panel), "w3") == rig.success

    assert label.refreshes == 2


async def test_the_last_of_many_pictures_stays(rig: Rig) -> None:
    label, known = rig.labels[0]
    frames = [noise(label.panel, number) for number in range(3)]
    async with rig.running():
        for number, frame in enumerate(frames):
            await rig.shop.deliver(known, frame, f"w{number}")
            await rig.shop.until(lambda: rig.success in rig.shop.outcomes(f"w{number}"))  # noqa: B023 - awaited in the loop

    assert label.showing == frames[-1]


async def test_a_report_names_the_picture(rig: Rig) -> None:
    label, known = rig.labels[0]
    async with rig.running():
        picture, _ = await rig.shop.handed_over(known, drawn(label.panel))
        await rig.shop.until(lambda: rig.success in rig.shop.outcomes())

    assert picture.sha256 == hashlib.sha256(picture.data).hexdigest()
    assert {one.sha256 for one in rig.shop.reports()} == {picture.sha256}


async def test_a_way_that_is_down_is_later_and_nothing_raises(rig: Rig) -> None:
    label, known = rig.labels[0]
    async with rig.running():
        async with rig.down():
            outcome = await rig.shop.deliver(known, drawn(label.panel))
            await rig.shop.driver.settled(known.label)
            connects = rig.shop.connects
        assert outcome == Later(reason=Reason.LINK_DOWN)
        await rig.shop.until(lambda: rig.shop.connects > connects)
        await rig.shop.deliver(known, drawn(label.panel))
        await rig.shop.until(lambda: rig.success in rig.shop.outcomes())


async def test_a_delivery_cancelled_at_any_await_leaves_nothing_behind(rig: Rig) -> None:
    label, known = rig.labels[0]
    async with rig.running():
        await rig.shop.until(lambda: len(rig.shop.heard(Announced)) == 2)
        before = names(asyncio.all_tasks())
        reached, number = True, 0
        while reached:
            number += 1
            frame = noise(label.panel, number)
            picture = rig.shop.driver.encode(frame, known)

            async def work(picture: object = picture) -> None:
                await rig.shop.driver.deliver(known, "cancelled", picture)  # type: ignore[arg-type]

            reached = await cancelled_at(work(), number)
        assert number > 5, "there are that many awaits on the way"
        await rig.shop.until(lambda: names(asyncio.all_tasks()) <= before)
        final = noise(label.panel, 1_000)
        # What was cut short may still be on its way through the access point: until the label
        # confirmed, the picture is handed over again, as the courier does it.
        async with asyncio.timeout(PATIENCE_S):
            while rig.success not in rig.shop.outcomes("last"):
                await rig.shop.deliver(known, final, "last")
                with suppress(TimeoutError):
                    async with asyncio.timeout(5):
                        await rig.shop.until(lambda: rig.success in rig.shop.outcomes("last"))

    assert label.showing == final


def names(tasks: set[asyncio.Task[object]]) -> set[str]:
    """The tasks of ours; those of the simulated server come and go."""
    ours = ("labels-", "deliver-")
    return {task.get_name() for task in tasks if task.get_name().startswith(ours)}


async def test_a_light_is_there_where_the_family_says_so(rig: Rig) -> None:
    async with rig.running():
        await rig.shop.until(lambda: len(rig.shop.heard(Announced)) == 2)
        outcome = await rig.shop.driver.flash(rig.labels[0][1], Flash(seconds=2))

    assert (outcome == Transferred()) is rig.shop.driver.family.capabilities.flashes


def test_the_same_frame_gives_the_same_bytes(rig: Rig) -> None:
    label, known = rig.labels[0]
    once = rig.shop.driver.encode(noise(label.panel, 1), known)

    assert once == rig.shop.driver.encode(noise(label.panel, 1), known)
    assert once.data != rig.shop.driver.encode(noise(label.panel, 2), known).data
    assert once.format in known.formats


def test_labels_of_others_are_refused_in_words(rig: Rig) -> None:
    _, known = rig.labels[0]
    frame = Frame(width=8, height=8, inks=(Ink.WHITE, Ink.BLACK), pixels=bytes(64))
    with pytest.raises(ValueError, match="is called 'nothing'"):
        rig.shop.driver.encode(frame, replace(known, model="nothing"))
    with pytest.raises(ValueError, match="the label takes stone; this gateway makes "):
        rig.shop.driver.encode(frame, replace(known, formats=("stone",)))
