"""What an OpenEPaperLink access point says and is told, without any input or output.

Everything from outside is bounded and checked here; ``ProtocolError`` says what is wrong where.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from device_drivers.api.drivers import Flash, Telemetry
from device_drivers.api.panels import Ink, Panel
from device_drivers.labels.openepaperlink.models import model_id
from device_drivers.labels.wire import Members, ProtocolError

NEVER: Final = 3_216_153_600
"""The time that stands for none."""
OUR_MODE: Final = 24
"""The content mode of pictures from outside; what we upload gets it."""
REMOTE_MODE: Final = 12
"""The content mode of a tag that another access point has pictures for."""
REMOVED: Final = 255
"""The content mode of a tag that was taken out."""
LAST_POSITION: Final = 255
"""Where the last page can begin: the access point keeps positions in one byte."""
MOST_ON_PAGE: Final = 64
"""Tags on a page; the access point cuts pages at some 5,000 bytes."""
LARGEST_PAGE: Final = 64 * 1024
RESET: Final = 0xE0
"""Wake-up reasons from here on mean that the tag lost what it showed."""

_OWN_SCREEN_RSSI: Final = 100
_NO_BATTERY: Final = frozenset({0, 1337})
_BOOT: Final = 1
_MAC: Final = re.compile(r"[0-9A-F]{16}")
_HASH: Final = re.compile(r"[0-9a-f]{32}")
_NEW_IMAGE: Final = re.compile(r"new image: /current/([0-9A-F]{16})_\d{1,10}\.pending")
_TIMEOUT: Final = re.compile(r"< ([0-9A-F]{16}) xfer timeout")
_SAME: Final = "new image is the same as current image"
_INCHES: Final = re.compile(r"(\d{1,2}[.,]\d{1,2})")
_COLOURS: Final = {ink.value: ink for ink in Ink}
_RGB332: Final = {"red": 0xE0, "green": 0x1C, "blue": 0x03, "white": 0xFF}


@dataclass(frozen=True, slots=True, kw_only=True)
class Tag:
    """A tag as its access point knows it; times are the access point's, in seconds.

    ``hardware`` is the number of the tag type. ``external`` tags are heard by another access point.
    """

    mac: str
    hash: str
    last_seen: int
    next_update: int
    next_check_in: int
    pending: int
    mode: int
    hardware: int
    firmware: int
    wakeup: int
    external: bool
    update_count: int
    telemetry: Telemetry
    own_screen: bool

    @property
    def was_heard(self) -> bool:
        """Whether the access point itself ever heard it."""
        return self.telemetry.rssi_dbm is not None

    @property
    def keeps_old_hash(self) -> bool:
        """It started anew, and the access point does not know that it shows nothing of ours."""
        return self.wakeup == _BOOT

    @property
    def has_lost_picture(self) -> bool:
        """It started anew, so what it showed is gone."""
        return self.wakeup >= RESET or self.wakeup == _BOOT


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Some tags; ``next`` is where the following page begins."""

    tags: tuple[Tag, ...]
    next: int | None
    problems: tuple[tuple[str, str], ...] = ()
    """Tags that could not be read: their address, fit to be stored, and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """What time the access point has, and for how long it runs."""

    now: int
    uptime: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """Something that happened to a tag, as the log tells it; ``same`` names none."""

    what: Literal["new_image", "same", "timeout"]
    mac: str = ""


@dataclass(frozen=True, slots=True)
class Rebooting:
    """The access point is about to start anew."""


Event = Page | Clock | Said | Rebooting


def is_label(text: str) -> bool:
    """Whether this can be the address of a tag: 16 capital hexadecimal digits."""
    return _MAC.fullmatch(text) is not None


def parse_page(body: bytes) -> Page:
    """The answer to ``/get_db``. Raises ``ProtocolError``."""
    members = Members("tag list", body, largest=LARGEST_PAGE)
    if members.has("error"):
        raise ProtocolError(f"tag list: the access point says {members.text('error', 200)!r}")
    following = members.whole("continu", 1, 65_535) if members.has("continu") else None
    return _page(members, following)


def parse_event(text: str) -> Event | None:
    """A message of the WebSocket; None for those that do not concern us. Raises ``ProtocolError``.

    Some firmwares send junk before the first brace.
    """
    start = text.find("{")
    members = Members("event", text[max(start, 0) :].encode(), largest=LARGEST_PAGE)
    if members.has("tags"):
        return _page(members, None)
    if members.has("sys"):
        told = members.members("sys")
        uptime = told.whole("uptime", 0, 2**32) if told.has("uptime") else None
        return Clock(now=told.whole("currtime", 0, 2**33), uptime=uptime)
    if members.has("logMsg"):
        return _logged(_words(members, "logMsg"))
    if members.has("errMsg"):
        return _complained(_words(members, "errMsg"))
    return None


def parse_tag_type(hardware: int, body: bytes) -> Panel:
    """The panel that ``/tagtypes/XX.json`` describes. Raises ``ProtocolError``.

    Colours without an ink of ours are left out; two are needed.
    """
    members = Members(f"tag type {hardware:02X}", body)
    name = members.text("name", 100)
    width, height = members.whole("width", 8, 4096), members.whole("height", 8, 4096)
    found = _INCHES.search(name)
    inches = float(found[1].replace(",", ".")) if found else 0.0
    dpi = round(math.hypot(width, height) / inches) if inches else 0
    inks = _inks(members.members("colortable").raw())
    if members.whole("bpp", 1, 32) == 1:
        inks = inks[:2]
    if len(inks) < 2:
        raise members.refusal("colortable", "two colours of white, black, red, yellow, blue, green")
    return Panel(
        name=model_id(hardware),
        width=width,
        height=height,
        inks=inks,
        dpi=dpi if 30 <= dpi <= 600 else 120,
    )


def flash_pattern(flash: Flash) -> str:
    """Twelve bytes, as 24 hexadecimal digits: once a second, for whole seconds up to 256."""
    if flash.seconds <= 0:
        return bytes(12).hex()
    repeats = min(max(math.ceil(flash.seconds), 1), 256)
    dim, flash_once, speed, delay = 7, 1, 3, 7
    group = bytes((_RGB332[flash.colour], speed << 4 | flash_once, delay))
    return (bytes((dim << 4 | 1,)) + group + bytes(6) + bytes((repeats - 1, 0))).hex()


def _page(members: Members, following: int | None) -> Page:
    tags: list[Tag] = []
    problems: list[tuple[str, str]] = []
    for value in members.objects("tags", MOST_ON_PAGE):
        try:
            tags.append(_tag(value))
        except ProtocolError as error:
            mac = value.get("mac") if isinstance(value, dict) else None
            known = mac if isinstance(mac, str) and is_label(mac) else ""
            problems.append((known, str(error)))
    return Page(tags=tuple(tags), next=following, problems=tuple(problems))


def _tag(value: object) -> Tag:
    members = Members("tag", value)
    mac = members.text("mac", 16)
    if not is_label(mac):
        raise members.refusal("mac", "an address of 16 capital hexadecimal digits")
    members = Members(f"tag {mac}", value)
    hash_ = members.text("hash", 32)
    if _HASH.fullmatch(hash_) is None:
        raise members.refusal("hash", "an MD5 as 32 small hexadecimal digits")
    rssi = members.whole("RSSI", -200, 100)
    battery = members.whole("batteryMv", 0, 65_535)
    return Tag(
        mac=mac,
        hash=hash_,
        last_seen=members.whole("lastseen", 0, 2**33),
        next_update=members.whole("nextupdate", 0, 2**33),
        next_check_in=members.whole("nextcheckin", 0, 2**33),
        pending=members.whole("pending", 0, 65_535),
        mode=members.whole("contentMode", 0, 255),
        hardware=members.whole("hwType", 0, 255),
        firmware=members.whole("ver", 0, 65_535) if members.has("ver") else 0,
        wakeup=members.whole("wakeupReason", 0, 255),
        external=members.truth("isexternal") if members.has("isexternal") else False,
        update_count=members.whole("updatecount", 0, 2**32) if members.has("updatecount") else 0,
        own_screen=rssi == _OWN_SCREEN_RSSI,
        telemetry=Telemetry(
            battery_mv=None if battery in _NO_BATTERY else battery,
            rssi_dbm=rssi if -150 <= rssi < 0 else None,
            temperature_c=members.plausible("temperature", -60, 100),
        ),
    )


def _words(members: Members, name: str) -> str:
    value = members.raw()[name]
    if not isinstance(value, str):
        raise members.refusal(name, "a text")
    return value[:500].strip()


def _logged(text: str) -> Said | None:
    if found := _NEW_IMAGE.match(text):
        return Said(what="new_image", mac=found[1])
    return Said(what="same") if text.startswith(_SAME) else None


def _complained(text: str) -> Event | None:
    if text == "REBOOTING":
        return Rebooting()
    found = _TIMEOUT.match(text)
    return Said(what="timeout", mac=found[1]) if found else None


def _inks(table: Mapping[str, object]) -> tuple[Ink, ...]:
    """The inks in our order: the paper first."""
    named = {_COLOURS[name] for name in table if name in _COLOURS}
    return tuple(ink for ink in Ink if ink in named)
