"""The reference ingester: takes batches of events, keeps them in a file, then acknowledges.

A batch is on disk before its ack leaves. What comes twice is recognised by (gateway, epoch, lane,
seq) and acknowledged again; how far each lane is is read back from the file itself, so a restart at
any moment neither loses nor doubles an event.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final, NoReturn

import structlog

from device_drivers.links.messages import LinkDownError, Message, MessagePort
from gateway.broker import topics
from gateway.clock import Clock
from gateway.domain import events
from gateway.domain.events import Refusal
from gateway.events import messages
from gateway.events.messages import BatchMessage, GapEntry

FILE_NAME: Final = "events.ndjson"
_LOOKED_BACK: Final = 4_000_000
"""Bytes of the file that ``latest`` reads."""

log = structlog.get_logger("ingester")


@dataclass(frozen=True, slots=True)
class Series:
    """A run of seqs: one lane of one gateway in one of its epochs."""

    gateway: str
    epoch: int
    lane: str


class EventFile:
    """The events as lines of JSON; blocking, for one thread at a time.

    Each line is ``{gateway, epoch, lane, at}`` with ``{seq, event}``, ``{seq, event, refused}`` or
    ``{gap}``; together they leave no seq of a series out.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / FILE_NAME
        self._file: BinaryIO | None = None

    def open(self) -> dict[Series, int]:
        """Open or create the file and return how far each series is in it.

        A line that was cut short by a crash was never acknowledged, and is removed.
        """
        through: dict[Series, int] = {}
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._file = file = self.path.open("a+b")
        file.seek(0)
        whole = 0
        for line in file:
            if not line.endswith(b"\n"):
                break
            whole += len(line)
            series, seq = _position(json.loads(line))
            through[series] = max(seq, through.get(series, 0))
        file.truncate(whole)
        _sync(file)
        _sync_folder(self.path.parent)
        return through

    def append(self, lines: list[dict[str, Any]]) -> None:
        """Add the lines and return when they are on disk. Raises ``OSError``."""
        if self._file is None:
            raise RuntimeError("the event file is not open")
        text = "".join(
            json.dumps(line, separators=(",", ":"), ensure_ascii=False) + "\n" for line in lines
        )
        self._file.write(text.encode())
        _sync(self._file)

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()


