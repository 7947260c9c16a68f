"""The whole gateway with access points in its settings: labels are found, bound and shown."""

from __future__ import annotations

import asyncio
from pathlib import Path

from gateway.domain.labels import Target
from gateway.settings import AccessPointSection
from gateway.store.database import Database
from tests.support import gateway_process
from tests.support import settings as make_settings
from tests.support.feeding import SHOP, price, product, stock
from tests.support.gateway_process import GatewayProcess
from tests.support.hanshow_shop import HanshowShop
from tests.support.mosquitto import Mosquitto
from tests.support.openepaperlink_shop import OpenEPaperLinkShop
from tests.support.run_gateway import adopt, bind, state, until, write


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
