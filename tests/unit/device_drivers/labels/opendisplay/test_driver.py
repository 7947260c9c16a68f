"""OpenDisplay labels over the air: every accident ends in a picture or in the truth."""

from __future__ import annotations

import asyncio
import random
from dataclasses import replace

import pytest

from device_drivers.api.drivers import (
    Announced,
    Described,
    Failed,
    Flash,
    Later,
    Outcome,
    Presence,
    Reason,
    Shown,
    Unidentified,
)
from device_drivers.labels.opendisplay import container
from device_drivers.labels.opendisplay.driver import OpenDisplayLabels
from device_drivers.labels.opendisplay.models import Layout
from device_drivers.links.radio import uuid16
from device_drivers.simulated.air import AirFaults
from device_drivers.simulated.opendisplay_door import Door
from device_drivers.simulated.opendisplay_label import (
    INFLATES,
    PIPES,
    OpenDisplayFaults,
    SimulatedOpenDisplayLabel,
)
from tests.support.bluetooth_shop import BluetoothShop, noise

pytestmark = pytest.mark.looptime

ADDRESS = "E9:94:0D:B3:79:A6"
LABEL = ADDRESS.replace(":", "")
LAYOUT = Layout(scheme="bwr", width=122, height=250, rotation=90)
KEY = bytes(range(16))
WAYS = [0, INFLATES, 0x02, PIPES, INFLATES | PIPES]
BETWEEN = 60.0


def label(
    *,
    modes: int = INFLATES | PIPES,
    key: bytes | None = None,
    faults: OpenDisplayFaults | None = None,
) -> SimulatedOpenDisplayLabel:
    return SimulatedOpenDisplayLabel(ADDRESS, LAYOUT, modes=modes, key=key, faults=faults)


class Shelf:
    """One label in a shop, tried again until it shows the picture or says no."""

    def __init__(
        self,
        device: SimulatedOpenDisplayLabel,
        air: AirFaults | None = None,
        *,
        key: bytes | None = None,
    ) -> None:
        self.device = device
        self.frame = noise(device.layout.panel(dpi=100), 3)
        self.outcomes: list[Outcome] = []
        self.shop = BluetoothShop(OpenDisplayLabels(key_of=lambda _label: key))
        self.shop.add(device, air)
        self.known = Described(label=LABEL, model=device.layout.model)

    async def deliver(self, tries: int = 1) -> Outcome:
        async with self.shop.opened():
            await self.again(tries)
        return self.outcomes[-1]

    async def again(self, tries: int = 1) -> None:
        for _ in range(tries):
            self.outcomes.append(await self.shop.deliver(self.frame, self.known))
            if not isinstance(self.outcomes[-1], Later):
                break
            await asyncio.sleep(BETWEEN)


@pytest.mark.parametrize("key", [None, KEY])
@pytest.mark.parametrize("modes", WAYS)
async def test_every_way_to_take_a_picture_ends_shown(modes: int, key: bytes | None) -> None:
    shelf = Shelf(label(modes=modes, key=key), key=key)

    assert await shelf.deliver() == Shown()
    assert shelf.device.showing == shelf.frame
    assert shelf.device.refreshes == 1


async def test_a_label_says_what_it_is_when_it_is_asked() -> None:
    shelf = Shelf(label(modes=INFLATES))
    async with shelf.shop.opened():
        await asyncio.sleep(60)

    (said,) = shelf.shop.heard(Announced)
    assert said.panel == LAYOUT.panel(dpi=129)
    assert said.formats == ("opendisplay-zlib", "opendisplay-plain")
    assert (said.firmware, said.tells_showing) == ("2.1", False)
    assert (said.telemetry.battery_mv, said.telemetry.temperature_c) == (2900, 21.0)
    assert shelf.device.connections == 1, "it is asked once"


async def test_an_old_label_says_what_it_is_and_takes_what_it_can() -> None:
    device = label(modes=0)
    device.is_legacy = True
    shelf = Shelf(device)
    async with shelf.shop.opened():
        (said,) = shelf.shop.heard(Announced)
        shelf.known = replace(shelf.known, formats=said.formats)
        picture = shelf.shop.driver.encode(shelf.frame, shelf.known)
        assert picture.format == "opendisplay-plain"
        await shelf.again()

    assert said.formats == ("opendisplay-plain",)
    assert shelf.outcomes == [Shown()]


async def test_a_locked_label_without_our_key_is_of_unknown_model() -> None:
    shelf = Shelf(label(key=KEY))
    async with shelf.shop.opened():
        await asyncio.sleep(60)
        await shelf.again()

    assert not shelf.shop.heard(Announced)
    (said,) = shelf.shop.heard(Unidentified)
    assert said.label == LABEL
    assert shelf.outcomes == [Failed(reason=Reason.NOT_LET_IN, detail="the label asks for its key")]
    assert shelf.device.showing is None


