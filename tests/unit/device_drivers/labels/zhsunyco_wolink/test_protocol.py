"""What is said to a WoLink label, and above all what never is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device_drivers.api.drivers import (
    Failed,
    Flash,
    Later,
    Outcome,
    Reason,
    Shown,
    Transferred,
)
from device_drivers.labels.zhsunyco_wolink import protocol
from device_drivers.labels.zhsunyco_wolink.packing import Encoding
from device_drivers.links.steps import Write
from tests.support.conversations import hold

QUESTION = bytes(range(16))
ANSWER = bytes.fromhex("c2f3ae71dbe36c44fb2abb22eff894c5")
DONE = b"\xff\x00"


def uploaded(
    data: bytes, *hears: bytes | None, mtu: int = 247, encoding: Encoding = Encoding.BLOCKS
) -> tuple[Outcome, list[Write]]:
    """``hears`` is what it says after the word to draw."""
    return hold(protocol.upload(data, encoding, 9472, mtu), [None, *hears], [QUESTION])


def test_the_known_answer() -> None:
    assert protocol.answer(QUESTION) == ANSWER


def test_an_upload_in_order() -> None:
    data = bytes(range(250)) * 2
    outcome, writes = uploaded(data, DONE)

    assert outcome == Shown()
    assert (writes[0].characteristic, writes[0].data) == (protocol.DOOR, ANSWER)
    assert [write.data[:6].hex() for write in writes[1:4]] == [
        "00a500000000", "00a5c8000000", "00a590010000",
    ]  # fmt: skip
    assert b"".join(write.data[6:] for write in writes[1:4]) == data
    assert writes[4].data.hex() == "02a5f4010000"
    assert all(write.response for write in writes)
    assert protocol.sent_bytes(data) == sum(len(write.data) for write in writes)


def test_the_known_words_to_draw() -> None:
    assert uploaded(bytes(48), DONE)[1][-1].data.hex() == "02a530000000"
    assert uploaded(bytes(48), DONE, encoding=Encoding.PLAIN)[1][-1].data.hex() == "01a530000000"


@pytest.mark.parametrize(
    ("hears", "outcome"),
    [
        ([b"\x00\x00"], Shown()),
        ([b"\x01\x00", b"", b"\x01", DONE], Shown()),
        ([DONE, DONE], Shown()),
        ([], Later(reason=Reason.NO_ANSWER)),
        ([b"\x01\x00"] * 50, Later(reason=Reason.NO_ANSWER)),
        ([b"\xff\x01"], Failed(reason=Reason.LABEL_ERROR, detail="the panel did not start")),
        ([b"\x01\x02"], Failed(reason=Reason.LABEL_ERROR, detail="the panel could not be written")),
        (
            [b"\x00\x03"],
            Failed(reason=Reason.LABEL_ERROR, detail="the picture could not be unpacked"),
        ),
        ([b"\xff\x05"], Failed(reason=Reason.NOT_LET_IN)),
        ([b"\xff\x63"], Failed(reason=Reason.LABEL_ERROR, detail="error 99")),
    ],
)
def test_what_the_label_says_of_its_drawing(hears: list[bytes], outcome: Outcome) -> None:
    assert uploaded(bytes(48), *hears)[0] == outcome


def test_what_is_said_before_the_word_to_draw_is_not_believed() -> None:
    chatter: list[bytes | None] = [DONE] * 40
    conversation = protocol.upload(bytes(48), Encoding.PLAIN, 9472, 247)
    assert hold(conversation, chatter, [QUESTION])[0] == Later(reason=Reason.NO_ANSWER)


@pytest.mark.parametrize("question", [b"", bytes(15), bytes(17)])
def test_a_strange_question_is_not_answered(question: bytes) -> None:
    outcome, writes = hold(
        protocol.upload(bytes(48), Encoding.PLAIN, 9472, 247), [DONE], [question]
    )

    assert outcome == Failed(reason=Reason.LABEL_ERROR, detail="its question is not 16 bytes")
    assert not writes


def test_chunks_fit_the_connection() -> None:
    outcome, writes = uploaded(bytes(range(100)), DONE, mtu=23)

    assert outcome == Shown()
    assert max(len(write.data) for write in writes[1:]) == 20
    assert b"".join(write.data[6:] for write in writes[1:-1]) == bytes(range(100))


def test_a_connection_that_carries_nothing_is_not_used() -> None:
    assert isinstance(uploaded(b"x", DONE, mtu=9)[0], Failed)


@pytest.mark.parametrize(
    ("flash", "words"),
    [
        (Flash(seconds=10, colour="red"), "08a5ff0000f401f40110270000"),
        (Flash(seconds=0), "08a5000000f401f40100000000"),
        (Flash(seconds=1e9, colour="white"), "08a5fffffff401f40180ee3600"),
        (Flash(seconds=-3), "08a5000000f401f40100000000"),
    ],
)
def test_the_light_is_told_how_long(flash: Flash, words: str) -> None:
    outcome, writes = hold(protocol.light(flash), reads=[QUESTION])

    assert outcome == Transferred(), "it took the words; nobody saw the light"
    assert [write.data.hex() for write in writes] == [ANSWER.hex(), words]


@given(st.binary(max_size=40))
def test_any_advertisement_is_read_or_refused_in_words(data: bytes) -> None:
    if len(data) == 10:
        battery_mv = protocol.parse_advert(data).battery_mv
        assert battery_mv is None or 1500 <= battery_mv <= 4200
    else:
        with pytest.raises(ValueError, match="advertises 10 bytes"):
            protocol.parse_advert(data)


def test_the_voltage_has_its_high_byte_first() -> None:
    said = protocol.parse_advert(bytes.fromhex("3000") + bytes(6) + (2950).to_bytes(2, "big"))

    assert said.battery_mv == 2950


FIRMWARE = (0xA505, 0xA506, 0xA507)


def test_there_are_no_words_for_firmware() -> None:
    assert {opcode.value for opcode in protocol.Opcode} == {0xA500, 0xA501, 0xA502, 0xA508}
    assert not {opcode.value for opcode in protocol.Opcode} & set(FIRMWARE)


@given(
    data=st.binary(max_size=700),
    encoding=st.sampled_from(Encoding),
    mtu=st.integers(0, 600),
    hears=st.lists(st.one_of(st.none(), st.binary(max_size=6)), max_size=20),
    questions=st.lists(st.binary(min_size=16, max_size=16), max_size=2),
    flash=st.builds(Flash, seconds=st.floats(allow_nan=False)),
)
def test_no_conversation_ever_speaks_of_firmware(
    data: bytes,
    encoding: Encoding,
    mtu: int,
    hears: list[bytes | None],
    questions: list[bytes],
    flash: Flash,
) -> None:
    _, uploading = hold(protocol.upload(data, encoding, len(data), mtu), hears, questions)
    _, lighting = hold(protocol.light(flash), hears, questions)

    told = [write for write in uploading + lighting if write.characteristic != protocol.DOOR]
    assert {write.characteristic for write in told} <= {protocol.COMMANDS}
    for write in told:
        assert int.from_bytes(write.data[:2], "little") in {0xA500, 0xA501, 0xA502, 0xA508}
