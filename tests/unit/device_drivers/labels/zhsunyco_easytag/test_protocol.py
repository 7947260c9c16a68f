"""The frames of easyTag labels, byte for byte, and what ends a conversation with one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device_drivers.api.drivers import Failed, Later, Outcome, Reason, Telemetry, Transferred
from device_drivers.labels.zhsunyco_easytag import keys, protocol
from device_drivers.simulated.zhsunyco_easytag_label import checksum
from tests.support.conversations import hold

ADDRESS = "3D:00:00:7B:D5:F8"
WORD = bytes.fromhex("0909171c" + "09" * 16)


@pytest.mark.parametrize(
    ("length", "place", "frame"),
    [
        (32, 0x5C, "f7f46d697b715c696f5c0808082808094a5c20e8"),
        (904, 0x5C, "f7f46d697b715c696f5c08080b80080d4a5c9878"),
        (32, 0x62, "a5a63f3b29230e3b3d625a5a5a7a5a5b180e7ef9"),
    ],
)
def test_the_known_head_frames(length: int, place: int, frame: str) -> None:
    assert protocol.head_frame(length, ADDRESS, place).hex() == frame


def test_the_known_data_frame() -> None:
    payload = bytes.fromhex("fc00000000007f012700000003400094fc80000000807f012700000003000094")
    (frame,) = protocol.data_frames(payload, ADDRESS)

    assert len(frame) == protocol.FRAME
    assert frame[-2:].hex() == "5131"


def test_the_known_keys() -> None:
    other = "3D:00:00:E5:7D:76"

    assert keys.key(other, 0x62) == 0xE2
    assert keys.key(other, keys.FROM_LABEL) == 0xB1
    assert [chr(keys.TABLE[place]) for place in (0, 92, 98, 91, 219)] == ["b", "c", "1", "c", "a"]
    assert len(keys.TABLE) == 256
    assert sum(a != b for a, b in zip(keys.TABLE[:128], keys.TABLE[128:], strict=True)) == 1


def test_the_known_checksum() -> None:
    assert keys.crc16(b"123456789") == 0xAEE7


@given(st.binary(max_size=300))
def test_the_checksum_is_that_of_the_simulated_label(data: bytes) -> None:
    assert keys.crc16(data) == checksum(data)


def test_the_known_word() -> None:
    said = protocol.parse_word(WORD, ADDRESS)

    assert said == Telemetry(battery_mv=3000, temperature_c=21)


@given(st.binary(max_size=40))
def test_any_word_is_read_or_refused(word: bytes) -> None:
    if len(word) == protocol.WORD:
        said = protocol.parse_word(word, ADDRESS)
        assert said.battery_mv is None or 1500 <= said.battery_mv <= 4200
        assert said.temperature_c is None or -40 <= said.temperature_c <= 85
    else:
        with pytest.raises(ValueError, match="answers with 20 bytes"):
            protocol.parse_word(word, ADDRESS)


@given(st.binary(min_size=1, max_size=1000))
def test_any_payload_is_whole_in_its_frames(payload: bytes) -> None:
    frames = list(protocol.data_frames(payload, ADDRESS))
    plain = [keys.hidden(frame, keys.key(ADDRESS, keys.TO_LABEL)) for frame in frames]

    assert len(frames) == -(-len(payload) // 200)
    assert b"".join(part[2:202] for part in plain)[: len(payload)] == payload
    assert [int.from_bytes(part[:2], "big") for part in plain] == [*range(1, len(frames) + 1)]
    assert {checksum(part[:202]) == int.from_bytes(part[202:], "big") for part in plain} == {True}


def test_an_upload_in_order() -> None:
    payload = bytes(range(250)) * 2
    outcome, writes = hold(protocol.upload(payload, ADDRESS, 247), [None, WORD])

    assert outcome == Transferred()
    assert [len(write.data) for write in writes] == [20, 204, 204, 204]
    assert all(write.response for write in writes)
    assert protocol.sent_bytes(payload) == sum(len(write.data) for write in writes)


@pytest.mark.parametrize(
    ("hears", "outcome"),
    [
        ([], Later(reason=Reason.NO_ANSWER)),
        ([None], Later(reason=Reason.NO_ANSWER)),
        ([WORD, None], Later(reason=Reason.NO_ANSWER)),
        ([None, b"", WORD[:19], WORD], Transferred()),
        ([None, *[b"\x00"] * 50], Later(reason=Reason.NO_ANSWER)),
        ([WORD, WORD, None, WORD], Transferred()),
    ],
)
def test_only_a_word_after_the_last_frame_acknowledges(
    hears: list[bytes | None], outcome: Outcome
) -> None:
    assert hold(protocol.upload(bytes(900), ADDRESS, 247), hears)[0] == outcome


@pytest.mark.parametrize(("mtu", "fits"), [(23, False), (206, False), (207, True)])
def test_frames_are_not_cut(mtu: int, *, fits: bool) -> None:
    outcome, writes = hold(protocol.upload(b"x", ADDRESS, mtu), [None, WORD])

    assert isinstance(outcome, Transferred if fits else Failed)
    assert bool(writes) is fits
