"""What is said to an OpenDisplay label, word by word, and what is made of its answers."""

from __future__ import annotations

import random
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opendisplay import LedFlashConfig
from opendisplay.models.advertisement import parse_advertisement
from opendisplay.models.led_flash import LedFlashStep
from opendisplay.protocol import commands as others
from opendisplay.protocol.responses import unpack_ack_ranges

from device_drivers.api.drivers import Failed, Flash, Later, Outcome, Reason, Shown, Transferred
from device_drivers.labels.opendisplay import packing, protocol
from device_drivers.labels.opendisplay.models import Layout
from device_drivers.labels.opendisplay.packing import Encoding
from device_drivers.labels.opendisplay.piping import Agreed, Window
from device_drivers.labels.opendisplay.protocol import Entry
from device_drivers.links.steps import Write
from device_drivers.simulated.opendisplay_label import (
    INFLATES,
    PIPES,
    SimulatedOpenDisplayLabel,
)
from tests.support.conversations import hold

LAYOUT = Layout(scheme="bw", width=200, height=80)
PLAIN = random.Random(4).randbytes(LAYOUT.size)
OPEN = Entry(key=None, nonce=bytes(16))
OK = {name: bytes.fromhex(f"00{name}") for name in ("70", "71", "72", "73", "74", "82")}


def told(modes: int) -> list[bytes | None]:
    """The configuration as it is notified."""
    label = SimulatedOpenDisplayLabel("AA:BB:CC:DD:EE:FF", LAYOUT, modes=modes)
    whole = label.container()
    answers: list[bytes | None] = []
    for number, start in enumerate(range(0, len(whole), 94)):
        total = struct.pack("<H", len(whole)) if number == 0 else b""
        chunk = struct.pack("<H", number) + total + whole[start : start + 94]
        answers.append(b"\x00\x40" + chunk)
    return answers


def uploaded(
    modes: int, *hears: bytes | None, data: bytes = PLAIN, encoding: Encoding = Encoding.PLAIN
) -> tuple[Outcome, list[Write]]:
    conversation = protocol.upload(data, encoding, LAYOUT.model, OPEN, 247)
    return hold(conversation, [*told(modes), *hears])


def said(writes: list[Write]) -> list[bytes]:
    return [write.data for write in writes]


def test_a_plain_upload_is_as_others_say_it() -> None:
    parts = [PLAIN[start : start + 230] for start in range(0, len(PLAIN), 230)]
    outcome, writes = uploaded(0, OK["70"], *[OK["71"]] * len(parts), OK["72"], OK["73"])

    assert outcome == Shown()
    assert said(writes) == [
        others.build_read_config_command(),
        others.build_direct_write_start_uncompressed(),
        *[others.build_direct_write_data_command(part) for part in parts],
        others.build_direct_write_end_command(0),
    ]
    assert [write.response for write in writes] == [True, True, *[False] * len(parts), True]
    assert protocol.sent_bytes(PLAIN, len(PLAIN), pipes=False) == sum(map(len, said(writes)))


@pytest.mark.parametrize("size", [30, 900])
def test_a_compressed_upload_is_as_others_say_it(size: int) -> None:
    plain = PLAIN[:size].ljust(LAYOUT.size, b"\xff")
    packed = packing.compressed(plain)
    start, rest = others.build_direct_write_start_compressed(len(plain), packed)
    parts = [rest[at : at + 230] for at in range(0, len(rest), 230)]
    hears = [OK["70"], *[OK["71"]] * len(parts), OK["72"], OK["73"]]
    outcome, writes = uploaded(INFLATES, *hears, data=packed, encoding=Encoding.ZLIB)

    assert outcome == Shown()
    assert said(writes) == [
        others.build_read_config_command(),
        start,
        *[others.build_direct_write_data_command(part) for part in parts],
        others.build_direct_write_end_command(0),
    ]
    assert protocol.sent_bytes(packed, len(plain), pipes=False) == sum(map(len, said(writes)))


def test_an_upload_in_frames_is_as_others_say_it() -> None:
    packed = packing.compressed(PLAIN)
    parts = [packed[at : at + 241] for at in range(0, len(packed), 241)]
    takes = bytes.fromhex("008001100460ff01")
    word = b"\x00\x81" + struct.pack("<BI", len(parts) - 1, 0xFFFFFFFF)
    outcome, writes = uploaded(
        *(INFLATES | PIPES, takes, word, OK["82"], OK["73"]), data=packed, encoding=Encoding.ZLIB
    )

    assert outcome == Shown()
    assert said(writes) == [
        others.build_read_config_command(),
        others.build_pipe_write_start_command(
            compressed=True, window=32, ack_every=8, max_frame=244, total_size=len(PLAIN)
        ),
        *[others.build_pipe_write_data_command(at, part) for at, part in enumerate(parts)],
        others.build_pipe_write_end_command(0),
    ]
    assert protocol.sent_bytes(packed, len(PLAIN), pipes=True) == sum(map(len, said(writes)))


