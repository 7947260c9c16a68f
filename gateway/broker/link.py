"""One connection to a broker that comes and goes by itself.

Every connect builds a new client object. A late ``ack`` must die with its object, else it would
acknowledge another message under the same packet id; and nothing unsent survives inside a client:
the database sends again. paho's own reconnect is never used.
"""

from __future__ import annotations

import asyncio
import random
import re
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from typing import NoReturn

import paho.mqtt.client as paho
import structlog

from device_drivers.links.messages import LinkDownError, Message
from gateway.broker.connection import (
    PUBLISH_WINDOW,
    SESSION_EXPIRY_S,
    ClosedSilentlyError,
    ConnectFailedError,
    Connection,
    Lost,
    ProtocolRefusedError,
    Will,
)
from gateway.broker.credentials import Credentials
from gateway.broker.dialect import Dialect, Version
from gateway.broker.troubles import ROTATED, Trouble
from gateway.settings import Broker

MAX_QUEUED = 25_000
MAX_QUEUED_BYTES = 64 * 2**20
"""Room for every label of a large shop to introduce itself at once: not every broker keeps to the
window that we ask for."""
_TAKEN_OVER_S = 60.0
_SHORT_LIFE_S = 2.0
_FIGHT = 5

log = structlog.get_logger("broker")


class Link:
    """A ``MessagePort`` over one broker; topics are relative to ``prefix``, if there is one.

    The broker keeps what comes while we are away for ``session_s`` seconds, 0 is not at all.
    """

    def __init__(
        self,
        name: str,
        broker: Broker,
        *,
        prefix: str,
        client_id: str,
        will: Will | None = None,
        session_s: int = SESSION_EXPIRY_S,
    ) -> None:
        self.name = f"link-{name}"
        self._where = f"{name} at {broker.host}:{broker.port}"
        self.connected = asyncio.Event()
        self.away = asyncio.Event()
        self.away.set()
        self.unmatched = 0
        self.dropped = 0
        self._broker = broker
        self._credentials = Credentials(broker)
        self._prefix = f"{prefix}/" if prefix else ""
        self._client_id = client_id
        self._will = will
        self._session_s = session_s
        self._streams: list[_Stream] = []
        self._listeners: list[Callable[[bool], Awaitable[None]]] = []
        self._connection: Connection | None = None
        self._window = asyncio.Semaphore(PUBLISH_WINDOW)
        self._dialect = Dialect(broker.protocol)
        self._told_protocol = False

    @property
    def speaks(self) -> Version:
        """The version of MQTT of this connection, or of the next attempt."""
        return self._dialect.version

    def messages(self, *topic_filters: str) -> AsyncIterator[Message]:
        """Everything on these topics, for ever and over reconnects; call before ``run``."""
        stream = _Stream(tuple(self._prefix + topic for topic in topic_filters), self.connected)
        self._streams.append(stream)
        return stream.read()

    def on_connected(self, tell: Callable[[bool], Awaitable[None]]) -> None:
        """Call ``tell(session_kept)`` after every successful connect and subscribe."""
        self._listeners.append(tell)

    async def publish(
        self, topic: str, payload: bytes, *, retain: bool = False, expiry_s: int | None = None
    ) -> None:
        """Publish at QoS 1 and return after the PUBACK; raises ``LinkDownError``."""
        async with self._window:
            if self._connection is None:
                raise LinkDownError(f"{self.name} is not connected")
            await self._connection.publish(
                self._prefix + topic, payload, retain=retain, expiry_s=expiry_s
            )

    async def run(self) -> NoReturn:
        """Stay connected for ever, with growing pauses while the broker is away."""
        pause = self._broker.reconnect_s
        short_lived = 0
        away = False
        while True:
            try:
                connection = await self._connect()
            except ConnectFailedError as error:
                # A second holder takes connections over; a broker that starts anew has none for us.
                short_lived = 0
                if not away:
                    log.warning("broker away", broker=self._where, **_said(error.trouble))
            else:
                born = asyncio.get_running_loop().time()
                why = await self._serve(connection)
                self._dialect.outage()
                if why.trouble is ROTATED:
                    log.info("broker left for new certificates", broker=self._where)
                    continue
                log.warning("broker lost", broker=self._where, **_said(why.trouble))
                lived_s = asyncio.get_running_loop().time() - born
                short_lived = 0 if lived_s > _SHORT_LIFE_S else short_lived + 1
                pause = self._pause_after(why, short_lived, pause)
            away = True
            # Full jitter: a thousand shops must not come back in the same second.
            await asyncio.sleep(random.uniform(pause / 2, pause))  # noqa: S311 - no secret
            pause = min(pause * 2, self._broker.reconnect_max_s)

    def _pause_after(self, why: Lost, short_lived: int, pause: float) -> float:
        """A second holder of our client id is an alarm and never a fight over the connection.

        Some brokers do not say so; then connections that end at once, again and again, do.
        """
        if why.taken_over or short_lived >= _FIGHT:
            log.error(
                "another program seems to use our client id: give each gateway its own",
                broker=self._where,
                client_id=self._client_id,
            )
            return _TAKEN_OVER_S
        return self._broker.reconnect_s if short_lived == 0 else pause

    async def _connect(self) -> Connection:
        connection = Connection(
            asyncio.get_running_loop(),
            self._arrived,
            protocol=self._dialect.version,
            session_s=self._session_s,
        )
        will = self._will
        if will is not None:
            will = replace(will, topic=self._prefix + will.topic)
        try:
            await connection.open(self._broker, self._credentials, self._client_id, will)
            self._dialect.connected()
            topics = [topic for stream in self._streams for topic in stream.topics]
            await connection.subscribe(topics)
        except ConnectFailedError as error:
            self._learn_from(error)
            await connection.close()
            raise
        except BaseException:
            await connection.close()
            raise
        return connection

    def _learn_from(self, error: ConnectFailedError) -> None:
        match error:
            case ProtocolRefusedError():
                self._dialect.refused()
            case ClosedSilentlyError():
                self._dialect.closed()
            case _:
                self._dialect.failed()

    async def _serve(self, connection: Connection) -> Lost:
        self._connection = connection
        if self._dialect.fell_back and not self._told_protocol:
            self._told_protocol = True
            log.warning("broker speaks MQTT 3.1.1 only", broker=self._where)
        log.info("broker connected", broker=self._where, session_kept=connection.session_kept)
        try:
            for tell in self._listeners:
                await tell(connection.session_kept)
            self.away.clear()
            self.connected.set()
            async with asyncio.TaskGroup() as group:
                watch = group.create_task(self._rotate(connection), name=f"{self.name}-files")
                # A cancelled link must not take the connection's own word for its end along.
                why = await asyncio.shield(connection.lost)
                watch.cancel()
            return why
        finally:
            self.connected.clear()
            self.away.set()
            self._connection = None
            for stream in self._streams:
                stream.forget(connection)
            await connection.close()

    async def _rotate(self, connection: Connection) -> None:
        await self._credentials.changed()
        connection.give_up(ROTATED)

    def _arrived(self, connection: Connection, packet: paho.MQTTMessage) -> None:
        """On the event loop: give the message to the first stream that asked for it."""
        message = Message(
            topic=packet.topic.removeprefix(self._prefix),
            payload=bytes(packet.payload),
            retained=packet.retain,
            duplicate=packet.dup,
            ack=lambda: connection.ack(packet),
        )
        for stream in self._streams:
            if stream.wants(packet.topic):
                if not stream.put(connection, message):
                    self.dropped += 1
                    connection.give_up(
                        Trouble(
                            why=f"{MAX_QUEUED} messages wait on {packet.topic}",
                            todo="find out who sends so much; they come again by themselves",
                        )
                    )
                return
        self.unmatched += 1
        message.ack()


