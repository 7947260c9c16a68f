"""What is said to a label with ATC_BLE_OEPL, word by word, and what is made of its answers."""

from __future__ import annotations

import random
import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from py_atc_ble_oepl.imaging.encoding import create_block_part, create_data_info
from py_atc_ble_oepl.protocol.atc import ATCProtocol

from device_drivers.api.drivers import Failed, Flash, Later, Outcome, Reason, Transferred
from device_drivers.labels.atc_ble_oepl import protocol
from device_drivers.labels.atc_ble_oepl.models import SCREENS, Screen
from device_drivers.labels.atc_ble_oepl.packing import Encoding
from device_drivers.links.steps import Identify, Write
from tests.support.conversations import hold

SCREEN = Screen(width=250, height=128, inks="bwr")
DATA = random.Random(8).randbytes(5000)
HEARD, AGAIN, NEXT, DONE, HAS = (bytes((0, code)) for code in (0x63, 0xC4, 0xC5, 0xC7, 0xC8))
SETTINGS = b"\x00\xcd" + struct.pack("<H41x", 20)


def display(width: int = 250, height: int = 128, colours: int = 2, *, inverted: int = 1) -> bytes:
    told = bytearray(33)
    told[1] = 5
    told[21] = inverted
    struct.pack_into("<HH", told, 24, height, width)
    told[32] = colours
    return bytes(told)


def wanted(block: int) -> bytes:
    return b"\x00\xc6" + bytes(9) + bytes((block,)) + bytes(7)


def uploaded(*hears: bytes | None, data: bytes = DATA) -> tuple[Outcome, list[Write]]:
    conversation = protocol.upload(data, Encoding.ZLIB, SCREEN.model, 247)
    return hold(conversation, [display(), SETTINGS, *hears])


def test_the_known_words_about_a_picture() -> None:
    data = b"\xaa" * 100
    black = Screen(width=40, height=20, inks="bw")
    info = protocol.data_info(data, Encoding.PLAIN, black)
    (part,) = protocol.parts(data, 0)

    assert info.hex() == "0064ff874434c3000000006400000020000000"
    assert part.hex().startswith("00657600006400" + "6842" + "aa")
    assert len(part) == 235


