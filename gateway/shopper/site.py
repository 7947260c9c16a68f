"""Builds the public site once: pages, problems, cache and upkeep."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from starlette.types import ASGIApp

from gateway.clock import Clock
from gateway.domain.events import Origin
from gateway.lifecycle import Service
from gateway.settings import Settings
from gateway.shopper import requested
from gateway.shopper.asking import Asking
from gateway.shopper.find_pages import FindPages
from gateway.shopper.lookup import TargetOfCode
from gateway.shopper.offering import Offering
from gateway.shopper.pages import TEMPLATES, LookupPages, Need
from gateway.shopper.shop import Shop
from gateway.shopper.trying import TryPage
from gateway.shopper.upkeep import ShopName, Upkeep
from gateway.store import picture_files
from gateway.store.database import Database
from gateway.store.picture_files import PictureFiles
from gateway.web import compiled, site, static
from gateway.web.cache import PageCache
from gateway.web.pages import Pages
from gateway.web.phone_tries import PhoneTries
from gateway.web.problems import Problems
from gateway.web.static import StaticFiles
from gateway.wording import warm_up

OWN_FILES = TEMPLATES.with_name("static")
_LISTS_BYTES = 4 * 2**20


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopperSite:
    """The app to serve, and what to run beside it."""

    app: ASGIApp
    upkeep: Upkeep
    offering: Offering

    @property
    def services(self) -> tuple[Service, ...]:
        """What to run beside it."""
        return self.upkeep, self.offering


def build(
    settings: Settings,
    database: Database,
    *,
    clock: Clock,
    target_of_code: TargetOfCode,
    need: Need = lambda _: None,
    tries: PhoneTries | None = None,
    is_attended: Callable[[], bool] = lambda: False,
) -> ShopperSite:
    """The public site of the shop in ``settings``. Reads files: call it in a thread.

    ``need`` hears the addresses of pictures that pages lack, ``tries`` of phones that try the
    address. ``is_attended`` says whether somebody of the shop has a staff page open.
    """
    own = settings.shop
    warm_up.warm_up(country=own.country, zone=own.time_zone, currencies=(own.currency,))
    root = requested.root_of(own.public_base)
    files = StaticFiles((static.OWN_FILES, OWN_FILES))
    folder, shop = settings.data.folder, partial(_shop, settings)
    kept = folder / compiled.FOLDER
    pages = Pages(folders=[TEMPLATES], static=files, root=root, compiled=kept)

    def language() -> str:
        return settings.shop.language

    shop_name = ShopName(settings)
    offering = Offering(
        database,
        clock,
        settings,
        Origin(store=own.store, gateway=own.gateway),
        is_attended=is_attended,
        forget=lambda: cache.forget(None),
    )
    lookups = LookupPages(
        database,
        pages,
        clock=clock,
        settings=settings,
        shop=shop,
        shop_name=shop_name,
        target_of_code=target_of_code,
        files=PictureFiles(folder / picture_files.FOLDER, settings.pictures.max_bytes),
        need=need,
        offered=lambda: offering.now,
        icon=files.href("icon.svg"),
    )
    problems = Problems(pages, language=language, frame_of=lookups.frame)
    app = site.new("Anaquel lookup", problems=problems, openapi_url="/api/openapi.json")
    app.include_router(lookups.router)
    finding = FindPages(database, lookups, clock=clock, shop=shop, target_of_code=target_of_code)
    app.include_router(finding.router)
    trying = TryPage(pages, tries or PhoneTries(clock), tongue=lookups.tongue, frame=lookups.frame)
    app.include_router(trying.routes())
    app.include_router(Asking(database, clock, settings, lookups, offering).routes())
    cache = PageCache(app, key=requested.PageKey(language), clock=clock)
    # Lists have room of their own: whoever types much pushes no article's page out.
    lists = PageCache(cache, key=requested.FoundKey(language), clock=clock, max_bytes=_LISTS_BYTES)
    dressed = site.dressed(app, problems=problems, files=files, inside=lists)
    return ShopperSite(
        app=requested.PlainPaths(dressed, root=root),
        upkeep=Upkeep(database, (cache, lists), shop_name),
        offering=offering,
    )


def _shop(settings: Settings) -> Shop:
    own = settings.shop
    return Shop(
        id=own.store,
        public_base=own.public_base,
        country=own.country,
        zone=own.zone,
        brand_color=own.brand_color,
        logo=own.logo,
        footer=own.footer or "",
    )
