"""Builds the public site once: pages, problems, cache and upkeep."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.types import ASGIApp

from gateway.clock import Clock
from gateway.settings import Settings
from gateway.settings import Shop as OwnShop
from gateway.shopper import requested
from gateway.shopper.find_pages import FindPages
from gateway.shopper.lookup import TargetOfCode
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
    """The app to serve and the service to run beside it."""

    app: ASGIApp
    upkeep: Upkeep


def build(
    settings: Settings,
    database: Database,
    *,
    clock: Clock,
    target_of_code: TargetOfCode,
    need: Need = lambda _: None,
    tries: PhoneTries | None = None,
) -> ShopperSite:
    """The public site of the shop in ``settings``. Reads files: call it in a thread.

    ``need`` hears the addresses of pictures that pages lack, ``tries`` of phones that try the
    address.
    """
    own = settings.shop
    warm_up.warm_up(country=own.country, zone=own.time_zone, currencies=(own.currency,))
    root = requested.root_of(own.public_base)
    files = StaticFiles((static.OWN_FILES, OWN_FILES))
    kept = settings.data.folder / compiled.FOLDER
    pages = Pages(folders=[TEMPLATES], static=files, root=root, compiled=kept)

    def language() -> str:
        return settings.shop.language

    shop_name = ShopName(settings)
    lookups = LookupPages(
        database,
        pages,
        clock=clock,
        shop=lambda: _shop(settings.shop),
        shop_name=shop_name,
        language=language,
        target_of_code=target_of_code,
        files=PictureFiles(
            settings.data.folder / picture_files.FOLDER, settings.pictures.max_bytes
        ),
        need=need,
        icon=files.href("icon.svg"),
    )
    problems = Problems(pages, language=language, frame_of=lookups.frame)
    app = site.new("Anaquel lookup", problems=problems, openapi_url="/api/openapi.json")
    app.include_router(lookups.router)
    finding = FindPages(
        database,
        lookups,
        clock=clock,
        shop=lambda: _shop(settings.shop),
        target_of_code=target_of_code,
    )
    app.include_router(finding.router)
    trying = TryPage(pages, tries or PhoneTries(clock), tongue=lookups.tongue, frame=lookups.frame)
    app.include_router(trying.routes())
    cache = PageCache(app, key=requested.PageKey(language), clock=clock)
    # Lists have room of their own: whoever types much pushes no article's page out.
    lists = PageCache(cache, key=requested.FoundKey(language), clock=clock, max_bytes=_LISTS_BYTES)
    dressed = site.dressed(app, problems=problems, files=files, inside=lists)
    return ShopperSite(
        app=requested.PlainPaths(dressed, root=root),
        upkeep=Upkeep(database, (cache, lists), shop_name),
    )


def _shop(own: OwnShop) -> Shop:
    return Shop(
        id=own.store,
        public_base=own.public_base,
        country=own.country,
        zone=own.zone,
        brand_color=own.brand_color,
        footer=own.footer or "",
    )
