"""The labels room without air: a real database, a broker in memory, a set clock."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from device_drivers.api.drivers import Announced, Reported, Shown
from device_drivers.api.panels import Frame, Ink, Panel
from device_drivers.labels.mqtt.driver import MqttLabelDriver
from device_drivers.simulated.messages import InMemoryBroker, InMemoryPort
from gateway.domain.events import Lane, Origin
from gateway.domain.labels import LabelState, Target
from gateway.domain.ranking import Told
from gateway.domain.rows import Row
from gateway.feed import checking
from gateway.labels import binding
from gateway.labels.courier import Courier
from gateway.labels.listening import Listener
from gateway.labels.reports import Reports
from gateway.labels.turns import Turns
from gateway.settings import Labels
from gateway.store import deliveries, frames, labels, outbox, queue, replica
from gateway.store.database import Connection, Database
from gateway.store.deliveries import Delivery, Wish
from gateway.store.label_rows import Label

T = TypeVar("T")

AT = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
PANEL = Panel(name="tiny", width=8, height=2, inks=(Ink.WHITE, Ink.BLACK), dpi=112)
OTHER = "ef" * 32
ORIGIN = Origin(store="s042", gateway="gw-1")


@dataclass(slots=True)
class SetClock:
    """Stands still until it is moved."""

    wall: datetime = AT
    steady: float = 0.0

    def now(self) -> datetime:
        return self.wall

    def monotonic(self) -> float:
        return self.steady

    def known(self) -> datetime:
        return self.now()

    @property
    def trusted(self) -> bool:
        return True

    def pass_(self, by: timedelta) -> None:
        """Time goes by, for both clocks."""
        self.wall += by
        self.steady += by.total_seconds()


def announced(label: str, showing: str | None = None) -> Announced:
    return Announced(label=label, panel=PANEL, formats=("png",), firmware="1", showing=showing)


def says_shown(delivery: Delivery, *, retained: bool = False) -> Reported:
    """What the label says that shows what was handed over."""
    assert delivery.sha256 is not None
    return Reported(
        label=delivery.label,
        wish=delivery.wish,
        sha256=delivery.sha256,
        outcome=Shown(),
        retained=retained,
    )


@dataclass(slots=True)
class Room:
    """The room and what goes on in it."""

    database: Database
    clock: SetClock
    broker: InMemoryBroker
    port: InMemoryPort
    driver: MqttLabelDriver
    reports: Reports
    turns: Turns
    courier: Courier
    listener: Listener
    _seq: int = 0
    _owner: checking.Owner = field(default=lambda _kind: "central")

    async def read(self, query: Callable[[Connection], T]) -> T:
        return await self.database.read(query)

    async def label(self, name: str) -> Label:
        label = await self.read(lambda connection: labels.get(connection, name))
        assert label is not None
        return label

    async def delivery(self, name: str) -> Delivery:
        delivery = await self.read(lambda connection: deliveries.get(connection, name))
        assert delivery is not None
        return delivery

    async def due_in(self) -> timedelta | None:
        due = await self.read(queue.next_due)
        return None if due is None else due - self.clock.now()

    async def wish(
        self,
        label: str,
        ink: int = 0,
        *,
        state: LabelState = LabelState.REGULAR,
        why: str = "",
        announce: bool = True,
    ) -> None:
        """A known label is to show a frame full of this ink."""
        frame = Frame(
            width=PANEL.width,
            height=PANEL.height,
            inks=PANEL.inks,
            pixels=bytes([ink] * PANEL.width * PANEL.height),
        )
        new = Wish(
            label=label,
            id=f"w-{label}-{ink}",
            fingerprint=frame.fingerprint,
            template="",
            cause="regular",
            made_at=self.clock.now(),
            told=Told(state=state),
        )

        def want(connection: Connection) -> None:
            frames.put(connection, frame, self.clock.now())
            deliveries.want(connection, new, why=why)

        if announce:
            await self.reports.heard("mqtt", [announced(label)])
        await self.database.write(want)

    async def shown(self, label: str) -> Delivery:
        """Bring the label to the point where it confirmed its wish."""
        await self.wish(label)
        await self.courier.deliver_due()
        delivery = await self.delivery(label)
        await self.reports.heard("mqtt", [says_shown(delivery)])
        delivery = await self.delivery(label)
        assert delivery.state == "shown"
        return delivery

    async def know_picture(self, sha256: str) -> None:
        """A picture that was delivered to somebody once."""
        await self.database.write(
            lambda connection: frames.note_picture(connection, sha256, "of a frame that was")
        )

    async def write(self, *rows: Row) -> None:
        """What central says, written as the feed writes it."""
        await self._apply(*((row.kind, row.key, row.value) for row in rows))

    async def delete(self, kind: str, key: str) -> None:
        """Central's tombstone."""
        await self._apply((kind, key, None))

    async def _apply(self, *rows: tuple[str, str, dict[str, Any] | None]) -> None:
        self._seq += 1
        checked = [checking.row("central", *row, self._owner) for row in rows]
        await self.database.write(
            lambda connection: replica.apply(
                connection, "central", checked, seq=self._seq, at=self.clock.now()
            )
        )

    async def bind(self, label: str, target: Target) -> None:
        """A new label on ``target``."""
        await self.reports.heard("mqtt", [announced(label)])
        await self.database.write(
            lambda connection: binding.bind(
                connection, label, target, origin=ORIGIN, by="test", at=self.clock.now()
            )
        )


@asynccontextmanager
async def room(folder: Path, *, most: int = labels.MAX_LABELS) -> AsyncIterator[Room]:
    """The room with its link up."""
    clock, broker = SetClock(), InMemoryBroker()
    port = broker.port("gateway")
    driver = MqttLabelDriver(port)
    settings = Labels()
    async with Database(folder / "anaquel.db") as database:
        limits: dict[Lane, int] = dict.fromkeys(Lane, 1_000_000)
        await database.write(
            lambda connection: outbox.prepare(connection, limits, clock.now(), uplink=True)
        )
        reports = Reports(database, ORIGIN, clock, settings, most=most)
        turns = Turns()
        made = Room(
            database=database,
            clock=clock,
            broker=broker,
            port=port,
            driver=driver,
            reports=reports,
            turns=turns,
            courier=Courier(database, {"mqtt": driver}, reports, turns, clock, settings),
            listener=Listener(driver, reports, turns, clock),
        )
        await port.connect()
        yield made
