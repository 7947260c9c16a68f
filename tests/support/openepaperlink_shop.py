"""A shop with OpenEPaperLink access points whose clocks run faster than ours."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from device_drivers.api.drivers import AccessPoint, Described
from device_drivers.labels.openepaperlink.access_point import Pace
from device_drivers.labels.openepaperlink.driver import OpenEPaperLinkDriver
from device_drivers.labels.openepaperlink.models import MODELS
from device_drivers.simulated.openepaperlink_ap import SimulatedTag
from device_drivers.simulated.openepaperlink_picture import type_of
from device_drivers.simulated.openepaperlink_site import AccessPointSite
from tests.support.access_point_shop import AccessPointShop

SPEED = 400.0
"""Seconds of an access point in one of ours: a tag that sleeps for 40 comes ten times a second."""
QUICK = Pace(
    answer_s=5.0,
    list_every_s=300.0,
    silent_s=1.5,
    again_s=0.05,
    again_max_s=0.2,
    rebooting_s=0.1,
    between_uploads_s=0.01,
    busy_s=0.1,
)


class OpenEPaperLinkShop(AccessPointShop):
    """Access points ``sites`` by name, and tags on them."""

    def __init__(
        self, *names: str, sites: dict[str, AccessPointSite] | None = None, pace: Pace = QUICK
    ) -> None:
        self.sites = sites or {name: AccessPointSite(speed=SPEED) for name in names or ("floor",)}
        self.site = next(iter(self.sites.values()))
        points = [
            AccessPoint(name=name, family="openepaperlink", url=site.base)
            for name, site in self.sites.items()
        ]
        self.told: list[tuple[str, str | None]] = []

        def told(name: str, why: str | None) -> None:
            self.told.append((name, why))

        super().__init__(OpenEPaperLinkDriver(points, pace=pace, told=told))

    def tag(
        self, number: int = 1, hardware: int = 0x03, *, on: str = "", sleep_s: int = 40,
        compressed: bool = True,
    ) -> SimulatedTag:  # fmt: skip
        panel = MODELS[hardware].panel
        tag = SimulatedTag(
            mac=f"00007E223344{number:04X}",
            kind=type_of(hardware, panel),
            panel=panel,
            sleep_s=sleep_s,
            compressed=compressed,
        )
        return self.sites.get(on, self.site).point.add(tag)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Everything runs, and every access point was heard."""
        async with AsyncExitStack() as stack:
            for site in self.sites.values():
                await stack.enter_async_context(site.serving())
            await stack.enter_async_context(self.opened())
            await self.until(lambda: self.connects >= len(self.sites))
            yield


def known(tag: SimulatedTag) -> Described:
    """The tag as the gateway knows it."""
    return Described(label=tag.mac, model=tag.panel.name, formats=("jpeg",), firmware="41")
