"""The ways in which files come by themselves, as the settings have them."""

from __future__ import annotations

from gateway.clock import Clock
from gateway.feed.sources.address import Address
from gateway.feed.sources.drop_folder import DropFolder
from gateway.lifecycle import Service
from gateway.settings import Settings
from gateway.store.database import Database


def services(settings: Settings, database: Database, clock: Clock) -> list[Service]:
    """One service for each way that is set up."""
    folder, url = settings.files.folder, settings.files.url
    found: list[Service] = []
    if folder is not None:
        found.append(DropFolder(folder, database, settings, clock))
    if url is not None:
        found.append(Address(url, database, settings, clock))
    return found
