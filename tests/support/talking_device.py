"""A device that does as it is told, for tests of radios."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from device_drivers.links.radio import uuid16
from device_drivers.simulated.gatt import Advertising, AttError, Hangup, Notify

COMPANY: Final = 0x1234
SERVICE: Final = uuid16(0xFD00)
CONTROL: Final = uuid16(0xFD01)
"""Write: ``no`` is refused, ``hang`` hangs up, ``bye`` answers and hangs up, ``mute`` never ends;
anything else is notified back."""
STREAM: Final = uuid16(0xFD02)
VALUE: Final = "30323032-4c53-4545-4c42-4b4e494c4f57"


@dataclass(slots=True, kw_only=True)
class TalkingDevice:
    """See the module (a ``GattDevice``)."""

    address: str
    mtu: int = 185
    hidden: set[str] = field(default_factory=set)
    refuses: int = 0
    is_silent: bool = False
    is_connected: bool = False
    connections: int = 0
    disconnections: int = 0
    streamed: list[bytes] = field(default_factory=list)
    _notify: Notify | None = None
    _asked: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def characteristics(self) -> Mapping[str, tuple[str, frozenset[str]]]:
        everything = {
            CONTROL: (SERVICE, frozenset({"write", "notify"})),
            STREAM: (SERVICE, frozenset({"write-without-response"})),
            VALUE: (SERVICE, frozenset({"read"})),
        }
        return {uuid: one for uuid, one in everything.items() if uuid not in self.hidden}

    async def fall_silent(self) -> None:
        """Advertise no more, and be back when nothing of it is on the air."""
        self.is_silent = True
        # Who carries its voice stops before it asks again.
        for _ in range(2):
            self._asked.clear()
            await self._asked.wait()

    def advertising(self) -> Advertising | None:
        self._asked.set()
        if self.is_silent or self.is_connected:
            return None
        return Advertising(
            name="talk",
            manufacturer={COMPANY: b"\x01\x02"},
            services=frozenset({SERVICE, VALUE}),
            service_data={SERVICE: b"\x03"},
        )

    async def connected(self, notify: Notify) -> None:
        self.connections += 1
        if self.refuses > 0:
            self.refuses -= 1
            raise Hangup("not now")
        self.is_connected = True
        self._notify = notify

    async def subscribed(self, characteristic: str) -> None:
        assert characteristic == CONTROL

    async def read(self, characteristic: str) -> bytes:
        assert characteristic == VALUE
        return b"value"

    async def written(self, characteristic: str, data: bytes, *, response: bool) -> None:
        if characteristic == STREAM:
            assert not response
            self.streamed.append(data)
            return
        assert response
        match data:
            case b"no":
                raise AttError(0x81)
            case b"hang":
                raise Hangup("as told")
            case b"mute":
                await asyncio.get_running_loop().create_future()
            case _:
                pass
        if self._notify is not None:
            self._notify(CONTROL, data)
        if data == b"bye":
            raise Hangup("as told")

    async def disconnected(self) -> None:
        self.disconnections += 1
        self.is_connected = False
        self._notify = None
