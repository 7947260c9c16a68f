"""A picture in numbered frames, many on the way at once; the label says which it has.

The window slides over the parts: at most ``window`` of them lie between the first one that the
label lacks and the last one sent. Every few frames the label names the highest number that came
and, in 32 bits, which of those before it came as well. What it lacks below that is sent again; a
label that keeps nothing that came too early gets everything again from the first gap. When it
falls silent the first part that it lacks is sent once more, which makes it speak.
"""

from __future__ import annotations

import struct
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import Final

from device_drivers.api.drivers import Failed, Later, Outcome, Reason
from device_drivers.labels.opendisplay.talk import Answer, Kind, Talk, unless_yes
from device_drivers.links.steps import Step

START, DATA, END = 0x0080, 0x0081, 0x0082

_VERSION: Final = 1
_ZLIB: Final = 0x01
_WINDOW: Final = 32
_ACK_EVERY: Final = 8
_FLAG_REFUSED: Final = 2
_START_S: Final = 30.0
"""The label wakes its panel first."""

_DATA_S: Final = 5.0
_PLAIN_DATA_S: Final = 30.0
"""Some panels take uncompressed bytes slowly, and their label is deaf meanwhile."""

_TAIL_S: Final = 0.5
_END_S: Final = 90.0
_PROBES: Final = 3
_BETWEEN_REPEATS: Final = 2
"""Words of the label after which a part that was sent again is believed lost again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreed:
    """What the label takes: parts of ``part`` bytes, ``window`` on the way, a word every so many.

    ``keeps_gaps``: it keeps what comes after a lost part.
    """

    window: int
    ack_every: int
    part: int
    keeps_gaps: bool
    is_zlib: bool


def agree(
    talk: Talk, size: int, *, is_zlib: bool
) -> Generator[Step, bytes | None, Agreed | Outcome | None]:
    """Begin a transfer of a picture of ``size`` bytes; None if the label does not pipe after all.

    One that takes no compressed pictures this way is offered the plain one.
    """
    request = struct.pack("<BBBBHI", _VERSION, is_zlib, _WINDOW, _ACK_EVERY, talk.frame, size)
    answer = yield from talk.ask(START, request, timeout_s=_START_S)
    if answer is None:
        return None
    if answer.kind is Kind.NO:
        if is_zlib and answer.data[:1] == bytes((_FLAG_REFUSED,)):
            return (yield from agree(talk, size, is_zlib=False))
        return None
    problem = unless_yes("a transfer in frames", answer)
    if problem is not None:
        return problem
    if len(answer.data) < 6:
        return None
    _version, window, ack_every, frame, flags = struct.unpack_from("<BBBHB", answer.data)
    window = max(1, min(window, _WINDOW))
    part = talk.room_in(min(frame, talk.frame)) - 1
    if part < 1:
        detail = f"it takes frames of {frame} bytes, too few for a part of a picture"
        return Failed(reason=Reason.LABEL_ERROR, detail=detail)
    return Agreed(
        window=window,
        ack_every=max(1, min(ack_every, _ACK_EVERY, window)),
        part=part,
        keeps_gaps=bool(flags & 1),
        is_zlib=is_zlib,
    )


class Window:
    """Which parts are on the way; pure counting, numbers of parts from 0."""

    def __init__(self, parts: int, agreed: Agreed) -> None:
        self.parts = parts
        self.first = 0
        """The first part that the label lacks."""
        self._agreed = agreed
        self._next = 0
        self._came: set[int] = set()
        self._repeated: dict[int, int] = {}

    @property
    def is_through(self) -> bool:
        """Whether the label has every part."""
        return self.first >= self.parts

    @property
    def is_tail(self) -> bool:
        """Whether too few parts are left for the label to speak by itself."""
        left = self.parts - self.first
        return self._next >= self.parts and left < self._agreed.ack_every and not self._came

    def due(self) -> range:
        """Parts to send for the first time (or again, after a gap that was not kept)."""
        start = self._next
        self._next = max(start, min(self.parts, self.first + self._agreed.window))
        return range(start, self._next)

    def take(self, highest: int, mask: int) -> list[int]:
        """What to send again after the label's word; ``ValueError`` for parts never sent."""
        delta = (highest - self.first) % 256
        top = self.first + (delta if delta <= 128 else delta - 256)
        if top >= self._next:
            raise ValueError(f"it has part {top}, which was not sent")
        named = {top, *(top - 1 - bit for bit in range(32) if mask >> bit & 1)}
        self._came |= {number for number in named if number >= self.first}
        while self.first in self._came:
            self._came.discard(self.first)
            self._repeated.pop(self.first, None)
            self.first += 1
        if not self._came:
            return []
        if not self._agreed.keeps_gaps:
            self._came.clear()
            self._next = self.first
            return []
        return [number for number in range(self.first, max(self._came)) if self._is_lost(number)]

    def after_silence(self) -> list[int]:
        """What to send so that the label speaks again."""
        if self._agreed.keeps_gaps:
            return [self.first]
        self._next = self.first
        return []

    def _is_lost(self, number: int) -> bool:
        if number in self._came:
            return False
        words = self._repeated.get(number, _BETWEEN_REPEATS - 1) + 1
        self._repeated[number] = words if words < _BETWEEN_REPEATS else 0
        return words >= _BETWEEN_REPEATS


