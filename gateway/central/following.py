"""What ``serve`` tells shops is what ``publish`` kept: the folder is looked at all the time."""

from __future__ import annotations

import asyncio
from typing import NoReturn

import structlog

from gateway.central import snapshots
from gateway.central.publisher import Publisher
from gateway.central.state import Mark, StateFolder

_EVERY_S = 0.5

log = structlog.get_logger("central")


class Follower:
    """Keeps a publisher equal to the feed on disk. ``load`` first, then ``run``."""

    name = "central-follower"

    def __init__(self, publisher: Publisher, state: StateFolder, base: str) -> None:
        self._publisher = publisher
        self._state = state
        self._base = base
        self._mark: Mark | None = None

    async def load(self) -> None:
        """Take over the whole feed from disk. Raises ``AnaquelError``."""
        feed, self._mark = await asyncio.to_thread(self._state.load)
        self._publisher.adopt(epoch=feed.epoch, seq=feed.seq, texts=feed.texts(), log=feed.log)
        self._publisher.accepts = feed.accepts
        newest = await asyncio.to_thread(snapshots.newest, self._state.snapshots)
        if newest is not None:
            offered = await asyncio.to_thread(snapshots.described, newest, self._base)
            self._publisher.offer(offered)
        log.info("feed", epoch=feed.epoch, seq=feed.seq, rows=feed.rows)

    async def run(self) -> NoReturn:
        """Follow for ever. Raises ``AnaquelError``."""
        while True:
            await asyncio.sleep(_EVERY_S)
            if await self._catch_up():
                await self._publisher.publish_manifest()

    async def _catch_up(self) -> bool:
        if self._mark is None:
            raise AssertionError("load comes first")
        news = await asyncio.to_thread(self._state.news, self._mark)
        if news is None:
            await self.load()
            return True
        deltas, self._mark = news
        if not all(self._publisher.take(delta) for delta in deltas):
            await self.load()
        if deltas:
            log.info("feed", epoch=self._publisher.epoch, seq=self._publisher.seq)
        accepts = await asyncio.to_thread(self._state.accepts)
        told, self._publisher.accepts = self._publisher.accepts, accepts
        return bool(deltas) or accepts != told