def _pattern(topic_filter: str) -> str:
    """What a topic looks like that the filter asks for; paho's own search takes ten times as long.

    Our prefix stands first, or no wildcard does: a name that begins with ``$`` is none of ours.
    """
    pattern = re.escape(topic_filter).replace(r"\+", "[^/]*")
    return re.sub(r"(^|/)\\#$", "(?:\\1.*)?", pattern)


def _said(trouble: Trouble) -> dict[str, str]:
    return {"why": trouble.why, "next": trouble.todo}


class _Stream:
    """Messages of some topics between the connection and whoever reads them."""

    def __init__(self, topics: tuple[str, ...], connected: asyncio.Event) -> None:
        self.topics = topics
        self._asked_for = re.compile("|".join(map(_pattern, topics)), re.DOTALL)
        self._connected = connected
        self._waiting: deque[tuple[Connection, Message]] = deque()
        self._bytes = 0
        self._arrived = asyncio.Event()

    def wants(self, topic: str) -> bool:
        return self._asked_for.fullmatch(topic) is not None

    def put(self, connection: Connection, message: Message) -> bool:
        """Queue the message; False when there is no room, then it is not acknowledged."""
        size = len(message.payload)
        if len(self._waiting) >= MAX_QUEUED or self._bytes + size > MAX_QUEUED_BYTES:
            return False
        self._bytes += size
        self._waiting.append((connection, message))
        self._arrived.set()
        return True

    def forget(self, connection: Connection) -> None:
        """Drop what came over a dead connection: the broker sends it again."""
        self._waiting = deque(item for item in self._waiting if item[0] is not connection)
        self._bytes = sum(len(message.payload) for _, message in self._waiting)

    async def read(self) -> AsyncIterator[Message]:
        while True:
            await self._arrived.wait()
            # A kept session delivers before we are ready: an answer would find nobody to take it.
            await self._connected.wait()
            if self._waiting:
                message = self._waiting.popleft()[1]
                self._bytes -= len(message.payload)
                yield message
            else:
                self._arrived.clear()
