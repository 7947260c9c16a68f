"""The composition root: every object of the gateway is built here, once, in order."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from functools import partial
from importlib.metadata import version

import structlog

from device_drivers import registry
from device_drivers.api.drivers import LabelDriver
from gateway.broker.link import Link
from gateway.broker.links import build_links
from gateway.clock import Clock
from gateway.domain.events import Origin
from gateway.events import building as events_room
from gateway.feed import holding, ownership
from gateway.feed.pictures import Pictures
from gateway.feed.service import FeedService
from gateway.feed.sources import own
from gateway.feed.sources.shopify.building import FromShopify
from gateway.intake import building as intake_room
from gateway.intake import site as intake_site
from gateway.labels import building as labels_room
from gateway.labels import driving, radios, reaching
from gateway.labels.drawing import TemplateRenderer
from gateway.labels.outages import Outages
from gateway.labels.reloading import Templates
from gateway.lifecycle import Pulses, Service, run_until
from gateway.notices import away
from gateway.notices.service import Notices
from gateway.ops import site as ops
from gateway.ops import timekeeping, watchdog
from gateway.ops.backup_restoring import Restoring
from gateway.ops.backup_service import Backups
from gateway.ops.doctor.box import Box
from gateway.ops.doctor.looking import Doctor
from gateway.ops.measuring import Meter, meter_of
from gateway.ops.shop_settings import ShopSettings
from gateway.ops.timekeeping import Timekeeper
from gateway.render.pool import RenderPool
from gateway.settings import Settings
from gateway.shopper import site as shopper
from gateway.shopper.pages import Need
from gateway.staff import site as staff
from gateway.staff import welcome
from gateway.store import folder_lock, labels
from gateway.store.database import FILE, Database
from gateway.store.other_writers import OtherWriters
from gateway.web import announcing
from gateway.web.serving import Served, Serving
from gateway.web.tls.keeping import Certificates

Ready = Callable[[Mapping[str, str]], None]
log = structlog.get_logger("gateway")


async def run(
    settings: Settings,
    clock: Clock,
    stop: asyncio.Event,
    *,
    ready: Ready = lambda _: None,
    adapters_of: radios.Build = radios.build,
    restoring: Restoring | None = None,
) -> None:
    """Run the gateway until ``stop`` is set; ``restoring`` may set it, and wants a new run then.

    ``ready`` is called once, with each site's address; ``adapters_of`` builds the radios. Raises
    ``AnaquelError`` when a person must mend something first, else an ``ExceptionGroup``.
    """
    restoring = restoring or Restoring(settings, clock, stop)
    async with AsyncExitStack() as stack:
        database = await _opened(stack, settings, restoring)
        pool = await stack.enter_async_context(RenderPool(settings.labels.render_workers))
        doctor = Doctor(Box(settings=settings, clock=clock, inside=True))
        clock, keeper = await timekeeping.begin(database, clock, settings.time)
        shop_settings = await _settled(database, settings, clock)
        origin = Origin(store=settings.shop.store, gateway=settings.shop.gateway)
        links = build_links(settings, clock, version("anaquel"))
        drawn_by = await Templates(database, clock, settings).begin()
        pictures = Pictures(database, pool, clock, settings)
        renderer = TemplateRenderer(pool, drawn_by.known, *settings.shop.writes, pictures.large)
        shop_settings.on_change(lambda shop: renderer.go_by(*shop.writes))
        central = links.central
        feed = None if central is None else _feed(settings, database, clock, central, keeper)
        adapters = adapters_of(settings.bluetooth, outages := Outages())
        ways = await asyncio.to_thread(reaching.ways, settings, links.shop, adapters, outages)
        drivers = await driving.drivers(ways)
        certificates = await Certificates(database, clock, settings).begin()
        meter = meter_of(settings, database, clock, feed, links, adapters)
        sources = await asyncio.to_thread(own.build, settings, database, clock)
        sites, serving = await asyncio.to_thread(
            partial(_sites, settings, database, clock, origin, meter, doctor, certificates),
            *(pictures.need, sources.shopify, (ways, drivers)),
            backups := Backups(database, clock, settings, restoring),
            told := Notices(database, clock, settings, away.of(links, outages)),
            stop.set,
        )
        services: list[Service] = [
            *watchdog.of(os.environ, database, pulses := Pulses(), meter),
            *(one for one in (keeper, feed) if one is not None),
            *await intake_room.build(settings, database, clock, origin, links, adapters),
            *await events_room.build(settings, database, clock, central),
            *labels_room.build(
                settings, database, clock, (links.shop, drivers, outages), origin, renderer
            ),
            *adapters,
            *sources.services,
            *(shop_settings, pictures, drawn_by, serving),
            *sites,
            *(OtherWriters(database), backups, restoring, told, holding.Resuming(database, clock)),
            *links.each,
        ]
        addresses = serving.bind()
        log.info("ready", version=version("anaquel"), **addresses)
        ready(addresses)
        await run_until(stop, services, pulses)
    log.info("stopped")


async def _opened(stack: AsyncExitStack, settings: Settings, restoring: Restoring) -> Database:
    """The data folder, ours alone, and the database in it; restoring comes between their ends."""
    folder = settings.data.folder
    await asyncio.to_thread(stack.enter_context, folder_lock.held(folder))
    stack.push_async_callback(restoring.carry_out)
    return await stack.enter_async_context(Database(folder / FILE))


async def _settled(database: Database, settings: Settings, clock: Clock) -> ShopSettings:
    """The shop's own settings in force, and what follows from sources that have changed."""
    shop_settings = await ShopSettings(database, clock, settings).begin()
    await ownership.settle(database, settings, clock.now())
    return shop_settings


