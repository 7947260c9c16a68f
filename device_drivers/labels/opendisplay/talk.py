"""Commands to an OpenDisplay label and its answers, in the open or sealed.

A command is ``[number u16 BE][payload]``, an answer ``[status][low byte of the number][data]``. In
a session the firmware still gives short receipts in the open, so those are believed; what a label
tells of itself is not, unless it is sealed.
"""

from __future__ import annotations

from collections.abc import Collection, Generator
from dataclasses import dataclass
from enum import Enum
from typing import Final

from device_drivers.api.drivers import Failed, Later, Outcome, Reason
from device_drivers.labels.opendisplay.session import OVERHEAD, Session
from device_drivers.links.radio import uuid16
from device_drivers.links.steps import Hear, Step, Write

CHARACTERISTIC: Final = uuid16(0x2446)

_LONGEST_FRAME: Final = 244
_COMMAND: Final = 2
_MOST_STRAYS: Final = 64
_AUTHENTICATE: Final = 0x50
_ALWAYS_OPEN: Final = frozenset({0x43, _AUTHENTICATE})
"""The firmware's version and the door itself."""

_YES, _ALSO_YES, _NO, _LOCKED, _DAMAGED = 0x00, 0x80, 0xFF, 0xFE, 0x100


class Kind(Enum):
    """What an answer says."""

    YES = "yes"
    NO = "no"
    LOCKED = "locked"
    """The label asks for a key first."""
    DAMAGED = "damaged"
    """The label could not open what was sealed, and did not do it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """To the command with this low byte."""

    kind: Kind
    code: int
    data: bytes
    was_sealed: bool


_KINDS: Final = {_NO: Kind.NO, _LOCKED: Kind.LOCKED, _DAMAGED: Kind.DAMAGED}

Heard = Generator[Step, bytes | None, Answer | None]


class Talk:
    """One connection of this MTU; ``session`` seals what is said from the moment that it is set."""

    def __init__(self, mtu: int) -> None:
        self.session: Session | None = None
        self.frame = min(_LONGEST_FRAME, mtu - 3)

    @property
    def room(self) -> int:
        """Bytes of payload that fit into a frame."""
        return self.room_in(self.frame)

    def room_in(self, frame: int) -> int:
        """Bytes of payload that fit into a frame of this size."""
        return frame - _COMMAND - (OVERHEAD if self.session is not None else 0)

    def say(self, command: int, payload: bytes = b"", *, response: bool = True) -> Write:
        """A command as it is written."""
        head = command.to_bytes(_COMMAND, "big")
        if self.session is None or command in _ALWAYS_OPEN:
            data = head + payload
        else:
            data = self.session.seal(head, payload)
        return Write(characteristic=CHARACTERISTIC, data=data, response=response)

    def ask(
        self, command: int, payload: bytes = b"", *, timeout_s: float, response: bool = True
    ) -> Heard:
        """Say a command and hear its answer; None when there is none."""
        yield self.say(command, payload, response=response)
        return (yield from self.hear({command & 0xFF}, timeout_s))

    def hear(self, codes: Collection[int], timeout_s: float) -> Heard:
        """The next answer to one of the commands; others are passed over. None for silence."""
        for _ in range(_MOST_STRAYS):
            said = yield Hear(timeout_s=timeout_s)
            if said is None:
                return None
            answer = self._answer(said)
            if answer is not None and answer.code in codes:
                return answer
        return None

    def _answer(self, said: bytes) -> Answer | None:
        was_sealed = self.session is not None and self.session.is_sealed(said)
        if was_sealed and self.session is not None:
            opened = self.session.open(said)
            if opened is None:
                return None
            said = opened
        if len(said) < 2:
            return None
        return Answer(kind=_kind(said), code=said[1], data=said[2:], was_sealed=was_sealed)


def _kind(said: bytes) -> Kind:
    """Older firmware says the last two behind the command, in three bytes."""
    status, rest = said[0], said[2:]
    if status in {_YES, _ALSO_YES} and said[1] != _AUTHENTICATE:
        status = {bytes((_LOCKED,)): _LOCKED, bytes((_NO,)): _DAMAGED}.get(rest, _YES)
    return _KINDS.get(status, Kind.YES if status in {_YES, _ALSO_YES} else Kind.NO)


def unless_yes(what: str, answer: Answer | None) -> Outcome | None:
    """What a delivery came to that got this answer; None if the label agreed."""
    if answer is None:
        return Later(reason=Reason.NO_ANSWER)
    match answer.kind:
        case Kind.YES:
            return None
        case Kind.LOCKED:
            return Failed(reason=Reason.NOT_LET_IN, detail="the label asks for its key")
        case Kind.DAMAGED:
            detail = f"it could not open {what}, sealed with its key"
            return Failed(reason=Reason.LABEL_ERROR, detail=detail)
        case Kind.NO:
            detail = f"to {what} it said no (code {answer.data[:8].hex(' ') or 'none'})"
            return Failed(reason=Reason.REFUSED, detail=detail)
