"""Services running for the time of a test, and waiting for what they say."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from device_drivers.links.messages import Message
from gateway.broker.link import Link
from gateway.lifecycle import Service
from gateway.settings import Broker

PREFIX = "anaquel/v1/s042"
PATIENCE_S = 45.0


@asynccontextmanager
async def running(*services: Service) -> AsyncIterator[None]:
    """Run services inside the block; what fails in one fails the test."""
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(service.run(), name=service.name) for service in services]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()


class Listening:
    """Somebody at the broker who hears some topics and remembers all of it."""

    def __init__(self, broker: Broker, *topics: str, client_id: str = "listening") -> None:
        self.link = Link("test", broker, prefix=PREFIX, client_id=client_id)
        self.name = "listening"
        self.heard: list[Message] = []
        self._stream = self.link.messages(*topics)
        self._news = asyncio.Condition()

    async def run(self) -> Any:
        """Listen for ever."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self.link.run())
            async for message in self._stream:
                message.ack()
                async with self._news:
                    self.heard.append(message)
                    self._news.notify_all()

    async def until(self, wanted: Callable[[Any], bool], topic: str | None = None) -> Any:
        """Wait for a message (JSON) that is ``wanted``, also among those heard already."""
        seen = 0
        async with asyncio.timeout(PATIENCE_S), self._news:
            while True:
                for message in self.heard[seen:]:
                    if topic is None or message.topic == topic:
                        value = json.loads(message.payload)
                        if wanted(value):
                            return value
                seen = len(self.heard)
                await self._news.wait()

    async def more(self, count: int) -> None:
        """Wait until so many more messages were heard."""
        async with asyncio.timeout(PATIENCE_S), self._news:
            enough = len(self.heard) + count
            await self._news.wait_for(lambda: len(self.heard) >= enough)


async def one_turn() -> None:
    """Let everything else run once; for conditions that nothing announces."""
    await asyncio.get_running_loop().run_in_executor(None, os.sched_yield)
