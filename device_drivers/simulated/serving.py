"""A simulated box that speaks HTTP: served on loopback, on the same port after each new start."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import uvicorn
from starlette.types import ASGIApp
from typing_extensions import override


class _Server(uvicorn.Server):
    @override
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class LoopbackSite:
    """Serves an app on 127.0.0.1; ``stop`` cuts every connection, as a box without power does."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._port = 0
        self._server: _Server | None = None
        self._serving: asyncio.Task[None] | None = None

    @property
    def base(self) -> str:
        """Its address, without a slash at the end."""
        if not self._port:
            with self._listening() as taken:
                self._port = taken.getsockname()[1]
        return f"http://127.0.0.1:{self._port}"

    async def start(self, group: asyncio.TaskGroup) -> None:
        """Listen; ``group`` owns the work until ``stop``."""
        assert self.base  # noqa: S101 - takes the port
        config = uvicorn.Config(
            self._app,
            log_config=None,
            log_level="critical",
            lifespan="off",
            ws="websockets-sansio",
            timeout_graceful_shutdown=1,
        )
        self._server = _Server(config)
        serving = self._server.serve(sockets=[self._listening()])
        self._serving = group.create_task(serving, name="loopback-site")

    async def stop(self) -> None:
        """Cut everything and stop listening."""
        server, serving = self._server, self._serving
        if server is None or serving is None:
            return
        self._server = self._serving = None
        # None yet, where it is stopped before its task had a turn.
        for listening in getattr(server, "servers", ()):
            listening.close()
        for connection in list(server.server_state.connections):
            transport = getattr(connection, "transport", None)
            if transport is not None:
                transport.abort()
        server.should_exit = server.force_exit = True
        await serving

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[str]:
        """Serve inside the block; gives the address."""
        async with asyncio.TaskGroup() as group:
            await self.start(group)
            yield self.base
            await self.stop()

    def _listening(self) -> socket.socket:
        listening = socket.socket()
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(("127.0.0.1", self._port))
        return listening
