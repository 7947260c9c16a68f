"""How the gateway's services live and die together.

Trouble a service expects (no broker, no label in reach) it handles itself. Anything else ends the
process: systemd starts it again, and the database knows what was left undone.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import signal
from collections.abc import Iterator, Sequence
from typing import NoReturn, Protocol


class Service(Protocol):
    """Something that runs until it is cancelled."""

    @property
    def name(self) -> str:
        """How logs and task dumps call it."""

    async def run(self) -> NoReturn:
        """Work for ever."""


class ServiceEndedError(Exception):
    """A service came back although it was told to work for ever."""


async def run_until(stop: asyncio.Event, services: Sequence[Service]) -> None:
    """Run all services until ``stop`` is set; the first failure stops the others.

    Services are stopped together and awaited. Raises an ``ExceptionGroup`` of what failed.
    """
    async with asyncio.TaskGroup() as group:
        running = [group.create_task(_endless(service), name=service.name) for service in services]
        await stop.wait()
        for task in running:
            task.cancel()


async def _endless(service: Service) -> NoReturn:
    await service.run()
    raise ServiceEndedError(service.name)


@contextlib.contextmanager
def loading() -> Iterator[None]:
    """Import modules inside: they make much and leave no garbage, now or later.

    The collector would look at all of it again and again, for a sixth of a start.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def settle() -> None:
    """What is there now stays as long as the process: the collector need not look at it again.

    With all of the house built that is a pause of 14 ms, again and again while a snapshot comes in.
    """
    gc.collect()
    gc.freeze()


@contextlib.contextmanager
def stop_on_signals(stop: asyncio.Event) -> Iterator[None]:
    """Set ``stop`` on SIGTERM and SIGINT while inside."""
    loop = asyncio.get_running_loop()
    signals = (signal.SIGTERM, signal.SIGINT)
    for number in signals:
        loop.add_signal_handler(number, stop.set)
    try:
        yield
    finally:
        for number in signals:
            loop.remove_signal_handler(number)
