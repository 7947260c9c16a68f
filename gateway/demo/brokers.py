"""The demo's broker: the system's mosquitto on a configuration of its own, else one in-process."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from gateway.broker import embedded, mosquitto
from gateway.settings import Broker


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A broker on loopback and what to say about it."""

    broker: Broker
    said: str


@asynccontextmanager
async def running(folder: Path, *, in_process: bool = False) -> AsyncIterator[Running]:
    """A broker while inside; its configuration stands in ``folder``."""
    program = None if in_process else await asyncio.to_thread(mosquitto.program)
    if program is not None:
        async with mosquitto.running(program, folder) as broker:
            yield Running(broker=broker, said=f"mosquitto on port {broker.port}")
    else:
        async with embedded.running() as broker:
            yield Running(
                broker=broker,
                said="a broker inside the process (demo quality, messages can be lost); "
                "install mosquitto for the real one",
            )
