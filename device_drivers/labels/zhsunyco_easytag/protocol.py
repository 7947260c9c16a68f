"""What easyTag labels and their master say to each other.

A head frame says what comes and how much, data frames bring it, and one word of the label ends it.
That word is an acknowledgement with voltage and temperature; there is none for trouble, and none
after the panel has drawn. So the end of a delivery is *transferred*, never *shown*.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Final

from device_drivers.api.drivers import Failed, Later, Reason, Telemetry, Transferred
from device_drivers.labels.zhsunyco_easytag import keys
from device_drivers.links.steps import Conversation, Hear, Pause, Subscribe, Tell, Write

_BASE: Final = "-1212-efde-1523-785feabcd123"
SERVICE: Final = f"00001523{_BASE}"
FRAMES: Final = f"00001525{_BASE}"
WORDS: Final = f"00001526{_BASE}"
NAME: Final = "easyTag"

DATA: Final = 200
"""Bytes of a data frame that are not number or checksum."""
FRAME: Final = DATA + 4
WORD: Final = 20

_IDENT: Final = b"easyTag"
_MARKER: Final = b"BT"
_IMAGE: Final = 0xFC
_SETTLE_S: Final = 0.3
_AFTER_HEAD_S: Final = 0.5
_BETWEEN_S: Final = 0.02
_BREATH_S: Final = 0.003
_ANSWER_S: Final = 30.0
_MOST_STRAYS: Final = 8
_PLAUSIBLE_MV: Final = range(1500, 4300)
_PLAUSIBLE_C: Final = range(-40, 86)


def head_frame(length: int, address: str, place: int = keys.TO_LABEL) -> bytes:
    """The 20 bytes that announce a picture; only the place in the key table stays readable."""
    plain = struct.pack(
        ">BB7sBIH2s",
        *(0xFF, _IMAGE, _IDENT, place, length, _count(length), _MARKER),
    )
    frame = plain + keys.crc16(plain).to_bytes(2, "big")
    covered = keys.hidden(frame, keys.key(address, place))
    return covered[:9] + bytes((place,)) + covered[10:]


def data_frames(payload: bytes, address: str, place: int = keys.TO_LABEL) -> Iterator[bytes]:
    """The payload in frames of 204 bytes, numbered from 1, the last filled up with zeros."""
    number = keys.key(address, place)
    for sequence in range(1, _count(len(payload)) + 1):
        part = payload[(sequence - 1) * DATA : sequence * DATA].ljust(DATA, b"\x00")
        plain = sequence.to_bytes(2, "big") + part
        yield keys.hidden(plain + keys.crc16(plain).to_bytes(2, "big"), number)


def parse_word(word: bytes, address: str) -> Telemetry:
    """What a label says of itself in its word; implausible values are None.

    Raises ``ValueError`` for any length but 20 bytes.
    """
    if len(word) != WORD:
        raise ValueError(f"an easyTag label answers with {WORD} bytes, not {len(word)}")
    plain = keys.hidden(word, keys.key(address, keys.FROM_LABEL))
    battery_mv, celsius = plain[2] * 100, int.from_bytes(plain[3:4], "big", signed=True)
    return Telemetry(
        battery_mv=battery_mv if battery_mv in _PLAUSIBLE_MV else None,
        temperature_c=float(celsius) if celsius in _PLAUSIBLE_C else None,
    )


def upload(payload: bytes, address: str, mtu: int) -> Conversation:
    """Hand over a picture; ``Transferred`` when the label acknowledged it."""
    if mtu - 3 < FRAME:
        detail = f"its frames have {FRAME} bytes, the connection carries {mtu - 3}"
        return Failed(reason=Reason.LABEL_ERROR, detail=detail)
    yield Subscribe(characteristic=WORDS)
    yield Pause(seconds=_SETTLE_S)
    head = head_frame(len(payload), address)
    yield Write(characteristic=FRAMES, data=head)
    yield Pause(seconds=_AFTER_HEAD_S)
    *frames, last = data_frames(payload, address)
    for number, frame in enumerate(frames, 1):
        yield Write(characteristic=FRAMES, data=frame)
        yield Pause(seconds=_BETWEEN_S if number % 5 else _BETWEEN_S + _BREATH_S)
    for _ in range(_MOST_STRAYS):
        # What it said before it had everything acknowledges nothing.
        if (yield Hear(timeout_s=_BETWEEN_S)) is None:
            break
    yield Write(characteristic=FRAMES, data=last)
    for _ in range(_MOST_STRAYS):
        word = yield Hear(timeout_s=_ANSWER_S)
        if word is None:
            break
        if len(word) == WORD:
            yield Tell(telemetry=parse_word(word, address))
            return Transferred()
    return Later(reason=Reason.NO_ANSWER)


def sent_bytes(payload: bytes) -> int:
    """Bytes written to the label in an upload."""
    return WORD + FRAME * _count(len(payload))


def _count(length: int) -> int:
    return -(-length // DATA)
