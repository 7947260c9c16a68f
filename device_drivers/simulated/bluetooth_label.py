"""What simulated Bluetooth labels have in common: one connection, a panel, and faults on request.

A family's label says what it makes of a write. Time is the running event loop's; no task runs, the
panel is looked at when somebody looks.
"""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from device_drivers.api.panels import Frame
from device_drivers.simulated.gatt import Advertising, AttError, Hangup, Notify

FULL_MTU: Final = 247
_NO_SUCH_VALUE: Final = 0x02
_TOO_LONG: Final = 0x0D


@dataclass(frozen=True, slots=True, kw_only=True)
class BluetoothFaults:
    """What is wrong with a label; nothing by default. Writes count from 1 in each connection.

    ``loses_writes``: these never arrive, if they went without response. ``stalls_after``: it says
    nothing from this write on.
    """

    loses_writes: frozenset[int] = frozenset()
    stalls_after: int | None = None


Faults = TypeVar("Faults", bound=BluetoothFaults)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Drawing:
    frame: Frame
    until: float


class SimulatedBluetoothLabel(ABC, Generic[Faults]):
    """A ``GattDevice``; ``showing`` is what its panel shows, ``refreshes`` how often it was drawn.

    ``refresh_s`` is how long the panel takes, ``unreadable`` counts pictures that were none.
    ``received`` is every write that arrived in the last connection, ``refuses_until`` a time of the
    loop before which it lets nobody in, ``faults`` what is wrong with it now.
    """

    def __init__(self, address: str, *, refresh_s: float, mtu: int, faults: Faults) -> None:
        self.address = address
        self.mtu = mtu
        self.faults = faults
        self.refresh_s = refresh_s
        self.battery_mv = 2900
        self.silent = False
        self.refreshes = 0
        self.unreadable = 0
        self.connections = 0
        self.received: list[tuple[str, bytes]] = []
        self.refuses_until = float("-inf")
        self._shown: Frame | None = None
        self._drawing: _Drawing | None = None
        self._notify: Notify | None = None
        self._subscribed: set[str] = set()
        self._writes = 0

    @property
    def showing(self) -> Frame | None:
        """The picture on the panel now."""
        self._look()
        return self._shown

    @property
    def is_drawing(self) -> bool:
        """Whether the panel changes just now."""
        self._look()
        return self._drawing is not None

    @property
    @abstractmethod
    def characteristics(self) -> Mapping[str, tuple[str, frozenset[str]]]:
        """See ``GattDevice``."""

    def advertising(self) -> Advertising | None:
        """Its advertisement; None while it is connected, drawing or silent."""
        if self.silent or self._notify is not None or self.is_drawing:
            return None
        return self._advertisement()

    async def connected(self, notify: Notify) -> None:
        """One connection at a time, and none while it refuses or draws."""
        if self._notify is not None or self.is_drawing or _now() < self.refuses_until:
            raise Hangup("it lets nobody in")
        self._notify = notify
        self._subscribed.clear()
        self._writes = 0
        self.received = []
        self.connections += 1
        self._begin()

    async def subscribed(self, characteristic: str) -> None:
        """From now on it may notify."""
        self._subscribed.add(characteristic)

    async def read(self, characteristic: str) -> bytes:  # noqa: ARG002 - the device's signature
        """There is nothing to read, unless a family says so."""
        raise AttError(_NO_SUCH_VALUE)

    async def written(self, characteristic: str, data: bytes, *, response: bool) -> None:
        """Something came, unless a fault eats it."""
        if len(data) > self.mtu - 3:
            raise AttError(_TOO_LONG)
        self._writes += 1
        if not response and self._writes in self.faults.loses_writes:
            return
        self.received.append((characteristic, data))
        self._take(characteristic, data)

    async def disconnected(self) -> None:
        """The connection is over, if there was one."""
        if self._notify is not None:
            self._notify = None
            self._end()

    def _say(self, characteristic: str, data: bytes) -> None:
        """Notify, unless nobody listens or it has stalled."""
        stalls_after = self.faults.stalls_after
        has_stalled = stalls_after is not None and self._writes > stalls_after
        if self._notify is not None and characteristic in self._subscribed and not has_stalled:
            self._notify(characteristic, data)

    def _draw(self, frame: Frame) -> None:
        """The panel changes from now on."""
        self._look()
        self._drawing = _Drawing(frame=frame, until=_now() + self.refresh_s)

    def _look(self) -> None:
        drawing = self._drawing
        if drawing is not None and drawing.until <= _now():
            self._shown = drawing.frame
            self.refreshes += 1
            self._drawing = None

    @abstractmethod
    def _advertisement(self) -> Advertising:
        """What it advertises."""

    @abstractmethod
    def _begin(self) -> None:
        """A connection begins: forget what the last one left."""

    @abstractmethod
    def _take(self, characteristic: str, data: bytes) -> None:
        """Make something of a write; ``Hangup`` ends the connection."""

    @abstractmethod
    def _end(self) -> None:
        """The connection ended."""


def _now() -> float:
    return asyncio.get_running_loop().time()
