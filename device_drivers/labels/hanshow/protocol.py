"""What the vendor's server in the shop says and is told, without any input or output.

Everything from outside is bounded and checked here; ``ProtocolError`` says what is wrong where.
Facts of open integrations of ESL-Working 2.5.3; older servers use other names for the same.
"""

from __future__ import annotations

import base64
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from device_drivers.api.drivers import Failed, Flash, Later, Outcome, Reason, Telemetry, Transferred
from device_drivers.api.panels import Ink, Panel
from device_drivers.labels.wire import Members, ProtocolError

PAGE: Final = 200
"""Labels asked for at once."""
MOST_PAGES: Final = 300
LARGEST_ANSWER: Final = 256 * 1024

_MOST_TYPES: Final = 2_000
_ID: Final = re.compile(r"[0-9A-F]{2}(-[0-9A-F]{2}){3}")
_SID: Final = re.compile(r"[A-Za-z0-9._-]{1,64}")
_IN_PROGRESS: Final = 1
_UP_TO_DATE: Final = 201
_STEP_S: Final = 0.03
"""The server counts times of the light in these."""
_COLOURS: Final[Mapping[str, tuple[Ink, ...]]] = {
    "BW": (Ink.WHITE, Ink.BLACK),
    "BWR": (Ink.WHITE, Ink.BLACK, Ink.RED),
    "BWY": (Ink.WHITE, Ink.BLACK, Ink.YELLOW),
    "BWRY": (Ink.WHITE, Ink.BLACK, Ink.RED, Ink.YELLOW),
}
_REASONS: Final = {
    100: (Reason.LABEL_ERROR, "the server does not know why"),
    200: (Reason.REFUSED, "the server does not know this label"),
    202: (Reason.REFUSED, "the label cannot do that"),
    203: (Reason.IMAGE_UNREADABLE, "the server cannot read the picture"),
    300: (Reason.REFUSED, "the server does not understand the request"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Esl:
    """A label as the server lists it; ``firmware`` is the number of its type."""

    id: str
    firmware: int
    rom: int
    online: bool
    telemetry: Telemetry


@dataclass(frozen=True, slots=True, kw_only=True)
class EslPage:
    """Some labels; ``problems`` are those that could not be read, and why."""

    labels: tuple[Esl, ...]
    problems: tuple[tuple[str, str], ...]
    is_last: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A call-back: what became of the request ``sid`` for a label."""

    sid: str
    label: str
    status: int
    message: str
    telemetry: Telemetry


def is_label(text: str) -> bool:
    """Whether this can be the id of a label: four bytes, as on its case with dashes between."""
    return _ID.fullmatch(text) is not None


def model_id(firmware: int) -> str:
    """The name under which a type of label is known in the shop."""
    return f"hanshow-{firmware}"


def parse_status(body: bytes) -> tuple[int, str]:
    """The number and the words of an answer. Raises ``ProtocolError``."""
    return _status(_members("answer", body))


def parse_esls(body: bytes) -> EslPage:
    """A page of ``GET /esls``. Raises ``ProtocolError``."""
    members = _fine("label list", body)
    inside = members.members("result") if members.has("result") else members
    name = "esl_list" if inside.has("esl_list") else "data"
    values = inside.objects(name, 10 * PAGE)
    labels: list[Esl] = []
    problems: list[tuple[str, str]] = []
    for value in values:
        try:
            labels.append(_esl(value))
        except ProtocolError as error:
            told = value.get("esl_id") if isinstance(value, dict) else None
            known = told if isinstance(told, str) and is_label(told) else ""
            problems.append((known, str(error)))
    return EslPage(labels=tuple(labels), problems=tuple(problems), is_last=len(values) < PAGE)


def parse_types(body: bytes) -> dict[int, Panel]:
    """The panels of ``GET /esls/firmwares`` by number; those with other inks are left out.

    Raises ``ProtocolError``.
    """
    members = _fine("list of types", body)
    if members.has("firmwares"):
        # By number: the number is the name, whether or not it is told again inside.
        values: list[object] = [
            {"id": int(number)} | value
            for number, value in members.members("firmwares").raw().items()
            if re.fullmatch(r"[0-9]{1,6}", number) and isinstance(value, dict)
        ]
    else:
        values = members.objects("data", _MOST_TYPES)
    found: dict[int, Panel] = {}
    for value in values[:_MOST_TYPES]:
        try:
            panel = _panel(value)
        except ProtocolError:
            continue
        found[panel[0]] = panel[1]
    return found


def parse_call(body: bytes) -> Call:
    """A call-back. Raises ``ProtocolError``."""
    members = Members("call-back", body)
    sid, label = members.text("sid", 64), members.text("esl_id", 16).upper()
    if _SID.fullmatch(sid) is None or not is_label(label):
        raise ProtocolError("call-back: it names no request and label of ours")
    status, message = _status(members)
    power = members.plausible("rf_power", -150, -1)
    telemetry = Telemetry(rssi_dbm=None if power is None else round(power))
    return Call(sid=sid, label=label, status=status, message=message, telemetry=telemetry)


def outcome_of(status: int, message: str, *, final: bool) -> Outcome | None:
    """What a number means; ``final`` where it ends the request, else 0 only says that it begins.

    None while it goes on. Never *shown*: the server says that the label took the picture.
    """
    if status == _UP_TO_DATE or (final and status == 0):
        return Transferred()
    if status in {0, _IN_PROGRESS}:
        return None if final else Later(reason=Reason.AWAITING_LABEL)
    reason, words = _REASONS.get(status, (Reason.LABEL_ERROR, "the server says no"))
    detail = f"{words} ({status}{f': {message}' if message else ''})"
    return Failed(reason=reason, detail=detail)


def update(
    sid: str, back_url: str, name: str, png: bytes, *, force: bool = False
) -> dict[str, object]:
    """The body that lets a label show a picture; with ``force`` also one that it has already."""
    image = base64.b64encode(png).decode()
    return {
        "sid": sid,
        "priority": 10,
        "back_url": back_url,
        "force_update": force,
        "screen": {"name": name, "pages": [{"id": 0, "name": "main", "image": image}]},
    }


def control(label: str, back_url: str, flash: Flash) -> dict[str, object]:
    """The body that lets a label blink, on for half of each second."""
    half = round(0.5 / _STEP_S)
    loops = min(math.ceil(max(flash.seconds, 0.0)), 3_600)
    return {
        "back_url": back_url,
        "id": label,
        "page_id": 0,
        "stay_time": 0,
        "led_color": flash.colour,
        "loop_count": loops,
        "flash_light": {
            "colors": [flash.colour],
            "on_time": half,
            "off_time": half,
            "flash_count": 1,
            "sleep_time": 0,
            "loop_count": loops,
        },
    }


def _members(where: str, body: bytes) -> Members:
    return Members(where, body, largest=LARGEST_ANSWER)


def _fine(where: str, body: bytes) -> Members:
    members = _members(where, body)
    status, message = _status(members)
    if status != 0:
        raise ProtocolError(f"{where}: the server answers {status} {message!r}")
    return members


def _status(members: Members) -> tuple[int, str]:
    name = "errno" if members.has("errno") else "status_no"
    words = members.raw().get("errmsg")
    message = words if isinstance(words, str) else ""
    printable = "".join(letter if letter.isprintable() else " " for letter in message[:100])
    return members.whole(name, 0, 100_000), printable.strip()


def _esl(value: object) -> Esl:
    members = Members("label", value)
    label = members.text("esl_id", 16).upper()
    if not is_label(label):
        raise members.refusal("esl_id", "an id like 55-3D-5F-67")
    members = Members(f"label {label}", value)
    volts = members.plausible("battery", 0.5, 5.0)
    return Esl(
        id=label,
        firmware=members.whole("firmware", 0, 100_000),
        rom=members.whole("rom", 0, 100_000) if members.has("rom") else 0,
        online=members.has("status") and members.whole("status", 0, 100) == 1,
        telemetry=Telemetry(battery_mv=None if volts is None else round(volts * 1000)),
    )


def _panel(value: object) -> tuple[int, Panel]:
    members = Members("type", value)
    firmware = members.whole("id", 0, 100_000)
    inks = _COLOURS.get(members.text("screen_color", 16).upper())
    if inks is None:
        raise members.refusal("screen_color", "one of " + ", ".join(_COLOURS))
    width = members.whole("resolution_x", 8, 4096)
    height = members.whole("resolution_y", 8, 4096)
    dpi = members.plausible("dpi", 30, 600)
    return firmware, Panel(
        name=model_id(firmware),
        width=width,
        height=height,
        inks=inks,
        dpi=120 if dpi is None else round(dpi),
    )
