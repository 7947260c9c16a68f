"""A connection to a simulated device in memory, with the accidents of real air.

Who writes without response does not wait for a slow panel, who wants a receipt does.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass
from types import TracebackType
from typing import Final, Self

from device_drivers.links.notified import Notified
from device_drivers.links.radio import LARGEST_MTU, RadioError, RadioReason
from device_drivers.simulated.gatt import AttError, GattDevice, Hangup
from device_drivers.simulated.session import Deed, Session, SessionOverError

LATENCY_S: Final = 0.01
"""Seconds until a device has what is sent to it."""


@dataclass(slots=True, kw_only=True)
class AirFaults:
    """What goes wrong between a radio and one device.

    ``mtu`` is the most that is agreed on. ``stale`` characteristics are not seen until somebody
    connects afresh, as if the device had been met before it had them. ``refuses`` so many
    connections come to nothing. After ``breaks_after`` writes the connection breaks, in the first
    ``breaks`` connections. ``lost`` and ``doubled`` name notifications by their number, the
    device's first being 1.
    """

    mtu: int = 517
    stale: frozenset[str] = frozenset()
    refuses: int = 0
    breaks_after: int | None = None
    breaks: int = 1
    lost: Collection[int] = ()
    doubled: Collection[int] = ()


@dataclass(slots=True, kw_only=True)
class Placed:
    """A device in a radio's reach, with the characteristics that are remembered of it."""

    device: GattDevice
    rssi_dbm: int
    faults: AirFaults
    notified: int = 0
    remembered: frozenset[str] | None = None


class Connection:
    """One connection to a device (a ``Link``), open while inside.

    ``fresh`` says that stale characteristics are looked up again.
    """

    def __init__(self, placed: Placed, *, fresh: bool) -> None:
        self._placed = placed
        self._device = placed.device
        faults = placed.faults
        self._mtu = min(self._device.mtu, faults.mtu, LARGEST_MTU)
        if fresh:
            faults.stale, placed.remembered = frozenset(), None
        if placed.remembered is None:
            placed.remembered = frozenset(self._device.characteristics) - faults.stale
        self._seen = placed.remembered
        breaks_after: int | None = None
        if faults.breaks_after is not None and faults.breaks > 0:
            faults.breaks -= 1
            breaks_after = faults.breaks_after
        self._notified: dict[str, Notified] = {}
        self._session = Session(
            self._device,
            self._notify,
            self._ended,
            latency_s=LATENCY_S,
            breaks_after=breaks_after,
        )

    async def __aenter__(self) -> Self:
        """Raises ``RadioError`` when the device does not let us."""
        try:
            await self._session.__aenter__()
        except Hangup as hangup:
            raise RadioError(RadioReason.NOT_CONNECTED, str(hangup)) from None
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._session.__aexit__(kind, error, traceback)

    @property
    def mtu(self) -> int:
        """See ``Link``."""
        return self._mtu

    def has(self, characteristic: str) -> bool:
        """See ``Link``."""
        return characteristic in self._seen

    async def read(self, characteristic: str) -> bytes:
        """See ``Link``."""
        self._check(characteristic, "read")
        return await self._answered(lambda: self._device.read(characteristic)) or b""

    async def write(self, characteristic: str, data: bytes, *, response: bool) -> None:
        """See ``Link``."""
        self._check(characteristic, "write" if response else "write-without-response")
        if len(data) > self._mtu - 3:
            raise RadioError(
                RadioReason.REFUSED, f"{len(data)} bytes, {self._mtu - 3} fit one write"
            )

        def deed() -> Awaitable[None]:
            return self._device.written(characteristic, bytes(data), response=response)

        if response:
            await self._answered(deed, is_write=True)
            return
        try:
            await self._session.tell(deed)
        except SessionOverError as over:
            raise RadioError(RadioReason.DISCONNECTED, str(over)) from None

    @asynccontextmanager
    async def notifications(self, characteristic: str) -> AsyncIterator[Notified]:
        """See ``Link``."""
        self._check(characteristic, "notify")
        notified = self._notified[characteristic] = Notified()
        try:
            await self._answered(lambda: self._device.subscribed(characteristic))
            yield notified
        finally:
            self._notified.pop(characteristic, None)

    def lose(self, why: str) -> None:
        """The connection breaks."""
        self._session.lose(why)

    def _check(self, characteristic: str, use: str) -> None:
        if self._session.why is not None:
            raise RadioError(RadioReason.DISCONNECTED, self._session.why)
        if not self.has(characteristic):
            raise RadioError(RadioReason.NO_CHARACTERISTIC, characteristic)
        if use not in self._device.characteristics.get(characteristic, ("", frozenset()))[1]:
            raise RadioError(RadioReason.REFUSED, f"{characteristic} knows no {use}")

    async def _answered(self, deed: Deed, *, is_write: bool = False) -> bytes | None:
        try:
            return await self._session.ask(deed, is_write=is_write)
        except AttError as error:
            raise RadioError(RadioReason.REFUSED, str(error)) from None
        except SessionOverError as over:
            raise RadioError(RadioReason.DISCONNECTED, str(over)) from None

    def _ended(self, why: str) -> None:
        for notified in self._notified.values():
            notified.lose(RadioError(RadioReason.DISCONNECTED, why))

    def _notify(self, characteristic: str, data: bytes) -> None:
        notified = self._notified.get(characteristic)
        if notified is None or self._session.why is not None:
            return
        self._placed.notified += 1
        faults, number = self._placed.faults, self._placed.notified
        if number not in faults.lost:
            notified.put(data[: self._mtu - 3])
        if number in faults.doubled:
            notified.put(data[: self._mtu - 3])
