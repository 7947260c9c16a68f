"""The whole gateway with access points in its settings: labels are found, bound and shown."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from gateway.clock import SystemClock
from gateway.domain.labels import Target
from gateway.domain.rows import Row
from gateway.feed import checking
from gateway.labels import adopting, binding
from gateway.labels.living import Doer
from gateway.settings import AccessPointSection, Settings
from gateway.store import deliveries, discovered, replica
from gateway.store.database import Connection, Database
from tests.support import gateway_process
from tests.support import settings as make_settings
from tests.support.feeding import SHOP, price, product, stock
from tests.support.gateway_process import GatewayProcess
from tests.support.hanshow_shop import HanshowShop
from tests.support.mosquitto import Mosquitto
from tests.support.openepaperlink_shop import OpenEPaperLinkShop
from tests.support.running import PATIENCE_S, one_turn
from tests.support.shelving import ORIGIN


async def test_labels_behind_access_points_show_prices(
    tmp_path: Path, mosquitto: Mosquitto
) -> None:
    """Nobody can call back here, so the vendor's server is asked again."""
    tags, vendor = OpenEPaperLinkShop(), HanshowShop()
    tag = tags.tag(hardware=0x33)
    label = vendor.label(width=296, height=128)
    settings = make_settings.make(tmp_path, mosquitto.broker).model_copy(
        update={
            "access_points": {
                "floor": AccessPointSection(family="openepaperlink", url=tags.site.base),
                "vendor": AccessPointSection(family="hanshow", url=vendor.server.base),
            }
        }
    )
    config = tmp_path / "config.toml"
    gateway_process.write_config(config, settings)
    process = GatewayProcess(config)
    async with tags.site.serving(), vendor.server.serving(), asyncio.TaskGroup() as group:
        await process.start(group)
        async with Database(settings.data.folder / "anaquel.db") as database:
            for one in (tag.mac, label.id):
                await adopt(database, one)
            await write(
                database, settings, SHOP, product("a1"), price("a1", "100.00"), stock("a1", 9)
            )
            for one in (tag.mac, label.id):
                await bind(database, one, Target(product="a1"))
            await until(database, lambda rows: state(rows, tag.mac) == "shown")
            await until(database, lambda rows: state(rows, label.id) == "transferred")
        assert await process.stop() == 0, "\n".join(process.lines)

    assert tag.showing is not None
    assert label.showing is not None
    assert set(tag.showing.pixels) > {0}
    assert not [line for line in process.lines if "Traceback" in line]


def state(rows: Connection, label: str) -> str:
    delivery = deliveries.get(rows, label)
    return "" if delivery is None else delivery.state


async def until(database: Database, true: Callable[[Connection], bool]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not await database.read(true):
            await one_turn()


async def write(database: Database, settings: Settings, *rows: Row) -> None:
    owner = checking.owner_in(settings, "central")
    now = SystemClock().now()
    checked = [checking.row("central", row.kind, row.key, row.value, owner) for row in rows]
    await database.write(
        lambda connection: replica.apply(connection, "central", checked, seq=1, at=now)
    )


async def adopt(database: Database, label: str) -> None:
    """A person takes the label in as soon as it was heard."""
    await until(database, lambda rows: discovered.get(rows, label) is not None)
    doer = Doer(origin=ORIGIN, by="test", at=SystemClock().now())
    await database.write(lambda connection: adopting.adopt(connection, label, {}, doer))


async def bind(database: Database, label: str, target: Target) -> None:
    now = SystemClock().now()
    await database.write(
        lambda connection: binding.bind(connection, label, target, origin=ORIGIN, by="test", at=now)
    )