def stream(
    talk: Talk, data: bytes, agreed: Agreed
) -> Generator[Step, bytes | None, Outcome | None]:
    """Send the picture; None once the label has all of it and begins to draw."""
    parts = [data[start : start + agreed.part] for start in range(0, len(data), agreed.part)]
    sender = _Sender(talk, parts, agreed)
    answer = yield from sender.run()
    if isinstance(answer, Failed | Later):
        return answer
    if answer is None:
        # A label that was sent a plain picture ends by itself, when it has the last byte.
        if agreed.is_zlib:
            yield talk.say(END, b"\x00")
        answer = yield from talk.hear({END & 0xFF}, _END_S)
    return unless_yes("the end of the picture", answer)


class _Sender:
    """Sends until the label has every part, or ends before; within a budget of repeats."""

    def __init__(self, talk: Talk, parts: Sequence[bytes], agreed: Agreed) -> None:
        self._talk = talk
        self._parts = parts
        self._agreed = agreed
        self._window = Window(len(parts), agreed)
        self._budget = 3 * agreed.window + 2 * len(parts) + 16

    def run(self) -> Generator[Step, bytes | None, Answer | Failed | Later | None]:
        """The label's word that it has all, None if it owes that yet, or why it came to nothing."""
        silent = 0
        while not self._window.is_through:
            yield from self._send(self._window.due())
            answer = yield from self._talk.hear({DATA & 0xFF, END & 0xFF}, self._patience())
            self._budget -= 1
            silent = silent + 1 if answer is None else 0
            if self._budget < 0 or silent > _PROBES:
                return Later(reason=Reason.NO_ANSWER)
            if answer is None:
                yield from self._send(self._window.after_silence())
                continue
            if answer.code == END & 0xFF:
                return answer
            problem = yield from self._heard(answer)
            if problem is not None:
                return problem
        return None

    def _heard(self, answer: Answer) -> Generator[Step, bytes | None, Failed | Later | None]:
        problem = unless_yes("a part", answer)
        if isinstance(problem, Failed | Later):
            return problem
        if len(answer.data) < 5:
            return None
        highest, mask = struct.unpack_from("<BI", answer.data)
        try:
            lost = self._window.take(highest, mask)
        except ValueError as error:
            return Failed(reason=Reason.LABEL_ERROR, detail=str(error))
        self._budget -= len(lost)
        yield from self._send(lost)
        return None

    def _send(self, numbers: Sequence[int]) -> Generator[Step, bytes | None, None]:
        for number in numbers:
            payload = bytes((number % 256,)) + self._parts[number]
            yield self._talk.say(DATA, payload, response=False)

    def _patience(self) -> float:
        if self._agreed.is_zlib:
            return _TAIL_S if self._window.is_tail else _DATA_S
        return _PLAIN_DATA_S