@given(st.binary(min_size=1, max_size=9000), st.sampled_from(Encoding))
def test_pictures_are_announced_and_parted_as_by_others(data: bytes, encoding: Encoding) -> None:
    kind = 0x30 if encoding is Encoding.ZLIB else 0x21
    theirs = create_data_info(255, zlib.crc32(data), len(data), kind, 0, 0)

    assert protocol.data_info(data, encoding, SCREEN) == b"\x00\x64" + theirs
    for block in range(-(-len(data) // 4096)):
        body = data[block * 4096 : block * 4096 + 4096]
        whole = struct.pack("<HH", len(body), sum(body) & 0xFFFF) + body
        slices = [whole[at : at + 230] for at in range(0, len(whole), 230)]
        assert protocol.parts(data, block) == [
            b"\x00\x65" + create_block_part(block, number, part)
            for number, part in enumerate(slices)
        ]


def test_an_upload_in_order() -> None:
    first, second = protocol.parts(DATA, 0), protocol.parts(DATA, 1)
    outcome, writes = uploaded(
        HEARD, wanted(0), *[NEXT] * len(first), wanted(1), *[NEXT] * len(second), DONE
    )

    assert outcome == Transferred()
    info = protocol.data_info(DATA, Encoding.ZLIB, SCREEN)
    assert [write.data for write in writes] == [
        b"\x00\x05", b"\x00\x11", info, b"\x00\x02", *first, b"\x00\x02", *second, b"\x00\x03",
    ]  # fmt: skip
    assert protocol.sent_bytes(DATA) == sum(len(write.data) for write in writes)


@pytest.mark.parametrize(
    ("hears", "outcome"),
    [
        ([], Later(reason=Reason.NO_ANSWER)),
        ([HEARD], Later(reason=Reason.NO_ANSWER)),
        ([HEARD, wanted(0), NEXT], Later(reason=Reason.NO_ANSWER)),
        ([HEARD, wanted(0), *[AGAIN] * 900], Later(reason=Reason.NO_ANSWER)),
        ([HEARD, *[wanted(0)] * 900], Later(reason=Reason.NO_ANSWER)),
        ([*[b"\x00\x99"] * 900], Later(reason=Reason.NO_ANSWER)),
        ([HEARD, HAS], Transferred()),
        ([HAS], Transferred()),
        (
            [HEARD, DONE],
            Failed(reason=Reason.LABEL_ERROR, detail="it ended before 2 blocks were sent"),
        ),
        (
            [HEARD, wanted(0), *[NEXT] * 18, DONE],
            Failed(reason=Reason.LABEL_ERROR, detail="it ended before 1 blocks were sent"),
        ),
        (
            [HEARD, b"\x00\xc6\x01"],
            Failed(
                reason=Reason.LABEL_ERROR,
                detail="it wants what the picture does not have: 00c601",
            ),
        ),
    ],
)
def test_what_the_label_says_is_what_it_came_to(
    hears: list[bytes | None], outcome: Outcome
) -> None:
    told, writes = uploaded(*hears)

    assert told == outcome
    assert (writes[-1].data == b"\x00\x03") is (outcome == Transferred())


def test_a_block_that_is_not_there_is_refused() -> None:
    outcome, _ = uploaded(HEARD, wanted(2))

    assert isinstance(outcome, Failed)
    assert outcome.detail.startswith("it wants what the picture does not have: 00c6")


def test_what_it_is_silent_about_is_said_again() -> None:
    parts = protocol.parts(DATA[:300], 0)
    _, writes = uploaded(None, HEARD, None, wanted(0), None, NEXT, NEXT, DONE, data=DATA[:300])
    info = protocol.data_info(DATA[:300], Encoding.ZLIB, SCREEN)

    assert [write.data for write in writes[2:]] == [
        info, info, info, b"\x00\x02", parts[0], parts[0], parts[1], b"\x00\x03",
    ]  # fmt: skip


def identified(display_: bytes, settings: bytes | None) -> tuple[Outcome, str | None]:
    """What an inquiry came to, and the model it found."""
    conversation = protocol.inquire(247)
    answers = [display_, settings]
    model, answer = None, None
    for _ in range(500):
        try:
            step = conversation.send(answer)
        except StopIteration as end:
            outcome: Outcome = end.value
            return outcome, model
        answer = None
        if isinstance(step, Identify):
            model = step.panel.name
        elif type(step).__name__ == "Hear" and answers:
            answer = answers.pop(0)
    raise AssertionError("it does not come to an end")


@pytest.mark.parametrize("kind", SCREENS)
def test_every_type_of_screen_is_known_by_its_inks(kind: int) -> None:
    inks = SCREENS[kind]
    colours = {"bw": 1, "bwr": 2, "bwy": 2, "bwry": 3}[inks]
    settings = b"\x00\xcd" + struct.pack("<H41x", kind)

    for turned in (0, 1):
        outcome, model = identified(display(184, 384, colours, inverted=turned), settings)
        assert outcome == Transferred()
        assert model == (f"atc-184x384-{inks}" if turned else f"atc-384x184-{inks}")


@pytest.mark.parametrize(
    ("display_", "settings", "model", "words"),
    [
        (display(colours=1), None, "atc-250x128-bw", ""),
        (display(colours=3), b"\x00\xcd\xff\xff", "atc-250x128-bwry", ""),
        # A type of other inks than it has colours is not believed.
        (display(colours=1), SETTINGS, "atc-250x128-bw", ""),
        (display(), b"\x00\xcd", None, "which inks it has (bwr or bwy)"),
        (display(), b"\x00\xcd\xff\xff", None, "which inks it has (bwr or bwy)"),
        (display()[:-1], None, None, "33 bytes to tell, it told 32"),
        (display(colours=0), None, None, "it says that it has 0 colours"),
        (display(width=0), None, None, "0x128 is no panel size"),
        (display(width=0xFFFF), None, None, "65535x128 is no panel size"),
        (display(4000, 4000), None, None, "is more than 2000000 pixels"),
    ],
)
def test_what_a_label_says_of_itself_is_checked(
    display_: bytes, settings: bytes | None, model: str | None, words: str
) -> None:
    outcome, found = identified(display_, settings)

    assert found == model
    if model is None:
        assert isinstance(outcome, Failed)
        assert words in outcome.detail
    else:
        assert outcome == Transferred()


@pytest.mark.parametrize("mtu", [0, 23, 237])
def test_a_connection_that_carries_no_part_is_not_used(mtu: int) -> None:
    outcome, writes = hold(protocol.inquire(mtu))

    assert outcome == Failed(
        reason=Reason.LABEL_ERROR, detail=f"a connection of {mtu} bytes is too small"
    )
    assert not writes


@given(
    st.lists(st.one_of(st.none(), st.binary(max_size=40)), max_size=20),
    st.lists(st.sampled_from([HEARD, AGAIN, NEXT, DONE, wanted(0), wanted(1), wanted(9)])),
)
def test_any_answers_come_to_an_end(hears: list[bytes | None], rest: list[bytes]) -> None:
    outcome, writes = uploaded(*hears, *rest)
    assert isinstance(outcome, Transferred | Later | Failed)
    blocks = {write.data[3] for write in writes if write.data[:2] == b"\x00\x65"}
    if outcome == Transferred() and HAS not in [said[:2] for said in hears if said]:
        assert blocks == {0, 1}
    hold(protocol.upload(DATA, Encoding.PLAIN, SCREEN.model, 247), [*hears, *rest])


@given(st.binary(max_size=14))
def test_any_advertisement_is_read_as_others_do_or_refused(data: bytes) -> None:
    for sent in (data, b"\x01" + data, b"\x02" + data):
        try:
            ours = protocol.parse_advert(sent)
        except ValueError as error:
            assert "ATC_BLE_OEPL" in str(error)  # noqa: PT017 - either is right
            continue
        theirs = ATCProtocol.parse_advertising_data(sent)
        assert ours.battery_mv in {None, theirs.battery_mv}
        assert ours.temperature_c == theirs.temperature
        assert ours.firmware == str(theirs.fw_version)


@pytest.mark.parametrize(
    ("flash", "words"),
    [(Flash(seconds=5), ["000103", "000100"]), (Flash(seconds=0), ["000100"])],
)
def test_the_light_goes_on_and_off(flash: Flash, words: list[str]) -> None:
    outcome, writes = hold(protocol.light(flash))

    assert outcome == Transferred(), "it was told; nobody saw the light"
    assert [write.data.hex() for write in writes] == words
