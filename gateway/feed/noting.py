"""How far central is ahead of us: at hand for metrics, and kept for those who ask later."""

from __future__ import annotations

from functools import partial

import structlog

from gateway.clock import Clock
from gateway.feed.messages import Manifest
from gateway.store import heard as kept
from gateway.store.database import Database, StorageBusyError
from gateway.store.heard import Heard

log = structlog.get_logger("feed")


class Noting:
    """Notes what ``source`` says of itself; writes only when there is something new."""

    def __init__(self, database: Database, clock: Clock, source: str) -> None:
        self.heard = Heard()
        self._database = database
        self._clock = clock
        self._source = source
        self._manifest: Manifest | None = None
        self._written: Heard | None = None

    async def begin(self) -> None:
        """Go on from what was kept: being behind does not begin anew with every start."""
        found = await self._database.read(partial(kept.get, source=self._source))
        self.heard, self._written = found or Heard(), found

    def hear(self, manifest: Manifest) -> None:
        """A manifest that was not refused; one that comes late says nothing new."""
        known = self._manifest or manifest
        if (manifest.epoch, manifest.seq) >= (known.epoch, known.seq):
            self._manifest = manifest

    async def note(self, epoch: int, seq: int, error: str | None) -> None:
        """We stand at this position; a disk that is full is told by those who must write."""
        manifest = self._manifest
        central = (self.heard.epoch or 0, self.heard.seq or 0)
        if manifest is not None:
            central = (manifest.epoch, manifest.seq)
        behind = central > (epoch, seq)
        self.heard = Heard(
            epoch=manifest.epoch if manifest else self.heard.epoch,
            seq=manifest.seq if manifest else self.heard.seq,
            digest=manifest.digest if manifest else self.heard.digest,
            issued_at=manifest.issued_at if manifest else self.heard.issued_at,
            behind_since=(self.heard.behind_since or self._clock.now()) if behind else None,
            error=error,
        )
        if self.heard == self._written:
            return
        try:
            await self._database.write(partial(kept.put, source=self._source, heard=self.heard))
        except StorageBusyError as problem:
            log.warning("feed status not kept", why=str(problem))
            return
        self._written = self.heard
