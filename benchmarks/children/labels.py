"""A shelf of simulated MQTT labels that draw at once; they say nothing but what labels say."""

from __future__ import annotations

import asyncio
from typing import NoReturn

import structlog

from benchmarks import shop
from benchmarks.children import talking
from device_drivers.api.panels import Ink, Panel
from device_drivers.simulated.mqtt_label import LabelModel, SimulatedLabels
from gateway.broker.link import Link
from gateway.lifecycle import run_until, stop_on_signals
from gateway.settings import Broker

PANEL = Panel(name="2.9", width=296, height=128, inks=(Ink.WHITE, Ink.BLACK, Ink.RED), dpi=112)


class Hanging:
    """Hangs the labels that the benchmark names, line by line."""

    name = "hanging"

    def __init__(self, labels: SimulatedLabels, link: Link) -> None:
        self._labels = labels
        self._link = link

    async def run(self) -> NoReturn:
        """Go on for ever."""
        await self._link.connected.wait()
        talking.say({})
        while True:
            for name in await talking.hear_later():
                self._labels.add(name, LabelModel(panel=PANEL, refresh_s=0.0))


async def main() -> None:
    """Live until SIGTERM; says ``{}`` when connected."""
    broker = Broker.model_validate(talking.hear())
    link = Link("labels", broker, prefix=shop.PREFIX, client_id="labels")
    labels = SimulatedLabels(link)
    stop = asyncio.Event()
    with stop_on_signals(stop):
        await run_until(stop, [labels, link, Hanging(labels, link)])


if __name__ == "__main__":
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(30))
    asyncio.run(main())
