"""What ATC_BLE_OEPL labels and their master say to each other.

The label steers: it is told of a picture, asks for it block by block, and says of each part whether
it wants the next one or the same again. When it has all of it it says so and is told to draw; about
its drawing it says nothing, so this family never confirms more than *transferred*.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Collection, Generator
from dataclasses import dataclass
from enum import Enum
from typing import Final

from device_drivers.api.drivers import Failed, Flash, Later, Outcome, Reason, Transferred
from device_drivers.labels.atc_ble_oepl.models import PLANES, SCREENS, Screen, screen_of
from device_drivers.labels.atc_ble_oepl.packing import Encoding
from device_drivers.links.radio import uuid16
from device_drivers.links.steps import Conversation, Hear, Identify, Pause, Step, Subscribe, Write

COMPANY: Final = 0x1337
CHARACTERISTIC: Final = uuid16(0x1337)

_LIGHT_ON, _LIGHT_OFF = b"\x00\x01\x03", b"\x00\x01\x00"
_PREPARE, _DRAW = b"\x00\x02", b"\x00\x03"
_DISPLAY, _SETTINGS, _SETTINGS_ARE = b"\x00\x05", b"\x00\x11", b"\x00\xcd"
_DATA_INFO, _PART = b"\x00\x64", b"\x00\x65"
_HEARD_OF_IT = b"\x00\x63"

_BLOCK: Final = 4096
_PART_SIZE: Final = 230
_PART_FRAME: Final = 235
_SETTLE_S: Final = 0.45
_PREPARED_S: Final = 0.05
_LAST_WRITE_S: Final = 0.5
"""Before the connection ends, so that the word to draw still goes out."""

_ANSWER_S: Final = 10.0
_TRIES: Final = 3
_MOST_STRAYS: Final = 32
_LONGEST_LIGHT_S: Final = 30.0
_PLAUSIBLE_MV: Final = range(1000, 4501)

_TYPES: Final = {1: 0x20, 2: 0x21}
_ZLIB: Final = 0x30


class Word(Enum):
    """What a label says to steer a transfer."""

    SAME_AGAIN = b"\x00\xc4"
    NEXT = b"\x00\xc5"
    BLOCK_WANTED = b"\x00\xc6"
    COMPLETE = b"\x00\xc7"
    HAS_IT_ALREADY = b"\x00\xc8"


_WORDS: Final = {word.value: word for word in Word}


@dataclass(frozen=True, slots=True, kw_only=True)
class Advertised:
    """What a label says of itself on the air; an implausible voltage is None."""

    firmware: str
    battery_mv: int | None
    temperature_c: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a label says of its screen: its size, and the sets of inks that it may have."""

    width: int
    height: int
    inks: tuple[str, ...]

    def fits(self, screen: Screen) -> bool:
        """Whether the label can be one with this screen."""
        size = (screen.width, screen.height)
        return size == (self.width, self.height) and screen.inks in self.inks

    @property
    def screen(self) -> Screen | None:
        """The screen, if only one is possible."""
        only = self.inks[0] if len(self.inks) == 1 else None
        return Screen(width=self.width, height=self.height, inks=only) if only else None


def parse_advert(data: bytes) -> Advertised:
    """The maker's data of an advertisement; ``ValueError`` for any but the two known forms."""
    if (data[:1], len(data)) not in {(b"\x01", 10), (b"\x02", 11)}:
        raise ValueError(f"no advertisement of ATC_BLE_OEPL is like these {len(data)} bytes")
    firmware, battery_mv = struct.unpack_from("<HxxH", data, 3)
    return Advertised(
        firmware=str(firmware),
        battery_mv=battery_mv if battery_mv in _PLAUSIBLE_MV else None,
        temperature_c=float(struct.unpack_from("b", data, 9)[0]) if len(data) == 11 else None,
    )


def parse_display(answer: bytes) -> Told:
    """What a label says of its display; ``ValueError`` tells what cannot be."""
    if len(answer) < 33:
        raise ValueError(f"its display takes 33 bytes to tell, it told {len(answer)}")
    body = answer[2:]
    height, width = struct.unpack_from("<HH", body, 22)
    # It counts as the panel is built; most hang a quarter turn from that.
    seen = (width, height) if body[19] == 1 else (height, width)
    inks = PLANES.get(body[30])
    if inks is None:
        raise ValueError(f"it says that it has {body[30]} colours (1 to 3)")
    screen = Screen(width=seen[0], height=seen[1], inks=inks[0])
    return Told(width=screen.width, height=screen.height, inks=inks)


