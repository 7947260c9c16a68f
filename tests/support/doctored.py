"""A whole shop in which all is well, for tests that break one thing and have it looked at."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from device_drivers.simulated.openepaperlink_site import AccessPointSite
from gateway import settings as reading
from gateway.broker import topics
from gateway.broker.link import Link
from gateway.clock import Clock, ShiftedClock, SystemClock
from gateway.ops.doctor.box import Box
from gateway.ops.doctor.checks import CHECKS
from gateway.ops.doctor.looking import Doctor
from gateway.ops.system_time import SystemTime
from gateway.settings import Broker
from gateway.store import replica, time_marks
from gateway.store.database import FILE, Database
from gateway.web.findings import Finding, Report
from tests.support import gateway_process, shop
from tests.support import settings as make_settings
from tests.support.bluez import BlueZ
from tests.support.certificates import Authority, Signed
from tests.support.mosquitto import Mosquitto, free_port, free_ports
from tests.support.running import PREFIX, running

USER, PASSWORD = "anaquel", "una clave de verdad"
_MACHINES = {"disk_slow", "disk_too_slow", "disk_nearly_full"}
"""Say something about the machine that tests run on, nothing about the code."""
_PATIENT = [replace(one, limit_s=10 * one.limit_s) for one in CHECKS]


@dataclass
class Shop:
    """A shop with its broker over TLS, one Bluetooth adapter and one access point.

    ``sections`` are its settings; whoever changes them calls ``configure``.
    """

    folder: Path
    broker: Mosquitto
    bluez: BlueZ
    point: AccessPointSite
    authority: Authority
    tls_port: int
    sections: dict[str, dict[str, Any]] = field(default_factory=dict)
    clock: ShiftedClock = field(default_factory=lambda: ShiftedClock(SystemClock()))

    @property
    def config(self) -> Path:
        return self.folder / "config.toml"

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def database(self) -> Path:
        return self.data / FILE

    @property
    def password(self) -> Path:
        return self.folder / "password.txt"

    @property
    def rfkill(self) -> Path:
        return self.folder / "rfkill"

    def configure(self) -> None:
        """Write the settings file."""
        shown = Broker.model_validate(self.sections["shop_broker"])
        others = {name: one for name, one in self.sections.items() if name != "shop_broker"}
        settings = make_settings.make(self.folder, shown, **others)
        gateway_process.write_config(self.config, settings)

    async def certify(self, signed: Signed) -> None:
        """Let the broker come back with this certificate."""
        await asyncio.to_thread(self.broker.stop)
        lines = _broker_lines(self.folder, self.tls_port, signed)
        self.broker = Mosquitto(self.folder / "mosquitto", extra=lines)
        await asyncio.to_thread(self.broker.start)

    def end(self) -> None:
        """End the broker, whichever is there by now."""
        self.broker.kill()

    async def look(self) -> Report:
        """Look at everything, as the command does."""
        settings = await asyncio.to_thread(reading.load, self.config)
        box = Box(
            settings=settings,
            clock=self.clock,
            config=self.config,
            rfkill=self.rfkill,
            system_time=lambda: SystemTime(synchronised=True, battery=True),
        )
        return await Doctor(box, _PATIENT).look()

    async def findings(self) -> dict[str, Finding]:
        """What is found, by its code; how fast this machine's disk is does not count."""
        report = await self.look()
        found = [finding for check in report.checks for finding in check.findings]
        return {one.advice.code: one for one in found if one.advice.code not in _MACHINES}


@asynccontextmanager
async def opened(folder: Path, bluez: BlueZ) -> AsyncIterator[Shop]:
    """The shop, its gateway not started yet; ``bluez`` is on the system's bus."""
    clock = SystemClock()
    authority = Authority(folder, clock.now())
    tls_port = free_port()
    await asyncio.to_thread(_secrets, folder)
    good = _broker_lines(folder, tls_port, authority.sign("localhost"))
    broker = Mosquitto(folder / "mosquitto", extra=good)
    point = AccessPointSite()
    async with AsyncExitStack() as stack:
        await asyncio.to_thread(broker.start)
        await bluez.start()
        await bluez.add_adapter()
        await stack.enter_async_context(point.serving())
        one = Shop(folder, broker, bluez, point, authority, tls_port)
        stack.callback(one.end)
        one.sections.update(_sections(one))
        one.configure()
        await _tell_manifest(one)
        await _fill(one, clock)
        yield one


def _secrets(folder: Path) -> None:
    password = folder / "password.txt"
    password.touch(mode=0o600)
    password.write_text(PASSWORD)
    users = folder / "users"
    users.touch()
    subprocess.run(["mosquitto_passwd", "-b", str(users), USER, PASSWORD], check=True)
    (folder / "access").write_text(f"user {USER}\ntopic readwrite {PREFIX}/#\n")


def _broker_lines(folder: Path, port: int, signed: Signed) -> str:
    return "\n".join(
        (
            "allow_anonymous false",
            f"password_file {folder / 'users'}",
            f"acl_file {folder / 'access'}",
            f"listener {port} 127.0.0.1",
            f"certfile {signed.certificate}",
            f"keyfile {signed.key}",
        )
    )


def _sections(one: Shop) -> dict[str, dict[str, Any]]:
    names = ("shopper", "staff", "intake", "ops")
    ports = dict(zip(names, free_ports(len(names)), strict=True))
    sites = {name: {"host": "127.0.0.1", "port": port} for name, port in ports.items()}
    sites["staff"] |= {"https": False, "secure_cookies": False}
    return {
        "shop": {"public_base": f"http://localhost:{ports['shopper']}"},
        "shop_broker": {
            "host": "localhost",
            "port": one.tls_port,
            "tls": True,
            "ca_file": one.authority.file,
            "username": USER,
            "password_file": one.password,
        },
        "sites": sites,
        "bluetooth": {"adapters": ["hci0"]},
        "access_points": {"floor": {"family": "openepaperlink", "url": one.point.base}},
    }


async def _tell_manifest(one: Shop) -> None:
    broker = Broker.model_validate(one.sections["shop_broker"])
    link = Link("test", broker, prefix=PREFIX, client_id="central")
    async with running(link):
        await link.connected.wait()
        await link.publish(topics.MANIFEST, b"{}", retain=True)


async def _fill(one: Shop, clock: Clock) -> None:
    async with Database(one.database) as database:
        await shop.fill(database)
        await database.write(
            lambda rows: replica.move(rows, "central", epoch=1, seq=1, at=clock.now())
        )
        await database.write(lambda rows: time_marks.believe(rows, clock.now()))