def test_a_label_that_has_everything_is_not_told_the_end() -> None:
    outcome, writes = uploaded(0, OK["70"], *[OK["71"]] * 8, OK["72"], OK["73"])

    assert outcome == Shown()
    assert len(writes) == 2 + 9
    assert not [write for write in writes if write.data[:2] == b"\x00\x72"]


@pytest.mark.parametrize("refusal", [b"\xff\xff", b"\xff\x70"])
def test_a_label_that_refuses_compression_gets_the_plain_picture(refusal: bytes) -> None:
    packed = packing.compressed(PLAIN)
    hears = [refusal, OK["70"], *[OK["71"]] * 9, OK["72"], OK["73"]]
    outcome, writes = uploaded(INFLATES, *hears, data=packed, encoding=Encoding.ZLIB)

    assert outcome == Shown()
    assert b"".join(write.data[2:] for write in writes if not write.response) == PLAIN


@pytest.mark.parametrize(
    ("hears", "outcome"),
    [
        ([], Later(reason=Reason.NO_ANSWER)),
        ([OK["70"]], Later(reason=Reason.NO_ANSWER)),
        ([OK["70"], *[OK["71"]] * 9], Later(reason=Reason.NO_ANSWER)),
        ([OK["70"], *[OK["71"]] * 9, OK["72"]], Later(reason=Reason.NO_ANSWER)),
        (
            [OK["70"], *[OK["71"]] * 9, OK["72"], OK["74"]],
            Failed(reason=Reason.LABEL_ERROR, detail="its panel did not finish drawing"),
        ),
        (
            [OK["70"], *[OK["71"]] * 9, b"\xff\x72\x05"],
            Failed(reason=Reason.REFUSED, detail="to the end of the picture it said no (code 05)"),
        ),
        (
            [OK["70"], b"\xff\x71"],
            Failed(reason=Reason.REFUSED, detail="to a part it said no (code none)"),
        ),
        (
            [b"\xfe\x70"],
            Failed(reason=Reason.NOT_LET_IN, detail="the label asks for its key"),
        ),
        # What it says of other things is passed over.
        ([OK["73"], b"", b"\x00", OK["70"], *[OK["71"]] * 9, OK["72"], OK["73"]], Shown()),
    ],
)
def test_what_the_label_answers_is_what_it_came_to(
    hears: list[bytes | None], outcome: Outcome
) -> None:
    assert uploaded(0, *hears)[0] == outcome


@pytest.mark.parametrize(
    ("hears", "outcome"),
    [
        ([b"\xfe\x40"], Failed(reason=Reason.NOT_LET_IN, detail="the label asks for its key")),
        ([b"\x00\x40\xfe"], Failed(reason=Reason.NOT_LET_IN, detail="the label asks for its key")),
        (
            [b"\xff\x40\x00\x00"],
            Failed(
                reason=Reason.REFUSED,
                detail="to the question for its configuration it said no (code 00 00)",
            ),
        ),
        (
            [b"\x00\x40\x00\x00\x00\x00"],
            Failed(reason=Reason.LABEL_ERROR, detail="its configuration has 0 bytes (1 to 4096)"),
        ),
        (
            [b"\x00\x40\x00\x00\xff\xffab"],
            Failed(
                reason=Reason.LABEL_ERROR, detail="its configuration has 65535 bytes (1 to 4096)"
            ),
        ),
        ([b"\x00\x40\x00\x00\x10\x00"], Later(reason=Reason.NO_ANSWER)),
        ([b"\x00\x40\x02\x00abc"] * 2, Later(reason=Reason.NO_ANSWER)),
        ([*[b"\x00\x40\x00\x00\x10\x00ab"] * 900], Later(reason=Reason.NO_ANSWER)),
        (
            [b"\x00\x40\x00\x00\x10\x00ab", *[b"\x00\x40\x01\x00"] * 9],
            Later(reason=Reason.NO_ANSWER),
        ),
    ],
)
def test_a_configuration_that_makes_no_sense_is_not_used(
    hears: list[bytes | None], outcome: Outcome
) -> None:
    assert hold(protocol.inquire(OPEN, 247), hears)[0] == outcome


def test_the_configuration_is_asked_for_once_more() -> None:
    lost = told(0)
    lost[1] = None
    answers = [*lost[:2], *told(0), b"\x00\x43\x02\x07\x00"]
    outcome, writes = hold(protocol.inquire(OPEN, 247), answers)

    assert outcome == Transferred()
    assert said(writes) == [b"\x00\x40", b"\x00\x40", b"\x00\x43"]


@pytest.mark.parametrize(("mtu", "key"), [(23, None), (108, None), (120, bytes(16)), (0, None)])
def test_a_connection_that_cuts_what_it_tells_is_not_used(mtu: int, key: bytes | None) -> None:
    outcome, writes = hold(protocol.inquire(Entry(key=key, nonce=bytes(16)), mtu))

    assert outcome == Failed(
        reason=Reason.LABEL_ERROR, detail=f"a connection of {mtu} bytes is too small"
    )
    assert not writes


