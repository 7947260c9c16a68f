"""Hanshow labels behind the vendor's server, over real HTTP, with and without call-backs."""

from __future__ import annotations

from dataclasses import replace

import httpx
import pytest

from device_drivers.api.drivers import (
    Announced,
    Failed,
    Flash,
    Later,
    Measured,
    Presence,
    Reason,
    Refused,
    Transferred,
)
from device_drivers.api.panels import Frame, Ink
from device_drivers.labels.hanshow.driver import HanshowDriver
from tests.support.bluetooth_shop import drawn, noise
from tests.support.hanshow_shop import QUICK, HanshowShop, known

W, K, R, Y = Ink.WHITE, Ink.BLACK, Ink.RED, Ink.YELLOW
AWAITED = Later(reason=Reason.AWAITING_LABEL)


@pytest.mark.parametrize("inks", [(W, K), (W, K, R), (W, K, R, Y)], ids=len)
async def test_every_pixel_arrives_and_the_call_back_says_so(inks: tuple[Ink, ...]) -> None:
    shop = HanshowShop()
    label = shop.label(width=300, height=100, inks=inks)
    frame = noise(label.panel, len(inks))
    async with shop.running():
        assert await shop.deliver(known(label), frame) == AWAITED
        await shop.until(lambda: bool(shop.outcomes()))

    assert label.showing == frame
    assert shop.outcomes() == [Transferred()], "nobody says that it was drawn"


async def test_labels_are_introduced_as_the_server_describes_them() -> None:
    shop = HanshowShop()
    labels = [shop.label(number) for number in range(250)]
    labels[3].online = False
    async with shop.running():
        await shop.until(lambda: len(shop.heard(Announced)) >= 250)
        await shop.until(lambda: bool(shop.heard(Presence)))
        labels[3].online = True
        await shop.until(lambda: len(shop.heard(Presence)) == 2)

    said = {one.label: one for one in shop.heard(Announced)}
    assert set(said) == {label.id for label in labels}
    assert said[labels[0].id].panel == labels[0].panel
    assert said[labels[0].id].telemetry.battery_mv == 3000
    assert [(one.label, one.online) for one in shop.heard(Presence)] == [
        (labels[3].id, False), (labels[3].id, True),
    ]  # fmt: skip


async def test_a_label_that_the_server_lists_as_offline_is_not_heard() -> None:
    shop = HanshowShop(pace=replace(QUICK, say_every_s=0.0))
    away, there = shop.label(1), shop.label(2)
    away.online = False
    async with shop.running():
        await shop.until(lambda: len(shop.heard(Measured)) >= 3)

    assert {one.label for one in shop.heard(Measured)} == {there.id}
    assert {one.label: one.retained for one in shop.heard(Announced)} == {
        away.id: True, there.id: False,
    }  # fmt: skip
    assert shop.heard(Presence) == [Presence(label=away.id, online=False)]


async def test_a_label_that_is_on_the_list_no_more_is_away_until_it_is_back() -> None:
    shop = HanshowShop()
    labels = [shop.label(number) for number in range(120)]
    async with shop.running():
        await shop.until(lambda: len(shop.heard(Announced)) == len(labels))
        gone = shop.server.labels.pop(labels[7].id)
        await shop.until(lambda: len(shop.heard(Presence)) == 1)
        shop.server.add(gone)
        await shop.until(lambda: len(shop.heard(Presence)) == 2)

    assert shop.heard(Presence) == [
        Presence(label=gone.id, online=False), Presence(label=gone.id, online=True),
    ]  # fmt: skip


async def test_a_lost_call_back_leaves_no_label_stuck() -> None:
    shop = HanshowShop()
    label = shop.label()
    shop.server.faults.calls_lost = 1
    async with shop.running():
        assert await shop.deliver(known(label), drawn(label.panel)) == AWAITED
        await shop.until(lambda: label.refreshes == 1)
        await shop.until(lambda: shop.server.faults.calls_lost == 0)
        assert await shop.deliver(known(label), drawn(label.panel)) == Transferred()

    assert shop.outcomes() == []
    assert label.refreshes == 1


