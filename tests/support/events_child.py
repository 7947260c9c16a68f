"""The events part of a gateway in a process of its own, so that a test can kill it.

``python -m tests.support.events_child PORT DATABASE MOMENT``: takes in over MQTT and sends up, and
prints ``ready`` when it is subscribed. MOMENT ``before_commit`` or ``after_commit`` kills it at the
first message, right before it is committed or before it is acknowledged; ``never`` runs on.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import NoReturn, TypeVar

import structlog
from typing_extensions import override

from device_drivers.links.messages import Message, MessagePort
from gateway.broker.link import Link
from gateway.broker.signing import Opener
from gateway.clock import SystemClock
from gateway.domain.events import Lane, Origin
from gateway.events.service import UplinkService
from gateway.intake.over_mqtt import MqttIntake
from gateway.settings import Broker, Events
from gateway.store import outbox
from gateway.store.database import Connection, Database

T = TypeVar("T")
PREFIX = "anaquel/v1/s042"
ORIGIN = Origin(store="s042", gateway="gw1")
LIMITS = dict.fromkeys(Lane, 10_000_000)


def link(name: str, port: int) -> Link:
    """A link of its own session to the test's broker."""
    broker = Broker(port=port, reconnect_s=0.05, reconnect_max_s=0.1)
    return Link(name, broker, prefix=PREFIX, client_id=f"gw1-{name}")


def die(*_: object) -> NoReturn:
    """Die as if somebody had pulled the plug of this process."""
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("still alive")


class DoomedDatabase(Database):
    """Dies at the first transaction, inside it and before its commit."""

    @override
    async def write(self, transaction: Callable[[Connection], T]) -> T:
        def and_die(connection: Connection) -> T:
            transaction(connection)
            die()

        return await super().write(and_die)


async def _doomed(messages: AsyncIterator[Message]) -> AsyncIterator[Message]:
    async for message in messages:
        yield replace(message, ack=die)


def uplink_over(
    port: MessagePort, database: Database, settings: Events, keys: Mapping[str, str] | None = None
) -> UplinkService:
    """The uplink of ``gw1``; with ``keys`` central must sign."""
    opener = Opener(store="s042", keys=keys or {}, required=keys is not None)
    return UplinkService(
        port, database, SystemClock(), gateway="gw1", settings=settings, opener=opener
    )


async def main(port: int, path: Path, moment: str) -> None:
    """Run until killed."""
    clock = SystemClock()
    async with Database(path) as database:
        await database.write(lambda c: outbox.prepare(c, LIMITS, clock.now(), uplink=True))
    kind = DoomedDatabase if moment == "before_commit" else Database
    async with kind(path) as database:
        devices, central = link("intake", port), link("central", port)
        intake = MqttIntake(devices, database, clock, origin=ORIGIN)
        if moment == "after_commit":
            intake._stream = _doomed(intake._stream)
        uplink = uplink_over(central, database, Events(ack_s=0.5, batch=10))

        async def ready(_session_kept: bool) -> None:  # noqa: FBT001 - the port's call
            sys.stdout.write("ready\n")
            sys.stdout.flush()

        devices.on_connected(ready)
        async with asyncio.TaskGroup() as group:
            for service in (intake, uplink, devices, central):
                group.create_task(service.run())


if __name__ == "__main__":
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    asyncio.run(main(int(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]))
