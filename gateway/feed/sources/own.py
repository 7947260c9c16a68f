"""The sources of the shop's own that go and fetch: a folder, an address, Shopify."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.clock import Clock
from gateway.feed.sources.address import Address
from gateway.feed.sources.drop_folder import DropFolder
from gateway.feed.sources.shopify import building
from gateway.feed.sources.shopify.building import FromShopify
from gateway.lifecycle import Service
from gateway.settings import Settings
from gateway.store.database import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnSources:
    """What runs, and Shopify (None where it is not read) for those who hear its messages."""

    services: tuple[Service, ...]
    shopify: FromShopify | None


def build(settings: Settings, database: Database, clock: Clock) -> OwnSources:
    """The sources that the settings ask for. Raises ``AnaquelError``; blocks."""
    folder, url = settings.files.folder, settings.files.url
    services: list[Service] = []
    if folder is not None:
        services.append(DropFolder(folder, database, settings, clock))
    if url is not None:
        services.append(Address(url, database, settings, clock))
    shopify = building.build(settings, database, clock)
    if shopify is not None:
        services.append(shopify.service)
    return OwnSources(services=tuple(services), shopify=shopify)
