"""The whole gateway as its own process: how it ends, and that it serves whoever else is away."""

from __future__ import annotations

import asyncio
import time
from datetime import timedelta
from pathlib import Path

import httpx

from gateway.clock import SystemClock
from gateway.domain.labels import Target
from gateway.domain.rows import Row
from gateway.staff import passwords
from gateway.store import people
from gateway.store.database import Database
from tests.support import feeding, gateway_process, shelving
from tests.support import settings as make_settings
from tests.support.feeding import price, product
from tests.support.gateway_process import GatewayProcess
from tests.support.mosquitto import Mosquitto
from tests.support.running import PATIENCE_S, one_turn

END_S = 3.0
PASSWORD = "una clave larga"


def started_and_ended(since: Row, ends_in: timedelta) -> Row:
    """The product's prices with a sale that begins a little later."""
    begins = (SystemClock().now() + ends_in).isoformat()
    sale = {"kind": "sale", "amount": "799.00", "valid_from": begins}
    value = since.value | {"offers": [*since.value["offers"], sale]}
    return Row(kind=since.kind, key=since.key, value=value)


async def until_page_says(phone: httpx.AsyncClient, page: str, words: str) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while words not in (await phone.get(page)).text:
            await one_turn()


async def test_it_ends_in_time_with_pages_and_streams_open(
    tmp_path: Path, mosquitto: Mosquitto
) -> None:
    settings = make_settings.make(tmp_path, mosquitto.broker)
    hashed = await asyncio.to_thread(passwords.hash_, PASSWORD)
    async with Database(settings.data.folder / "anaquel.db") as database:
        await database.write(lambda connection: people.add(connection, "Ana", "manager", hashed))
    config = tmp_path / "config.toml"
    gateway_process.write_config(config, settings)
    process = GatewayProcess(config)
    async with asyncio.TaskGroup() as group, httpx.AsyncClient() as client:
        await process.start(group)
        await client.get(f"{process.addresses['shopper']}/p/unknown")
        staff = process.addresses["staff"]
        form = {"name": "Ana", "password": PASSWORD}
        assert (await client.post(f"{staff}/sign-in", data=form)).status_code == 303
        async with client.stream("GET", f"{staff}/live") as stream:
            assert stream.status_code == 200
            told = stream.aiter_bytes()
            assert await anext(told)
            began = time.monotonic()
            code = await process.stop()
            took_s = time.monotonic() - began
            async for _ in told:
                pass
    assert code == 0, "\n".join(process.lines)
    assert took_s <= END_S
    assert not [line for line in process.lines if "Traceback" in line]


async def test_the_broker_of_its_own_goes_with_it_even_when_it_is_killed(tmp_path: Path) -> None:
    settings = make_settings.make(tmp_path, Mosquitto(tmp_path / "its-port").broker)
    config = tmp_path / "config.toml"
    gateway_process.write_config(config, settings)
    process = GatewayProcess(config, "--own-broker")
    async with asyncio.TaskGroup() as group:
        for _ in range(2):
            await process.start(group)
            await process.kill()
        await process.start(group)
        assert await process.stop() == 0
    assert not [line for line in process.lines if "is taken" in line]
    assert settings.data.folder.stat().st_mode & 0o777 == 0o700, "with hashes of passwords in it"


async def test_without_any_broker_it_serves_and_says_so_once(tmp_path: Path) -> None:
    nobody = Mosquitto(tmp_path / "never-started").broker
    settings = make_settings.make(tmp_path, nobody)
    config = tmp_path / "config.toml"
    gateway_process.write_config(config, settings)
    process = GatewayProcess(config)
    async with asyncio.TaskGroup() as group, httpx.AsyncClient() as phone:
        await process.start(group)
        page = f"{process.addresses['shopper']}/p/unknown"
        for _ in range(30):
            assert (await phone.get(page)).status_code == 404
        assert await process.stop() == 0
    away = [line for line in process.lines if "broker away" in line]
    links = {f"{name} at {nobody.host}:{nobody.port}" for name in ("shop", "intake")}
    assert len(away) == len(links)
    assert all(any(link in line for line in away) for link in links)
    assert all("nothing listens there" in line and "start the broker" in line for line in away)


async def test_with_central_and_broker_away_prices_stay_and_change_on_time(
    tmp_path: Path, mosquitto: Mosquitto
) -> None:
    settings = make_settings.make(tmp_path, mosquitto.broker)
    config = tmp_path / "config.toml"
    gateway_process.write_config(config, settings)
    process = GatewayProcess(config)
    async with asyncio.TaskGroup() as group, httpx.AsyncClient() as phone:
        await process.start(group)
        page = f"{process.addresses['shopper']}/p/a?lang=en"
        rows = (feeding.SHOP, product("a"), price("a", "999.00"))
        async with feeding.central_running(mosquitto, tmp_path / "central", rows) as central:
            await until_page_says(phone, page, "999.00")
            await central.publish(started_and_ended(price("a", "949.00"), timedelta(seconds=3)))
            await until_page_says(phone, page, "949.00")
        await asyncio.to_thread(mosquitto.kill)
        assert "949.00" in (await phone.get(page)).text
        await until_page_says(phone, page, "799.00")
        assert await process.stop() == 0


async def test_a_label_s_scheduled_price_is_wished_while_the_broker_is_away(
    tmp_path: Path, mosquitto: Mosquitto
) -> None:
    async with shelving.shelf(mosquitto, make_settings.make(tmp_path, mosquitto.broker)) as shelf:
        shelf.add("L1")
        await shelf.write(feeding.SHOP, product("a"), price("a", "999.00"))
        await shelf.bind("L1", Target(product="a"))
        await shelf.until_shown("L1")
        first = (await shelf.wish("L1")).fingerprint
        await asyncio.to_thread(mosquitto.kill)
        await shelf.link.away.wait()
        await shelf.write(started_and_ended(price("a", "999.00"), timedelta(seconds=0.3)))
        changed = shelf.database.changes.subscribe("delivery")
        async with asyncio.timeout(PATIENCE_S):
            while (await shelf.wish("L1")).fingerprint == first:
                await changed.next()
        assert (await shelf.wish("L1")).cause == "sale"
        await asyncio.to_thread(mosquitto.start)
        await shelf.until_shown("L1")
