"""OpenEPaperLink labels over real HTTP and WebSockets, with what goes wrong at access points."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from device_drivers.api.drivers import (
    Announced,
    Failed,
    Flash,
    Foreign,
    Later,
    Measured,
    Outcome,
    Presence,
    Reason,
    Refused,
    Shown,
    Transferred,
)
from device_drivers.api.panels import Ink, Panel
from device_drivers.simulated.openepaperlink_ap import RUNNING, STARTING, SimulatedTag
from device_drivers.simulated.openepaperlink_picture import type_of
from tests.support.bluetooth_shop import drawn, noise
from tests.support.openepaperlink_shop import QUICK, OpenEPaperLinkShop, known

W, K, R = Ink.WHITE, Ink.BLACK, Ink.RED


async def test_a_picture_is_transferred_and_then_shown() -> None:
    shop = OpenEPaperLinkShop()
    tag = shop.tag()
    frame = drawn(tag.panel)
    async with shop.running():
        assert await shop.deliver(known(tag), frame) == Later(reason=Reason.AWAITING_LABEL)
        await shop.until(lambda: Shown() in shop.outcomes())

    assert shop.outcomes() == [Transferred(), Shown()]
    assert tag.showing == frame
    assert tag.refreshes == 1
    assert shop.site.point.uploads == 1


async def test_a_gateway_that_starts_anew_hands_over_again_and_nothing_is_drawn_again() -> None:
    before = OpenEPaperLinkShop()
    tag = before.tag()
    frame = drawn(tag.panel)
    site = before.site
    async with site.serving():
        async with before.opened():
            await before.until(lambda: before.connects > 0)
            await before.deliver(known(tag), frame)
            await before.until(lambda: Shown() in before.outcomes())
        after = OpenEPaperLinkShop(sites={"floor": site})
        async with after.opened():
            await after.until(lambda: after.connects > 0)
            assert after.sessions_lost == 1, "nobody knows yet what the access point has"
            assert await after.deliver(known(tag), frame) == Later(reason=Reason.AWAITING_LABEL)
            await after.until(lambda: Shown() in after.outcomes())
            assert await after.deliver(known(tag), frame) == Shown()

    assert after.outcomes() == [Shown()], "the same as the tag holds"
    assert [one.tells_showing for one in after.heard(Announced)] == [False]
    assert (tag.refreshes, site.point.uploads) == (1, 2)


async def test_the_newest_of_several_pictures_is_the_one_that_counts() -> None:
    shop = OpenEPaperLinkShop()
    tag = shop.tag(sleep_s=200)
    frames = [noise(tag.panel, number) for number in range(4)]
    async with shop.running():
        for number, frame in enumerate(frames):
            await shop.deliver(known(tag), frame, f"w{number}")
        await shop.until(lambda: Shown() in shop.outcomes("w3"))

    assert tag.showing == frames[3]
    assert shop.outcomes("w3") == [Transferred(), Shown()]


async def test_a_picture_under_way_is_not_handed_over_again() -> None:
    shop = OpenEPaperLinkShop()
    tag = shop.tag(sleep_s=400)
    async with shop.running():
        for number in range(5):
            outcome = await shop.deliver(known(tag), drawn(tag.panel), f"w{number}")
            assert outcome == Later(reason=Reason.AWAITING_LABEL)
        await shop.until(lambda: Shown() in shop.outcomes("w4"))

    assert shop.site.point.uploads == 1


async def test_a_tag_that_is_not_due_for_a_while_gets_its_picture_when_it_is() -> None:
    shop = OpenEPaperLinkShop()
    tag = shop.tag(sleep_s=600)
    async with shop.running():
        record = shop.site.point.records[tag.mac]
        await shop.until(lambda: record.next_check_in < 3_000_000_000)
        await shop.deliver(known(tag), drawn(tag.panel))
        assert record.upload is not None, "not even made yet"
        await shop.until(lambda: Shown() in shop.outcomes())

    assert tag.showing == drawn(tag.panel)


async def test_an_access_point_that_starts_up_is_asked_later() -> None:
    shop = OpenEPaperLinkShop()
    tag = shop.tag()
    async with shop.running():
        shop.site.point.state = STARTING
        outcome = await shop.deliver(known(tag), drawn(tag.panel))
        shop.site.point.state = RUNNING

    assert outcome == Later(reason=Reason.BUSY, wait_s=QUICK.busy_s)


async def test_one_picture_after_another_goes_to_an_access_point() -> None:
    shop = OpenEPaperLinkShop()
    tags = [shop.tag(number) for number in range(12)]
    async with shop.running():
        async with asyncio.TaskGroup() as group:
            for tag in tags:
                group.create_task(shop.deliver(known(tag), noise(tag.panel, int(tag.mac, 16))))
        await shop.until(lambda: all(Shown() in shop.outcomes("w", tag.mac) for tag in tags))

    assert shop.site.point.at_once == 1
    assert [tag.showing for tag in tags] == [noise(tag.panel, int(tag.mac, 16)) for tag in tags]


@pytest.mark.parametrize("announced", [True, False], ids=["restart", "power cut"])
async def test_an_access_point_that_starts_anew_gets_everything_again(*, announced: bool) -> None:
    shop = OpenEPaperLinkShop()
    tag = shop.tag(sleep_s=1_200)
    async with shop.running():
        record = shop.site.point.records[tag.mac]
        await shop.until(lambda: record.next_check_in < 3_000_000_000)
        await shop.until(lambda: shop.site.point.told_uptime > 0)
        await shop.deliver(known(tag), drawn(tag.panel))
        await shop.site.reboot(announced=announced)
        await shop.until(lambda: shop.lost_on == ["floor", "floor"])
        await shop.until(lambda: shop.connects == 2)
        assert await shop.deliver(known(tag), drawn(tag.panel)) == Later(
            reason=Reason.AWAITING_LABEL
        )
        await shop.until(lambda: Shown() in shop.outcomes())

    assert tag.showing == drawn(tag.panel)
    assert shop.outcomes() == [Transferred(), Shown()], "nothing was claimed for the lost one"
    assert shop.site.point.uploads == 2


async def test_an_access_point_that_comes_back_is_told_by_name() -> None:
    shop = OpenEPaperLinkShop("floor", "cellar")
    async with shop.running():
        assert sorted(shop.lost_on) == ["cellar", "floor"]
        await shop.sites["cellar"].go_down()
        await shop.until(lambda: len(shop.told) == 3)
        await shop.sites["cellar"].come_up()
        await shop.until(lambda: shop.connects == 3)

    assert shop.came_up[2:] == ["cellar"]


async def test_without_its_access_point_a_label_is_not_reached_and_nothing_raises() -> None:
    shop = OpenEPaperLinkShop()
    tag = shop.tag()
    async with shop.running():
        await shop.site.go_down()
        down = await shop.deliver(known(tag), drawn(tag.panel))
        blinked = await shop.driver.flash(known(tag), Flash(seconds=3))
        await shop.site.come_up()
        await shop.until(lambda: shop.connects == 2)
        await shop.deliver(known(tag), drawn(tag.panel))
        await shop.until(lambda: Shown() in shop.outcomes())

    assert down == blinked == Later(reason=Reason.LINK_DOWN)


async def test_a_transfer_that_stops_is_told_and_made_good() -> None:
    shop = OpenEPaperLinkShop()
    tag = shop.tag()
    shop.site.point.faults.timeouts = 1
    async with shop.running():
        await shop.deliver(known(tag), drawn(tag.panel))
        await shop.until(lambda: bool(shop.outcomes()))
        await shop.deliver(known(tag), drawn(tag.panel))
        await shop.until(lambda: Shown() in shop.outcomes())

    failed, *rest = shop.outcomes()
    assert failed == Failed(reason=Reason.NO_ANSWER, detail="it stopped fetching")
    assert rest == [Transferred(), Shown()]


async def test_a_picture_that_the_access_point_lost_is_told() -> None:
    shop = OpenEPaperLinkShop()
    tag = shop.tag()
    shop.site.point.faults.forgets = 1
    async with shop.running():
        await shop.deliver(known(tag), drawn(tag.panel))
        await shop.until(lambda: bool(shop.outcomes()))
        await shop.deliver(known(tag), drawn(tag.panel))
        await shop.until(lambda: Shown() in shop.outcomes())

    assert [type(one) for one in shop.outcomes()] == [Failed, Transferred, Shown]


async def test_words_that_get_lost_are_made_good_by_the_list() -> None:
    shop = OpenEPaperLinkShop(pace=replace(QUICK, list_every_s=0.2, silent_s=60.0))
    tag = shop.tag()
    async with shop.running():
        shop.site.point.faults.mute = True
        await shop.deliver(known(tag), drawn(tag.panel))
        await shop.until(lambda: Shown() in shop.outcomes())

    assert tag.showing == drawn(tag.panel)


async def test_an_access_point_that_says_nothing_is_connected_again() -> None:
    shop = OpenEPaperLinkShop(pace=replace(QUICK, silent_s=0.5))
    shop.site.point.faults.mute = True
    async with shop.running():
        await shop.until(lambda: shop.connects >= 3)

    assert shop.sessions_lost == 1


async def test_an_answer_that_is_cut_off_claims_nothing() -> None:
    shop = OpenEPaperLinkShop()
    tag = shop.tag()
    shop.site.point.faults.uploads_cut = 1
    async with shop.running():
        assert await shop.deliver(known(tag), drawn(tag.panel)) == Later(reason=Reason.NO_ANSWER)
        await shop.until(lambda: tag.refreshes == 1)
        assert shop.outcomes() == []
        await shop.deliver(known(tag), drawn(tag.panel))
        await shop.until(lambda: Shown() in shop.outcomes())

    assert tag.refreshes == 1
    assert shop.heard(Foreign) == []


@pytest.mark.parametrize(
    ("fault", "outcome", "reason"),
    [("drips", Later, Reason.NO_ANSWER), ("floods", Failed, Reason.REFUSED)],
)
async def test_answers_without_end_hold_nobody_up(
    fault: str, outcome: type[Outcome], reason: Reason
) -> None:
    shop = OpenEPaperLinkShop(pace=replace(QUICK, answer_s=0.5))
    tag = shop.tag()
    async with shop.running():
        setattr(shop.site.point.faults, fault, True)
        said = await shop.deliver(known(tag), drawn(tag.panel))
        setattr(shop.site.point.faults, fault, False)
        await shop.deliver(known(tag), drawn(tag.panel))
        await shop.until(lambda: Shown() in shop.outcomes())

    assert type(said) is outcome
    assert getattr(said, "reason", None) is reason


@pytest.mark.parametrize(
    "lie",
    [
        "", "[]", "{}", '{"tags": 5}', '{"tags": [7], "continu": 0}', "nonsense",
        '{"error": "malformatted parameter"}', '{"tags": [], "continu": 1e9}', "[" * 10_000,
    ],
    ids=range(9),
)  # fmt: skip
async def test_a_list_that_lies_is_told_and_the_next_one_read(lie: str) -> None:
    shop = OpenEPaperLinkShop()
    tag = shop.tag()
    shop.site.point.faults.lies = [lie]
    async with shop.site.serving(), shop.opened():
        await shop.until(lambda: bool(shop.heard(Refused)))
        assert shop.connects == 0
        shop.site.point.faults.lies = []
        await shop.until(lambda: shop.connects == 1)
        await shop.deliver(known(tag), drawn(tag.panel))
        await shop.until(lambda: Shown() in shop.outcomes())


async def test_words_that_lie_are_refused_and_block_nobody() -> None:
    shop = OpenEPaperLinkShop()
    tag = shop.tag()
    async with shop.running():
        for word in (
            {"tags": [{"mac": tag.mac, "hash": 5}]},
            {"tags": [{"mac": "'; drop table"}]},
            {"tags": "all of them"},
            {"sys": {"currtime": "noon"}},
            {"logMsg": ["x"]},
            {"errMsg": None},
            {"tags": [tag.mac] * 3_000},
        ):
            shop.site.point.say(dict(word))
        await shop.deliver(known(tag), drawn(tag.panel))
        await shop.until(lambda: Shown() in shop.outcomes())

    assert {one.label for one in shop.heard(Refused)} == {"", tag.mac}


async def test_tags_of_several_access_points_and_one_that_is_carried() -> None:
    shop = OpenEPaperLinkShop("floor", "cellar")
    here, there = shop.tag(1), shop.tag(2, on="cellar")
    floor, cellar = shop.sites["floor"].point, shop.sites["cellar"].point
    async with shop.running():
        for tag in (here, there):
            await shop.deliver(known(tag), noise(tag.panel, 1))
        await shop.until(lambda: Shown() in shop.outcomes("w", here.mac))
        await shop.until(lambda: Shown() in shop.outcomes("w", there.mac))
        floor.move(here.mac, cellar)
        await shop.until(
            lambda: any(one.label == here.mac and one.via == "cellar" for one in moved(shop))
        )
        await shop.deliver(known(here), noise(here.panel, 2), "w2")
        await shop.until(lambda: Shown() in shop.outcomes("w2"))

    assert here.showing == noise(here.panel, 2)
    assert (floor.uploads, cellar.uploads) == (1, 2)
    assert {one.label: one.via for one in shop.heard(Announced)} == {
        here.mac: "floor", there.mac: "cellar",
    }  # fmt: skip
    assert shop.heard(Foreign) == []


def moved(shop: OpenEPaperLinkShop) -> list[Measured]:
    return shop.heard(Measured)


async def test_a_label_that_nobody_hears_is_told_to_be_there_when_it_is() -> None:
    shop = OpenEPaperLinkShop()
    tag = shop.tag()
    record = shop.site.point.records.pop(tag.mac)
    async with shop.running():
        assert await shop.deliver(known(tag), drawn(tag.panel)) == Later(reason=Reason.ASLEEP)
        shop.site.point.records[tag.mac] = record
        await shop.until(lambda: Presence(label=tag.mac, online=True) in shop.said)
        await shop.deliver(known(tag), drawn(tag.panel))
        await shop.until(lambda: Shown() in shop.outcomes())


async def test_only_tags_that_were_heard_are_introduced_and_never_the_own_screen() -> None:
    shop = OpenEPaperLinkShop()
    screen, silent, heard = shop.tag(1), shop.tag(2), shop.tag(3)
    screen.rssi_dbm = 100
    point = shop.site.point
    point.records[screen.mac].rssi = 100
    point.records[silent.mac].rssi = 0
    async with shop.running():
        await shop.until(lambda: point.records[heard.mac].last_seen > 1_789_000_000)
        await shop.deliver(known(heard), drawn(heard.panel))
        await shop.until(lambda: Shown() in shop.outcomes())

    assert {one.label for one in shop.heard(Announced)} == {heard.mac}


async def test_more_tags_than_an_access_point_can_list() -> None:
    shop = OpenEPaperLinkShop()
    tags = [shop.tag(number, sleep_s=4_000) for number in range(300)]
    for tag in tags:
        tag.silent = True
    async with shop.running():
        listed = {one.label for one in shop.heard(Announced)}
        tags[-1].silent = False
        await shop.until(lambda: tags[-1].mac in {one.label for one in shop.heard(Announced)})

    assert listed >= {tag.mac for tag in tags[:250]}
    assert tags[-1].mac not in listed, "beyond what a position of one byte reaches"


async def test_a_type_that_is_not_in_our_table_is_read_from_the_access_point() -> None:
    shop = OpenEPaperLinkShop()
    panel = Panel(name="oepl-ef", width=200, height=96, inks=(W, K, R), dpi=120)
    kind = type_of(0xEF, panel, name="Somebody's panel", extra=True)
    tag = SimulatedTag(mac="00007E2233445501", kind=kind, panel=panel)
    unreadable = replace(kind, hardware=0xEE, width=100_000)
    odd = SimulatedTag(mac="00007E2233445502", kind=unreadable, panel=panel)
    nowhere = SimulatedTag(mac="00007E2233445503", kind=replace(kind, hardware=0xED), panel=panel)
    shop.site.types = {0xEF: kind, 0xEE: unreadable}
    for one in (tag, odd, nowhere):
        shop.site.point.add(one)
    async with shop.running():
        await shop.deliver(known(tag), noise(panel, 3))
        await shop.until(lambda: Shown() in shop.outcomes())

    assert [one.panel for one in shop.heard(Announced)] == [panel]
    assert tag.showing == noise(panel, 3)
    problems = {one.problem.split(":")[0] for one in shop.heard(Refused)}
    assert "tag type EE" in problems
    assert shop.site.asked_types.count(0xEE) == shop.site.asked_types.count(0xED) == 1


async def test_a_type_whose_description_never_comes_whole_keeps_no_other_tag_away() -> None:
    shop = OpenEPaperLinkShop()
    good = shop.tag()
    odd = type_of(0xEE, good.panel)
    for number, hardware in enumerate((0xEE, 0xED)):
        kind = replace(odd, hardware=hardware)
        shop.site.point.add(
            SimulatedTag(mac=f"00007E223344560{number}", kind=kind, panel=good.panel)
        )
    shop.site.cut_types, shop.site.endless_types = {0xEE}, {0xED}
    async with shop.running():
        await shop.deliver(known(good), drawn(good.panel))
        await shop.until(lambda: Shown() in shop.outcomes())

    assert {one.label for one in shop.heard(Announced)} == {good.mac}
    problems = {one.problem.split(":")[0] for one in shop.heard(Refused)}
    assert problems == {"tag type EE", "tag type ED"}
    assert sorted(shop.site.asked_types) == [0xED, 0xEE], "once, not at every word of theirs"
    assert shop.told == [("floor", None)]


async def test_an_access_point_that_goes_and_comes_is_told_once_each() -> None:
    shop = OpenEPaperLinkShop()
    async with shop.running():
        async with shop.site.down():
            await shop.until(lambda: len(shop.told) == 2)
            known_down = list(shop.told)
        await shop.until(lambda: shop.connects == 2)

    assert [why is None for _, why in known_down] == [True, False]
    assert shop.told == [*known_down, ("floor", None)]


async def test_a_label_blinks_and_stops_and_nobody_takes_that_for_a_picture() -> None:
    shop = OpenEPaperLinkShop()
    tag = shop.tag()
    async with shop.running():
        await shop.deliver(known(tag), drawn(tag.panel))
        await shop.until(lambda: Shown() in shop.outcomes())
        assert await shop.driver.flash(known(tag), Flash(seconds=5, colour="red")) == Transferred()
        await shop.until(lambda: len(tag.flashes) == 1)
        assert await shop.driver.flash(known(tag), Flash(seconds=0)) == Transferred()
        await shop.until(lambda: len(tag.flashes) == 2)
        count = shop.site.point.records[tag.mac].last_seen
        await shop.until(lambda: shop.site.point.records[tag.mac].last_seen > count + 80)

    assert [one.hex() for one in tag.flashes] == ["71e031070000000000000400", "0" * 24]
    assert shop.heard(Foreign) == []
    assert shop.outcomes() == [Transferred(), Shown()]


async def test_a_picture_by_somebody_else_is_told_once() -> None:
    shop = OpenEPaperLinkShop()
    tag = shop.tag()
    async with shop.running():
        await shop.deliver(known(tag), noise(tag.panel, 1))
        await shop.until(lambda: Shown() in shop.outcomes())
        other = shop.driver.encode(noise(tag.panel, 2), known(tag))
        shop.site.point.put_foreign(tag.mac, other.data)
        await shop.until(lambda: tag.refreshes == 2)
        await shop.until(lambda: bool(shop.heard(Foreign)))
        # It is not said to show ours any more.
        await shop.deliver(known(tag), noise(tag.panel, 1), "w2")
        await shop.until(lambda: Shown() in shop.outcomes("w2"))

    assert [one.label for one in shop.heard(Foreign)] == [tag.mac]
    assert tag.showing == noise(tag.panel, 1)


@pytest.mark.parametrize("wakeup", [0xFC, 0xFE, 1], ids=["first boot", "watchdog", "boot"])
async def test_a_tag_that_started_anew_shows_nothing_of_ours(wakeup: int) -> None:
    shop = OpenEPaperLinkShop()
    tag = shop.tag()
    frame = drawn(tag.panel)
    async with shop.running():
        await shop.deliver(known(tag), frame)
        await shop.until(lambda: Shown() in shop.outcomes())
        tag.wakeup, tag.showing = wakeup, None
        await shop.until(lambda: len(shop.heard(Announced)) == 2)
        await shop.deliver(known(tag), frame, "w2")
        await shop.until(lambda: Shown() in shop.outcomes("w2"))

    told = shop.heard(Announced)[1]
    assert (told.tells_showing, told.showing) == (True, None)
    assert tag.showing == frame
    assert tag.refreshes == 2


async def test_a_label_of_another_model_or_id_is_refused_in_words() -> None:
    shop = OpenEPaperLinkShop()
    tag = shop.tag()
    frame = drawn(tag.panel)
    async with shop.running():
        other = replace(known(tag), model="oepl-01")
        outcome = await shop.driver.deliver(other, "w", shop.driver.encode(frame, known(tag)))
        nobody = replace(known(tag), label="12:34")
        nameless = await shop.driver.deliver(nobody, "w", shop.driver.encode(frame, known(tag)))

    assert outcome == Failed(
        reason=Reason.UNKNOWN_MODEL, detail="it says that it is oepl-03, not oepl-01"
    )
    assert nameless == Failed(reason=Reason.REFUSED, detail="'12:34' is no tag's address")
