"""What OpenDisplay labels and their master say to each other.

A label is asked for its configuration first, whatever is wanted of it: that says how its picture is
packed, what it can take, and whether it is still the label that the picture was made for. A label
with a key is let prove that it knows it before anything else.

After the picture it draws, and says when the panel has finished (or did not): this family confirms
what is *shown*. If that last word is lost, nothing claims that the picture is there.
"""

from __future__ import annotations

import struct
from collections.abc import Generator
from dataclasses import dataclass
from typing import Final

from device_drivers.api.drivers import Failed, Flash, Later, Outcome, Reason, Shown, Transferred
from device_drivers.labels.opendisplay import container, packing, piping
from device_drivers.labels.opendisplay.container import Settings
from device_drivers.labels.opendisplay.models import UnknownSchemeError
from device_drivers.labels.opendisplay.packing import Encoding
from device_drivers.labels.opendisplay.session import (
    DEFAULT_DEVICE,
    KEY_SIZE,
    NONCE_SIZE,
    OVERHEAD,
    Session,
    proof,
)
from device_drivers.labels.opendisplay.talk import CHARACTERISTIC, Answer, Kind, Talk, unless_yes
from device_drivers.links.steps import Conversation, Identify, Step, Subscribe

COMPANY: Final = 0x2446

_CONFIG, _FIRMWARE, _AUTHENTICATE = 0x0040, 0x0043, 0x0050
_START, _DATA, _END, _LIGHT, _LIGHT_OFF = 0x0070, 0x0071, 0x0072, 0x0073, 0x0075
_REFRESHED, _NOT_REFRESHED = 0x73, 0x74

_ANSWER_S: Final = 5.0
_FIRST_S: Final = 10.0
"""The label wakes its flash or its panel first."""
_CHUNK_S: Final = 2.0
_SLOW_S: Final = 90.0
"""Colour panels take a minute for a refresh, and as long for bytes that are not compressed."""

_MOST_CHUNKS: Final = 256
_LARGEST_TOLD: Final = 6 + 100
"""Bytes of the longest notification, a chunk of the configuration."""

_START_FRAME: Final = 200
_PART: Final = 230
_SEALED_PART: Final = 154

_LEGACY: Final = bytes.fromhex("0236006c00c301")
_PLAUSIBLE_MV: Final = range(500, 6001)

_COLOURS: Final = {"red": 0xE0, "green": 0x1C, "blue": 0x03, "white": 0xFF}
_LONGEST_BLINK_S: Final = 60

Turn = Generator[Step, bytes | None, Outcome | None]
"""A part of a conversation: None when it went well, else what the whole came to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Advertised:
    """What a label says of itself on the air; implausible values are None."""

    battery_mv: int | None
    temperature_c: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What opens a label: its key, if it has one, and 16 random bytes never used before."""

    key: bytes | None
    nonce: bytes


def parse_advert(data: bytes) -> Advertised:
    """The maker's data of an advertisement, also with the company's id in front.

    Raises ``ValueError`` for anything but the two forms that are known.
    """
    if len(data) in {13, 16} and data[:2] == COMPANY.to_bytes(2, "little"):
        data = data[2:]
    if len(data) == 11 and data.startswith(_LEGACY):
        battery_mv, celsius = struct.unpack_from("<Hb", data, len(_LEGACY))
        return Advertised(
            battery_mv=battery_mv if battery_mv in _PLAUSIBLE_MV else None,
            temperature_c=float(celsius),
        )
    if len(data) == 14:
        battery_mv = 10 * (data[12] | (data[13] & 1) << 8)
        return Advertised(
            battery_mv=battery_mv if battery_mv in _PLAUSIBLE_MV else None,
            temperature_c=data[11] / 2 - 40 if data[11] else None,
        )
    raise ValueError(f"no advertisement of an OpenDisplay label is like these {len(data)} bytes")


def inquire(entry: Entry, mtu: int) -> Conversation:
    """Ask the label what it is; see ``recognised.Inquiry``."""
    talk = Talk(mtu)
    settings = yield from _open(talk, entry, mtu)
    if not isinstance(settings, Settings):
        return settings
    answer = yield from talk.ask(_FIRMWARE, timeout_s=_ANSWER_S)
    yield _identity(settings, _firmware(answer))
    return Transferred()


def upload(data: bytes, encoding: Encoding, model: str, entry: Entry, mtu: int) -> Conversation:
    """Hand over a picture that was made for ``model``, and wait until the label has drawn it."""
    talk = Talk(mtu)
    settings = yield from _open(talk, entry, mtu)
    if not isinstance(settings, Settings):
        return settings
    layout = settings.layout
    if layout.model != model:
        yield _identity(settings)
        detail = f"it says that it is {layout.model}, not {model}"
        return Failed(reason=Reason.UNKNOWN_MODEL, detail=detail)
    try:
        plain = packing.plain_of(data, encoding, layout.size)
    except ValueError as error:
        return Failed(reason=Reason.WRONG_SIZE, detail=str(error))
    problem = yield from _hand_over(talk, settings, plain, data if data != plain else None)
    if problem is not None:
        return problem
    answer = yield from talk.hear({_REFRESHED, _NOT_REFRESHED}, _SLOW_S)
    problem = unless_yes("drawing", answer)
    if problem is not None:
        return problem
    if answer is not None and answer.code == _NOT_REFRESHED:
        return Failed(reason=Reason.LABEL_ERROR, detail="its panel did not finish drawing")
    return Shown()


