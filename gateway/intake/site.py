"""The intake site: what machines post, each with a token that is good for its own part only."""

from __future__ import annotations

from fastapi import FastAPI

from device_drivers.links.callbacks import Callbacks
from device_drivers.links.offers import Offers
from gateway.clock import Clock
from gateway.domain.events import Origin
from gateway.feed.sources.shopify.building import FromShopify
from gateway.intake import (
    call_backs,
    catalogue_rows,
    imports,
    label_pictures,
    over_http,
    shopify_messages,
)
from gateway.settings import Settings
from gateway.store.database import Database


def site(
    database: Database,
    clock: Clock,
    settings: Settings,
    origin: Origin,
    *,
    from_shopify: FromShopify | None = None,
    callbacks: Callbacks | None = None,
    offers: Offers | None = None,
) -> FastAPI:
    """The site by itself, without the frame that all sites share."""
    app = FastAPI(
        title="Anaquel intake",
        description="Events of devices, and the catalogue row by row. See docs/events.md and "
        "docs/sources.md.",
        openapi_url="/api/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    app.include_router(over_http.router(database, clock, origin=origin))
    app.include_router(catalogue_rows.router(database, clock, settings))
    app.include_router(imports.router(database, clock, settings))
    if from_shopify is not None:
        hints, secrets = from_shopify.hints, from_shopify.secrets
        app.include_router(
            shopify_messages.router(database, clock, settings.shopify, hints=hints, secrets=secrets)
        )
    if callbacks is not None:
        app.include_router(call_backs.router(callbacks))
    if offers is not None:
        app.include_router(label_pictures.router(offers))
    return app
