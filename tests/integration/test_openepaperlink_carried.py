"""OpenEPaperLink labels that are carried from one access point to another."""

from __future__ import annotations

from device_drivers.api.drivers import Shown
from device_drivers.labels.openepaperlink.driver import OpenEPaperLinkDriver
from tests.support.bluetooth_shop import noise
from tests.support.openepaperlink_shop import OpenEPaperLinkShop, known


async def test_a_tag_that_is_carried_there_and_back_shows_its_first_picture_again() -> None:
    shop = OpenEPaperLinkShop("floor", "cellar")
    tag = shop.tag(1)
    first, second = noise(tag.panel, 1), noise(tag.panel, 2)

    def is_heard_by(name: str) -> bool:
        assert isinstance(shop.driver, OpenEPaperLinkDriver)
        there = shop.driver.shelf.get(tag.mac)
        return there is not None and there.via == name

    async def carry(at: str, to: str) -> None:
        shop.sites[at].point.move(tag.mac, shop.sites[to].point)
        await shop.until(lambda: is_heard_by(to))

    async with shop.running():
        await shop.deliver(known(tag), first, "w1")
        await shop.until(lambda: Shown() in shop.outcomes("w1"))
        await carry("floor", "cellar")
        await shop.deliver(known(tag), second, "w2")
        await shop.until(lambda: Shown() in shop.outcomes("w2"))
        await carry("cellar", "floor")
        await shop.deliver(known(tag), first, "w3")
        await shop.until(lambda: Shown() in shop.outcomes("w3"))
        assert tag.showing == first
