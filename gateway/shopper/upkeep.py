"""Keeps the site true between requests: old pages go, and the shop's name stays right."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NoReturn

from gateway.settings import Settings
from gateway.store import catalogue
from gateway.store.changes import Change
from gateway.store.database import Connection, Database
from gateway.web.cache import PageCache


class ShopName:
    """The name at the head of every page: of the shop's location row, else as the shop is set.

    Rows made of files have the name that was set when they were imported: there what is set now
    counts. Its id where nobody has named it.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.current = settings.shop.name or settings.shop.store

    async def refresh(self, database: Database) -> None:
        """Read it again."""
        self.current = await database.read(self._read)

    def _read(self, connection: Connection) -> str:
        own = self._settings.shop
        names = {place.id: place.name for place in catalogue.locations(connection)}
        if own.name is not None and self._settings.source_of("location") == "files":
            return own.name
        return names.get(own.store) or own.name or own.store


class Upkeep:
    """The service that hears of changed rows; hears of them from its making on."""

    name = "shopper pages"

    def __init__(
        self, database: Database, caches: Sequence[PageCache], shop_name: ShopName
    ) -> None:
        self._database = database
        self._caches = caches
        self._shop_name = shop_name
        self._changes = database.changes.subscribe(
            "catalogue", "image", "location", "time", "shop_setting_in_force"
        )

    async def run(self) -> NoReturn:
        """Forget what changed, for ever."""
        await self._shop_name.refresh(self._database)
        while True:
            await self._follow(await self._changes.next())

    async def _follow(self, changes: frozenset[Change] | None) -> None:
        if changes is None or any(change.table != "catalogue" for change in changes):
            self._forget(None)
            await self._shop_name.refresh(self._database)
            # A page made meanwhile may still bear the old name.
            self._forget(None)
        else:
            self._forget(frozenset(change.key for change in changes))

    def _forget(self, tags: frozenset[str] | None) -> None:
        for cache in self._caches:
            cache.forget(tags)