@given(
    hears=st.lists(st.one_of(st.none(), st.binary(max_size=60)), max_size=30),
    modes=st.sampled_from([0, INFLATES, PIPES, INFLATES | PIPES]),
    rest=st.lists(
        st.sampled_from([*OK.values(), bytes.fromhex("008001100460ff01"), b"\x00\x81" + bytes(5)]),
        max_size=30,
    ),
)
def test_any_answers_come_to_an_end(
    hears: list[bytes | None], modes: int, rest: list[bytes]
) -> None:
    packed = packing.compressed(PLAIN)
    for data, form in ((PLAIN, Encoding.PLAIN), (packed, Encoding.ZLIB)):
        outcome, _ = uploaded(modes, *hears, *rest, data=data, encoding=form)
        assert isinstance(outcome, Shown | Later | Failed)
    keyed = Entry(key=bytes(16), nonce=bytes(16))
    for conversation in (
        protocol.inquire(OPEN, 247),
        protocol.inquire(keyed, 247),
        protocol.light(Flash(seconds=3), OPEN, 247),
    ):
        hold(conversation, [*hears, *rest])


@given(st.binary(max_size=20))
def test_any_advertisement_is_read_as_others_do_or_refused(data: bytes) -> None:
    for sent in (data, bytes.fromhex("0236006c00c301") + data, b"\x46\x24" + data):
        try:
            ours = protocol.parse_advert(sent)
        except ValueError as error:
            assert "OpenDisplay" in str(error)  # noqa: PT017 - either is right
            continue
        theirs = parse_advertisement(sent)
        assert ours.battery_mv in {None, theirs.battery_mv}
        assert ours.temperature_c in {None, theirs.temperature_c}


def test_both_advertisements_by_hand() -> None:
    new = bytes(11) + bytes((122, 0x2C, 0x01))
    for sent in (new, b"\x46\x24" + new):
        assert protocol.parse_advert(sent) == protocol.Advertised(
            battery_mv=3000, temperature_c=21.0
        )
    old = bytes.fromhex("0236006c00c301b80bfb07")
    assert protocol.parse_advert(old) == protocol.Advertised(battery_mv=3000, temperature_c=-5.0)
    assert protocol.parse_advert(bytes(14)) == protocol.Advertised(
        battery_mv=None, temperature_c=None
    )


def test_the_pattern_of_the_light_is_as_others_say_it() -> None:
    step = LedFlashStep(color=0x03, flash_count=1, loop_delay_units=5, inter_delay_units=5)
    pattern = LedFlashConfig(brightness=8, step1=step, group_repeats=10)

    assert protocol.blinking("blue", 10) == pattern.to_bytes()


@given(
    highest=st.integers(0, 255),
    mask=st.integers(0, 2**32 - 1),
    first=st.integers(0, 600),
    sent=st.integers(1, 32),
)
def test_a_word_about_parts_means_what_others_say(
    highest: int, mask: int, first: int, sent: int
) -> None:
    agreed = Agreed(window=sent, ack_every=4, part=10, keeps_gaps=True, is_zlib=True)
    window = Window(2000, agreed)
    window.first = window._next = first
    window.due()
    theirs = unpack_ack_ranges(highest, mask, first)
    try:
        window.take(highest, mask)
    except ValueError:
        assert max(theirs) >= first + sent
        return
    now = first
    while now in theirs:
        now += 1
    assert window.first == now
    assert window._came == {number for number in theirs if number > now}


def test_a_lost_part_is_sent_again_once_and_after_two_words_once_more() -> None:
    window = Window(10, Agreed(window=8, ack_every=4, part=1, keeps_gaps=True, is_zlib=True))

    assert list(window.due()) == [0, 1, 2, 3, 4, 5, 6, 7]
    assert window.take(3, 0b101) == [1]
    assert window.first == 1
    assert window.take(4, 0b1011) == []
    assert window.take(5, 0b10111) == [1]
    assert list(window.due()) == [8]
    assert window.take(8, 0xFF) == []
    assert window.first == 9


def test_a_label_that_keeps_no_gaps_gets_all_again() -> None:
    window = Window(10, Agreed(window=4, ack_every=4, part=1, keeps_gaps=False, is_zlib=True))

    assert list(window.due()) == [0, 1, 2, 3]
    assert window.take(3, 0b101) == []
    assert list(window.due()) == [1, 2, 3, 4]
    assert window.after_silence() == []
    assert list(window.due()) == [1, 2, 3, 4]


def test_a_word_of_parts_never_sent_is_an_error() -> None:
    window = Window(10, Agreed(window=4, ack_every=4, part=1, keeps_gaps=True, is_zlib=True))
    window.due()
    with pytest.raises(ValueError, match="it has part 4, which was not sent"):
        window.take(4, 0)


def test_frames_too_small_for_a_part_are_refused() -> None:
    outcome, _ = uploaded(PIPES, bytes.fromhex("0080010104030001"))

    detail = "it takes frames of 3 bytes, too few for a part of a picture"
    assert outcome == Failed(reason=Reason.LABEL_ERROR, detail=detail)
