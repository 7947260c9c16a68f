"""A simulated Bluetooth device: the same object lives in memory or behind a virtual radio."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

Notify = Callable[[str, bytes], None]
"""``notify(characteristic, data)``; nothing happens when nobody is subscribed any more."""


class Hangup(Exception):  # noqa: N818 - an event of the device, not an error of ours
    """The device ends the connection, raised from any call below."""


class AttError(Exception):
    """The device refuses a read or write with this ATT error code."""

    def __init__(self, code: int) -> None:
        super().__init__(f"ATT error 0x{code:02x}")
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class Advertising:
    """The content of an advertisement."""

    name: str = ""
    manufacturer: Mapping[int, bytes] = field(default_factory=dict)
    services: frozenset[str] = frozenset()
    service_data: Mapping[str, bytes] = field(default_factory=dict)


class GattDevice(Protocol):
    """A device with one connection at a time.

    Calls of one connection come in order; each may wait (a slow panel).
    """

    address: str
    mtu: int

    @property
    def characteristics(self) -> Mapping[str, tuple[str, frozenset[str]]]:
        """Of each UUID its service's UUID and its properties.

        Those are ``read``, ``write``, ``write-without-response`` and ``notify``. They may change
        between connections (a stale cache).
        """

    def advertising(self) -> Advertising | None:
        """What it sends now; None while it is silent or connected."""

    async def connected(self, notify: Notify) -> None:
        """Somebody connects; ``Hangup`` refuses."""

    async def subscribed(self, characteristic: str) -> None:
        """The other side wants notifications."""

    async def read(self, characteristic: str) -> bytes:
        """The value."""

    async def written(self, characteristic: str, data: bytes, *, response: bool) -> None:
        """Something was written."""

    async def disconnected(self) -> None:
        """The connection is over, whoever ended it."""
