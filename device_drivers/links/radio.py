"""Bluetooth Low Energy as drivers need it, without a word of any Bluetooth library.

Addresses are upper-case ``AA:BB:CC:DD:EE:FF``; characteristics and services are lower-case 128-bit
UUIDs (``uuid16`` widens the short ones).
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from enum import Enum
from typing import Final, Protocol


def uuid16(number: int) -> str:
    """The 128-bit form of a 16-bit UUID (Bluetooth Core, volume 3 part B, 2.5.1)."""
    return f"0000{number:04x}-0000-1000-8000-00805f9b34fb"


LARGEST_MTU: Final = 515
"""No value is longer than 512 bytes (Bluetooth Core, volume 3 part F, 3.2.9)."""


class RadioReason(Enum):
    """Why something over the air did not work out."""

    ADAPTER_MISSING = "adapter_missing"
    POWERED_OFF = "powered_off"
    NOT_PERMITTED = "not_permitted"
    NOT_HEARD = "not_heard"
    BUSY = "busy"
    """Every connection of the adapter is taken."""
    NOT_CONNECTED = "not_connected"
    """The device was heard but no connection came about."""
    DISCONNECTED = "disconnected"
    NO_ANSWER = "no_answer"
    NO_CHARACTERISTIC = "no_characteristic"
    REFUSED = "refused"
    """The device answered with an ATT error."""


class RadioError(Exception):
    """Trouble with the adapter or the device, by ``reason``; ``detail`` is for logs."""

    def __init__(self, reason: RadioReason, detail: str = "") -> None:
        super().__init__(f"{reason.value}: {detail}" if detail else reason.value)
        self.reason = reason
        self.detail = detail


@dataclass(frozen=True, slots=True, kw_only=True)
class Advert:
    """One advertisement; ``manufacturer`` by company id, ``service_data`` by UUID.

    ``at`` is the loop's monotonic time in seconds, ``adapter`` the name of the radio that heard it.
    """

    address: str
    rssi_dbm: int
    adapter: str
    at: float
    name: str = ""
    connectable: bool = True
    manufacturer: Mapping[int, bytes] = field(default_factory=dict)
    services: frozenset[str] = frozenset()
    service_data: Mapping[str, bytes] = field(default_factory=dict)


class Notifications(Protocol):
    """What a characteristic notified, in order, from the moment of subscribing."""

    async def next(self, timeout_s: float) -> bytes | None:
        """The next value; None when none came in ``timeout_s``. Raises ``RadioError``."""


class Link(Protocol):
    """A connection to one device; every call raises ``RadioError``."""

    @property
    def mtu(self) -> int:
        """The ATT MTU in bytes; one write carries ``mtu - 3``.

        At most ``LARGEST_MTU``, whatever was agreed on.
        """

    def has(self, characteristic: str) -> bool:
        """Whether the device offers it."""

    async def read(self, characteristic: str) -> bytes:
        """Its value."""

    async def write(self, characteristic: str, data: bytes, *, response: bool) -> None:
        """Write ``data``, waiting for the device's receipt if ``response``.

        More than ``mtu - 3`` bytes are refused either way: nothing is cut or sent in parts.
        """

    def notifications(self, characteristic: str) -> AbstractAsyncContextManager[Notifications]:
        """Subscribed while inside."""


class Radio(Protocol):
    """One adapter: it scans all the time, and lends so many connections at once."""

    @property
    def name(self) -> str:
        """The adapter, like ``hci0``."""

    @property
    def trouble(self) -> RadioReason | None:
        """Why the adapter does not work now; None while it does."""

    def adverts(
        self, *, manufacturers: Collection[int] = (), services: Collection[str] = ()
    ) -> AsyncIterator[Advert]:
        """What is heard from devices that name one of these ids or UUIDs; all if both are empty.

        Subscribes at the call. A subscriber that falls behind loses the oldest, counted.
        """

    def last_heard(self, address: str) -> Advert | None:
        """The last advertisement of the device, if it is not older than a minute or two."""

    def connect(
        self, address: str, *, timeout_s: float = 20.0, fresh: bool = False
    ) -> AbstractAsyncContextManager[Link]:
        """A connection while inside; waits for a free one of the adapter's, a minute at most.

        ``timeout_s`` is for connecting itself. ``fresh`` forgets what is remembered of the device's
        characteristics first. Raises ``RadioError`` on entering. Cancelled at any point, nothing
        stays connected.
        """

    def on_up(self, tell: Callable[[], Awaitable[None]]) -> None:
        """Call ``tell`` whenever the adapter works again, and when it first does."""