def _feed(
    settings: Settings, database: Database, clock: Clock, central: Link, keeper: Timekeeper | None
) -> FeedService:
    """The feed; what central says of the time is told to who doubts it."""
    feed = FeedService(central, database, clock, settings)
    if keeper is not None:
        feed.on_central_time(keeper.central_said, lambda: keeper.in_doubt)
        keeper.on_change(feed.tell_again)
    return feed


def _sites(
    settings: Settings,
    database: Database,
    clock: Clock,
    origin: Origin,
    meter: Meter,
    doctor: Doctor,
    certificates: Certificates,
    need: Need,
    shopify: FromShopify | None,
    to_labels: tuple[registry.Ways, Mapping[str, LabelDriver]],
    backups: Backups,
    notices: Notices,
    restart: Callable[[], None],
) -> tuple[list[Service], Serving]:
    build = partial(shopper.build, settings, database, clock=clock, tries=doctor.tries)
    ways, drivers = to_labels
    desk = staff.site(
        database=database,
        clock=clock,
        settings=settings,
        origin=origin,
        looking=doctor,
        drivers=drivers,
        backups=backups,
        notices=notices,
        restart=restart,
    )
    lookup = build(target_of_code=labels.target_of_code, need=need, is_attended=desk.is_attended)
    intake = intake_site.site(
        *(database, clock, settings, origin),
        from_shopify=shopify,
        callbacks=ways.callbacks,
        offers=ways.offers,
    )
    listen = settings.sites
    serving = Serving(
        [
            Served(name="shopper", app=lookup.app, listen=listen.shopper),
            Served(name="staff", app=desk.app, listen=listen.staff),
            *welcome.served(settings, certificates),
            Served(name="intake", app=intake, listen=listen.intake),
            Served(name="ops", app=ops.build(database, meter), listen=listen.ops),
        ],
        tls=certificates.contexts,
        before_stop=desk.streams.close,
    )
    named = announcing.of(listen.staff, settings.shop.gateway)
    return [*lookup.services, desk.live, desk.set_up, certificates, *named], serving