async def test_a_label_that_cannot_be_reached_is_asked_again() -> None:
    shelf = Shelf(label(), AirFaults(refuses=2))
    async with shelf.shop.opened():
        assert not shelf.shop.heard(Announced)
        await asyncio.sleep(300)

    assert len(shelf.shop.heard(Announced)) == 1
    assert not shelf.shop.heard(Unidentified)


async def test_a_label_that_was_made_another_is_introduced_anew_and_not_driven_before() -> None:
    shelf = Shelf(label())
    other = Layout(scheme="bw", width=400, height=300)
    async with shelf.shop.opened():
        await asyncio.sleep(90)
        shelf.device.layout = other
        await shelf.again()
        await asyncio.sleep(90)
        await shelf.again()
        first, second = shelf.shop.heard(Announced)
        assert (first.panel.name, second.panel.name) == (LAYOUT.model, other.model)
        shelf.known = replace(shelf.known, model=other.model)
        shelf.frame = noise(other.panel(dpi=100))
        await shelf.again()

    detail = f"it says that it is {other.model}, not {LAYOUT.model}"
    refused = Failed(reason=Reason.UNKNOWN_MODEL, detail=detail)
    assert shelf.outcomes == [refused, refused, Shown()]
    assert shelf.device.showing == shelf.frame


async def test_a_sleeping_label_is_served_when_it_is_heard() -> None:
    shelf = Shelf(label())
    async with shelf.shop.opened():
        shelf.device.silent = True
        await asyncio.sleep(600)
        await shelf.again()
        assert shelf.outcomes.pop() == Later(reason=Reason.ASLEEP)
        shelf.device.silent = False
        await asyncio.sleep(5)
        assert shelf.shop.heard(Presence) == [Presence(label=LABEL, online=True)]
        await shelf.again()

    assert shelf.outcomes == [Shown()]


@pytest.mark.parametrize(
    ("mtu", "key"), [(109, None), (140, None), (247, None), (138, KEY), (185, KEY), (247, KEY)]
)
@pytest.mark.parametrize("modes", WAYS)
async def test_any_connection_that_carries_what_it_tells_carries_the_picture(
    mtu: int, key: bytes | None, modes: int
) -> None:
    shelf = Shelf(label(modes=modes, key=key), AirFaults(mtu=mtu), key=key)

    assert await shelf.deliver() == Shown()
    assert shelf.device.showing == shelf.frame


async def test_a_connection_of_23_bytes_is_named() -> None:
    assert await Shelf(label(), AirFaults(mtu=23)).deliver() == Failed(
        reason=Reason.LABEL_ERROR, detail="a connection of 23 bytes is too small"
    )


@pytest.mark.parametrize("key", [None, KEY])
@pytest.mark.parametrize("modes", [0, INFLATES | PIPES])
@pytest.mark.parametrize("after", [1, 2, 3, 5, 9])
async def test_a_break_is_later_and_then_it_works(
    after: int, modes: int, key: bytes | None
) -> None:
    # The first connection asks what it is.
    air = AirFaults(breaks_after=after, breaks=2)
    shelf = Shelf(label(modes=modes, key=key), air, key=key)

    assert await shelf.deliver(tries=4) == Shown()
    assert shelf.device.showing == shelf.frame
    assert set(shelf.outcomes[:-1]) <= {
        Later(reason=Reason.DISCONNECTED), Later(reason=Reason.BUSY),
    }  # fmt: skip


@pytest.mark.parametrize("modes", WAYS)
@pytest.mark.parametrize("numbers", [{5}, {7, 8}, {6, 9, 12}, set(range(5, 40, 5))])
async def test_lost_writes_are_made_good_or_told(modes: int, numbers: set[int]) -> None:
    faults = OpenDisplayFaults(loses_writes=frozenset(numbers))
    shelf = Shelf(label(modes=modes, faults=faults))
    outcome = await shelf.deliver()

    if modes & PIPES:
        assert outcome == Shown()
    if outcome == Shown():
        assert shelf.device.showing == shelf.frame
    else:
        assert outcome == Later(reason=Reason.NO_ANSWER)


async def test_a_label_that_keeps_nothing_too_early_gets_it_all_the_same() -> None:
    faults = OpenDisplayFaults(loses_writes=frozenset({4, 9, 17}))
    device = label(modes=PIPES, faults=faults)
    device.keeps_gaps = False
    shelf = Shelf(device)

    assert await shelf.deliver() == Shown()
    assert device.showing == shelf.frame


