"""Publish and subscribe as drivers and rooms need it, without a word of any MQTT client.

Topics are relative to the shop's prefix (``anaquel/v1/{store}``).
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Protocol


class LinkDownError(Exception):
    """Nothing can be published now, or it is not known whether it arrived; publish again later."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message that arrived; ``ack`` tells the broker that it is safely handled.

    Without ``ack`` the broker sends it again on the next connection. A late ``ack`` of an earlier
    connection does nothing. ``retained`` says that the broker had it before we asked.
    """

    topic: str
    payload: bytes
    retained: bool = False
    duplicate: bool = False
    ack: Callable[[], None] = field(default=lambda: None, repr=False, compare=False)


class MessagePort(Protocol):
    """A connection that comes and goes by itself."""

    async def publish(
        self, topic: str, payload: bytes, *, retain: bool = False, expiry_s: int | None = None
    ) -> None:
        """Publish at QoS 1 and return after the broker's PUBACK (a receipt, never proof).

        Raises ``LinkDownError``.
        """

    def messages(self, *topic_filters: str) -> AsyncIterator[Message]:
        """Everything on these topics, for ever and over reconnects.

        Filters of different calls must not overlap: a message goes to one of them.

        Subscribes at the call, so call it before the link starts: a kept session delivers at once.
        """

    def on_connected(self, tell: Callable[[bool], Awaitable[None]]) -> None:
        """Call ``tell(session_kept)`` after every successful connect and subscribe."""
