"""The way of events to central: reads batches, publishes them, applies acks."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Final, NoReturn

import structlog

from device_drivers.links.messages import LinkDownError, Message, MessagePort
from gateway import lifecycle
from gateway.broker import topics
from gateway.broker.signing import Opener, SignatureRefusedError
from gateway.clock import Clock
from gateway.domain.events import Lane, Outcome
from gateway.events import messages
from gateway.events.uplink import Load, Loaded, Send, Uplink, Wait
from gateway.settings import Events
from gateway.store import outbox
from gateway.store.changes import Subscription
from gateway.store.database import Database

_LONGEST_REST_S: Final = 60.0
"""So often it looks whether there is something to send, should nobody have said so."""

log = structlog.get_logger("uplink")


class UplinkService:
    """Sends the outbox to central over a port; build it before the port connects."""

    name = "uplink"

    def __init__(
        self,
        port: MessagePort,
        database: Database,
        clock: Clock,
        *,
        gateway: str,
        settings: Events,
        opener: Opener,
    ) -> None:
        self.refused = 0
        self.unreadable = 0
        self._port = port
        self._database = database
        self._clock = clock
        self._gateway = gateway
        self._limit = settings.batch
        self._opener = opener
        self._uplink = Uplink(ack_s=settings.ack_s)
        self._wake = asyncio.Event()
        self._acks = port.messages(topics.events_ack(gateway))
        port.on_connected(self._connected)

    async def run(self) -> NoReturn:
        """Work for ever."""
        news = self._database.changes.subscribe("outbox")
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._send(), name="uplink-send")
                group.create_task(self._listen(news), name="uplink-news")
                await self._take_acks(self._acks)
        finally:
            self._database.changes.unsubscribe(news)
        raise AssertionError("the stream of acks ended")

    async def _connected(self, session_kept: bool) -> None:  # noqa: ARG002, FBT001 - the port's call
        self._uplink.connected()
        self._wake.set()

    async def _listen(self, news: Subscription) -> NoReturn:
        while True:
            changes = await news.next()
            for lane in Lane:
                if changes is None or any(change.key == lane.value for change in changes):
                    self._uplink.appended(lane)
            self._wake.set()

    async def _send(self) -> NoReturn:
        while True:
            lifecycle.beat(self.name, _LONGEST_REST_S)
            self._wake.clear()
            action = self._uplink.next_action(self._clock.monotonic())
            match action:
                case Load():
                    await self._load(action.lane)
                case Send():
                    # The batch stays on its way: a new connection or the ack's time sends it again.
                    with contextlib.suppress(LinkDownError):
                        await self._port.publish(topics.events_batch(self._gateway), action.payload)
                case Wait():
                    await self._rest(action.until)

    async def _rest(self, until: float | None) -> None:
        left = _LONGEST_REST_S
        if until is not None:
            left = min(max(0.0, until - self._clock.monotonic()), left)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(left):
                await self._wake.wait()

    async def _load(self, lane: Lane) -> None:
        self._uplink.loading(lane)
        batch = await self._database.read(
            lambda connection: outbox.batch(
                connection, lane, limit=self._limit, max_bytes=messages.MAX_BATCH_JSON
            )
        )
        if batch is None:
            self._uplink.loaded(lane, None)
            return
        payload = messages.write_batch(self._gateway, batch)
        loaded = Loaded(
            epoch=batch.epoch,
            first_seq=batch.first_seq,
            last_seq=batch.last_seq,
            payload=payload,
        )
        self._uplink.loaded(lane, loaded)

    async def _take_acks(self, acks: AsyncIterator[Message]) -> None:
        async for message in acks:
            await self._take_ack(message)
            message.ack()

    async def _take_ack(self, message: Message) -> None:
        try:
            ack = messages.read_ack(self._opener.open(message.topic, message.payload))
        except (messages.MessageError, SignatureRefusedError) as error:
            self.unreadable += 1
            log.warning("ack from central cannot be used", why=str(error))
            return
        now = self._clock.now()
        done = await self._database.write_patiently(
            lambda connection: outbox.acknowledge(connection, ack, now)
        )
        self.refused += done.refused
        if done.refused:
            log.warning(
                "central refused events: they are set aside",
                lane=ack.lane.value,
                count=done.refused,
                first=ack.refused[0].code,
            )
        if done.outcome is Outcome.NEW_EPOCH:
            log.error(
                "central confirmed events that were never sent: all waiting ones go again",
                lane=ack.lane.value,
                through_seq=ack.through_seq,
            )
        self._uplink.acknowledged(ack, done.outcome, self._clock.monotonic())
        self._wake.set()
