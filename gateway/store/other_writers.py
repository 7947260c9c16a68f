"""Hears when a command (``anaquel import``) wrote to the database beside the gateway."""

from __future__ import annotations

from typing import Final, NoReturn

from gateway.store.database import Database

_LOOK_S: Final = 1.0


class OtherWriters:
    """The service that tells everybody to look again."""

    name = "other-writers"

    def __init__(self, database: Database) -> None:
        self._database = database

    async def run(self) -> NoReturn:
        """Listen for ever."""
        await self._database.tell_of_other_writers(_LOOK_S)
