"""Advertisements are read strictly; the label steers the upload and cannot lead it astray."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device_drivers.api.drivers import Failed, Later, Outcome, Reason, Transferred
from device_drivers.labels.gicisky import protocol
from device_drivers.labels.gicisky.models import TAGS, Encoding
from tests.support.conversations import hold

DATA = bytes(range(256)) * 3
PARTS = 4


def wants(part: int) -> bytes:
    return b"\x05\x00" + struct.pack("<I", part)


READY = [b"\x01\xf4\x00", b"\x02\x00"]
DONE = b"\x05\x08"


@pytest.mark.parametrize(
    ("data", "device_id", "firmware", "battery_mv"),
    [
        ("0b1d810141", 0x010B, "8101", 2900),
        ("331d810140", 0x0033, "8101", 2900),
        ("2b1e810102", 0x022B, "8101", 3000),
        ("4b1e810140", 0x004B, "8101", 3000),
        ("2b1e010101", 0x012B, "0101", 3000),
        ("8b1f010100", 0x008B, "0101", 3100),
        ("8bff010100", 0x008B, "0101", None),
    ],
)
def test_known_advertisements(
    data: str, device_id: int, firmware: str, battery_mv: int | None
) -> None:
    said = protocol.parse_advert(bytes.fromhex(data))

    assert said == protocol.Advertised(
        device_id=device_id, firmware=firmware, battery_mv=battery_mv
    )
    assert device_id in TAGS


@given(st.binary(max_size=40))
def test_any_advertisement_is_read_or_refused_in_words(data: bytes) -> None:
    if len(data) == 5:
        said = protocol.parse_advert(data)
        assert 0 <= said.device_id <= 0x3FFF
        assert said.battery_mv is None or 1500 <= said.battery_mv <= 4200
    else:
        with pytest.raises(ValueError, match="advertises 5 bytes"):
            protocol.parse_advert(data)


def test_the_known_size_command() -> None:
    assert protocol.size_command(30000, Encoding.PLANES).hex() == "0230750000000000"
    assert protocol.size_command(30000, Encoding.QUICKLZ).hex() == "023075000001"


def test_an_upload_in_order() -> None:
    outcome, writes = hold(
        protocol.upload(DATA, Encoding.PLANES, 247),
        [*READY, wants(0), wants(1), wants(2), wants(3), DONE],
    )

    assert outcome == Transferred()
    assert [write.data for write in writes[:3]] == [b"\x01", b"\x02\x00\x03\0\0\0\0\0", b"\x03"]
    parts = [write.data for write in writes if write.characteristic == protocol.PARTS]
    assert [struct.unpack_from("<I", part)[0] for part in parts] == [0, 1, 2, 3]
    assert b"".join(part[4:] for part in parts) == DATA
    assert protocol.sent_bytes(DATA, Encoding.PLANES) == sum(len(write.data) for write in writes)


def test_a_wish_beyond_the_last_part_is_the_end() -> None:
    asked = [wants(part) for part in range(PARTS + 1)]
    outcome, _ = hold(protocol.upload(DATA, Encoding.PLANES, 247), [*READY, *asked])

    assert outcome == Transferred()


@pytest.mark.parametrize(
    ("answers", "outcome"),
    [
        ([], Later(reason=Reason.NO_ANSWER)),
        (READY[:1], Later(reason=Reason.NO_ANSWER)),
        (READY, Later(reason=Reason.NO_ANSWER)),
        ([*READY, wants(0)], Later(reason=Reason.NO_ANSWER)),
        ([*READY, wants(0), wants(1), wants(2), wants(3)], Later(reason=Reason.NO_ANSWER)),
        (
            [b"\x01\xff\x00"],
            Failed(reason=Reason.LABEL_ERROR, detail="to the start it answered 01 ff 00"),
        ),
        ([b"\x01"], Failed(reason=Reason.LABEL_ERROR, detail="to the start it answered 01")),
        (
            [READY[0], b"\x02\x07"],
            Failed(reason=Reason.REFUSED, detail="to 768 bytes it answered 02 07"),
        ),
        (
            [*READY, wants(0), b"\x05\x03"],
            Failed(reason=Reason.LABEL_ERROR, detail="to a part it answered 05 03"),
        ),
        (
            [*READY, wants(0), b"\x05\x00\x01"],
            Failed(reason=Reason.LABEL_ERROR, detail="to a part it answered 05 00 01"),
        ),
        (
            [*READY, wants(0), wants(1), DONE],
            Failed(reason=Reason.LABEL_ERROR, detail="it ended before 2 of 4 parts were sent"),
        ),
        (
            [*READY, wants(99)],
            Failed(reason=Reason.LABEL_ERROR, detail="it ended before 4 of 4 parts were sent"),
        ),
    ],
)
def test_what_ends_an_upload(answers: list[bytes | None], outcome: Outcome) -> None:
    assert hold(protocol.upload(DATA, Encoding.PLANES, 247), answers)[0] == outcome


def test_packets_that_the_link_cannot_carry_are_not_tried() -> None:
    outcome, writes = hold(protocol.upload(DATA, Encoding.PLANES, 23), [*READY, wants(0)])

    assert outcome == Failed(
        reason=Reason.LABEL_ERROR,
        detail="it wants packets of 244 bytes, the connection carries 20",
    )
    assert len(writes) == 1


def test_the_same_part_three_times_is_a_stall() -> None:
    outcome, writes = hold(
        protocol.upload(DATA, Encoding.PLANES, 247),
        [*READY, wants(0), wants(1), None, wants(1), None, wants(1), None],
    )

    assert outcome == Later(reason=Reason.NO_ANSWER)
    assert sum(write.data[:4] == b"\x01\0\0\0" for write in writes) <= 3


def test_everything_twice_is_sent_once() -> None:
    asked = [wants(part) for part in range(PARTS)]
    twice = [answer for once in (*READY, *asked, DONE) for answer in (once, once)]
    outcome, writes = hold(protocol.upload(DATA, Encoding.PLANES, 247), list(twice))

    assert outcome == Transferred()
    assert len(writes) == 3 + PARTS


answers = st.one_of(
    st.none(),
    st.binary(max_size=8),
    st.sampled_from([*READY, DONE]),
    st.builds(wants, st.integers(0, 2**32 - 1)),
    st.builds(wants, st.integers(0, PARTS + 1)),
)


@given(st.lists(answers, max_size=60))
def test_whatever_a_label_says_ends_and_only_all_parts_are_a_transfer(
    said: list[bytes | None],
) -> None:
    outcome, writes = hold(protocol.upload(DATA, Encoding.PLANES, 247), [*READY, *said])

    sent = {write.data for write in writes if write.characteristic == protocol.PARTS}
    if outcome == Transferred():
        assert len({data[:4] for data in sent}) == PARTS
    assert len(writes) <= 6 + 3 * (4 * PARTS + 16)