@pytest.mark.parametrize("modes", WAYS)
async def test_a_label_that_waits_for_the_end_is_told(modes: int) -> None:
    device = label(modes=modes)
    device.starts_by_itself = False

    assert await Shelf(device).deliver() == Shown()


async def test_a_label_whose_configuration_promises_too_much_gets_the_picture() -> None:
    assert await Shelf(label(faults=OpenDisplayFaults(no_pipe=True))).deliver() == Shown()


@pytest.mark.parametrize("modes", [INFLATES, INFLATES | PIPES])
async def test_a_picture_that_is_no_picture_is_never_said_to_be_shown(modes: int) -> None:
    shelf = Shelf(label(modes=modes))
    async with shelf.shop.opened():
        picture = shelf.shop.driver.encode(shelf.frame, shelf.known)
        for broken in (replace(picture, data=b"x" * 99), replace(picture, data=picture.data[:-9])):
            outcome = await shelf.shop.driver.deliver(shelf.known, "w", broken)
            assert isinstance(outcome, Failed)
            assert outcome.reason is Reason.WRONG_SIZE
    assert shelf.device.showing is None


@pytest.mark.parametrize("modes", WAYS)
async def test_a_lost_last_word_is_not_taken_for_one(modes: int) -> None:
    shelf = Shelf(label(modes=modes, faults=OpenDisplayFaults(no_last_word=True)))

    assert await shelf.deliver() == Later(reason=Reason.NO_ANSWER)
    shelf.device.faults = OpenDisplayFaults()
    assert await shelf.deliver() == Shown()


async def test_a_panel_slower_than_our_patience_is_not_said_to_show() -> None:
    shelf = Shelf(label())
    shelf.device.refresh_s = 95

    assert await shelf.deliver() == Later(reason=Reason.NO_ANSWER)
    shelf.device.refresh_s = 85
    await asyncio.sleep(60)
    assert await shelf.deliver() == Shown()


@pytest.mark.parametrize(
    ("faults", "reason", "words"),
    [
        (OpenDisplayFaults(cannot_draw=True), Reason.LABEL_ERROR, "did not finish drawing"),
        (OpenDisplayFaults(nos={0x80: b"\x03\x00", 0x70: b""}), Reason.REFUSED, "the start"),
        (OpenDisplayFaults(nos={0x81: b"\x02\x00\x00\x00\x00\x00"}), Reason.REFUSED, "a part"),
        (OpenDisplayFaults(nos={0x82: b""}), Reason.REFUSED, "the end of the picture"),
        (OpenDisplayFaults(nos={0x40: b"\x00\x00"}), Reason.REFUSED, "its configuration"),
        (OpenDisplayFaults(container=b"\x00" * 200), Reason.LABEL_ERROR, "damaged"),
        (OpenDisplayFaults(container=b""), Reason.LABEL_ERROR, "has 0 bytes"),
    ],
)
async def test_what_goes_wrong_is_told(
    faults: OpenDisplayFaults, reason: Reason, words: str
) -> None:
    shelf = Shelf(label(faults=faults))
    outcome = await shelf.deliver()

    assert isinstance(outcome, Failed)
    assert outcome.reason is reason
    assert words in outcome.detail
    assert shelf.device.showing is None


@pytest.mark.parametrize(
    ("faults", "outcome"),
    [
        (
            OpenDisplayFaults(other_key=True),
            Failed(reason=Reason.NOT_LET_IN, detail="the label has another key"),
        ),
        (
            OpenDisplayFaults(forges_proof=True),
            Failed(reason=Reason.NOT_LET_IN, detail="the label does not know its own key"),
        ),
        (
            OpenDisplayFaults(door=3),
            Failed(
                reason=Reason.NOT_LET_IN,
                detail="the label has no key; set it there or take it away here",
            ),
        ),
        (OpenDisplayFaults(door=4), Later(reason=Reason.BUSY, wait_s=60.0)),
        (
            OpenDisplayFaults(door=0xFF),
            Failed(reason=Reason.LABEL_ERROR, detail="its door answered ff"),
        ),
        (
            OpenDisplayFaults(door=0),
            Failed(reason=Reason.LABEL_ERROR, detail="its challenge is cut"),
        ),
    ],
)
async def test_a_door_that_stays_shut_is_told(faults: OpenDisplayFaults, outcome: Outcome) -> None:
    shelf = Shelf(label(key=KEY, faults=faults), key=KEY)

    assert await shelf.deliver() == outcome
    assert shelf.device.showing is None


