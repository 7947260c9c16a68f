"""The whole shop in one process: ``anaquel demo``."""

from __future__ import annotations

import asyncio
import secrets
import tempfile
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from random import Random

from device_drivers.simulated.mqtt_label import SimulatedLabels
from gateway import app
from gateway.broker.link import Link
from gateway.central.ingest import Ingester
from gateway.central.publisher import Publisher
from gateway.clock import Clock
from gateway.demo import air, brokers, catalogue, files, shelf
from gateway.demo.air import Air
from gateway.demo.catalogue import DemoShop
from gateway.demo.mishaps import Mishaps
from gateway.demo.world import CentralSystem, Devices, Shoppers
from gateway.labels import radios
from gateway.lifecycle import Service, run_until
from gateway.settings import (
    Bluetooth,
    Broker,
    Central,
    Data,
    Feed,
    IntakeListen,
    Labels,
    OpsListen,
    Settings,
    Shop,
    ShopperListen,
    Sites,
    StaffListen,
)
from gateway.staff import passwords
from gateway.store import beginnings, people
from gateway.store.database import FILE, Database

STAFF_NAME = "demo"
_GATEWAY = "demo"
_LOOPBACK = "127.0.0.1"

Say = Callable[[str], None]


async def run(
    clock: Clock,
    stop: asyncio.Event,
    say: Say,
    *,
    ports: tuple[int, int, int, int] = (0, 0, 0, 0),
    own_broker: bool = False,
) -> None:
    """Open the shop and go on until ``stop`` is set; what it wrote is gone afterwards.

    ``ports`` are those of the shopper, staff, intake and ops sites; 0 takes any. ``own_broker``
    uses the broker inside the process even where mosquitto is installed.
    """
    with tempfile.TemporaryDirectory(prefix="anaquel-demo-") as name:
        folder = Path(name)
        async with brokers.running(folder, in_process=own_broker) as started:
            say(f"broker     {started.said}")
            there = await _air()
            settings = _settings(folder, started.broker, ports, bluetooth=there is not None)
            password = await _with_staff(settings)
            shop = catalogue.shop(at=clock.now())
            opened: asyncio.Future[Mapping[str, str]] = asyncio.get_running_loop().create_future()
            build = partial(radios.build, stack=there.stack if there is not None else None)
            async with asyncio.TaskGroup() as group:
                group.create_task(
                    app.run(settings, clock, stop, ready=opened.set_result, adapters_of=build),
                    name="gateway",
                )
                addresses = await opened
                written = await asyncio.to_thread(files.write, folder, settings, addresses)
                _welcome(say, addresses, password, shop)
                services, mishaps = _world(
                    settings, folder, shop, clock, addresses["shopper"], there
                )
                _say_what_to_try(say, settings, written, mishaps)
                group.create_task(run_until(stop, services), name="world")


async def _air() -> Air | None:
    """Virtual Bluetooth, where what it needs is installed."""
    if not air.is_there():
        return None
    plugged = await asyncio.to_thread(Air)
    await plugged.plug_in()
    return plugged


def _settings(
    folder: Path, broker: Broker, ports: tuple[int, int, int, int], *, bluetooth: bool
) -> Settings:
    shopper, staff, intake, ops = ports
    return Settings(
        shop=Shop(
            store=catalogue.SHOP,
            gateway=_GATEWAY,
            public_base=f"http://{_LOOPBACK}:{shopper}" if shopper else "http://anaquel.local",
        ),
        data=Data(folder=folder / "data"),
        central=Central(kind="mqtt", broker=broker),
        shop_broker=broker,
        feed=Feed(snapshot_folder=folder),
        labels=Labels(adopt_by_themselves=()),
        bluetooth=Bluetooth(adapters=(air.ADAPTER,) if bluetooth else ()),
        sites=Sites(
            shopper=ShopperListen(host=_LOOPBACK, port=shopper),
            staff=StaffListen(host=_LOOPBACK, port=staff, https=False, secure_cookies=False),
            intake=IntakeListen(host=_LOOPBACK, port=intake),
            ops=OpsListen(host=_LOOPBACK, port=ops),
        ),
    )


async def _with_staff(settings: Settings) -> str:
    """A person who may sign in, with a password that nobody had before."""
    password = secrets.token_urlsafe(9)
    hashed = await asyncio.to_thread(passwords.hash_, password)
    folder = settings.data.folder
    await asyncio.to_thread(folder.mkdir)
    async with Database(folder / FILE) as database:
        await database.write(
            partial(people.add, name=STAFF_NAME, role="manager", password_hash=hashed)
        )
        await database.write(beginnings.put_away)
    return password


def _world(
    settings: Settings,
    folder: Path,
    shop: DemoShop,
    clock: Clock,
    shopper: str,
    there: Air | None,
) -> tuple[list[Service], Mishaps]:
    broker = settings.shop_broker
    prefix = f"{broker.topic_prefix}/{settings.shop.store}"

    def link(client_id: str) -> Link:
        return Link(client_id, broker, prefix=prefix, client_id=client_id)

    links = [link("demo-central"), link("demo-labels"), link("demo-devices")]
    central, labels_link, devices = links
    publisher = Publisher(central, folder, clock, epoch=round(clock.now().timestamp()))
    publisher.load([*shop.rows(), *shelf.bindings(shop)])
    # A start of the demo is a new epoch, in which all of it is meant.
    publisher.accept()
    labels = SimulatedLabels(labels_link)
    for label, model in shelf.labels():
        labels.add(label, model)
    address = air.ADDRESS if there is not None else None
    mishaps = Mishaps(devices, publisher, labels.labels, shop, address)
    services: list[Service] = [
        publisher,
        Ingester(central, folder / files.CENTRAL, clock),
        CentralSystem(publisher, shop, clock, Random(2), mishaps.prices),
        labels,
        *([there] if there is not None else []),
        Devices(devices, shop, Random(3)),
        Shoppers(shopper, shop, Random(4)),
        mishaps,
        *links,
    ]
    return services, mishaps


def _welcome(say: Say, addresses: Mapping[str, str], password: str, shop: DemoShop) -> None:
    gtin = next(row.value["gtins"][0] for row in shop.of_kind("product") if row.value.get("gtins"))
    say(f"shopper    {addresses['shopper']}/01/{gtin}")
    say(f"staff      {addresses['staff']}   sign in as {STAFF_NAME} / {password}")
    say(f"intake     {addresses['intake']}")
    say(f"metrics    {addresses['ops']}/metrics")


def _say_what_to_try(
    say: Say, settings: Settings, written: tuple[Path, Path], mishaps: Mishaps
) -> None:
    shop, central = written
    say("\nOther commands, with --config:")
    say(f"settings   {shop}   store {settings.shop.store}, gateway {settings.shop.gateway}")
    say(f"central    {central}   for anaquel central watch")
    say("\nOn purpose something is wrong, and something to do:")
    for line in mishaps.lines():
        say(line)
    say("\nCtrl-C closes the shop.")
