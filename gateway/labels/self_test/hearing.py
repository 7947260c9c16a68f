"""Which labels of known families are within reach, as their drivers hear them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any, NoReturn, Protocol, assert_never

from device_drivers.api.drivers import (
    Announced,
    Family,
    Foreign,
    Hardware,
    LabelDriver,
    Measured,
    Presence,
    Refused,
    Reported,
    Sighting,
    Telemetry,
    Unidentified,
)
from device_drivers.api.panels import Panel
from device_drivers.labels.sightings import address_of
from device_drivers.links.radio import Radio, RadioReason
from gateway.errors import AnaquelError
from gateway.labels import driving, radios

_MOST_LABELS = 20_000


class RunningRadio(Radio, Protocol):
    """A radio that works while ``run`` runs."""

    async def run(self) -> NoReturn:
        """Scan for ever."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InReach:
    """A label that was heard; ``panel`` is None where it does not tell its model.

    Until ``is_introduced`` it may still say more of itself, when it is asked. ``problem`` says why
    a label that speaks like one of the family cannot be driven.
    """

    label: str
    family: Family
    panel: Panel | None = None
    formats: tuple[str, ...] = ()
    firmware: str = ""
    telemetry: Telemetry = field(default_factory=Telemetry)
    problem: str = ""
    is_introduced: bool = False

    @property
    def hardware(self) -> Hardware:
        """How far the driver was tried on this model; on the family where the model is open."""
        name = self.panel.name if self.panel is not None else ""
        models = {one.id: one.hardware for one in self.family.models}
        return models.get(name, self.family.hardware)


class Hearing:
    """Everything that ``drivers`` hear while ``run`` runs, by label."""

    def __init__(self, drivers: Collection[LabelDriver]) -> None:
        self.labels: dict[str, InReach] = {}
        self._drivers = tuple(drivers)
        self._news = asyncio.Condition()

    async def run(self) -> None:
        """Listen for ever."""
        async with asyncio.TaskGroup() as group:
            for driver in self._drivers:
                name = driver.family.name
                group.create_task(self._take(driver), name=f"hear-{name}")
                group.create_task(driving.run(driver), name=f"drive-{name}")

    async def label(self, label: str) -> InReach:
        """The label once it said all that it says of itself; waits for ever."""

        def is_known() -> bool:
            known = self.labels.get(label)
            return known is not None and (known.is_introduced or bool(known.problem))

        async with self._news:
            await self._news.wait_for(is_known)
        return self.labels[label]

    def nearest(self, radio: Radio) -> list[InReach]:
        """All that were heard, the best signal first, each with its latest signal."""
        found = [replace(one, telemetry=self._latest(one, radio)) for one in self.labels.values()]
        return sorted(found, key=lambda one: (-(one.telemetry.rssi_dbm or -999), one.label))

    def _latest(self, one: InReach, radio: Radio) -> Telemetry:
        address = address_of(one.label)
        advert = radio.last_heard(address) if address is not None else None
        if advert is None:
            return one.telemetry
        return replace(one.telemetry, rssi_dbm=advert.rssi_dbm)

    async def _take(self, driver: LabelDriver) -> None:
        async for heard in driver.heard():
            heard.ack()
            async with self._news:
                self._note(driver.family, heard.sighting)
                self._news.notify_all()

    def _note(self, family: Family, said: Sighting) -> None:
        known = self.labels.get(said.label)
        if known is None:
            if len(self.labels) >= _MOST_LABELS:
                return
            known = InReach(label=said.label, family=family)
        match said:
            case Announced() | Unidentified():
                known = InReach(
                    label=said.label,
                    family=family,
                    panel=said.panel if isinstance(said, Announced) else None,
                    formats=said.formats if isinstance(said, Announced) else (),
                    firmware=said.firmware,
                    telemetry=_joined(known.telemetry, said.telemetry),
                    is_introduced=True,
                )
            case Measured() | Reported():
                known = replace(known, telemetry=_joined(known.telemetry, said.telemetry))
            case Refused():
                known = replace(known, problem=said.problem)
            case Presence() | Foreign():
                return
            case _:
                assert_never(said)
        self.labels[said.label] = known


def _joined(before: Telemetry, now: Telemetry) -> Telemetry:
    """What was told last of each."""
    return Telemetry(
        battery_mv=before.battery_mv if now.battery_mv is None else now.battery_mv,
        rssi_dbm=before.rssi_dbm if now.rssi_dbm is None else now.rssi_dbm,
        temperature_c=before.temperature_c if now.temperature_c is None else now.temperature_c,
    )


@asynccontextmanager
async def listening(
    radio: RunningRadio, hearing: Hearing, *, patience_s: float = 15.0
) -> AsyncIterator[None]:
    """The adapter works and is listened to while inside.

    Raises ``AnaquelError`` when it does not work within ``patience_s`` seconds.
    """
    up = asyncio.Event()

    async def tell() -> None:
        up.set()

    radio.on_up(tell)
    works: tuple[Coroutine[Any, Any, object], ...] = (radio.run(), hearing.run())
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(work) for work in works]
        try:
            try:
                async with asyncio.timeout(patience_s):
                    await up.wait()
            except TimeoutError:
                raise _does_not_work(radio.name, radio.trouble) from None
            yield
        finally:
            for task in tasks:
                task.cancel()


def _does_not_work(adapter: str, trouble: RadioReason | None) -> AnaquelError:
    why = trouble.value.replace("_", " ") if trouble is not None else "no answer"
    return AnaquelError(
        f"{adapter}: the Bluetooth adapter does not work: {why}; {radios.advice(trouble)}"
    )