def latest(folder: Path) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The last events in the file, each with its gateway, the oldest first; none without a file."""
    try:
        with (folder / FILE_NAME).open("rb") as file:
            begins = max(0, file.seek(0, os.SEEK_END) - _LOOKED_BACK)
            file.seek(begins)
            lines = file.read(_LOOKED_BACK).splitlines()
    except FileNotFoundError:
        return
    # The first may have been cut by where we began, the last while it is written.
    for line in lines[1:] if begins else lines:
        with contextlib.suppress(ValueError):
            said = json.loads(line)
            if isinstance(said.get("event"), dict):
                yield said["gateway"], said["event"]


class Ingester:
    """Takes the events of all gateways; build it before the port connects.

    It runs until it is cancelled, or until the file fails: then nothing more can be promised, and
    the next start reads what is there.
    """

    name = "ingester"

    def __init__(self, port: MessagePort, folder: Path, clock: Clock) -> None:
        self.file = EventFile(folder)
        self.committed = 0
        self.repeated = 0
        self.refused = 0
        self.unreadable = 0
        self._port = port
        self._clock = clock
        self._through: dict[Series, int] = {}
        self._writing: asyncio.Future[None] | None = None
        self._batches = port.messages(topics.events_batch("+"))

    async def run(self) -> NoReturn:
        """Work for ever. Raises ``OSError`` when the file fails."""
        self._through = await asyncio.to_thread(self.file.open)
        try:
            async for message in self._batches:
                await self._take(message)
        finally:
            if self._writing is not None:
                # A write that was begun ends before anybody opens the file again.
                await asyncio.wait([self._writing])
            self.file.close()
        raise AssertionError("the stream of batches ended")

    async def _take(self, message: Message) -> None:
        try:
            batch = _read(message)
        except messages.MessageError as error:
            self.unreadable += 1
            log.warning("batch refused", topic=message.topic[:200], why=str(error)[:300])
            message.ack()
            return
        refused = _refusals(batch)
        await self._commit(batch, refused)
        series = Series(batch.gateway, batch.epoch, batch.lane)
        ack = messages.write_ack(batch.epoch, batch.lane, self._through[series], refused)
        # Without this ack the gateway sends the batch again, and gets it then.
        with contextlib.suppress(LinkDownError):
            await self._port.publish(topics.events_ack(batch.gateway), ack)
        message.ack()

    async def _commit(self, batch: BatchMessage, refused: list[Refusal]) -> None:
        series = Series(batch.gateway, batch.epoch, batch.lane)
        through = self._through.get(series, 0)
        lines = self._lines(batch, refused, through)
        if lines:
            loop = asyncio.get_running_loop()
            self._writing = loop.run_in_executor(None, self.file.append, lines)
            await asyncio.shield(self._writing)
            self._through[series] = batch.last_seq
        new = sum(entry.seq > through for entry in batch.events)
        self.repeated += len(batch.events) - new
        newly_refused = sum(one.seq > through for one in refused)
        self.refused += newly_refused
        self.committed += new - newly_refused

    def _lines(
        self, batch: BatchMessage, refused: list[Refusal], through: int
    ) -> list[dict[str, Any]]:
        """What of the batch is new, in order of its seqs."""
        head = {
            "gateway": batch.gateway,
            "epoch": batch.epoch,
            "lane": batch.lane,
            "at": self._clock.now().isoformat(timespec="milliseconds"),
        }
        why = {one.seq: {"code": one.code, "detail": one.detail} for one in refused}
        spans: list[tuple[int, dict[str, Any]]] = [
            (gap.from_seq, {"gap": _cut(gap, through)})
            for gap in batch.gaps
            if gap.to_seq > through
        ]
        if batch.first_seq > through + 1:
            # The gateway lets go of what we confirmed only: we had it once, and lost it.
            log.error("events are missing here", gateway=batch.gateway, from_seq=through + 1)
            lost = GapEntry(
                from_seq=through + 1,
                to_seq=batch.first_seq - 1,
                count=batch.first_seq - 1 - through,
                reason="lost_by_central",
            )
            spans.append((lost.from_seq, {"gap": _cut(lost, through)}))
        for entry in batch.events:
            if entry.seq > through:
                line = {"seq": entry.seq, "event": entry.event}
                if entry.seq in why:
                    # As text: what it holds may have no place in JSON.
                    line = {
                        "seq": entry.seq,
                        "event": ascii(entry.event),
                        "refused": why[entry.seq],
                    }
                spans.append((entry.seq, line))
        return [head | line for _, line in sorted(spans, key=lambda span: span[0])]


def _read(message: Message) -> BatchMessage:
    batch = messages.read_batch(message.payload)
    if message.topic != topics.events_batch(batch.gateway):
        raise messages.MessageError(f"it names another gateway: {batch.gateway}")
    return batch


def _fault(event: Any) -> str | None:
    try:
        json.dumps(event, ensure_ascii=False, allow_nan=False).encode()
    except ValueError:
        return "it holds a number or a text that JSON in UTF-8 has no form for"
    return events.fault(event)


def _refusals(batch: BatchMessage) -> list[Refusal]:
    return [
        Refusal(seq=entry.seq, code="invalid_event", detail=fault)
        for entry in batch.events
        if (fault := _fault(entry.event)) is not None
    ]


def _cut(gap: GapEntry, through: int) -> dict[str, Any]:
    """The gap without what is behind us already."""
    first = max(gap.from_seq, through + 1)
    count = min(gap.count, gap.to_seq - first + 1)
    return {"from_seq": first, "to_seq": gap.to_seq, "count": count, "reason": gap.reason}


def _position(line: dict[str, Any]) -> tuple[Series, int]:
    series = Series(line["gateway"], line["epoch"], line["lane"])
    return series, line["gap"]["to_seq"] if "gap" in line else line["seq"]


def _sync(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
