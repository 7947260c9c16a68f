"""An OpenEPaperLink access point with its tags, as one would be found in a shop, and its faults.

It keeps a list of tags and a queue, converts pictures only for tags that come by within five
minutes, compares their MD5, lets tags fetch blocks and tells of all that on its WebSocket. Its
clock may run faster than ours (``speed``), so that tags which sleep for minutes can be tried.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections import deque
from dataclasses import dataclass, field
from typing import Final, NoReturn

from device_drivers.api.panels import Frame, Panel
from device_drivers.simulated import openepaperlink_picture
from device_drivers.simulated.openepaperlink_picture import TagType

NEVER: Final = 3_216_153_600
BLOCK: Final = 4096
RUNNING: Final = 2
STARTING: Final = 3

_BEGAN: Final = 1_789_000_000
_TICK_S: Final = 0.01
_NO_HASH: Final = "0" * 32


@dataclass(slots=True, kw_only=True)
class ApFaults:
    """What goes wrong, each as often as it says."""

    timeouts: int = 0
    """Transfers that end in a time-out."""
    forgets: int = 0
    """Pictures that are taken and never made."""
    mute: bool = False
    """Words on the WebSocket are lost."""
    uploads_cut: int = 0
    """Uploads that are taken while the answer is cut off."""
    drips: bool = False
    """Answers come a byte at a time."""
    floods: bool = False
    """Answers never end."""
    lies: list[str] = field(default_factory=list)
    """What comes instead of the list of tags."""


@dataclass(slots=True, kw_only=True)
class SimulatedTag:
    """A tag on the shelf: what it shows, and when it comes by (in the access point's seconds)."""

    mac: str
    kind: TagType
    panel: Panel
    sleep_s: int = 40
    compressed: bool = True
    battery_mv: int = 2600
    rssi_dbm: int = -60
    showing: Frame | None = None
    refreshes: int = 0
    flashes: list[bytes] = field(default_factory=list)
    wakeup: int = 0
    silent: bool = False


@dataclass(slots=True, kw_only=True)
class Record:
    """A tag in the access point's list."""

    tag: SimulatedTag
    hash: str = _NO_HASH
    last_seen: int = 0
    next_update: int = NEVER
    next_check_in: int = NEVER
    mode: int = 0
    wakeup: int = 0
    rssi: int = 0
    external: bool = False
    count: int = 0
    wakes_at: float = 0.0
    upload: bytes | None = None
    queue: deque[tuple[str, bytes]] = field(default_factory=deque)
    """Pictures and commands that wait for the tag."""

    def told(self) -> dict[str, object]:
        """The record as it travels."""
        return {
            "mac": self.tag.mac, "hash": self.hash, "lastseen": self.last_seen,
            "nextupdate": self.next_update, "nextcheckin": self.next_check_in,
            "pending": len(self.queue), "alias": "", "contentMode": self.mode, "LQI": 200,
            "RSSI": self.rssi, "temperature": 21, "batteryMv": self.tag.battery_mv,
            "hwType": self.tag.kind.hardware, "wakeupReason": self.wakeup, "capabilities": 2,
            "modecfgjson": "{}", "isexternal": self.external, "apip": "", "rotate": 0,
            "lut": 0, "invert": 0, "updatecount": self.count, "updatelast": 0, "ch": 11, "ver": 41,
        }  # fmt: skip


class SimulatedAccessPoint:
    """The access point behind its web page; ``words`` is where its WebSocket gets its messages."""

    def __init__(self, *, speed: float = 1.0) -> None:
        self.faults = ApFaults()
        self.records: dict[str, Record] = {}
        self.words: list[asyncio.Queue[dict[str, object] | None]] = []
        self.state = RUNNING
        self.uploads = 0
        self.at_once = 0
        self.told_uptime = 0
        self._speed = speed
        self._began = 0.0
        self._started = 0.0
        self._making: tuple[str, float] | None = None

    def now(self) -> int:
        """Its time, in seconds."""
        return _BEGAN + int((asyncio.get_running_loop().time() - self._began) * self._speed)

    def add(self, tag: SimulatedTag, *, heard: bool = True) -> SimulatedTag:
        """A tag that it heard, or only has in its list."""
        record = Record(tag=tag, rssi=tag.rssi_dbm if heard else 0)
        record.last_seen = _BEGAN - 1
        self.records[tag.mac] = record
        return tag

    def move(self, mac: str, to: SimulatedAccessPoint) -> None:
        """The tag is carried to where another access point hears it."""
        record = self.records[mac]
        record.external = True
        there = to.records.setdefault(mac, Record(tag=record.tag, mode=12))
        there.external = False
        there.rssi = record.tag.rssi_dbm
        there.wakes_at = 0.0
        self._tell_tag(record)

    async def run(self) -> NoReturn:
        """Live: make pictures, let tags come by, tell the time."""
        loop = asyncio.get_running_loop()
        self._began = self._started = loop.time()
        told_at = float("-inf")
        while True:
            if self.state == RUNNING:
                for record in list(self.records.values()):
                    self._make(record)
                    self._visit(record)
                if loop.time() - told_at > 0.2:
                    told_at = loop.time()
                    self._tell_time()
            await asyncio.sleep(_TICK_S)

    def restart(self) -> None:
        """Everything that waited is gone; the list is kept."""
        self._started = asyncio.get_running_loop().time()
        for record in self.records.values():
            if record.queue:
                record.next_update = 0
            record.queue.clear()
            record.upload = None
        self.state = RUNNING

    def upload(self, mac: str, mode: int, jpeg: bytes) -> None:
        """A picture came for a tag of the list."""
        record = self.records[mac]
        self.uploads += 1
        record.upload, record.mode, record.next_update = jpeg, mode, 0
        if self.faults.forgets:
            self.faults.forgets -= 1
            record.upload = None
        self._tell_tag(record)

    def command(self, mac: str, pattern: bytes) -> None:
        """Let a tag blink when it comes by."""
        record = self.records[mac]
        record.queue.append(("flash", pattern))
        self._tell_tag(record)

    def refresh(self, mac: str) -> None:
        """Forget what the tag holds and make its picture again."""
        record = self.records[mac]
        record.hash, record.next_update = _NO_HASH, 0
        self._tell_tag(record)

    def put_foreign(self, mac: str, frame_jpeg: bytes, *, mode: int = 25) -> None:
        """Somebody else shows something on the tag."""
        self.upload(mac, mode, frame_jpeg)

    def say(self, word: dict[str, object]) -> None:
        """Tell everybody who listens."""
        if self.faults.mute:
            return
        for queue in self.words:
            queue.put_nowait(word)

    def hang_up(self) -> None:
        """Nobody is told anything any more."""
        for queue in self.words:
            queue.put_nowait(None)
        self.words.clear()

    def uptime(self) -> int:
        """Seconds since it was started."""
        return int(asyncio.get_running_loop().time() - self._started)

    def _tell_time(self) -> None:
        told = {"currtime": self.now(), "heap": 90_000, "uptime": self.uptime(), "runstate": 2}
        self.say({"sys": told})
        self.told_uptime = self.uptime()

    def _tell_tag(self, record: Record) -> None:
        self.say({"tags": [record.told()]})

    def _make(self, record: Record) -> None:
        """The content runner's turn for a tag."""
        now = self.now()
        if record.rssi == 0 or now < record.next_update or record.external:
            return
        if record.next_check_in != NEVER and record.next_check_in >= now + 300:
            return
        self.say({"logMsg": f"Updating {record.tag.mac}"})
        record.next_update = now + 60
        jpeg, record.upload = record.upload, None
        if jpeg is None:
            self.say({"errMsg": f"File /temp/{record.tag.mac}.jpg not found"})
        else:
            self._queue(record, jpeg)
        record.next_update = NEVER

    def _queue(self, record: Record, jpeg: bytes) -> None:
        tag = record.tag
        try:
            data = openepaperlink_picture.converted(jpeg, tag.kind, compressed=tag.compressed)
        except ValueError as error:
            self.say({"errMsg": str(error)})
            return
        if _md5(data)[:16] == record.hash[:16]:
            self.say({"logMsg": "new image is the same as current image. not updating tag."})
        else:
            self.say({"logMsg": f"new image: /current/{tag.mac}_{self.now() % 1000}.pending"})
            record.queue.append(("picture", data))
        self._tell_tag(record)

    def _visit(self, record: Record) -> None:
        """The tag comes by, if it is time."""
        now, tag = self.now(), record.tag
        if record.external or tag.silent or not record.rssi or now < record.wakes_at:
            return
        record.last_seen, record.rssi = now, tag.rssi_dbm
        record.wakeup, tag.wakeup = tag.wakeup, 0
        if record.wakeup >= 0xE0 and not record.queue:
            record.hash, record.next_update = _NO_HASH, 0
        record.next_check_in = now + (60 if record.queue else tag.sleep_s)
        self._tell_tag(record)
        record.wakes_at = now + tag.sleep_s
        if record.queue:
            self._fetch(record)
            record.wakes_at = now + 1 if record.queue else now + tag.sleep_s

    def _fetch(self, record: Record) -> None:
        tag, (what, data) = record.tag, record.queue[0]
        blocks = -(-len(data) // BLOCK) if what == "picture" else 0
        for block in range(blocks):
            size = min(BLOCK, len(data) - block * BLOCK)
            line = f"{tag.mac} block request /current/{tag.mac}.pending block {block}, len {size}"
            self.say({"logMsg": f"{line} checksum 1"})
            self.say({"upload": {"src": tag.mac, "current": block + 1, "total": blocks}})
        if self.faults.timeouts:
            self.faults.timeouts -= 1
            self.say({"errMsg": f"< {tag.mac} xfer timeout\r\n"})
            record.queue.clear()
            self._tell_tag(record)
            return
        self.say({"logMsg": f"{tag.mac} reports xfer complete\r\n"})
        record.queue.popleft()
        record.count += 1
        record.wakeup = 0
        if what == "picture":
            record.hash = _md5(data)[:16] + "0" * 16
            tag.showing = openepaperlink_picture.shown(
                data, tag.kind, tag.panel, compressed=tag.compressed
            )
            tag.refreshes += 1
        else:
            record.hash = data[:8].hex() + "0" * 16
            tag.flashes.append(data)
        self._tell_tag(record)


def _md5(data: bytes) -> str:
    return hashlib.md5(data, usedforsecurity=False).hexdigest()
