"""A feed served to shops: deltas as rows change, the manifest, and answers to shops that ask."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from pathlib import Path
from typing import NoReturn

import structlog

from device_drivers.links.messages import LinkDownError, MessagePort
from gateway.broker import topics
from gateway.central import snapshots
from gateway.central.feed import Feed, dump
from gateway.clock import Clock
from gateway.feed import messages
from gateway.feed.messages import Change, MessageError, Reply, Request, SnapshotRef

log = structlog.get_logger("central")


class Publisher(Feed):
    """One shop's feed, served over ``port``; snapshots are written to ``folder``.

    They are offered below the web address ``base``, or as files without one.
    """

    name = "central-publisher"

    def __init__(
        self,
        port: MessagePort,
        folder: Path,
        clock: Clock,
        *,
        epoch: int,
        manifest_s: float = 60.0,
        base: str | None = None,
    ) -> None:
        super().__init__(epoch=epoch)
        self._port = port
        self._folder = folder
        self._clock = clock
        self._manifest_s = manifest_s
        self._base = base
        self._snapshot: SnapshotRef | None = None
        self._writing = asyncio.Lock()
        self._requests = port.messages(topics.feed_request("+"))
        port.on_connected(self._connected)

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
        snapshot = await self._snapshot_since(self.oldest_delta)
        try:
            await self._port.publish(
                topics.MANIFEST,
                messages.dump(self.manifest(snapshot, self._clock.now())),
                retain=True,
            )
        except LinkDownError:
            return  # told again when the link is back

    def offer(self, snapshot: SnapshotRef) -> None:
        """Offer a snapshot that was written elsewhere."""
        self._snapshot = snapshot

    async def _snapshot_since(self, seq: int) -> SnapshotRef:
        """The snapshot we have, or a new one where it is older than ``seq``."""
        async with self._writing:
            if self._snapshot is None or self._snapshot.seq < seq:
                file = await asyncio.to_thread(
                    snapshots.write, self._folder, self.epoch, self.seq, self.texts()
                )
                self._snapshot = await asyncio.to_thread(snapshots.described, file, self._base)
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
        if request.want != "manifest":
            return self.replay(request)
        snapshot = await self._snapshot_since(self.seq)
        manifest = self.manifest(snapshot, self._clock.now())
        return Reply(id=request.id, epoch=self.epoch, seq=self.seq, manifest=manifest)