def inks_of(answer: bytes | None, told: Told) -> tuple[str, ...]:
    """The sets of inks that are possible after the label told the type of its screen, or did not.

    A type that nobody listed leaves it open, and so does one with another number of colours.
    """
    kind = int.from_bytes(answer[2:4], "little") if answer is not None and answer[3:] else None
    known = SCREENS.get(kind) if kind is not None else None
    return (known,) if known in told.inks and known is not None else told.inks


def inquire(mtu: int) -> Conversation:
    """Ask the label what it is; see ``recognised.Inquiry``."""
    told = yield from _met(mtu)
    if not isinstance(told, Told):
        return told
    screen = told.screen
    if screen is None:
        detail = f"it does not say which inks it has ({' or '.join(told.inks)})"
        return Failed(reason=Reason.UNKNOWN_MODEL, detail=detail)
    yield _identity(screen)
    return Transferred()


def upload(data: bytes, encoding: Encoding, model: str, mtu: int) -> Conversation:
    """Hand over a picture that was made for ``model`` and let the label draw it."""
    screen = screen_of(model)
    told = yield from _met(mtu)
    if not isinstance(told, Told):
        return told
    if not told.fits(screen):
        if told.screen is not None:
            yield _identity(told.screen)
        is_ = f"{told.width}x{told.height}, {' or '.join(told.inks)}"
        return Failed(reason=Reason.UNKNOWN_MODEL, detail=f"it says that it is {is_}, not {model}")
    return (yield from _Steered(data, data_info(data, encoding, screen)).converse())


def light(flash: Flash) -> Conversation:
    """Shine for a while, or stop; the light is of one colour and ends with the connection."""
    yield Pause(seconds=_SETTLE_S)
    if flash.seconds > 0:
        yield Write(characteristic=CHARACTERISTIC, data=_LIGHT_ON, response=False)
        yield Pause(seconds=min(flash.seconds, _LONGEST_LIGHT_S))
    yield Write(characteristic=CHARACTERISTIC, data=_LIGHT_OFF, response=False)
    return Transferred()


def data_info(data: bytes, encoding: Encoding, screen: Screen) -> bytes:
    """What the label is told of a picture: its check sum is its version."""
    kind = _ZLIB if encoding is Encoding.ZLIB else _TYPES[1 if screen.inks == "bw" else 2]
    return _DATA_INFO + struct.pack("<BQIBBH", 0xFF, zlib.crc32(data), len(data), kind, 0, 0)


def parts(data: bytes, block: int) -> list[bytes]:
    """A block as it is written: with length and sum in front, in parts of one size."""
    body = data[block * _BLOCK : (block + 1) * _BLOCK]
    whole = struct.pack("<HH", len(body), sum(body) & 0xFFFF) + body
    made = []
    for number, start in enumerate(range(0, len(whole), _PART_SIZE)):
        numbers = bytes((block & 0xFF, number))
        part = numbers + whole[start : start + _PART_SIZE].ljust(_PART_SIZE, b"\x00")
        made.append(_PART + bytes((sum(part) & 0xFF,)) + part)
    return made


