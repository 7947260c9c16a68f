"""Shelves of simulated MQTT labels that draw at once; they say nothing but what labels say.

They share so many connections, each of which hears of its own labels alone.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import NoReturn

import structlog

from benchmarks import shop
from benchmarks.children import talking
from device_drivers.api.panels import Ink, Panel
from device_drivers.simulated.mqtt_label import LabelModel, SimulatedLabels
from gateway.broker.link import Link
from gateway.lifecycle import run_until, stop_on_signals
from gateway.settings import Broker

MOST_CONNECTIONS = 50
PANEL = Panel(name="2.9", width=296, height=128, inks=(Ink.WHITE, Ink.BLACK, Ink.RED), dpi=112)


class Hanging:
    """Hangs the labels that the benchmark names, line by line."""

    name = "hanging"

    def __init__(self, shelves: Mapping[str, SimulatedLabels], links: Sequence[Link]) -> None:
        self._shelves = shelves
        self._links = links

    async def run(self) -> NoReturn:
        """Go on for ever."""
        for link in self._links:
            await link.connected.wait()
        talking.say({})
        while True:
            for name in await talking.hear_later():
                self._shelves[name].add(name, LabelModel(panel=PANEL, refresh_s=0.0))


async def main() -> None:
    """Live until SIGTERM; says ``{}`` when connected."""
    asked = talking.hear()
    broker = Broker.model_validate(asked["broker"])
    names: list[str] = asked["names"]
    links, shelves = [], []
    by_label: dict[str, SimulatedLabels] = {}
    for number in range(min(MOST_CONNECTIONS, len(names))):
        own = names[number::MOST_CONNECTIONS]
        link = Link("labels", broker, prefix=shop.PREFIX, client_id=f"labels-{number}")
        shelf = SimulatedLabels(link, named=own)
        links.append(link)
        shelves.append(shelf)
        by_label |= dict.fromkeys(own, shelf)
    stop = asyncio.Event()
    with stop_on_signals(stop):
        await run_until(stop, [*shelves, *links, Hanging(by_label, links)])


if __name__ == "__main__":
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(30))
    asyncio.run(main())
