"""The gateway goes by the shop's own settings as they are in the database, without a restart."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import NoReturn, Self

import structlog

from gateway.clock import Clock
from gateway.settings import Settings, Shop
from gateway.store import labels, price_rules, requests, shop_settings
from gateway.store.database import Connection, Database
from gateway.wording import warm_up

log = structlog.get_logger("settings")


class ShopSettings:
    """Puts what is set into ``settings.shop``; call ``begin`` before anything reads that."""

    name = "shop-settings"

    def __init__(self, database: Database, clock: Clock, settings: Settings) -> None:
        self._database = database
        self._clock = clock
        self._settings = settings
        self._entrances: set[str] = set()
        self._listeners: list[Callable[[Shop], None]] = []
        self._changes = database.changes.subscribe(shop_settings.TABLE)

    def on_change(self, listener: Callable[[Shop], None]) -> None:
        """Have ``listener`` called with the shop whenever it is set otherwise."""
        self._listeners.append(listener)

    async def begin(self) -> Self:
        """Go by what is set."""
        await self.follow()
        return self

    async def run(self) -> NoReturn:
        """Go by what is set for ever."""
        while True:
            await self.follow()
            await self._changes.next()

    async def follow(self) -> None:
        """Go by what is set now; the labels that it concerns are looked at again.

        Where nothing changed nothing is written: a start needs neither room nor the file to itself.
        """
        own = self._settings.shop
        wanted = await self._database.read(partial(shop_settings.shop, own=own))
        is_new = wanted != own
        if is_new:
            # Locales and zones are files, the first time.
            await asyncio.to_thread(_warm_up, wanted)
            self._settings.shop = wanted
            self._entrances |= {one for one in (own.entrance_label, wanted.entrance_label) if one}
            for listener in self._listeners:
                listener(wanted)
            log.info("settings of the shop are in force", changed=_changed(own, wanted))
        known = await self._database.read(price_rules.get)
        if is_new or known != price_rules.of(self._settings):
            await self._database.write_patiently(self._settle)

    def _settle(self, connection: Connection) -> None:
        price_rules.settle(connection, price_rules.of(self._settings), self._clock.now())
        requests.secret(connection)
        for code in self._entrances:
            label = labels.by_code(connection, code)
            if label is not None:
                labels.look_again(connection, label.id, "settings")
        # Pages made before this moment said it as it was.
        connection.note(shop_settings.IN_FORCE, "")


def _warm_up(own: Shop) -> None:
    warm_up.warm_up(country=own.country, zone=own.time_zone, currencies=(own.currency,))


def _changed(was: Shop, now: Shop) -> list[str]:
    before, after = was.model_dump(), now.model_dump()
    return [name for name in after if before[name] != after[name]]
