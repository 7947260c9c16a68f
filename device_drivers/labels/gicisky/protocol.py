"""What Gicisky labels and their master say to each other.

The label steers: it names the part it wants next, and says ``05 08`` when it has them all. That is
the last thing it says. It draws after the connection has ended and tells nobody how that went, so
the end of a delivery is *transferred*, never *shown*.
"""

from __future__ import annotations

import struct
from collections.abc import Generator
from dataclasses import dataclass
from typing import Final

from device_drivers.api.drivers import Failed, Later, Outcome, Reason, Transferred
from device_drivers.labels.gicisky.models import ID_MASK, Encoding
from device_drivers.links.radio import uuid16
from device_drivers.links.steps import Conversation, Hear, Pause, Step, Subscribe, Write

COMPANY: Final = 0x5053
SERVICE: Final = uuid16(0xFEF0)
COMMANDS: Final = uuid16(0xFEF1)
PARTS: Final = uuid16(0xFEF2)

HEAD: Final = 4
"""Bytes of a part before its data: its number."""

_SETTLE_S: Final = 1.0
_ANSWER_S: Final = 5.0
_SECOND_THOUGHT_S: Final = 0.3
_TRIES: Final = 3
_MOST_STRAYS: Final = 8
_SMALLEST_PACKET: Final = HEAD + 16
_LARGEST_PACKET: Final = HEAD + 240

_START: Final = b"\x01"
_SIZE: Final = b"\x02"
_GO: Final = b"\x03"
_PART_WANTED: Final = b"\x05\x00"
_COMPLETE: Final = b"\x05\x08"
_PLAUSIBLE_MV: Final = range(1500, 4300)


@dataclass(frozen=True, slots=True, kw_only=True)
class Advertised:
    """What a label says of itself on the air; an implausible voltage is None."""

    device_id: int
    firmware: str
    battery_mv: int | None


def parse_advert(data: bytes) -> Advertised:
    """The maker's data of an advertisement; ``ValueError`` for any length but five bytes."""
    if len(data) != 5:
        raise ValueError(f"a Gicisky label advertises 5 bytes, not {len(data)}")
    low, tenths, software, hardware, high = data
    return Advertised(
        device_id=(high << 8 | low) & ID_MASK,
        firmware=f"{software:02x}{hardware:02x}",
        battery_mv=tenths * 100 if tenths * 100 in _PLAUSIBLE_MV else None,
    )


def size_command(size: int, encoding: Encoding) -> bytes:
    """How many bytes will come; labels that take QuickLZ chunks want a shorter form."""
    if encoding is Encoding.QUICKLZ:
        return struct.pack("<BIB", _SIZE[0], size, 1)
    return struct.pack("<BI3x", _SIZE[0], size)


def upload(data: bytes, encoding: Encoding, mtu: int) -> Conversation:
    """Hand over a picture; ``Transferred`` only if every part was sent and the label has them."""
    yield Subscribe(characteristic=COMMANDS)
    yield Pause(seconds=_SETTLE_S)
    answer = yield from _ask(_START, _START)
    if answer is None:
        return Later(reason=Reason.NO_ANSWER)
    packet = int.from_bytes(answer[1:3], "little")
    if len(answer) < 3 or not _SMALLEST_PACKET <= packet <= _LARGEST_PACKET:
        return _refusal("the start", answer)
    if packet > mtu - 3:
        detail = f"it wants packets of {packet} bytes, the connection carries {mtu - 3}"
        return Failed(reason=Reason.LABEL_ERROR, detail=detail)
    answer = yield from _ask(size_command(len(data), encoding), _SIZE)
    if answer is None:
        return Later(reason=Reason.NO_ANSWER)
    if len(answer) < 2 or answer[1] != 0:
        return _refusal(f"{len(data)} bytes", answer, Reason.REFUSED)
    answer = yield from _ask(_GO, _PART_WANTED[:1])
    if answer is None:
        return Later(reason=Reason.NO_ANSWER)
    size = packet - HEAD
    parts = [data[start : start + size] for start in range(0, len(data), size)]
    return (yield from _Steered(parts).converse(answer))


def sent_bytes(data: bytes, encoding: Encoding) -> int:
    """Bytes written to the label in an upload where nothing is lost and packets are full."""
    parts = -(-len(data) // (_LARGEST_PACKET - HEAD))
    return (
        len(_START) + len(size_command(len(data), encoding)) + len(_GO) + len(data) + HEAD * parts
    )


def _ask(command: bytes, answers: bytes) -> Generator[Step, bytes | None, bytes | None]:
    """What the label said that starts with ``answers``; None if it did not, asked three times."""
    for _ in range(_TRIES):
        yield Write(characteristic=COMMANDS, data=command, response=False)
        for _ in range(_MOST_STRAYS):
            said = yield Hear(timeout_s=_ANSWER_S)
            if said is None:
                break
            if said.startswith(answers):
                return said
    return None


def _refusal(what: str, answer: bytes, reason: Reason = Reason.LABEL_ERROR) -> Failed:
    return Failed(reason=reason, detail=f"to {what} it answered {answer[:8].hex(' ')}")


class _Steered:
    """The label asks for parts, in its own order, as often as it likes within bounds."""

    def __init__(self, parts: list[bytes]) -> None:
        self._parts = parts
        self._unsent = set(range(len(parts)))
        self._last: int | None = None
        self._repeats = 0

    def converse(self, said: bytes) -> Conversation:
        """Go on from the first wish of the label to the outcome."""
        for _ in range(4 * len(self._parts) + 16):
            if said.startswith(_COMPLETE):
                return self._end()
            if len(said) < 6 or not said.startswith(_PART_WANTED):
                return _refusal("a part", said)
            part: int = struct.unpack_from("<I", said, 2)[0]
            if part >= len(self._parts):
                return self._end()
            self._repeats = self._repeats + 1 if part == self._last else 1
            self._last = part
            if self._repeats == _TRIES:
                return Later(reason=Reason.NO_ANSWER)
            answer = yield from self._send(part)
            if answer is None:
                return Later(reason=Reason.NO_ANSWER)
            said = answer
        return Later(reason=Reason.NO_ANSWER)

    def _send(self, part: int) -> Generator[Step, bytes | None, bytes | None]:
        """Send a part until the label says something about parts; None when it does not."""
        data = struct.pack("<I", part) + self._parts[part]
        self._unsent.discard(part)
        for _ in range(_TRIES):
            yield Write(characteristic=PARTS, data=data, response=False)
            said = yield from _about_parts(_ANSWER_S)
            if said is None:
                continue
            if said == _PART_WANTED + data[:HEAD]:
                # Either it wants the part again, or the wish before was heard twice: the label's
                # answer to the part that was just sent is on its way then.
                said = (yield from _about_parts(_SECOND_THOUGHT_S)) or said
            return said
        return None

    def _end(self) -> Outcome:
        if self._unsent:
            detail = f"it ended before {len(self._unsent)} of {len(self._parts)} parts were sent"
            return Failed(reason=Reason.LABEL_ERROR, detail=detail)
        return Transferred()


def _about_parts(timeout_s: float) -> Generator[Step, bytes | None, bytes | None]:
    for _ in range(_MOST_STRAYS):
        said = yield Hear(timeout_s=timeout_s)
        if said is None or said.startswith(_PART_WANTED[:1]):
            return said
    return None
