"""Frames as pictures for screens: encoded off the event loop, the latest kept in memory."""

from __future__ import annotations

import asyncio
from collections import OrderedDict

from device_drivers import pictures
from gateway.store import frames
from gateway.store.database import Database

MAX_BYTES = 8 * 2**20


class Pictures:
    """PNG pictures of frames by fingerprint; at most ``MAX_BYTES``, the least used go first."""

    def __init__(self, database: Database, *, max_bytes: int = MAX_BYTES) -> None:
        self._database = database
        self._max_bytes = max_bytes
        self._kept: OrderedDict[str, bytes] = OrderedDict()
        self._bytes = 0
        # Encoding is CPU work: one at a time leaves the other core to the labels.
        self._one_at_a_time = asyncio.Semaphore(1)

    async def png(self, fingerprint: str) -> bytes | None:
        """The frame in its real inks, one screen pixel each; None for a frame we do not have."""
        kept = self._kept.get(fingerprint)
        if kept is not None:
            self._kept.move_to_end(fingerprint)
            return kept
        frame = await self._database.read(lambda connection: frames.get(connection, fingerprint))
        if frame is None:
            return None
        async with self._one_at_a_time:
            picture = await asyncio.to_thread(pictures.to_rgb, frame)
        self._keep(fingerprint, picture)
        return picture

    def _keep(self, fingerprint: str, picture: bytes) -> None:
        if fingerprint in self._kept:
            return
        self._kept[fingerprint] = picture
        self._bytes += len(picture)
        while self._bytes > self._max_bytes:
            _, gone = self._kept.popitem(last=False)
            self._bytes -= len(gone)