def sent_bytes(data: bytes) -> int:
    """Bytes written to the label in an upload where nothing is lost."""
    blocks = -(-len(data) // _BLOCK)
    written = sum(len(part) for block in range(blocks) for part in parts(data, block))
    asked = len(_DISPLAY) + len(_SETTINGS) + 19
    return asked + blocks * len(_PREPARE) + written + len(_DRAW)


def _identity(screen: Screen) -> Identify:
    return Identify(panel=screen.panel, formats=tuple(form.value for form in Encoding))


def _met(mtu: int) -> Generator[Step, bytes | None, Told | Outcome]:
    """What the label says of its screen; else why it said nothing that can be used."""
    if mtu - 3 < _PART_FRAME:
        return Failed(reason=Reason.LABEL_ERROR, detail=f"a connection of {mtu} bytes is too small")
    yield Subscribe(characteristic=CHARACTERISTIC)
    yield Pause(seconds=_SETTLE_S)
    answer = yield from _ask(_DISPLAY, [_DISPLAY])
    if answer is None:
        return Later(reason=Reason.NO_ANSWER)
    try:
        told = parse_display(answer)
    except ValueError as error:
        return Failed(reason=Reason.LABEL_ERROR, detail=str(error))
    inks = inks_of((yield from _ask(_SETTINGS, [_SETTINGS_ARE])), told)
    return Told(width=told.width, height=told.height, inks=inks)


def _ask(command: bytes, answers: Collection[bytes]) -> Generator[Step, bytes | None, bytes | None]:
    """What the label says that begins with one of these; None if it says nothing, asked thrice."""
    for _ in range(_TRIES):
        yield Write(characteristic=CHARACTERISTIC, data=command, response=False)
        for _ in range(_MOST_STRAYS):
            said = yield Hear(timeout_s=_ANSWER_S)
            if said is None:
                break
            if said[:2] in answers:
                return said
    return None


class _Steered:
    """The label asks for blocks and parts, as often as it likes within bounds."""

    def __init__(self, data: bytes, info: bytes) -> None:
        self._data = data
        self._info = info
        self._unsent = set(range(-(-len(data) // _BLOCK)))
        self._block = 0
        self._parts: list[bytes] = []
        self._at = 0
        self._budget = 64 + 4 * -(-len(data) // _PART_SIZE)

    def converse(self) -> Conversation:
        """Tell of the picture, and do as the label says until it has it."""
        said = yield from _ask(self._info, (_HEARD_OF_IT, *_WORDS))
        while said is not None and self._budget > 0:
            self._budget -= 1
            match _WORDS.get(said[:2]):
                case Word.HAS_IT_ALREADY:
                    return (yield from self._draw())
                case Word.COMPLETE:
                    if self._unsent:
                        detail = f"it ended before {len(self._unsent)} blocks were sent"
                        return Failed(reason=Reason.LABEL_ERROR, detail=detail)
                    return (yield from self._draw())
                case Word.BLOCK_WANTED:
                    if not (yield from self._begin(said)):
                        detail = f"it wants what the picture does not have: {said[:20].hex()}"
                        return Failed(reason=Reason.LABEL_ERROR, detail=detail)
                case Word.NEXT:
                    self._at += 1
                    yield from self._send()
                case Word.SAME_AGAIN:
                    yield from self._send()
                case None:
                    pass
            said = yield from self._next()
        return Later(reason=Reason.NO_ANSWER)

    def _next(self) -> Generator[Step, bytes | None, bytes | None]:
        """What the label wants next; what it is silent about is said again."""
        for _ in range(_TRIES):
            for _ in range(_MOST_STRAYS):
                said = yield Hear(timeout_s=_ANSWER_S)
                if said is None:
                    break
                if said[:2] in _WORDS:
                    return said
            if self._parts:
                yield from self._send()
            else:
                yield Write(characteristic=CHARACTERISTIC, data=self._info, response=False)
        return None

    def _begin(self, said: bytes) -> Generator[Step, bytes | None, bool]:
        """Begin the block that it wants; False if there is none such."""
        if len(said) < 12 or said[11] >= -(-len(self._data) // _BLOCK):
            return False
        self._block, self._at = said[11], 0
        self._parts = parts(self._data, self._block)
        yield Write(characteristic=CHARACTERISTIC, data=_PREPARE, response=False)
        yield Pause(seconds=_PREPARED_S)
        yield from self._send()
        return True

    def _send(self) -> Generator[Step, bytes | None, None]:
        if self._at >= len(self._parts):
            return
        yield Write(characteristic=CHARACTERISTIC, data=self._parts[self._at], response=False)
        if self._at == len(self._parts) - 1:
            self._unsent.discard(self._block)

    @staticmethod
    def _draw() -> Generator[Step, bytes | None, Outcome]:
        yield Write(characteristic=CHARACTERISTIC, data=_DRAW, response=False)
        yield Pause(seconds=_LAST_WRITE_S)
        return Transferred()
