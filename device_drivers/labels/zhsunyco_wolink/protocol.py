"""What WoLink labels and their master say to each other.

A label lets nobody write before its question is answered with the one key that all of them have.
After the picture it is told to draw, and says when the panel has finished and whether that went
well: this family confirms what is *shown*.

The same door takes new firmware. No word for it is here: ``Opcode`` lists all that can be said, and
whatever is written begins with one of them.
"""

from __future__ import annotations

import struct
from collections.abc import Generator
from dataclasses import dataclass
from enum import Enum
from typing import Final

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from device_drivers.api.drivers import Failed, Flash, Later, Outcome, Reason, Shown, Transferred
from device_drivers.labels.zhsunyco_wolink.packing import Encoding
from device_drivers.links.steps import Conversation, Hear, Pause, Read, Step, Subscribe, Write

COMPANY: Final = 0xBBAA


def _uuid(number: int) -> str:
    return f"{number:02x}323032-4c53-4545-4c42-4b4e494c4f57"


SERVICE: Final = _uuid(0x30)
COMMANDS: Final = _uuid(0x31)
DOOR: Final = _uuid(0x33)
STATUS: Final = _uuid(0x34)

_KEY: Final = bytes.fromhex("9B609F28BC49E25729BD7B8DF22B4420")
_QUESTION: Final = 16
_UNLOCKED_S: Final = 0.5
_CHUNK: Final = 200
_HEAD: Final = 6
_SMALLEST_MTU: Final = 3 + _HEAD + 1
_BETWEEN_S: Final = 0.012
_MOST_CHATTER: Final = 1000
_CHATTER_S: Final = 0.05
_MOST_BUSY: Final = 8
_PLAUSIBLE_MV: Final = range(1500, 4201)
_FINISHED: Final = frozenset({0x00, 0xFF})
_LOCKED_OUT: Final = 5
_ERRORS: Final = {
    1: "the panel did not start",
    2: "the panel could not be written",
    3: "the picture could not be unpacked",
    4: "firmware error",
}
_COLOURS: Final = {
    "red": (255, 0, 0),
    "green": (0, 255, 0),
    "blue": (0, 0, 255),
    "white": (255, 255, 255),
}
_BLINK_MS: Final = 500
_LONGEST_BLINK_S: Final = 3600


class Opcode(Enum):
    """All that is ever said to a label."""

    LOAD = 0xA500
    DRAW_PLAIN = 0xA501
    DRAW_BLOCKS = 0xA502
    LIGHT = 0xA508


@dataclass(frozen=True, slots=True, kw_only=True)
class Advertised:
    """What a label says of itself on the air; an implausible voltage is None."""

    firmware: str
    battery_mv: int | None


def parse_advert(data: bytes) -> Advertised:
    """The maker's data of an advertisement; ``ValueError`` for any length but ten bytes."""
    if len(data) != 10:
        raise ValueError(f"a WoLink label advertises 10 bytes, not {len(data)}")
    application, hardware, display = struct.unpack_from("<HHH", data, 2)
    # Alone among all of its numbers the voltage has its high byte first.
    battery_mv = int.from_bytes(data[8:], "big")
    return Advertised(
        firmware=f"{application:x}.{hardware:x}.{display:x}",
        battery_mv=battery_mv if battery_mv in _PLAUSIBLE_MV else None,
    )


def answer(question: bytes) -> bytes:
    """What opens the door."""
    # One block of a key that everybody knows: no chaining could make that any safer.
    encryptor = Cipher(algorithms.AES(_KEY), modes.ECB()).encryptor()  # noqa: S305
    return encryptor.update(question) + encryptor.finalize()


def command(opcode: Opcode, rest: bytes) -> bytes:
    """The only way in which words for a label are made."""
    return opcode.value.to_bytes(2, "little") + rest


def upload(data: bytes, encoding: Encoding, size: int, mtu: int) -> Conversation:
    """Hand over a picture of ``size`` plain bytes, let the label draw it and wait for its word."""
    if mtu < _SMALLEST_MTU:
        return Failed(reason=Reason.LABEL_ERROR, detail=f"a connection of {mtu} bytes is too small")
    problem = yield from _unlock()
    if problem is not None:
        return problem
    # At once, so that a stale list of characteristics is found out before anything is loaded: a
    # label that is left half-way lets nobody in for minutes.
    yield Subscribe(characteristic=STATUS)
    chunk = min(_CHUNK, mtu - 3 - _HEAD)
    for offset in range(0, len(data), chunk):
        body = struct.pack("<I", offset) + data[offset : offset + chunk]
        yield Write(characteristic=COMMANDS, data=command(Opcode.LOAD, body))
        yield Pause(seconds=_BETWEEN_S)
    for _ in range(_MOST_CHATTER):
        # What it said while it was loaded says nothing of this picture.
        if (yield Hear(timeout_s=_CHATTER_S)) is None:
            break
    draw = Opcode.DRAW_BLOCKS if encoding is Encoding.BLOCKS else Opcode.DRAW_PLAIN
    yield Write(characteristic=COMMANDS, data=command(draw, struct.pack("<I", len(data))))
    for _ in range(_MOST_BUSY):
        said = yield Hear(timeout_s=_patience(size))
        if said is None:
            break
        outcome = _drawn(said)
        if outcome is not None:
            return outcome
    return Later(reason=Reason.NO_ANSWER)


def light(flash: Flash) -> Conversation:
    """Blink in a colour, or stop; the label takes it without a word of its own."""
    problem = yield from _unlock()
    if problem is not None:
        return problem
    seconds = min(max(flash.seconds, 0), _LONGEST_BLINK_S)
    colour = _COLOURS[flash.colour] if seconds else (0, 0, 0)
    times = struct.pack("<HHI", _BLINK_MS, _BLINK_MS, round(seconds * 1000))
    yield Write(characteristic=COMMANDS, data=command(Opcode.LIGHT, bytes(colour) + times))
    return Transferred()


def sent_bytes(data: bytes) -> int:
    """Bytes written to the label in an upload over a link that carries full chunks."""
    return _QUESTION + len(data) + _HEAD * -(-len(data) // _CHUNK) + _HEAD


def _unlock() -> Generator[Step, bytes | None, Failed | None]:
    question = yield Read(characteristic=DOOR)
    if question is None or len(question) != _QUESTION:
        return Failed(reason=Reason.LABEL_ERROR, detail=f"its question is not {_QUESTION} bytes")
    yield Write(characteristic=DOOR, data=answer(question))
    yield Pause(seconds=_UNLOCKED_S)
    return None


def _drawn(said: bytes) -> Outcome | None:
    """What became of the picture; None while the panel is at it."""
    if len(said) < 2:
        return None
    busy, error = said[:2]
    if error == _LOCKED_OUT:
        return Failed(reason=Reason.NOT_LET_IN)
    if error:
        return Failed(reason=Reason.LABEL_ERROR, detail=_ERRORS.get(error, f"error {error}"))
    return Shown() if busy in _FINISHED else None


def _patience(size: int) -> float:
    if size < 20_000:
        return 30.0
    return 60.0 if size <= 100_000 else 120.0
