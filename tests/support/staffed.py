"""A shop with labels and somebody who may sign in, for tests of the staff site."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from device_drivers import pictures
from device_drivers.api.drivers import Announced, LabelDriver, Presence, Telemetry
from device_drivers.api.panels import Frame, Ink, Panel
from gateway.clock import ShiftedClock, SystemClock
from gateway.domain.events import Lane, Origin
from gateway.domain.labels import Target
from gateway.domain.proof import Entry
from gateway.labels import binding
from gateway.notices.service import Notices
from gateway.ops.doctor.box import Box
from gateway.ops.doctor.looking import Doctor
from gateway.settings import Settings
from gateway.staff import passwords
from gateway.staff.attempts import Attempts
from gateway.staff.backups import KeepsBackups
from gateway.staff.checkup import Looking
from gateway.staff.notice_pages import Tells
from gateway.staff.site import Site, look, site
from gateway.store import deliveries, frames, labels, outbox, people, proof, queue
from gateway.store.database import Connection, Database
from gateway.store.deliveries import Wish
from gateway.web.streams import Streams
from gateway.wording import warm_up
from tests.support import settings as test_settings
from tests.support import shop

ORIGIN = Origin(store="s042", gateway="gw-1")
NAME, PASSWORD = "Ana", "una clave larga"
HASH = passwords.hash_(PASSWORD)
LOOK = look()
ZONE = warm_up.warm_up(country="MX", zone="America/Mexico_City")
"""Kept, as a site built on the loop may not read it from disk."""
PANELS = (
    Panel(name="E29", width=296, height=128, inks=(Ink.WHITE, Ink.BLACK), dpi=112),
    Panel(name="E42", width=400, height=300, inks=(Ink.WHITE, Ink.BLACK, Ink.RED), dpi=120),
    Panel(name="E15", width=152, height=152, inks=(Ink.WHITE, Ink.BLACK, Ink.YELLOW), dpi=130),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Staffed:
    """The site, what it stands on, and a way to ask it."""

    database: Database
    clock: ShiftedClock
    settings: Settings
    site: Site
    pauses: list[float]

    def client(self, address: str = "192.0.2.7") -> httpx.AsyncClient:
        """A browser of its own, not signed in."""
        transport = httpx.ASGITransport(self.site.app, client=(address, 5000))
        return httpx.AsyncClient(
            transport=transport,
            base_url="http://staff.test",
            headers={"Accept-Language": "es-MX"},
        )

    @asynccontextmanager
    async def signed_in(
        self, name: str = NAME, password: str = PASSWORD
    ) -> AsyncIterator[httpx.AsyncClient]:
        """A browser that has signed in; its CSRF token goes with every request."""
        async with self.client() as client:
            answer = await client.post("/sign-in", data={"name": name, "password": password})
            assert answer.status_code == 303, answer.text
            session = (await client.get("/api/v1/session")).json()
            client.headers["X-CSRF-Token"] = session["csrf"]
            yield client


def make(
    database: Database,
    clock: ShiftedClock,
    folder: Path,
    *,
    secure_cookies: bool = False,
    drivers: Mapping[str, LabelDriver] | None = None,
    backups: KeepsBackups | None = None,
    notices: Tells | None = None,
    looking: Looking | None = None,
    alone: bool = False,
) -> Staffed:
    """The site over an open database; pauses after failures are noted, not waited for.

    A shop that is ``alone`` has no central system: its catalogue comes from files.
    """
    own: dict[str, Any] = {"central": {"kind": "none"}} if alone else {}
    settings = test_settings.make(
        folder,
        labels={"confirm_s": 120.0},
        **own,
        sites={
            "staff": {
                "host": "127.0.0.1",
                "port": 0,
                "https": secure_cookies,
                "secure_cookies": secure_cookies,
            },
        },
    )
    pauses: list[float] = []

    async def pause(seconds: float) -> None:
        pauses.append(seconds)

    built = site(
        database=database,
        clock=clock,
        settings=settings,
        origin=ORIGIN,
        looking=looking or Doctor(Box(settings=settings, clock=SystemClock())),
        drivers=drivers,
        backups=backups,
        notices=notices or Notices(database, clock, settings, dict),
        restart=lambda: None,
        attempts=Attempts(database, clock, pause=pause),
        streams=Streams(heartbeat_s=0.05),
        looks=LOOK,
    )
    return Staffed(database=database, clock=clock, settings=settings, site=built, pauses=pauses)


async def fill(database: Database) -> None:
    """The shop's catalogue, one person, lanes."""
    await shop.fill(database)
    await add_person(database, NAME, "manager")

    def lanes(connection: Connection) -> None:
        outbox.prepare(connection, dict.fromkeys(Lane, 1_000_000), shop.NOW, uplink=True)

    await database.write(lanes)


