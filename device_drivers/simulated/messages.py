"""A message broker in memory: ports with the promises of real MQTT at QoS 1, and its accidents.

Retained messages, wildcards, sessions that outlive a connection, redelivery of what was not
acknowledged, publishes whose fate is unknown. It uses nothing but the running event loop and the
loop's own clock, so it also works in virtual time.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, Self

from device_drivers.links.messages import LinkDownError, Message

QUEUE_LIMIT: Final = 1000
"""Messages a subscription holds that were not acknowledged; later ones are dropped and counted."""

Tell = Callable[[bool], Awaitable[None]]


@dataclass(slots=True, eq=False)
class _Sent:
    """One message for one subscription, until it is acknowledged."""

    topic: str
    payload: bytes
    retained: bool
    expires_at: float | None
    tried: bool = False


@dataclass(slots=True, eq=False)
class _Subscription:
    """What the broker keeps for one call of ``messages``, over connections."""

    filters: tuple[str, ...]
    waiting: dict[_Sent, None] = field(default_factory=dict)

    def wants(self, topic: str) -> bool:
        return any(matches(topic_filter, topic) for topic_filter in self.filters)


@dataclass(slots=True, eq=False)
class _Session:
    subscriptions: dict[tuple[int, tuple[str, ...]], _Subscription] = field(default_factory=dict)
    connected: _Connection | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Connection:
    """What the broker calls at the client's end."""

    receive: Callable[[_Subscription, _Sent], None]
    cut: Callable[[], None]
    connect_again: Callable[[], Awaitable[None]]


class InMemoryBroker:
    """The broker. ``latency_s`` is the way of a message to it and of a receipt back."""

    def __init__(self, *, latency_s: float = 0.0) -> None:
        self._core = _Core(latency_s)
        self._stopped: list[_Connection] = []

    @property
    def retained(self) -> Mapping[str, bytes]:
        """The retained messages by topic."""
        return {topic: payload for topic, (payload, _) in self._core.retained.items()}

    @property
    def dropped(self) -> int:
        """Messages lost at ``QUEUE_LIMIT``."""
        return self._core.dropped

    def port(self, client: str) -> InMemoryPort:
        """A new port for ``client``, not connected yet; a second one takes the session over."""
        return InMemoryPort(self._core, client)

    def stop(self) -> None:
        """Every connection breaks, and none can be made."""
        self._core.running = False
        sessions = self._core.sessions.values()
        self._stopped = [one.connected for one in sessions if one.connected is not None]
        for connection in self._stopped:
            connection.cut()

    async def start(self, *, sessions_kept: bool = True, retained_kept: bool = True) -> None:
        """Runs again, with or without its memory; the ports that ``stop`` cut connect again."""
        self._core.running = True
        if not sessions_kept:
            self._core.sessions.clear()
        if not retained_kept:
            self._core.retained.clear()
        stopped, self._stopped = self._stopped, []
        for connection in stopped:
            await connection.connect_again()


class _Core:
    """The broker as its ports see it."""

    def __init__(self, latency_s: float) -> None:
        self.running = True
        self.dropped = 0
        self.sessions: dict[str, _Session] = {}
        self.retained: dict[str, tuple[bytes, float | None]] = {}
        self._latency_s = latency_s

    async def transit(self) -> None:
        await asyncio.sleep(self._latency_s)

    def attach(self, client: str, connection: _Connection) -> tuple[_Session, bool]:
        """The client's session, and whether it was there before."""
        kept = client in self.sessions
        session = self.sessions.setdefault(client, _Session())
        if session.connected is not None:
            session.connected.cut()
        session.connected = connection
        return session, kept

    def accept(self, topic: str, payload: bytes, *, retain: bool, expiry_s: int | None) -> None:
        """Keep it if retained, and queue it for every subscription that wants it."""
        expires_at = None if expiry_s is None else _now() + expiry_s
        if retain and payload:
            self.retained[topic] = (payload, expires_at)
        elif retain:
            self.retained.pop(topic, None)
        for session in self.sessions.values():
            for subscription in session.subscriptions.values():
                if subscription.wants(topic):
                    sent = _Sent(topic, payload, retained=False, expires_at=expires_at)
                    self._queue(session, subscription, sent)

    def subscribe(self, session: _Session, subscription: _Subscription) -> None:
        """As a broker does at every SUBSCRIBE: what is retained comes (again)."""
        for topic, (payload, expires_at) in list(self.retained.items()):
            if subscription.wants(topic):
                sent = _Sent(topic, payload, retained=True, expires_at=expires_at)
                self._queue(session, subscription, sent)

    def _queue(self, session: _Session, subscription: _Subscription, sent: _Sent) -> None:
        if len(subscription.waiting) >= QUEUE_LIMIT:
            self.dropped += 1
            return
        subscription.waiting[sent] = None
        if session.connected is not None:
            session.connected.receive(subscription, sent)


