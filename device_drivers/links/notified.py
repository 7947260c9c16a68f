"""What a characteristic notified, waiting to be read."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Final

from device_drivers.links.radio import RadioError

_MOST: Final = 1_000


class Notified:
    """A ``Notifications`` that somebody else fills; beyond a thousand the oldest go."""

    def __init__(self) -> None:
        self._waiting: deque[bytes] = deque(maxlen=_MOST)
        self._lost: RadioError | None = None
        self._something = asyncio.Event()

    async def next(self, timeout_s: float) -> bytes | None:
        """See ``Notifications``; what came before the connection broke is still read."""
        try:
            async with asyncio.timeout(timeout_s):
                while not self._waiting and self._lost is None:
                    self._something.clear()
                    await self._something.wait()
        except TimeoutError:
            return None
        if self._waiting:
            return self._waiting.popleft()
        if self._lost is not None:
            raise RadioError(self._lost.reason, self._lost.detail)
        return None

    def put(self, data: bytes) -> None:
        """A notification came."""
        self._waiting.append(data)
        self._something.set()

    def lose(self, why: RadioError) -> None:
        """None will come any more."""
        self._lost = why
        self._something.set()