async def test_without_a_way_back_the_server_is_asked_again() -> None:
    shop = HanshowShop(reached=False)
    label = shop.label()
    async with shop.running():
        assert await shop.deliver(known(label), drawn(label.panel)) == AWAITED
        await shop.until(lambda: bool(shop.server.calls))
        assert await shop.deliver(known(label), drawn(label.panel)) == Transferred()

    assert [url for url, _ in shop.server.calls] == ["http://127.0.0.1/"]


async def test_call_backs_that_come_twice_or_late_count_once_and_for_their_own() -> None:
    shop = HanshowShop()
    label = shop.label()
    shop.server.faults.calls_twice = True
    async with shop.running():
        await shop.deliver(known(label), noise(label.panel, 1), "w1")
        await shop.until(lambda: len(shop.server.calls) == 2)
        (url, first), _ = shop.server.calls
        shop.server.faults.calls_lost = 1
        await shop.deliver(known(label), noise(label.panel, 2), "w2")
        await shop.until(lambda: label.refreshes == 2)
        assert await shop.server.call(url, first) == 200, "it is told that it was heard"
        assert shop.outcomes("w2") == []

    assert shop.outcomes("w1") == [Transferred()]
    driver = shop.driver
    assert isinstance(driver, HanshowDriver)
    assert driver.servers[0].strange_calls == 2


async def test_a_picture_handed_over_again_is_proven_by_either_call() -> None:
    shop = HanshowShop()
    label = shop.label()
    shop.server.faults.calls_lost = 1
    async with shop.running():
        await shop.deliver(known(label), drawn(label.panel), "w1")
        await shop.until(lambda: shop.server.faults.calls_lost == 0)
        label.image = ""
        assert await shop.deliver(known(label), drawn(label.panel), "w2") == AWAITED
        await shop.until(lambda: bool(shop.outcomes("w2")))

    assert shop.outcomes("w2") == [Transferred()]


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        (100, Reason.LABEL_ERROR), (202, Reason.REFUSED), (203, Reason.IMAGE_UNREADABLE),
        (300, Reason.REFUSED), (777, Reason.LABEL_ERROR),
    ],
)  # fmt: skip
async def test_numbers_of_errors_become_reasons(number: int, reason: Reason) -> None:
    shop = HanshowShop()
    label = shop.label()
    async with shop.running():
        shop.server.faults.refuses_with = number
        at_once = await shop.deliver(known(label), drawn(label.panel))
        shop.server.faults.refuses_with, shop.server.faults.fails_with = 0, number
        await shop.deliver(known(label), drawn(label.panel))
        await shop.until(lambda: bool(shop.outcomes()))

    for outcome in (at_once, *shop.outcomes()):
        assert isinstance(outcome, Failed)
        assert outcome.reason is reason
        assert str(number) in outcome.detail


async def test_calls_by_strangers_and_on_other_paths_find_nothing() -> None:
    # The configured server is somewhere else, so what calls from this machine is a stranger.
    shop = HanshowShop(url="http://127.0.0.2:9/api2/default")
    async with shop.intake.serving(), httpx.AsyncClient(base_url=shop.intake.base) as stranger:
        door = next(iter(shop.callbacks._doors))
        known_path = await stranger.post(f"/callbacks/{door.secret}", json={})
        guessed = await stranger.post(f"/callbacks/{'x' * 32}", json={})

    assert known_path.status_code == guessed.status_code == 404
    assert known_path.json() == guessed.json()


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 200), (b"[]", 200), (b'{"sid": 5}', 200), (b"x" * 20_000, 413),
        (b'{"sid": "a", "esl_id": "55-3D-5F-01", "status_no": 0}', 200),
        (b'{"sid": "a/b", "esl_id": "../../etc", "status_no": 0}', 200),
    ],
    ids=range(6),
)  # fmt: skip
async def test_calls_that_lie_move_nothing(body: bytes, status: int) -> None:
    shop = HanshowShop()
    label = shop.label()
    shop.server.faults.calls_lost = 1
    async with shop.running(), httpx.AsyncClient(base_url=shop.intake.base) as caller:
        await shop.deliver(known(label), drawn(label.panel))
        door = next(iter(shop.callbacks._doors))
        headers = {"Content-Type": "application/json"}
        answer = await caller.post(f"/callbacks/{door.secret}", content=body, headers=headers)

    assert answer.status_code == status
    assert shop.outcomes() == []


