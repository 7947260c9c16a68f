"""The first hour of docs/central.md, command by command, as a reader types it."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import socket
import sys
from pathlib import Path

import httpx

from tests.support import gateway_process, project
from tests.support import settings as make_settings
from tests.support.gateway_process import GatewayProcess
from tests.support.mosquitto import Mosquitto
from tests.support.running import PATIENCE_S, Listening, running

PAGE = (project.ROOT / "docs" / "central.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```sh\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
PORT = "18830"
COMMAND = ".venv/bin/anaquel"


class Reader:
    """Somebody at a terminal in the clone, with a broker and an HTTP port of their own."""

    def __init__(self, folder: Path, mosquitto: Mosquitto) -> None:
        self._folder = folder
        self._port = str(mosquitto.port)
        (folder / "var").mkdir()
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self._serve = f"[serve]\nport = {probe.getsockname()[1]}\nmanifest_s = 0.5\n"

    async def type_in(self, commands: str) -> asyncio.subprocess.Process:
        """Begin the reader's commands; standard error goes with standard output."""
        text = commands.replace(COMMAND, f"{sys.executable} -m gateway")
        text = text.replace(f"port = {PORT}\n", f"port = {self._port}\n{self._serve}")
        assert PORT not in text
        return await asyncio.create_subprocess_exec(
            *("bash", "-euc", text),
            cwd=self._folder,
            env=os.environ | {"COLUMNS": "200", "PYTHONPATH": str(project.ROOT)},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            start_new_session=True,
        )

    async def read(self, commands: str) -> str:
        """Run the commands to their end and return what they said."""
        process = await self.type_in(commands)
        async with asyncio.timeout(2 * PATIENCE_S):
            said, _ = await process.communicate()
        assert process.returncode == 0, said.decode()
        return said.decode()


async def page_shows(shopper: httpx.AsyncClient, path: str, wanted: str) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while wanted not in (await shopper.get(path)).text:
            await asyncio.to_thread(os.sched_yield)


async def test_the_first_hour_works_as_it_is_written(tmp_path: Path, mosquitto: Mosquitto) -> None:
    first, serve, lower, mistake = BLOCKS
    reader = Reader(tmp_path, mosquitto)
    feed = {"snapshot_hosts": ("127.0.0.1",), "gap_s": 0.1, "answer_s": 0.5}
    settings = make_settings.make(tmp_path, mosquitto.broker, feed=feed)
    gateway_process.write_config(tmp_path / "config.toml", settings)
    gateway = GatewayProcess(tmp_path / "config.toml")
    positions = Listening(mosquitto.broker, "feed/position/gw-1")
    async with asyncio.TaskGroup() as group, running(positions), httpx.AsyncClient() as shopper:
        await gateway.start(group)
        shopper.base_url = httpx.URL(gateway.addresses["shopper"])
        shopper.headers["Accept-Language"] = "es-MX"
        central: asyncio.subprocess.Process | None = None
        try:
            said = await reader.read(first)
            assert "8 rows: a shop takes all of it." in said
            assert "published in 1 delta: 8 added" in said
            central = await reader.type_in(serve)
            await page_shows(shopper, "/g/brisa", "1,299.00")
            assert "behind" in await reader.read(lower)
            await page_shows(shopper, "/p/brisa-26", "999.00")
            said = await reader.read(mistake)
            assert "rows.ndjson:6: offers brisa-26: negative_amount" in said
            position = await positions.until(lambda one: one["refused"] == 1)
            assert "999.00" in (await shopper.get("/p/brisa-26")).text
            watch = mistake.splitlines()[-1]
            said = await reader.read(watch)
            assert re.search(rf"gw-1 +yes +{position['epoch']} +3 +0 +equal +1 ", said), said
        finally:
            if central is not None:
                os.killpg(central.pid, signal.SIGTERM)
                await central.communicate()
            assert await gateway.stop() == 0
