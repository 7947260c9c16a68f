"""What labels say: introductions, results and presence, written down before they are acknowledged.

Only a report about the current wish, with the hash of the picture that was handed over, moves a
delivery. Any other report just tells what the label shows.
"""

from __future__ import annotations

import random
import uuid
from collections import Counter
from datetime import datetime
from typing import NoReturn, assert_never

import structlog

from device_drivers.api.drivers import (
    Announced,
    Failed,
    LabelDriver,
    Later,
    Presence,
    Reason,
    Refused,
    Reported,
    Shown,
    Transferred,
)
from gateway.clock import Clock
from gateway.domain import events
from gateway.domain.events import Lane, Origin
from gateway.domain.retrying import Backoff
from gateway.labels.turns import Turns
from gateway.settings import Labels
from gateway.store import binding_rows, deliveries, labels, outbox, proof
from gateway.store.database import Connection, Database

log = structlog.get_logger("labels")


class Reports:
    """Writes down what labels say."""

    def __init__(self, database: Database, origin: Origin, clock: Clock, settings: Labels) -> None:
        self.refused: Counter[str] = Counter()
        self._database = database
        self._origin = origin
        self._clock = clock
        self._backoff = Backoff(
            first_s=settings.retry_s, max_s=max(settings.retry_s, settings.retry_max_s)
        )
        self._rng = random.SystemRandom()

    async def announced(self, family: str, heard: Announced) -> None:
        """A label introduced itself."""
        now = self._clock.now()
        new = await self._database.write(
            lambda connection: _announced(connection, family, heard, now)
        )
        if new:
            log.info("new label", label=heard.label, panel=heard.panel.name)

    async def reported(self, heard: Reported) -> None:
        """A label told what became of a wish."""
        now = self._clock.now()

        def note_sight(connection: Connection) -> bool:
            labels.hear(connection, heard.label, heard.telemetry, now)
            if isinstance(heard.outcome, Shown):
                labels.see(connection, heard.label, heard.sha256, now)
            current = deliveries.get(connection, heard.label)
            return current is not None and (current.wish, current.sha256) == (
                heard.wish,
                heard.sha256,
            )

        if not await self._database.write(note_sight):
            return
        match heard.outcome:
            case Shown():
                await self.shown(heard.label, heard.wish, heard.sha256, now)
            case Transferred():
                await self.transferred(heard.label, heard.wish, now)
            case Failed():
                await self.failed(heard.label, heard.wish, heard.outcome, now)
            case Later():
                return
            case _:
                assert_never(heard.outcome)

    async def shown(self, label: str, wish: str, sha256: str, at: datetime) -> bool:
        """The label shows its wish; True when that is news."""
        return await self._database.write(
            lambda connection: _shown(connection, self._origin, label, wish, sha256, at)
        )

    async def transferred(self, label: str, wish: str, at: datetime) -> None:
        """The label holds its wish."""

        def note(connection: Connection) -> None:
            if deliveries.transferred(connection, label, wish, at):
                proof.append(
                    connection, proof.Entry(label=label, at=at, what="transferred", wish=wish)
                )

        await self._database.write(note)

    async def failed(self, label: str, wish: str, outcome: Failed, at: datetime) -> None:
        """The label said no: it is tried again later, and told once per reason."""
        reason, detail = outcome.reason.value, outcome.detail

        def note(connection: Connection) -> bool:
            current = deliveries.get(connection, label)
            if current is None or current.wish != wish:
                return False
            wait = self._backoff.wait(max(current.attempts, 1), self._rng)
            news = (current.state, current.reason) != ("failed", reason)
            deliveries.failed(
                connection, label, wish, reason=reason, detail=detail, again_at=at + wait
            )
            if news:
                _prove_failure(connection, self._origin, label, wish, reason, detail, at)
            return news

        if await self._database.write(note):
            log.warning("label failed", label=label, reason=reason, detail=detail)

    async def is_settled(self, label: str) -> bool:
        """Whether the label shows its wish."""
        current = await self._database.read(lambda connection: deliveries.get(connection, label))
        return current is not None and current.state == "shown"

    async def presence(self, heard: Presence) -> None:
        """A label came into or went out of reach."""
        await self._database.write(lambda connection: labels.presence(connection, heard))


class Listener:
    """Hears one driver's labels; each word is acknowledged after its commit."""

    def __init__(self, driver: LabelDriver, reports: Reports, turns: Turns) -> None:
        self.name = f"labels-{driver.family.name}"
        self._driver = driver
        self._reports = reports
        self._turns = turns

    async def run(self) -> NoReturn:
        """Listen for ever."""
        async for heard in self._driver.heard():
            match heard.sighting:
                case Announced() as sighting:
                    await self._reports.announced(self._driver.family.name, sighting)
                case Reported() as sighting:
                    await self._reports.reported(sighting)
                    if isinstance(sighting.outcome, Shown):
                        await self._settle(sighting.label)
                case Presence() as sighting:
                    await self._reports.presence(sighting)
                case Refused() as sighting:
                    self._reports.refused[sighting.label] += 1
                    log.warning("label not understood", label=sighting.label, why=sighting.problem)
                case _:
                    assert_never(heard.sighting)
            heard.ack()
        raise AssertionError("a driver stopped listening")

    async def _settle(self, label: str) -> None:
        """Free what was kept for the label, unless it has another wish by now."""
        async with self._turns.of(label):
            if await self._reports.is_settled(label):
                await self._driver.settled(label)


def _announced(connection: Connection, family: str, heard: Announced, now: datetime) -> bool:
    new = labels.announce(connection, family, heard, now)
    if new:
        binding_rows.adopt(connection, heard.label, now)
    delivery = deliveries.get(connection, heard.label)
    # The label lost what it showed (a new battery, another driver): what it should show is due.
    if delivery is not None and delivery.state == "shown" and heard.showing != delivery.sha256:
        deliveries.requeue(connection, heard.label, reason=Reason.IMAGE_MISSING.value, at=now)
    return new


def _shown(
    connection: Connection, origin: Origin, label: str, wish: str, sha256: str, at: datetime
) -> bool:
    labels.see(connection, label, sha256, at)
    if not deliveries.shown(connection, label, wish, at):
        return False
    current = deliveries.wish(connection, label)
    fingerprint = current.fingerprint if current is not None else ""
    proof.append(
        connection,
        proof.Entry(label=label, at=at, what="shown", wish=wish, fingerprint=fingerprint),
    )
    event = events.label_shown(
        origin,
        event_id=str(uuid.uuid4()),
        label=label,
        wish=wish,
        fingerprint=fingerprint,
        time=at,
    )
    outbox.append_or_gap(connection, Lane.KEEP, event, at)
    return True


def _prove_failure(
    connection: Connection,
    origin: Origin,
    label: str,
    wish: str,
    reason: str,
    detail: str,
    at: datetime,
) -> None:
    proof.append(
        connection, proof.Entry(label=label, at=at, what="failed", wish=wish, detail=reason)
    )
    event = events.label_failed(
        origin,
        event_id=str(uuid.uuid4()),
        label=label,
        wish=wish,
        reason=reason,
        detail=detail or None,
        time=at,
    )
    outbox.append_or_gap(connection, Lane.KEEP, event, at)
