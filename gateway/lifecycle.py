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
from contextvars import ContextVar
from typing import Final, NoReturn, Protocol

_PATIENCE_S: Final = 300.0
"""A loop that is so much later than it said does nothing any more: what it does takes seconds."""


class Service(Protocol):
    """Something that runs until it is cancelled."""

    @property
    def name(self) -> str:
        """How logs and task dumps call it."""

    async def run(self) -> NoReturn:
        """Work for ever."""


class ServiceEndedError(Exception):
    """A service came back although it was told to work for ever."""


class Pulses:
    """When loops that wait for a limited time must have turned again, by their names."""

    def __init__(self) -> None:
        self._by: dict[str, float] = {}

    def note(self, loop: str, wait_s: float) -> None:
        """The loop turns now, and waits no longer than that before it does again."""
        self._by[loop] = asyncio.get_running_loop().time() + wait_s + _PATIENCE_S

    def late(self) -> tuple[str, ...]:
        """The loops that should have turned by now."""
        now = asyncio.get_running_loop().time()
        return tuple(sorted(loop for loop, by in self._by.items() if by < now))


_pulses: ContextVar[Pulses | None] = ContextVar("pulses", default=None)


def beat(loop: str, wait_s: float) -> None:
    """Say that ``loop`` of a service turns, and does again after ``wait_s`` seconds at most."""
    pulses = _pulses.get()
    if pulses is not None:
        pulses.note(loop, wait_s)


async def run_until(
    stop: asyncio.Event, services: Sequence[Service], pulses: Pulses | None = None
) -> None:
    """Run all services until ``stop`` is set; the first failure stops the others.

    Their loops' beats go to ``pulses``. Services are stopped together and awaited. Raises an
    ``ExceptionGroup`` of what failed.
    """
    _pulses.set(pulses)
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
def stop_on_signals(*stop: asyncio.Event) -> Iterator[None]:
    """Set each ``stop`` on SIGTERM and SIGINT while inside."""
    loop = asyncio.get_running_loop()
    signals = (signal.SIGTERM, signal.SIGINT)

    def told() -> None:
        for one in stop:
            one.set()

    for number in signals:
        loop.add_signal_handler(number, told)
    try:
        yield
    finally:
        for number in signals:
            loop.remove_signal_handler(number)
