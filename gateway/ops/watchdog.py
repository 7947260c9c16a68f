"""Feeding systemd's watchdog by what was seen to move, and by nothing else.

The event loop was on time, the database's writer and readers answer, and no service's loop is
overdue. A broker, central or label that is away stops none of these.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping
from typing import Final, NoReturn

import structlog

from gateway.lifecycle import Pulses
from gateway.ops.measuring import Measured, Meter
from gateway.ops.service_manager import Manager
from gateway.store.database import Connection, Database, StorageBusyError
from gateway.store.overview import Facet
from gateway.wording.counting import counted

_EVERY_S: Final = 20.0
"""So often it is told how it goes where nobody watches."""
_TIMES: Final = 3
"""Looks within the time that systemd waits: one that comes late is no reason to be killed."""
_LAG_S: Final = 1.0
"""The event loop may come so much too late to the next look."""

log = structlog.get_logger("watchdog")


class Watchdog:
    """Feeds systemd's watchdog while everything moves, and says how it goes."""

    name = "watchdog"

    def __init__(
        self,
        manager: Manager,
        database: Database,
        pulses: Pulses,
        meter: Meter,
        *,
        every_s: float = _EVERY_S,
    ) -> None:
        self._manager = manager
        self._database = database
        self._pulses = pulses
        self._meter = meter
        self._every_s = every_s

    async def run(self) -> NoReturn:
        """Look and tell for ever."""
        loop = asyncio.get_running_loop()
        while True:
            began = loop.time()
            await asyncio.sleep(self._every_s)
            await self.look(late_s=loop.time() - began - self._every_s)

    async def look(self, *, late_s: float) -> None:
        """Feed it if everything moves; ``late_s``: so much too late the loop came to this look."""
        why, how = None, ""
        try:
            async with asyncio.timeout(self._every_s):
                how = status(await self._meter.measure())
                await self._database.write(_nothing)
        except TimeoutError:
            why = f"the database gave no answer in {self._every_s:g} s"
        except StorageBusyError:
            how = "nothing can be stored now"  # nor after a new start, and the pages go on
        else:
            why = self._stands_still(late_s)
        if why is None:
            self._manager.tell("WATCHDOG=1", f"STATUS={how}")
            return
        log.error("something does not move; if it stays, systemd starts the gateway anew", why=why)
        self._manager.tell(f"STATUS={why}")

    def _stands_still(self, late_s: float) -> str | None:
        if late_s > _LAG_S:
            return f"the event loop was held for {late_s:.1f} s"
        late = self._pulses.late()
        if late and not self._database.is_busy:
            return f"does nothing any more: {', '.join(late)}"
        return None


def of(
    environ: Mapping[str, str], database: Database, pulses: Pulses, meter: Meter
) -> list[Watchdog]:
    """The watchdog, if systemd started this process and listens."""
    manager = Manager.of(environ)
    if not manager.is_there:
        return []
    return [Watchdog(manager, database, pulses, meter, every_s=every_s(environ))]


def status(measured: Measured) -> str:
    """How it goes, in a line for ``systemctl status``."""
    facets = measured.facets
    under_way = facets.get(Facet.UNDER_WAY, 0)
    waiting = sum(lane.waiting for lane in measured.lanes.values())
    parts = [
        f"{counted(measured.labels, 'label')}, {under_way} under way",
        f"{counted(waiting, 'event')} to upload",
        counted(measured.tasks, "open task"),
    ]
    if measured.central is not None:
        parts.append(f"feed {measured.central.lag_s:.0f} s behind central")
    away = sorted(name for name, (there, _) in measured.links.items() if not there)
    if away:
        parts.append(f"not connected: {', '.join(away)}")
    return "; ".join(parts)


def every_s(environ: Mapping[str, str]) -> float:
    """A third of what systemd waits, where it watches this very process."""
    if environ.get("WATCHDOG_PID", str(os.getpid())) != str(os.getpid()):
        return _EVERY_S
    wait_us = environ.get("WATCHDOG_USEC", "")
    return int(wait_us) / 1e6 / _TIMES if wait_us.isdecimal() and int(wait_us) else _EVERY_S


def _nothing(_: Connection) -> None:
    """A transaction that changes nothing."""