async def add_person(database: Database, name: str, role: str = "clerk") -> None:
    """Somebody whose password is ``PASSWORD``."""
    await database.write(lambda connection: people.add(connection, name, role, HASH))


def announce(
    connection: Connection,
    label: str,
    *,
    panel: Panel = PANELS[0],
    showing: str | None = None,
    battery_mv: int | None = 2_980,
    at: datetime = shop.NOW,
) -> str:
    """A label introduces itself; returns its code."""
    heard = Announced(label=label, panel=panel, formats=("png",), firmware="1.4.0", showing=showing)
    labels.announce(connection, "mqtt", heard, at)
    labels.hear(connection, label, Telemetry(battery_mv=battery_mv, rssi_dbm=-61), at)
    found = labels.get(connection, label)
    assert found is not None
    return found.code


def bind(connection: Connection, label: str, target: Target, at: datetime = shop.NOW) -> None:
    """Bind as somebody did on the site."""
    binding.bind(connection, label, target, origin=ORIGIN, by="Ana", at=at)


def frame(panel: Panel, stripe: int) -> Frame:
    """A picture that differs by ``stripe``."""
    inks = len(panel.inks)
    rows = [
        bytes([1 if (row + stripe) % 16 < 4 else (row // 40) % inks * (row % 3 == 0)]) * panel.width
        for row in range(panel.height)
    ]
    return Frame(width=panel.width, height=panel.height, inks=panel.inks, pixels=b"".join(rows))


def want(connection: Connection, label: str, wished: Frame, at: datetime = shop.NOW) -> str:
    """The label should show this now; returns the SHA-256 of the picture as it travels."""
    frames.put(connection, wished, at)
    sha256 = hashlib.sha256(pictures.encode(wished, "png")).hexdigest()
    frames.note_picture(connection, sha256, wished.fingerprint)
    wish = Wish(
        label=label,
        id=f"wish-{label}-{wished.fingerprint[:8]}",
        fingerprint=wished.fingerprint,
        template="",
        cause="regular",
        made_at=at,
    )
    deliveries.want(connection, wish)
    proof.append(
        connection,
        Entry(label=label, at=at, what="wished", wish=wish.id, fingerprint=wished.fingerprint),
    )
    return sha256


def hand_over(connection: Connection, label: str, sha256: str, at: datetime = shop.NOW) -> None:
    """The picture went out."""
    wish = deliveries.wish(connection, label)
    assert wish is not None
    queue.handing_over(connection, label, wish.id, sha256, at=at, until=at + timedelta(seconds=120))


def confirm(connection: Connection, label: str, sha256: str, at: datetime = shop.NOW) -> None:
    """The label says that it shows the picture."""
    wish = deliveries.wish(connection, label)
    assert wish is not None
    labels.see(connection, label, sha256, at)
    deliveries.shown(connection, label, wish.id, at)
    proof.append(
        connection,
        Entry(label=label, at=at, what="shown", wish=wish.id, fingerprint=wish.fingerprint),
    )


def shelf(connection: Connection) -> None:
    """Seven labels, one of each standing."""
    targets: Sequence[Target | None] = (
        Target(product="alba-navy-26"),
        Target(group="jeans-alba", where={"color": "navy"}),
        Target(group="runner-white"),
        Target(product="tote"),
        Target(product="chino-32-30"),
        Target(product="sock"),
        None,
    )
    for number, target in enumerate(targets):
        label, panel = f"L{number:03d}", PANELS[number % len(PANELS)]
        announce(connection, label, panel=panel, battery_mv=2_400 if number == 4 else 2_980)
        if target is not None:
            bind(connection, label, target)
        if number == 5:
            continue
        old = want(connection, label, frame(panel, number))
        hand_over(connection, label, old)
        confirm(connection, label, old)
        if number in {0, 6}:
            continue
        since = shop.NOW - timedelta(seconds=1_320 if number == 3 else 5)
        new = want(connection, label, frame(panel, number + 7), since)
        _go_on(connection, label, number, new, since)
    labels.see(connection, "L006", "ab" * 32, shop.NOW)
    # Each was planned since.
    connection.execute("UPDATE label SET stale = 0")


def _go_on(connection: Connection, label: str, number: int, sha256: str, since: datetime) -> None:
    wish = deliveries.wish(connection, label)
    assert wish is not None
    if number in {2, 3, 4}:
        hand_over(connection, label, sha256, since)
    if number == 2:
        deliveries.transferred(connection, label, wish.id, since)
    if number == 4:
        deliveries.failed(
            connection,
            label,
            wish.id,
            reason="image_missing",
            detail="",
            again_at=shop.NOW + timedelta(seconds=5),
        )
        labels.presence(connection, Presence(label=label, online=False), since)
