"""A shop with the vendor's server for Hanshow labels, and our intake where it calls back."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from device_drivers.api.drivers import AccessPoint, Described
from device_drivers.api.panels import Ink, Panel
from device_drivers.labels.hanshow.driver import HanshowDriver
from device_drivers.labels.hanshow.server import FORMAT, Pace
from device_drivers.links.callbacks import Callbacks
from device_drivers.simulated.hanshow_server import HanshowLabel, SimulatedHanshowServer
from device_drivers.simulated.serving import LoopbackSite
from gateway.intake import call_backs
from tests.support.access_point_shop import AccessPointShop

QUICK = Pace(answer_s=5.0, list_every_s=0.1, again_s=0.05, again_max_s=0.2, say_every_s=60.0)
INKS = (Ink.WHITE, Ink.BLACK, Ink.RED)


class HanshowShop(AccessPointShop):
    """``server`` is the vendor's; ``intake`` is ours, for call-backs only."""

    def __init__(self, *, reached: bool = True, url: str = "", pace: Pace = QUICK) -> None:
        self.server = SimulatedHanshowServer()
        self.callbacks = Callbacks()
        app = FastAPI()
        app.include_router(call_backs.router(self.callbacks))
        self.intake = LoopbackSite(app)
        options = {"reached_at": self.intake.base} if reached else {}
        point = AccessPoint(
            name="vendor", family="hanshow", url=url or self.server.base, options=options
        )
        self.told: list[tuple[str, str | None]] = []

        def told(name: str, why: str | None) -> None:
            self.told.append((name, why))

        super().__init__(HanshowDriver([point], self.callbacks, pace=pace, told=told))

    def label(
        self, number: int = 1, *, width: int = 152, height: int = 152,
        inks: tuple[Ink, ...] = INKS, type_: int = 52,
    ) -> HanshowLabel:  # fmt: skip
        panel = Panel(name=f"hanshow-{type_}", width=width, height=height, inks=inks, dpi=140)
        return self.server.add(HanshowLabel(id=f"55-3D-5F-{number:02X}", type=type_, panel=panel))

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Everything runs, and the server's list was read."""
        async with self.intake.serving(), self.server.serving(), self.opened():
            await self.until(lambda: self.connects > 0)
            yield


def known(label: HanshowLabel) -> Described:
    """The label as the gateway knows it."""
    return Described(label=label.id, model=label.panel.name, formats=(FORMAT,), firmware="16")