class InMemoryPort:
    """One client's connection (a ``MessagePort``); ``connect`` and ``cut`` are its accidents."""

    def __init__(self, core: _Core, client: str) -> None:
        self._core = core
        self._client = client
        self._connection: _Connection | None = None
        self._session: _Session | None = None
        self._incoming: list[_Incoming] = []
        self._tells: list[Tell] = []

    @property
    def connected(self) -> bool:
        """Whether the link is up."""
        return self._connection is not None

    async def connect(self) -> None:
        """Connect, subscribe, get what waited, and tell those who asked (in their order).

        Raises ``LinkDownError`` while the broker is stopped.
        """
        if not self._core.running:
            raise LinkDownError("the broker is stopped")
        if self._connection is not None:
            return
        connection = _Connection(receive=self._receive, cut=self.cut, connect_again=self.connect)
        self._session, kept = self._core.attach(self._client, connection)
        self._connection = connection
        for incoming in self._incoming:
            self._subscribe(incoming)
        for tell in self._tells:
            await tell(kept)

    def cut(self) -> None:
        """The link breaks: what was not handed over yet dies with it, the session stays."""
        self._connection = None
        if self._session is not None:
            self._session.connected = None
            self._session = None
        for incoming in self._incoming:
            incoming.clear()

    async def publish(
        self, topic: str, payload: bytes, *, retain: bool = False, expiry_s: int | None = None
    ) -> None:
        """See ``MessagePort``; a cut on the way there loses it, one on the way back does not."""
        if not topic or "+" in topic or "#" in topic:
            raise ValueError(f"{topic!r} is no topic to publish on")
        connection = self._connection
        self._check(connection)
        await self._core.transit()
        self._check(connection)
        self._core.accept(topic, payload, retain=retain, expiry_s=expiry_s)
        await self._core.transit()
        self._check(connection)

    def messages(self, *topic_filters: str) -> AsyncIterator[Message]:
        """See ``MessagePort``."""
        for topic_filter in topic_filters:
            _check_filter(topic_filter)
        same = sum(incoming.filters == topic_filters for incoming in self._incoming)
        incoming = _Incoming(topic_filters, (same, topic_filters))
        self._incoming.append(incoming)
        if self._connection is not None:
            self._subscribe(incoming)
        return incoming

    def on_connected(self, tell: Tell) -> None:
        """See ``MessagePort``."""
        self._tells.append(tell)

    def _check(self, connection: _Connection | None) -> None:
        if connection is None or self._connection is not connection:
            raise LinkDownError("the link to the broker is down")

    def _subscribe(self, incoming: _Incoming) -> None:
        session = self._session
        if session is None:
            return
        subscription = session.subscriptions.get(incoming.key)
        if subscription is None:
            subscription = _Subscription(incoming.filters)
            session.subscriptions[incoming.key] = subscription
        incoming.subscription = subscription
        for sent in list(subscription.waiting):
            self._receive(subscription, sent)
        self._core.subscribe(session, subscription)

    def _receive(self, subscription: _Subscription, sent: _Sent) -> None:
        if sent.expires_at is not None and sent.expires_at <= _now():
            subscription.waiting.pop(sent, None)
            return
        incoming = next((one for one in self._incoming if one.subscription is subscription), None)
        if incoming is None:
            return
        connection = self._connection

        def ack() -> None:
            if self._connection is connection:
                subscription.waiting.pop(sent, None)

        duplicate, sent.tried = sent.tried, True
        incoming.put(
            Message(
                topic=sent.topic,
                payload=sent.payload,
                retained=sent.retained,
                duplicate=duplicate,
                ack=ack,
            )
        )


class _Incoming:
    """The reader's end of one ``messages`` call."""

    def __init__(self, filters: tuple[str, ...], key: tuple[int, tuple[str, ...]]) -> None:
        self.filters = filters
        self.key = key
        self.subscription: _Subscription | None = None
        self._arrived: deque[Message] = deque()
        self._something = asyncio.Event()

    def put(self, message: Message) -> None:
        self._arrived.append(message)
        self._something.set()

    def clear(self) -> None:
        self.subscription = None
        self._arrived.clear()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Message:
        while not self._arrived:
            self._something.clear()
            await self._something.wait()
        return self._arrived.popleft()


def matches(topic_filter: str, topic: str) -> bool:
    """Whether a topic is one of a filter's: ``+`` is any one level, ``#`` all that follow.

    ``a/#`` includes ``a``; a leading wildcard leaves out the broker's own topics (``$...``).
    """
    if topic.startswith("$") and topic_filter[:1] in {"+", "#"}:
        return False
    wanted, levels = topic_filter.split("/"), topic.split("/")
    if wanted[-1] == "#":
        wanted = wanted[:-1]
        levels = levels[: len(wanted)]
    return len(wanted) == len(levels) and all(
        want in {"+", level} for want, level in zip(wanted, levels, strict=True)
    )


def _check_filter(topic_filter: str) -> None:
    levels = topic_filter.split("/")
    if (
        not topic_filter
        or "#" in levels[:-1]
        or any(len(level) > 1 and ("+" in level or "#" in level) for level in levels)
    ):
        raise ValueError(f"{topic_filter!r} is no topic filter")


def _now() -> float:
    return asyncio.get_running_loop().time()