@pytest.mark.parametrize(
    "lie",
    ["", "[]", "{}", '{"errno": 0}', '{"errno": 0, "data": 5}', '{"errno": 7, "errmsg": 9}'],
    ids=range(6),
)
async def test_a_list_that_lies_is_told_and_the_next_one_read(lie: str) -> None:
    shop = HanshowShop()
    label = shop.label()
    async with shop.running():
        shop.server.faults.list_lies = lie
        await shop.until(lambda: bool(shop.heard(Refused)))
        shop.server.faults.list_lies = None
        await shop.until(lambda: shop.connects == 2)
        await shop.deliver(known(label), drawn(label.panel))
        await shop.until(lambda: bool(shop.outcomes()))

    assert shop.outcomes() == [Transferred()]


async def test_without_its_server_a_label_is_not_reached_and_nothing_raises() -> None:
    shop = HanshowShop()
    label = shop.label()
    async with shop.running():
        await shop.server.go_down()
        down = await shop.deliver(known(label), drawn(label.panel))
        blinked = await shop.driver.flash(known(label), Flash(seconds=3))
        await shop.server.come_up()
        await shop.until(lambda: shop.connects == 2)
        await shop.deliver(known(label), drawn(label.panel))
        await shop.until(lambda: bool(shop.outcomes()))

    assert down == blinked == Later(reason=Reason.LINK_DOWN)
    assert [why is None for _, why in shop.told] == [True, False, True], "each change once"
    assert shop.came_up == [name for name, why in shop.told if why is None]
    assert {name for name, _ in shop.told} == {"vendor"}


async def test_a_label_that_the_server_does_not_hear_waits_until_it_does() -> None:
    shop = HanshowShop()
    label = shop.label()
    label.online = False
    async with shop.running():
        await shop.until(lambda: bool(shop.heard(Presence)))
        assert await shop.deliver(known(label), drawn(label.panel)) == Later(reason=Reason.ASLEEP)
        label.online = True
        await shop.until(lambda: Presence(label=label.id, online=True) in shop.said)
        assert await shop.deliver(known(label), drawn(label.panel)) == AWAITED


async def test_a_label_blinks_and_stops() -> None:
    shop = HanshowShop()
    label = shop.label()
    async with shop.running():
        assert (
            await shop.driver.flash(known(label), Flash(seconds=5, colour="red")) == Transferred()
        )
        assert await shop.driver.flash(known(label), Flash(seconds=0)) == Transferred()

    assert [one["loop_count"] for one in label.flashes] == [5, 0]
    assert label.flashes[0]["flash_light"] == {
        "colors": ["red"], "on_time": 17, "off_time": 17, "flash_count": 1, "sleep_time": 0,
        "loop_count": 5,
    }  # fmt: skip


async def test_a_label_of_another_model_or_id_is_refused_in_words() -> None:
    shop = HanshowShop()
    label = shop.label()
    frame = drawn(label.panel)
    async with shop.running():
        picture = shop.driver.encode(frame, known(label))
        other = await shop.driver.deliver(replace(known(label), model="hanshow-30"), "w", picture)
        nobody = await shop.driver.deliver(replace(known(label), label="../x"), "w", picture)
        stranger = await shop.driver.deliver(
            replace(known(label), label="00-00-00-00"), "w", picture
        )

    assert other == Failed(
        reason=Reason.UNKNOWN_MODEL, detail="the server says that it is hanshow-52, not hanshow-30"
    )
    assert nobody == Failed(reason=Reason.REFUSED, detail="'../x' is no label's id")
    assert stranger == Failed(reason=Reason.REFUSED, detail="no server knows this label")


async def test_frames_that_do_not_fit_and_labels_of_others_are_refused_in_words() -> None:
    shop = HanshowShop()
    label = shop.label()
    small = Frame(width=8, height=8, inks=(W, K), pixels=bytes(64))
    blue = Frame(width=152, height=152, inks=(W, Ink.BLUE), pixels=bytes(152 * 152))
    async with shop.running():
        for frame, described, words in (
            (small, known(label), "the frame has 8x8 pixels, hanshow-52 has 152x152"),
            (blue, known(label), "Hanshow labels cannot show blue"),
            (small, replace(known(label), model="oepl-33"), "is called 'oepl-33'"),
            (small, replace(known(label), formats=("stone",)), "the label takes stone"),
        ):
            with pytest.raises(ValueError, match=words):
                shop.driver.encode(frame, described)
