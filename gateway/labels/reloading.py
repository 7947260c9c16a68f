"""The templates of the shop: ours and its own, read again whenever one of its own is edited.

A good edit has the labels looked at again; a broken one leaves the last good version in force, is
logged, and is a task until it is mended.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Final, NoReturn, Self

import structlog

from gateway.clock import Clock
from gateway.render import templates
from gateway.render.template import Template
from gateway.settings import Settings
from gateway.store import tasks
from gateway.store import templates as drawn_by
from gateway.store.database import Connection, Database

TASK: Final = "template_broken"
_LOOK_S = 2.0

log = structlog.get_logger("templates")


class Templates:
    """Every template by name, in ``known``; call ``begin`` before anything is drawn."""

    name = "templates"

    def __init__(self, database: Database, clock: Clock, settings: Settings) -> None:
        self._database = database
        self._clock = clock
        self._folder = settings.labels.templates
        self._settings = settings
        self._bundled: Mapping[str, Template] = {}
        self._own: dict[str, Template] = {}
        self._wrong: dict[str, str] = {}
        self._seen: Mapping[Path, tuple[int, int]] = {}
        self._settled: str | None = None
        self._known: dict[str, Template] = {}
        self.known: Mapping[str, Template] = MappingProxyType(self._known)

    async def begin(self) -> Self:
        """Load all. Raises ``TemplateError`` where one of ours is broken."""
        self._bundled = await asyncio.to_thread(templates.load_all, templates.BUNDLED)
        await self._read()
        return self

    async def run(self) -> NoReturn:
        """Look for edits for ever."""
        await self.settle()
        while True:
            await asyncio.sleep(_LOOK_S)
            await self.look()

    async def settle(self) -> None:
        """Have labels looked at again if what draws them changed; bring tasks up to date.

        Not part of ``begin``: a start needs neither room on the disk nor the file to itself.
        """
        shop = self._settings.shop
        said = repr((shop.language, shop.second_language, shop.public_base))
        if self._settled == said:
            return
        now, digest, wrong = self._clock.now(), self._digest(), self._wrong
        await self._database.write_patiently(
            lambda connection: _settle(connection, digest, said, wrong, now)
        )
        self._settled = said

    async def look(self) -> None:
        """Read the shop's own templates again if a file changed; follow the shop's languages."""
        if self._folder is not None:
            seen = await asyncio.to_thread(templates.look, self._folder)
            if seen != self._seen:
                await self._read()
        await self.settle()

    async def _read(self) -> None:
        good: dict[str, Template] = {}
        wrong: dict[str, str] = {}
        if self._folder is not None:
            # Looked at before it is read: an edit meanwhile is seen at the next look.
            self._seen = await asyncio.to_thread(templates.look, self._folder)
            good, wrong = await asyncio.to_thread(templates.load_own, self._folder)
        self._tell(good, wrong)
        kept = {name: self._own[name] for name in wrong if name in self._own}
        # What did not change stays the same object, and with it what is remembered about it.
        self._own = kept | {
            name: self._own[name] if self._own.get(name) == one else one
            for name, one in good.items()
        }
        self._wrong = wrong
        # Nobody can look in between: the loop goes on only at the next await.
        self._known.clear()
        self._known.update({**self._bundled, **self._own})
        self._settled = None

    def _tell(self, good: Mapping[str, Template], wrong: Mapping[str, str]) -> None:
        for name, why in wrong.items():
            if self._wrong.get(name) != why:
                log.error("template cannot be used; the last good one stays", name=name, why=why)
        for name, one in good.items():
            if self._own and self._own.get(name) != one:
                log.info("template read", name=name)

    def _digest(self) -> str:
        """Changes with whatever any template draws."""
        return hashlib.sha256(repr(sorted(self._known.items())).encode()).hexdigest()


def _settle(
    connection: Connection, digest: str, said: str, wrong: Mapping[str, str], now: datetime
) -> None:
    """Have labels looked at if what draws them changed since then; bring tasks up to date."""
    drawn_by.settle(connection, digest, said)
    for open_ in tasks.of_kind(connection, TASK):
        if open_.key not in wrong:
            tasks.close(connection, TASK, open_.key)
    for name, why in wrong.items():
        tasks.open_(connection, TASK, name, {"message": why}, now)