def light(flash: Flash, entry: Entry, mtu: int) -> Conversation:
    """Blink in a colour, or stop; ``Shown`` once the label says that it did."""
    talk = Talk(mtu)
    settings = yield from _open(talk, entry, mtu)
    if not isinstance(settings, Settings):
        return settings
    if not settings.has_led:
        return Failed(reason=Reason.REFUSED, detail="this label has no light")
    if flash.seconds <= 0:
        answer = yield from talk.ask(_LIGHT_OFF, b"\x00", timeout_s=_ANSWER_S)
    else:
        seconds = min(max(1, round(flash.seconds)), _LONGEST_BLINK_S)
        pattern = b"\x00" + blinking(flash.colour, seconds)
        # It answers when it has finished blinking.
        answer = yield from talk.ask(_LIGHT, pattern, timeout_s=2 * seconds + _FIRST_S)
    if answer is None:
        # It took the command, or the connection would have ended.
        return Transferred()
    return unless_yes("blinking", answer) or Shown()


def blinking(colour: str, seconds: int) -> bytes:
    """The pattern for so many blinks of a second: half of it lit, half of it dark."""
    return struct.pack("<BBBB6xBx", 0x71, _COLOURS[colour], 0x51, 5, seconds - 1)


def sent_bytes(data: bytes, size: int, *, pipes: bool) -> int:
    """Bytes written in an upload without key over a link that carries full frames.

    ``data`` is the picture as sent, ``size`` its uncompressed size.
    """
    asked = 2
    is_plain = len(data) == size
    if pipes:
        parts = -(-len(data) // 241)
        return asked + 12 + 3 * parts + len(data) + (0 if is_plain else 3)
    first = 0 if is_plain else min(len(data), _START_FRAME - 6)
    parts = -(-(len(data) - first) // _PART)
    return asked + (2 if is_plain else 6) + 2 * parts + len(data) + 3


def formats(settings: Settings) -> tuple[str, ...]:
    """The forms of a picture that the label takes, the best first."""
    plain = (Encoding.PLAIN.value,)
    return (Encoding.ZLIB.value, *plain) if settings.inflates else plain


def _identity(settings: Settings, firmware: str = "") -> Identify:
    panel = settings.layout.panel(settings.dpi)
    return Identify(panel=panel, formats=formats(settings), firmware=firmware)


def _firmware(answer: Answer | None) -> str:
    if answer is None or answer.kind is not Kind.YES or len(answer.data) < 2:
        return ""
    return f"{answer.data[0]}.{answer.data[1]}"


def _open(talk: Talk, entry: Entry, mtu: int) -> Generator[Step, bytes | None, Settings | Outcome]:
    """What the label says of itself, once it let us in; else why that came to nothing."""
    if mtu - 3 < _LARGEST_TOLD + (OVERHEAD if entry.key is not None else 0):
        return Failed(reason=Reason.LABEL_ERROR, detail=f"a connection of {mtu} bytes is too small")
    yield Subscribe(characteristic=CHARACTERISTIC)
    if entry.key is not None:
        problem = yield from _authenticate(talk, entry.key, entry.nonce)
        if problem is not None:
            return problem
    found = yield from _configuration(talk)
    if found == Later(reason=Reason.NO_ANSWER):
        found = yield from _configuration(talk)
    if not isinstance(found, bytes):
        return found
    try:
        return container.parse(found)
    except UnknownSchemeError as error:
        return Failed(reason=Reason.UNKNOWN_MODEL, detail=str(error))
    except ValueError as error:
        return Failed(reason=Reason.LABEL_ERROR, detail=str(error))


def _authenticate(talk: Talk, key: bytes, nonce: bytes) -> Turn:
    if len(key) != KEY_SIZE:
        detail = f"its key has {len(key)} bytes; a key of these labels has {KEY_SIZE}"
        return Failed(reason=Reason.NOT_LET_IN, detail=detail)
    answer = yield from talk.ask(_AUTHENTICATE, b"\x00", timeout_s=_ANSWER_S)
    if answer is not None and answer.data[:1] == b"\x02":
        # It still had a session of an earlier connection, and has forgotten it now.
        answer = yield from talk.ask(_AUTHENTICATE, b"\x00", timeout_s=_ANSWER_S)
    problem = _let_in(answer)
    if problem is not None or answer is None:
        return problem
    server = answer.data[1 : 1 + NONCE_SIZE]
    device = answer.data[1 + NONCE_SIZE : 5 + NONCE_SIZE] or DEFAULT_DEVICE
    if len(server) != NONCE_SIZE or len(device) != len(DEFAULT_DEVICE):
        return Failed(reason=Reason.LABEL_ERROR, detail="its challenge is cut")
    told = nonce + proof(key, server, nonce, device)
    answer = yield from talk.ask(_AUTHENTICATE, told, timeout_s=_ANSWER_S)
    problem = _let_in(answer)
    if problem is not None or answer is None:
        return problem
    session = Session(key, server, nonce, device)
    if not session.is_proven(answer.data[1 : 1 + NONCE_SIZE]):
        return Failed(reason=Reason.NOT_LET_IN, detail="the label does not know its own key")
    talk.session = session
    return None


def _let_in(answer: Answer | None) -> Outcome | None:
    problem = unless_yes("its key", answer)
    if problem is not None or answer is None:
        return problem
    match answer.data[:1]:
        case b"\x00":
            return None
        case b"\x01":
            return Failed(reason=Reason.NOT_LET_IN, detail="the label has another key")
        case b"\x03":
            detail = "the label has no key; set it there or take it away here"
            return Failed(reason=Reason.NOT_LET_IN, detail=detail)
        case b"\x04":
            return Later(reason=Reason.BUSY, wait_s=60.0)
        case code:
            detail = f"its door answered {code.hex() or 'nothing'}"
            return Failed(reason=Reason.LABEL_ERROR, detail=detail)


def _configuration(talk: Talk) -> Generator[Step, bytes | None, bytes | Outcome]:
    """The whole container, put together from its chunks; a lost one is as good as silence."""
    answer = yield from talk.ask(_CONFIG, timeout_s=_FIRST_S)
    total, found, chunk = 0, b"", 0
    for _ in range(_MOST_CHUNKS):
        problem = unless_yes("the question for its configuration", answer)
        if problem is not None or answer is None:
            return problem or Later(reason=Reason.NO_ANSWER)
        if talk.session is not None and not answer.was_sealed:
            return Failed(reason=Reason.NOT_LET_IN, detail="its configuration came unsealed")
        number, body = int.from_bytes(answer.data[:2], "little"), answer.data[2:]
        if number == chunk == 0:
            total, body = int.from_bytes(body[:2], "little"), body[2:]
            if not 0 < total <= container.LARGEST:
                detail = f"its configuration has {total} bytes (1 to {container.LARGEST})"
                return Failed(reason=Reason.LABEL_ERROR, detail=detail)
        if number > chunk or not body:
            break
        if number == chunk:
            found, chunk = found + body, chunk + 1
        if len(found) >= total:
            return found[:total]
        answer = yield from talk.hear({_CONFIG}, _CHUNK_S)
    return Later(reason=Reason.NO_ANSWER)


def _hand_over(talk: Talk, settings: Settings, plain: bytes, packed: bytes | None) -> Turn:
    """Send the picture in the best way that the label agrees to; None once it begins to draw."""
    most = settings.zips_at_most
    if not settings.inflates or (packed is not None and most is not None and len(packed) > most):
        packed = None
    if settings.pipes:
        agreed = yield from piping.agree(talk, len(plain), is_zlib=packed is not None)
        if isinstance(agreed, piping.Agreed):
            data = packed if agreed.is_zlib and packed is not None else plain
            return (yield from piping.stream(talk, data, agreed))
        if agreed is not None:
            return agreed
    if packed is not None:
        most_bytes = (_START_FRAME if talk.session is None else _SEALED_PART) - 2
        first = min(most_bytes, talk.room) - 4
        start = len(plain).to_bytes(4, "little") + packed[:first]
        yield talk.say(_START, start)
        # Firmware of old says no to compression with a code of its own.
        answer = yield from talk.hear({_START, 0xFF}, _FIRST_S)
        if answer is None or answer.kind is not Kind.NO:
            problem = unless_yes("the start", answer)
            return problem or (yield from _send(talk, packed[first:], _FIRST_S))
    answer = yield from talk.ask(_START, timeout_s=_FIRST_S)
    return unless_yes("the start", answer) or (yield from _send(talk, plain, _SLOW_S))


def _send(talk: Talk, data: bytes, patience_s: float) -> Turn:
    """One part after the other, each when the label has taken the one before."""
    size = min(_PART if talk.session is None else _SEALED_PART, talk.room)
    for start in range(0, len(data), size):
        yield talk.say(_DATA, data[start : start + size], response=False)
        answer = yield from talk.hear({_DATA, _END}, patience_s)
        problem = unless_yes("a part", answer)
        if problem is not None:
            return problem
        if answer is not None and answer.code == _END:
            # It has every byte and draws without being told.
            return None
    answer = yield from talk.ask(_END, b"\x00", timeout_s=_SLOW_S)
    return unless_yes("the end of the picture", answer)
