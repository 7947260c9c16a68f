"""Puts the parts of the Shopify source together, where this shop has it."""

from __future__ import annotations

from dataclasses import dataclass

import structlog

from gateway.clock import Clock
from gateway.feed.sources.shopify import client
from gateway.feed.sources.shopify.service import ShopifyService
from gateway.feed.sources.shopify.webhooks import Hints
from gateway.settings import SHOPIFY_KINDS, Settings
from gateway.store.database import Database

log = structlog.get_logger("shopify")


@dataclass(frozen=True, slots=True, kw_only=True)
class FromShopify:
    """The service, what may hurry it, and with what such messages are signed."""

    service: ShopifyService
    hints: Hints
    secrets: tuple[str, ...]


def build(settings: Settings, database: Database, clock: Clock) -> FromShopify | None:
    """The source, or None in a shop that takes nothing from Shopify. Raises ``SecretError``."""
    if settings.shopify.shop is None:
        return None
    if not any(settings.source_of(kind) == "shopify" for kind in SHOPIFY_KINDS):
        log.warning(
            "shopify is not read: give it kinds under [sources], or set [central] kind to none"
        )
        return None
    secrets = client.read_secrets(settings.shopify)
    hints = Hints()
    service = ShopifyService(database, clock, settings, secrets[0], hints)
    return FromShopify(service=service, hints=hints, secrets=secrets)
