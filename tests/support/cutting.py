"""A way to a broker that can be cut anywhere, also in the middle of a message."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Literal, NoReturn

from gateway.settings import Broker
from tests.support.mosquitto import Mosquitto, free_port

Towards = Literal["gateway", "broker"]


class Cutting:
    """A service that passes bytes to and from the broker until it is told to cut."""

    name = "cutting"

    def __init__(self, mosquitto: Mosquitto) -> None:
        self.cuts = 0
        self._behind = mosquitto.port
        self._port = free_port()
        self._towards: Towards = "gateway"
        self._left: int | None = None
        self._cut = asyncio.Event()
        self._open: set[asyncio.StreamWriter] = set()

    @property
    def broker(self) -> Broker:
        """How the gateway reaches the broker this way."""
        return Broker(host="127.0.0.1", port=self._port, reconnect_s=0.02, reconnect_max_s=0.05)

    async def run(self) -> NoReturn:
        """Pass bytes for ever."""
        server = await asyncio.start_server(self._serve, "127.0.0.1", self._port)
        try:
            await server.serve_forever()
        finally:
            self._abort()
        raise AssertionError("the server ended")

    def cut_after(self, count: int, towards: Towards) -> None:
        """Let ``count`` more bytes pass in this direction, then cut everything."""
        self._cut.clear()
        self._towards, self._left = towards, count

    async def was_cut(self) -> None:
        """Wait until it happened."""
        await self._cut.wait()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection("127.0.0.1", self._behind)
        self._open |= {writer, back}
        try:
            # One end that closes takes the other along.
            with contextlib.suppress(OSError, ExceptionGroup):
                async with asyncio.TaskGroup() as group:
                    group.create_task(self._pass(reader, back, "broker"))
                    group.create_task(self._pass(there, writer, "gateway"))
        finally:
            self._open -= {writer, back}
            for end in (writer, back):
                end.transport.abort()

    async def _pass(
        self, source: asyncio.StreamReader, target: asyncio.StreamWriter, towards: Towards
    ) -> None:
        while data := await source.read(65_536):
            if self._left is not None and towards == self._towards:
                target.write(data[: self._left])
                self._left -= len(data)
                if self._left <= 0:
                    await target.drain()
                    self._left = None
                    self.cuts += 1
                    self._cut.set()
                    break
            else:
                target.write(data)
            await target.drain()
        raise ConnectionResetError

    def _abort(self) -> None:
        for end in self._open:
            end.transport.abort()
