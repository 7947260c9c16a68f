"""May the shop open? A whole gateway over a broker, with a label that does not answer."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import Any

import httpx

from gateway.domain.rows import Row
from gateway.staff import passwords
from gateway.store import people
from gateway.store.database import Database
from tests.integration.test_prices_shown import LABELS, PASSWORD, Watching, labels_at
from tests.support import feeding, gateway_process
from tests.support import settings as make_settings
from tests.support.feeding import price, product, stock
from tests.support.gateway_process import GatewayProcess
from tests.support.mosquitto import Mosquitto
from tests.support.running import running


def hung(label: str, zone: str) -> Row:
    value = {"label": label, "target": {"product": "a"}, "zone": zone}
    return Row(kind="binding", key=label, value=value)


async def test_the_label_that_kept_the_old_price_is_found_and_gets_a_slip(
    tmp_path: Path, mosquitto: Mosquitto
) -> None:
    settings = make_settings.make(tmp_path, mosquitto.broker)
    hashed = await asyncio.to_thread(passwords.hash_, PASSWORD)
    async with Database(settings.data.folder / "anaquel.db") as database:
        await database.write(lambda connection: people.add(connection, "Ana", "clerk", hashed))
    config = tmp_path / "config.toml"
    gateway_process.write_config(config, settings)
    places = ("A2/10", "A2/9", "A10/1")
    hang = (hung(label, zone) for label, zone in zip(LABELS, places, strict=True))
    rows = (feeding.SHOP, product("a"), price("a", "100.00"), stock("a", 5), *hang)
    process, watching = GatewayProcess(config), Watching(mosquitto)
    async with (
        asyncio.TaskGroup() as group,
        running(watching),
        feeding.central_running(mosquitto, tmp_path / "central", rows) as central,
        labels_at(mosquitto) as world,
        httpx.AsyncClient() as client,
    ):
        await process.start(group)
        await central.publish(price("a", "95.00"))
        await watching.price("product/a", lambda one: one["complete"] and one["shown"] == 3)
        await _sign_in(client, process)
        said = await _check(client, process)
        assert (said["labels"], said["right"], said["lines"]) == (3, 3, [])

        for label in ("L1", "L3"):
            world.labels[label].power_off()
        await central.publish(price("a", "129.00"))
        wanted = central.publisher.seq
        await watching.price("product/a", lambda one: one["seq"] == wanted and one["shown"] == 1)
        said = await _check(client, process)
        assert (said["labels"], said["right"]) == (3, 1)
        assert [(one["label"], one["zone"], one["bay"]) for one in said["lines"]] == [
            ("L1", "A2", "10"),
            ("L3", "A10", "1"),
        ]
        for one in said["lines"]:
            assert (one["shows"], one["should_show"], one["currency"]) == (
                "95.00",
                "129.00",
                "MXN",
            )
            assert one["name"] == "Artículo a"
        staff = process.addresses["staff"]
        slips = (await client.get(f"{staff}/opening-checks/{said['id']}/slips")).text
        pictures = re.findall(r'href="(/frames/\w+\.png)"', slips)
        assert len(pictures) == 2
        picture = await client.get(staff + pictures[0])
        assert picture.headers["Content-Type"] == "image/png"

        world.labels["L1"].power_on()
        world.labels["L3"].power_on()
        await watching.price("product/a", lambda one: one["seq"] == wanted and one["shown"] == 3)
        assert (await _check(client, process))["right"] == 3
        label = (await client.get(f"{staff}/api/v1/labels/L1")).json()
        assert pictures[0] == f"/frames/{label['shown']}.png", "the slip said the same"
        again = (await client.get(f"{staff}/api/v1/opening-checks/{said['id']}")).json()
        assert again == said, "the record is of then"
        assert await process.stop() == 0, "\n".join(process.lines)


async def _sign_in(client: httpx.AsyncClient, process: GatewayProcess) -> None:
    staff = process.addresses["staff"]
    form = {"name": "Ana", "password": PASSWORD}
    assert (await client.post(f"{staff}/sign-in", data=form)).status_code == 303
    session = (await client.get(f"{staff}/api/v1/session")).json()
    client.headers["X-CSRF-Token"] = session["csrf"]


async def _check(client: httpx.AsyncClient, process: GatewayProcess) -> dict[str, Any]:
    answer = await client.post(f"{process.addresses['staff']}/api/v1/opening-checks")
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found
