"""Scans and readings over MQTT: committed first, then acknowledged, to broker and device.

What waits shares one transaction. A message that cannot be read never blocks the ones behind it;
one that has no room in its lane is not acknowledged, and tried again when there is room.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NoReturn, TypeVar

import structlog

from device_drivers.links.messages import LinkDownError, Message, MessagePort
from gateway.clock import Clock
from gateway.domain.events import Origin
from gateway.intake import messages, taking
from gateway.intake.messages import Fault, ReadingMessage, ScanMessage, UnreadableError
from gateway.intake.taking import Arrival, Taken
from gateway.store.changes import Subscription
from gateway.store.database import Connection, Database
from gateway.store.outbox import LaneFullError

T = TypeVar("T")

_TOPIC: Final = re.compile(r"device/(?P<device>[A-Za-z0-9._-]{1,64})/(?P<kind>scan|reading)")
_KINDS: Final[dict[str, messages.Kind]] = {"scan": ScanMessage, "reading": ReadingMessage}
_MAX_WAITING = 1_000
_MAX_GROUP = 200
_MAX_ANSWERS = 50

log = structlog.get_logger("intake")


@dataclass(slots=True)
class Counters:
    """What became of the messages so far; ``held`` is how many have no room now."""

    taken: int = 0
    repeated: int = 0
    refused: int = 0
    held: int = 0


@dataclass(frozen=True, slots=True)
class _Read:
    """A message and what it says."""

    message: Message
    arrival: Arrival


class MqttIntake:
    """Takes in what devices publish; build it before the port connects.

    The port should be its own: messages held for want of room fill the window that the broker
    allows a connection.
    """

    name = "intake-mqtt"

    def __init__(
        self, port: MessagePort, database: Database, clock: Clock, *, origin: Origin
    ) -> None:
        self.counters = Counters()
        self._port = port
        self._database = database
        self._clock = clock
        self._origin = origin
        self._waiting: asyncio.Queue[Message] = asyncio.Queue(_MAX_WAITING)
        self._answers: asyncio.Queue[tuple[str, bytes]] = asyncio.Queue(_MAX_WAITING)
        self._held: list[Message] = []
        self._stream = port.messages("device/+/scan", "device/+/reading")
        port.on_connected(self._connected)

    async def run(self) -> NoReturn:
        """Work for ever."""
        room = self._database.changes.subscribe("lane")
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._commit(), name="intake-commit")
                group.create_task(self._answer(), name="intake-answer")
                group.create_task(self._try_again(room), name="intake-again")
                await self._collect(self._stream)
        finally:
            self._database.changes.unsubscribe(room)
        raise AssertionError("the stream of device messages ended")

    async def _connected(self, session_kept: bool) -> None:  # noqa: ARG002, FBT001 - the port's call
        # The broker sends again what was not acknowledged.
        self._held.clear()
        self.counters.held = 0

    async def _collect(self, stream: AsyncIterator[Message]) -> None:
        async for message in stream:
            await self._waiting.put(message)

    async def _try_again(self, room: Subscription) -> NoReturn:
        while True:
            await room.next()
            held, self._held = self._held, []
            for message in held:
                await self._waiting.put(message)

    async def _commit(self) -> NoReturn:
        while True:
            await self._take_all(await _drain(self._waiting, _MAX_GROUP))

    async def _take_all(self, waiting: list[Message]) -> None:
        """Take what can be read in one transaction, then acknowledge each message."""
        read: list[_Read] = []
        for message in waiting:
            try:
                read.append(_Read(message, _read(message)))
            except UnreadableError as error:
                await self._refuse(message, error)
        if not read:
            return
        now = self._clock.now()

        def transaction(connection: Connection) -> list[Taken | None]:
            return [_take(connection, self._origin, one.arrival, now) for one in read]

        # Nothing is acknowledged meanwhile: what cannot be stored now stays the producer's.
        outcomes = await self._database.write_patiently(transaction)
        full = 0
        for one, outcome in zip(read, outcomes, strict=True):
            if outcome is None:
                self._held.append(one.message)
                full += 1
                continue
            one.message.ack()
            self.counters.taken += outcome.new
            self.counters.repeated += not outcome.new
            if one.arrival.given is not None:
                await self._say(one.arrival.device, {"id": one.arrival.given})
        self._count_held(full)

    def _count_held(self, full: int) -> None:
        before, self.counters.held = self.counters.held, len(self._held)
        if full and not before:
            log.error("no room for events: devices wait until central took some", held=full)
        elif before and not self._held:
            log.info("room for events again")

    async def _refuse(self, message: Message, error: UnreadableError) -> None:
        self.counters.refused += 1
        log.warning("device message refused", topic=message.topic[:200], why=str(error)[:300])
        message.ack()
        topic = _TOPIC.fullmatch(message.topic)
        if topic is not None:
            given = {} if error.given_id is None else {"id": error.given_id}
            await self._say(topic["device"], {**given, "error": str(error)[:500]})

    async def _say(self, device: str, answer: dict[str, str]) -> None:
        payload = json.dumps(answer, separators=(",", ":"), ensure_ascii=False).encode()
        await self._answers.put((f"device/{device}/ack", payload))

    async def _answer(self) -> NoReturn:
        while True:
            async with asyncio.TaskGroup() as group:
                for topic, payload in await _drain(self._answers, _MAX_ANSWERS):
                    group.create_task(self._publish(topic, payload), name=f"answer {topic}")

    async def _publish(self, topic: str, payload: bytes) -> None:
        try:
            await self._port.publish(topic, payload)
        except LinkDownError as error:
            # The device sends again what it saw no answer for.
            log.debug("answer to a device was not sent", topic=topic, why=str(error))


def _read(message: Message) -> Arrival:
    topic = _TOPIC.fullmatch(message.topic)
    if topic is None:
        what = "a device's name is 1 to 64 of A-Z a-z 0-9 . _ -"
        raise UnreadableError([Fault(where="the topic", what=what)])
    if message.retained:
        what = "it was kept by the broker: publish scans and readings without retain"
        raise UnreadableError([Fault(where="the message", what=what)])
    said = messages.read_one(_KINDS[topic["kind"]], message.payload)
    return Arrival(
        device=topic["device"],
        content=said.content(),
        at=said.at,
        given=said.id,
        fingerprint=None if said.id is not None else _fingerprint(message),
        repeated=message.duplicate,
    )


def _fingerprint(message: Message) -> bytes:
    return hashlib.sha256(message.topic.encode() + b"\n" + message.payload).digest()[:16]


def _take(connection: Connection, origin: Origin, arrival: Arrival, now: datetime) -> Taken | None:
    """What was taken, or None when its lane is full."""
    try:
        return taking.take(connection, origin, arrival, now)
    except LaneFullError:
        return None


async def _drain(queue: asyncio.Queue[T], most: int) -> list[T]:
    """Wait for the first, and take what waits behind it."""
    items = [await queue.get()]
    while len(items) < most and not queue.empty():
        items.append(queue.get_nowait())
    return items
