"""The README's walk-through, command by command, as a reader types it."""

from __future__ import annotations

import asyncio
import re
import time
from pathlib import Path

import httpx

from device_drivers.api.panels import Ink, Panel
from device_drivers.simulated.mqtt_label import LabelModel, SimulatedLabels
from gateway.broker.link import Link
from gateway.settings import Settings
from gateway.staff import passwords
from gateway.store import people
from gateway.store.database import Database
from tests.support import gateway_process, project
from tests.support import settings as make_settings
from tests.support.gateway_process import GatewayProcess
from tests.support.mosquitto import Mosquitto
from tests.support.running import PATIENCE_S, PREFIX, Listening, running

README = (project.ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```sh\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
PROMISE_S = 2.0
PORT = "18830"
PANEL = Panel(name="2.9", width=296, height=128, inks=(Ink.WHITE, Ink.BLACK, Ink.RED), dpi=112)
# Electronic paper takes its seconds to turn; the promise is about the way there.
LABEL = LabelModel(panel=PANEL, refresh_s=0.1)


async def type_in(commands: str, mosquitto: Mosquitto) -> float:
    """Run the reader's commands with our broker's port; returns when they began."""
    define_pub = BLOCKS[0].splitlines()[0]
    text = commands if commands.startswith(define_pub) else f"{define_pub}\n{commands}"
    assert PORT in text
    began = time.monotonic()
    shell = await asyncio.create_subprocess_exec(
        "bash", "-euc", text.replace(PORT, str(mosquitto.port)), stdin=asyncio.subprocess.DEVNULL
    )
    async with asyncio.timeout(PATIENCE_S):
        assert await shell.wait() == 0
    return began


def address(port: str) -> str:
    """The path of the page that the README opens on this port."""
    found = re.search(rf"<?http://127\.0\.0\.1:{port}(/[^\s>]*)?>?", README)
    assert found is not None
    return found[1] or "/"


async def with_staff(settings: Settings) -> None:
    """What `anaquel person add` does, without a terminal to type the password."""
    await asyncio.to_thread(settings.data.folder.mkdir, parents=True, exist_ok=True)
    hashed = await asyncio.to_thread(passwords.hash_, "a long password")
    async with Database(settings.data.folder / "anaquel.db") as database:
        await database.write(lambda connection: people.add(connection, "Ana", "manager", hashed))


async def sign_in(staff: httpx.AsyncClient) -> None:
    form = {"name": "Ana", "password": "a long password"}
    answer = await staff.post("/sign-in", data=form, follow_redirects=True)
    assert answer.status_code == httpx.codes.OK


class Shelf:
    """The label `shelf-1`, and somebody who hears what it reports."""

    def __init__(self, mosquitto: Mosquitto) -> None:
        self.link = Link("shelf", mosquitto.broker, prefix=PREFIX, client_id="shelf")
        self.labels = SimulatedLabels(self.link)
        self.reports = Listening(mosquitto.broker, "label/shelf-1/report", client_id="watches")
        self._label = self.labels.add("shelf-1", LABEL)
        self._seen: set[str] = set()

    async def new_picture(self) -> None:
        """Wait until the label says that it shows a picture it has not shown before."""
        report = await self.reports.until(
            lambda said: said["result"] == "shown" and said["sha256"] not in self._seen
        )
        assert report["sha256"] == self._label.showing_sha256
        self._seen.add(report["sha256"])


async def test_a_price_typed_by_hand_is_on_the_label_and_on_both_pages_in_two_seconds(
    tmp_path: Path, mosquitto: Mosquitto
) -> None:
    settings = make_settings.make(tmp_path, mosquitto.broker)
    gateway_process.write_config(tmp_path / "config.toml", settings)
    await with_staff(settings)
    gateway = GatewayProcess(tmp_path / "config.toml")
    shelf = Shelf(mosquitto)
    async with (
        asyncio.TaskGroup() as group,
        running(shelf.link, shelf.labels, shelf.reports),
        httpx.AsyncClient() as shopper,
        httpx.AsyncClient() as staff,
    ):
        await gateway.start(group)
        try:
            await shelf.new_picture()  # that it stands for nothing yet
            shopper.base_url = httpx.URL(gateway.addresses["shopper"])
            staff.base_url = httpx.URL(gateway.addresses["staff"])
            await sign_in(staff)
            pages = [(shopper, address("8080")), (staff, "/labels")]
            for commands, price in zip(BLOCKS, ("1,299.00", "999.00"), strict=True):
                began = await type_in(commands, mosquitto)
                await shelf.new_picture()
                for client, path in pages:
                    page = await client.get(path, headers={"Accept-Language": "es-MX"})
                    assert price in page.text, path
                assert time.monotonic() - began < PROMISE_S, price
        finally:
            code = await gateway.stop()
        assert code == 0
