"""A feed as central keeps it: rows, a log of deltas, snapshots, and answers to shops that ask.

The state lives in memory; a new start is a new epoch, so shops fetch the whole feed once.
"""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import structlog

from device_drivers.links.messages import LinkDownError, MessagePort
from gateway.broker import topics
from gateway.clock import Clock
from gateway.domain.rows import Row
from gateway.feed import digest, messages, rows
from gateway.feed.messages import Change, Delta, Manifest, MessageError, Reply, Request, SnapshotRef

MAX_LOG = 5_000
_PAGE_CHANGES = 1_000
_PAGE_BYTES = 200_000
_DELTA_CHANGES = 200
_DELTA_BYTES = 150_000
_CHANGE_OVERHEAD = 300
_KEPT = 3
"""Snapshot files that stay: a shop may be fetching the one before the last."""

log = structlog.get_logger("central")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    text: str
    hash: bytes


class Publisher:
    """One shop's feed, served over ``port``; snapshots are written to ``folder``."""

    name = "central-publisher"

    def __init__(
        self, port: MessagePort, folder: Path, clock: Clock, *, epoch: int, manifest_s: float = 60.0
    ) -> None:
        self.epoch = epoch
        self.seq = 0
        self._port = port
        self._folder = folder
        self._clock = clock
        self._manifest_s = manifest_s
        self._rows: dict[tuple[str, str], _Kept] = {}
        self._buckets = digest.Buckets()
        self._log: list[Delta] = []
        self._snapshot: SnapshotRef | None = None
        self._writing = asyncio.Lock()
        self._requests = port.messages("feed/request/+")
        port.on_connected(self._connected)

    @property
    def digest(self) -> str:
        """The digest of all rows as they are now."""
        return self._buckets.digest()

    def load(self, new: Iterable[Row]) -> None:
        """Put rows in without telling shops one by one; the next snapshot has them."""
        self.change(Change(kind=row.kind, key=row.key, value=row.value) for row in new)
        self._log.clear()

    def change(self, changes: Iterable[Change]) -> list[Delta]:
        """Write changes and return the deltas that tell of them, not yet published."""
        deltas: list[Delta] = []
        batch: list[Change] = []
        size = 0
        for change in changes:
            length = self._write(change) + _CHANGE_OVERHEAD
            if batch and (len(batch) == _DELTA_CHANGES or size + length > _DELTA_BYTES):
                deltas.append(self._delta(batch))
                batch, size = [], 0
            batch.append(change)
            size += length
        if batch:
            deltas.append(self._delta(batch))
        self._log += deltas
        del self._log[:-MAX_LOG]
        return deltas

    async def publish(self, changes: Iterable[Change]) -> None:
        """Write changes and tell the shops; a shop that misses it will ask."""
        for delta in self.change(list(changes)):
            try:
                await self._port.publish(topics.DELTA, dump(delta))
            except LinkDownError:
                return

    async def run(self) -> NoReturn:
        """Publish the manifest regularly and answer requests, for ever."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._repeat_manifest(), name="central-manifest")
            group.create_task(self._answer_requests(), name="central-answers")
        raise AssertionError("a task of central ended")

    async def publish_manifest(self) -> None:
        """Publish our position (retained), with a snapshot that a shop may fetch."""
        snapshot = await self._snapshot_since(self._oldest_delta())
        try:
            await self._port.publish(
                topics.MANIFEST, messages.dump(self._manifest(snapshot)), retain=True
            )
        except LinkDownError:
            return  # told again when the link is back

    async def _snapshot_since(self, seq: int) -> SnapshotRef:
        """The snapshot we have, or a new one where it is older than ``seq``."""
        async with self._writing:
            if self._snapshot is None or self._snapshot.seq < seq:
                texts = {place: kept.text for place, kept in self._rows.items()}
                self._snapshot = await asyncio.to_thread(
                    _write_snapshot, self._folder, self.epoch, self.seq, texts
                )
            return self._snapshot

    async def _connected(self, session_kept: bool) -> None:  # noqa: ARG002, FBT001 - the port's call
        await self.publish_manifest()

    async def _repeat_manifest(self) -> None:
        while True:
            await self.publish_manifest()
            await asyncio.sleep(self._manifest_s)

    async def _answer_requests(self) -> None:
        async for message in self._requests:
            gateway = message.topic.rpartition("/")[2]
            try:
                request = messages.parse(Request, message.payload)
                reply = await self._answer(request)
                await self._port.publish(topics.feed_reply(gateway), dump(reply))
            except MessageError as error:
                log.warning("request refused", gateway=gateway, why=str(error))
            except LinkDownError:
                log.info("reply lost with the link", gateway=gateway)
            message.ack()

    async def _answer(self, request: Request) -> Reply:
        """What a shop that asks gets; a manifest comes with a snapshot of now."""
        if request.want == "manifest":
            manifest = self._manifest(await self._snapshot_since(self.seq))
            return Reply(id=request.id, epoch=self.epoch, seq=self.seq, manifest=manifest)
        if request.epoch != self.epoch:
            return Reply(id=request.id, error="unknown_epoch")
        after = request.after_seq or 0
        if request.want != "deltas" or after < self._oldest_delta():
            return Reply(id=request.id, error="gone")
        page: list[Delta] = []
        changes = size = 0
        waiting = [delta for delta in self._log if delta.seq > after]
        for delta in waiting:
            changes += len(delta.changes)
            size += len(dump(delta))
            if page and (changes > _PAGE_CHANGES or size > _PAGE_BYTES):
                break
            page.append(delta)
        more = len(page) < len(waiting)
        return Reply(id=request.id, epoch=self.epoch, seq=self.seq, deltas=page, more=more)

    def _write(self, change: Change) -> int:
        """Write one row; returns how many characters of JSON its value has."""
        place = (change.kind, change.key)
        bucket = digest.bucket_of(*place)
        old = self._rows.pop(place, None)
        if old is not None:
            self._buckets.toggle(bucket, old.hash)
        if change.value is None:
            return 0
        text = digest.canonical(change.value)
        kept = _Kept(text=text, hash=digest.row_hash(*place, text))
        self._rows[place] = kept
        self._buckets.toggle(bucket, kept.hash)
        # As JSON escapes it for the wire: at most six characters for one.
        return len(json.dumps(text))

    def _delta(self, changes: list[Change]) -> Delta:
        prev_seq, self.seq = self.seq, self.seq + 1
        return Delta(epoch=self.epoch, prev_seq=prev_seq, seq=self.seq, changes=changes)

    def _oldest_delta(self) -> int:
        return self._log[0].prev_seq if self._log else self.seq

    def _manifest(self, snapshot: SnapshotRef) -> Manifest:
        return Manifest(
            epoch=self.epoch,
            seq=self.seq,
            min_delta_seq=min(self._oldest_delta(), snapshot.seq),
            digest=self.digest,
            snapshot=snapshot,
            issued_at=self._clock.now().isoformat(),
        )


def dump(message: Delta | Reply) -> bytes:
    """A delta or reply as it goes out: members that are None stay out, tombstones stay in."""
    body: dict[str, Any] = message.model_dump()
    return json.dumps(
        {name: member for name, member in body.items() if member is not None}
    ).encode()


def _write_snapshot(
    folder: Path, epoch: int, seq: int, texts: dict[tuple[str, str], str]
) -> SnapshotRef:
    ordered = sorted(texts, key=lambda place: (rows.rank(place[0]), place))
    lines = [json.dumps({"epoch": epoch, "seq": seq, "rows": len(ordered)})]
    for kind, key in ordered:
        head = json.dumps({"kind": kind, "key": key})[:-1]
        lines.append(f'{head},"value":{texts[kind, key]}}}')
    packed = gzip.compress("\n".join(lines).encode() + b"\n", 6, mtime=0)
    file = folder / f"{epoch}-{seq}.ndjson.gz"
    # Whole or not at all: a shop may be fetching the one before.
    part = file.with_suffix(".part")
    part.write_bytes(packed)
    part.replace(file)
    for old in sorted(folder.glob("*.ndjson.gz"), key=lambda one: one.stat().st_mtime)[:-_KEPT]:
        old.unlink(missing_ok=True)
    return SnapshotRef(
        seq=seq,
        url=file.as_uri(),
        sha256=hashlib.sha256(packed).hexdigest(),
        bytes=len(packed),
        rows=len(ordered),
    )