async def test_a_label_without_a_key_is_not_driven_as_one_with_a_key() -> None:
    outcome = await Shelf(label(), key=KEY).deliver()

    assert isinstance(outcome, Failed)
    assert outcome.reason is Reason.NOT_LET_IN


async def test_a_key_of_another_length_is_told_without_a_word_to_the_label() -> None:
    outcome = await Shelf(label(key=KEY), key=b"short").deliver()

    assert outcome == Failed(
        reason=Reason.NOT_LET_IN, detail="its key has 5 bytes; a key of these labels has 16"
    )


async def test_the_version_is_asked_in_the_open() -> None:
    shelf = Shelf(label(key=KEY), key=KEY)
    async with shelf.shop.opened():
        (said,) = shelf.shop.heard(Announced)
        assert said.firmware == "2.1"
        assert shelf.device.received[-1][1] == b"\x00\x43"


async def test_a_label_of_unknown_inks_is_of_unknown_model() -> None:
    whole = bytearray(label().container())
    whole[3 + 24 + 24 + 32 + 2 + 21] = 9
    told = bytes(whole[:-2]) + container.crc(bytes(whole[:-2])).to_bytes(2, "little")
    outcome = await Shelf(label(faults=OpenDisplayFaults(container=told))).deliver()

    assert outcome == Failed(reason=Reason.UNKNOWN_MODEL, detail="its colour scheme 9 is not known")


async def test_older_doors_open_too() -> None:
    device = label(key=KEY)
    device.tells_id = False
    device.says_locked_behind = True

    assert await Shelf(device, key=KEY).deliver() == Shown()
    assert isinstance(await Shelf(device).deliver(), Failed)


async def test_nobody_comes_in_who_takes_longer_than_30_seconds() -> None:
    door = Door(KEY, 1, device=b"", forges=False)
    door.knock(b"\x00")
    await asyncio.sleep(29)
    assert door.knock(bytes(32)) == b"\x01", "a wrong key, in time"
    await asyncio.sleep(2)
    assert door.knock(bytes(32)) == b"\xff", "too late"
    assert not door.is_open


@pytest.mark.parametrize("modes", WAYS)
async def test_a_doubled_word_changes_nothing(modes: int) -> None:
    shelf = Shelf(label(modes=modes), AirFaults(doubled=range(1, 400)))

    assert await shelf.deliver() == Shown()
    assert shelf.device.showing == shelf.frame


async def test_a_stale_list_changes_nothing() -> None:
    shelf = Shelf(label(), AirFaults(stale=frozenset({uuid16(0x2446)})))

    assert await shelf.deliver() == Shown()


@pytest.mark.parametrize("seed", range(20))
async def test_any_mix_of_accidents_ends_in_the_picture_or_in_the_truth(seed: int) -> None:
    rng = random.Random(seed)
    faults = OpenDisplayFaults(
        loses_writes=frozenset(rng.sample(range(4, 60), rng.randrange(5))),
        stalls_after=rng.choice([None, None, rng.randrange(45)]),
    )
    air = AirFaults(
        mtu=rng.choice([150, 247]),
        breaks_after=rng.choice([None, rng.randrange(1, 45)]),
        breaks=rng.randrange(3),
        lost=rng.sample(range(1, 60), 4),
        doubled=rng.sample(range(1, 60), 4),
    )
    key = rng.choice([None, KEY])
    device = label(modes=rng.choice(WAYS), key=key, faults=faults)
    device.refresh_s = rng.uniform(1, 80)
    shelf = Shelf(device, air, key=key)
    outcome = await shelf.deliver(tries=6)

    if outcome == Shown():
        assert shelf.device.showing == shelf.frame
    else:
        assert isinstance(outcome, Later | Failed)


@pytest.mark.parametrize("key", [None, KEY])
async def test_the_light_blinks_and_stops(key: bytes | None) -> None:
    shelf = Shelf(label(key=key), key=key)
    async with shelf.shop.opened():
        blinking = await shelf.shop.driver.flash(shelf.known, Flash(seconds=5, colour="red"))
        assert shelf.device.light == bytes.fromhex("71e05105") + bytes(6) + b"\x04\x00"
        stopped = await shelf.shop.driver.flash(shelf.known, Flash(seconds=0))

    assert (blinking, stopped) == (Shown(), Shown())
    assert shelf.device.light is None


async def test_a_label_without_a_light_says_so() -> None:
    device = label()
    device.has_led = False
    shelf = Shelf(device)
    async with shelf.shop.opened():
        outcome = await shelf.shop.driver.flash(shelf.known, Flash(seconds=5))

    assert outcome == Failed(reason=Reason.REFUSED, detail="this label has no light")
