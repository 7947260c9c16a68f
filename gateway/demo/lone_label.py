"""One simulated label on the shop's broker, for trying things: what it shows goes to a PNG file."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path

from device_drivers import pictures
from device_drivers.api.panels import Ink, Panel
from device_drivers.links.messages import Message
from device_drivers.simulated.mqtt_label import LabelModel, SimulatedLabels, SimulatedMqttLabel
from gateway.broker.link import Link
from gateway.lifecycle import run_until
from gateway.settings import Settings

PANEL = Panel(
    name='2.9" black, white, red',
    width=296,
    height=128,
    inks=(Ink.WHITE, Ink.BLACK, Ink.RED),
    dpi=112,
)
_REFRESH_S = 0.5
_SCALE = 3

Say = Callable[[str], None]


async def run(settings: Settings, name: str, file: Path, stop: asyncio.Event, say: Say) -> None:
    """Be the label ``name`` until ``stop`` is set; every new picture is written to ``file``."""
    broker = settings.shop_broker
    prefix = f"{broker.topic_prefix}/{settings.shop.store}"
    link = Link("label", broker, prefix=prefix, client_id=f"label-{name}")
    shelf = SimulatedLabels(link)
    label = shelf.add(name, LabelModel(panel=PANEL, refresh_s=_REFRESH_S, can=("flash",)))
    reports = link.messages(f"label/{name}/report")
    async with asyncio.TaskGroup() as group:
        watching = group.create_task(_keep_picture(reports, label, file, say))
        say(f"{name} is on the broker at {broker.host}:{broker.port}; Ctrl-C ends it")
        await run_until(stop, [shelf, link])
        watching.cancel()


async def _keep_picture(
    reports: AsyncIterator[Message], label: SimulatedMqttLabel, file: Path, say: Say
) -> None:
    """Write the picture whenever the label itself says that it shows a new one."""
    async for message in reports:
        message.ack()
        shown = message.payload and json.loads(message.payload).get("result") == "shown"
        if shown and not message.retained and label.showing is not None:
            png = await asyncio.to_thread(pictures.to_rgb, label.showing, _SCALE)
            await asyncio.to_thread(file.write_bytes, png)
            say(f"{label.label} shows a new picture: {file}")
