"""A shopper's hold through the whole gateway as its own process, over a kill, up to central."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from gateway.broker import topics
from gateway.broker.link import Link
from gateway.central.ingest import Ingester
from gateway.clock import SystemClock
from gateway.staff import passwords
from gateway.store import people
from gateway.store.database import Database
from tests.support import asking, feeding, gateway_process
from tests.support import settings as make_settings
from tests.support.feeding import price, product, stock
from tests.support.gateway_process import GatewayProcess
from tests.support.mosquitto import Mosquitto
from tests.support.running import PATIENCE_S, PREFIX, Listening, one_turn, running

PASSWORD = "una clave larga"
ROWS = (feeding.SHOP, product("a"), price("a", "999.00"), stock("a", 1))


async def until_says(client: httpx.AsyncClient, address: str, words: str) -> str:
    async with asyncio.timeout(PATIENCE_S):
        while words not in (text := (await client.get(address)).text):
            await one_turn()
    return text


def states(heard: Listening) -> list[str]:
    """What central was told of requests, each once, in order."""
    told: dict[tuple[int, int], str] = {}
    for message in heard.heard:
        batch = json.loads(message.payload)
        for one in batch["events"]:
            if one["event"]["type"] == "io.anaquel.request.changed.v1":
                told[batch["epoch"], one["seq"]] = one["event"]["data"]["state"]
    return [told[key] for key in sorted(told)]


async def test_a_hold_outlives_the_gateway_and_central_hears_each_step(
    tmp_path: Path, mosquitto: Mosquitto
) -> None:
    settings = make_settings.make(tmp_path, mosquitto.broker)
    hashed = await asyncio.to_thread(passwords.hash_, PASSWORD)
    async with Database(settings.data.folder / "anaquel.db") as database:
        await database.write(lambda connection: people.add(connection, "Ana", "clerk", hashed))
    config = tmp_path / "config.toml"
    gateway_process.write_config(config, settings)
    process = GatewayProcess(config)
    heard = Listening(mosquitto.broker, topics.events_batch("+"), client_id="reads-events")
    to_central = Link("ingester", mosquitto.broker, prefix=PREFIX, client_id="ingester")
    ingester = Ingester(to_central, tmp_path / "events", SystemClock())
    async with (
        asyncio.TaskGroup() as group,
        feeding.central_running(mosquitto, tmp_path / "central", ROWS) as central,
        httpx.AsyncClient(headers={"Accept-Language": "en"}) as phone,
        httpx.AsyncClient() as clerk,
        running(heard, heard.link, ingester, to_central),
    ):
        await heard.link.connected.wait()
        await process.start(group)
        page = await until_says(
            phone, f"{process.addresses['shopper']}/p/a?lang=en", "Hold it for me"
        )
        assert "Bring it to me" not in page, "nobody of the shop would see it"
        ask = f"{process.addresses['shopper']}/ask/a?kind=hold"
        fields = asking.fields((await phone.get(ask)).text)
        sent = await phone.post(f"{process.addresses['shopper']}/requests", data=fields)
        assert sent.status_code == 303
        link = urlsplit(sent.headers["location"]).path
        await process.kill()

        await process.start(group)
        shopper, staff = process.addresses["shopper"], process.addresses["staff"]
        await until_says(phone, shopper + link, "We are asking whether we can hold it")
        # The form is sent once more, as a phone does that heard no answer.
        again = await phone.post(f"{shopper}/requests", data=fields)
        assert urlsplit(again.headers["location"]).path == link
        form = {"name": "Ana", "password": PASSWORD}
        assert (await clerk.post(f"{staff}/sign-in", data=form)).status_code == 303
        session = (await clerk.get(f"{staff}/api/v1/session")).json()
        clerk.headers["X-CSRF-Token"] = session["csrf"]
        (asked,) = (await clerk.get(f"{staff}/api/v1/requests")).json()["requests"]
        async with clerk.stream("GET", f"{staff}/live") as stream:
            assert stream.status_code == 200
            # Somebody is there now. Of this article the shop has more than the one it holds.
            await central.publish(stock("a", 2))
            await until_says(phone, f"{shopper}/p/a?lang=en", "Bring it to me")
        accept = await clerk.post(f"{staff}/api/v1/requests/{asked['id']}/accept")
        assert accept.json()["confirmed_by"] == "staff"
        page = await until_says(phone, shopper + link, "Held until")
        assert accept.json()["code"] in page
        await until_says(phone, f"{shopper}/p/a?lang=en", "1 left")
        async with asyncio.timeout(PATIENCE_S):
            while states(heard) != ["asked", "seen"]:
                await heard.more(1)
        assert await process.stop() == 0
