"""A simulated device that only advertises, like most Bluetooth sensors."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from device_drivers.simulated.gatt import Advertising, Hangup, Notify


class SimulatedBeacon:
    """One device (a ``GattDevice``) that sends what ``say`` gives, and lets nobody connect."""

    def __init__(self, address: str, say: Callable[[], Advertising | None]) -> None:
        self.address = address
        self.mtu = 23
        self._say = say

    @property
    def characteristics(self) -> Mapping[str, tuple[str, frozenset[str]]]:
        """See ``GattDevice``."""
        return {}

    def advertising(self) -> Advertising | None:
        """See ``GattDevice``."""
        return self._say()

    async def connected(self, notify: Notify) -> None:  # noqa: ARG002 - nobody is let in
        """See ``GattDevice``."""
        raise Hangup

    async def subscribed(self, characteristic: str) -> None:  # noqa: ARG002 - it has none
        """See ``GattDevice``."""
        raise Hangup

    async def read(self, characteristic: str) -> bytes:  # noqa: ARG002 - it has none
        """See ``GattDevice``."""
        raise Hangup

    async def written(self, characteristic: str, data: bytes, *, response: bool) -> None:  # noqa: ARG002 - it has none
        """See ``GattDevice``."""
        raise Hangup

    async def disconnected(self) -> None:
        """See ``GattDevice``."""
