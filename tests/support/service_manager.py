"""systemd's end of the notify socket."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.support.running import PATIENCE_S


class NotifySocket:
    """Hears what a service tells its manager; use as ``with NotifySocket(path) as heard``."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.lines: list[str] = []
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)

    def __enter__(self) -> Self:
        self._socket.bind(str(self.path))
        self._socket.setblocking(False)  # noqa: FBT003 - the socket's own word
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._socket.close()

    async def until(
        self, told: Callable[[list[str]], bool], patience_s: float = PATIENCE_S
    ) -> list[str]:
        """All lines so far, as soon as ``told`` is true of them."""
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(patience_s):
            while not told(self.lines):
                self.lines += (await loop.sock_recv(self._socket, 4096)).decode().split("\n")
        return self.lines

    async def next(self) -> list[str]:
        """The lines of the next datagram alone."""
        self.lines.clear()
        return list(await self.until(bool))
