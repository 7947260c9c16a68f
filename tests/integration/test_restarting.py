"""A gateway that begins again with other settings: whoever outlives it goes by them too."""

from __future__ import annotations

import asyncio
from functools import partial
from pathlib import Path

import httpx

from gateway.settings import connected
from gateway.settings.connected import CentralFile
from gateway.settings.sections import Broker
from gateway.store import people
from gateway.store.database import FILE, Database
from tests.support import gateway_process
from tests.support import settings as make_settings
from tests.support.gateway_process import GatewayProcess
from tests.support.mosquitto import free_ports
from tests.support.running import PATIENCE_S, one_turn
from tests.support.staffed import HASH, PASSWORD


async def test_the_backups_to_put_back_are_those_of_the_shop_that_it_is_now(
    tmp_path: Path,
) -> None:
    port, nobody = free_ports(2)
    listen = {"host": "127.0.0.1", "port": port, "https": False, "secure_cookies": False}
    settings = make_settings.make(
        tmp_path,
        shop={"store": "own", "gateway": "own-1", "public_base": "http://127.0.0.1:1"},
        central={"kind": "none"},
        sites={"staff": listen},
        backup={"at": "never", "mounts": []},
    )
    data = settings.data.folder
    async with Database(data / FILE) as database:
        await database.write(
            partial(people.add, name="Ana", role="administrator", password_hash=HASH)
        )
    broker = Broker(host="127.0.0.1", port=nobody, tls=False)
    central = CentralFile(store="t7", gateway="t7-1", broker=broker)
    await asyncio.to_thread(connected.keep_central, data, central, "", "")
    gateway_process.write_config(tmp_path / "config.toml", settings)
    process = GatewayProcess(tmp_path / "config.toml")
    async with (
        asyncio.timeout(3 * PATIENCE_S),
        asyncio.TaskGroup() as group,
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client,
    ):
        await process.start(group)
        await _sign_in(client)
        assert "anaquel~t7~" in await _with_a_backup(client)
        await client.post("/central/end")
        while process.lines.count(f"{'staff':10} {process.addresses['staff']}") < 2:
            await one_turn()
        await _sign_in(client)
        page = await _with_a_backup(client)
        assert "anaquel~own~" in page
        assert "anaquel~t7~" not in page
        assert await process.stop() == 0


async def _sign_in(client: httpx.AsyncClient) -> None:
    answer = await client.post("/sign-in", data={"name": "Ana", "password": PASSWORD})
    assert answer.status_code == 303
    client.headers["X-CSRF-Token"] = (await client.get("/api/v1/session")).json()["csrf"]


async def _with_a_backup(client: httpx.AsyncClient) -> str:
    """Have one made; the page of what may be put back."""
    await client.post("/backups/make")
    while "/backups/download" not in (await client.get("/backups")).text:
        await one_turn()
    return (await client.get("/restore")).text
