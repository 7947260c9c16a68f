"""A label whose last will was lost with its broker does not stay in reach for ever."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from device_drivers.api.drivers import Presence
from device_drivers.labels.mqtt.driver import MqttLabelDriver
from device_drivers.simulated.messages import InMemoryBroker
from device_drivers.simulated.mqtt_label import Faults
from gateway.domain.health import Trouble
from gateway.labels.health import Health
from gateway.store import health as store
from gateway.store import labels
from gateway.store.database import Connection
from gateway.store.label_rows import Label
from tests.support import settings as make_settings
from tests.support import shelving
from tests.support.mosquitto import Mosquitto
from tests.support.shelving import ORIGIN, Shelf

SILENT = timedelta(hours=4)
STEP = timedelta(seconds=1)


async def _label(shelf: Shelf, name: str) -> Label:
    found = await shelf.database.read(lambda rows: labels.get(rows, name))
    assert found is not None
    return found


async def _troubles(shelf: Shelf, name: str) -> frozenset[Trouble]:
    return await shelf.database.read(lambda rows: store.troubles(rows, name))


async def test_a_label_that_died_without_a_word_is_asked_and_then_silent(
    mosquitto: Mosquitto, tmp_path: Path
) -> None:
    settings = make_settings.make(
        tmp_path, mosquitto.broker, labels={"silent_s": SILENT.total_seconds()}
    )
    async with shelving.shelf(mosquitto, settings) as shelf:
        shelf.add("dead")
        shelf.add("quiet")
        await shelf.until_shown("dead", "quiet")
        health = Health(
            shelf.database, {"mqtt": shelf.driver}, shelf.clock, settings.labels, ORIGIN
        )
        # As if its battery went out while the broker was away: no last will, and "online" is kept.
        shelf.world.labels["dead"].faults = Faults(never=True)
        since = (await _label(shelf, "dead")).last_heard
        shelf.clock.advance(SILENT / 2 + STEP)
        asked_at = shelf.clock.now()
        await health.look()

        def answered(rows: Connection) -> bool:
            quiet = labels.get(rows, "quiet")
            return quiet is not None and quiet.last_heard >= asked_at

        await shelf.until(answered)
        assert shelf.world.labels["quiet"].refreshes == 1, "nothing was drawn for that"
        for _ in range(2):
            await health.look()
        assert await _troubles(shelf, "dead") == frozenset(), "it has some time left"
        shelf.clock.advance(SILENT / 8)
        await health.look()
        shelf.clock.advance(SILENT * 3 / 8)
        await health.look()
        assert await _troubles(shelf, "dead") == {Trouble.SILENT}
        dead = await _label(shelf, "dead")
        assert (dead.online, dead.last_heard) == (False, since)
        # What the broker keeps is no word of it.
        kept = Presence(label="dead", online=True, retained=True)
        await shelf.reports.heard("mqtt", [kept])
        dead = await _label(shelf, "dead")
        assert (dead.online, dead.last_heard) == (False, since)
        assert await _troubles(shelf, "quiet") == frozenset()
        assert (await _label(shelf, "quiet")).online
        assert (await shelf.history("dead"))[-1] == "unreachable"


async def test_labels_that_could_not_be_asked_are_not_called_silent(
    mosquitto: Mosquitto, tmp_path: Path
) -> None:
    settings = make_settings.make(tmp_path, mosquitto.broker)
    async with shelving.shelf(mosquitto, settings) as shelf:
        shelf.add("l1")
        await shelf.until_shown("l1")
        shelf.clock.advance(timedelta(days=1))
        # The gateway was off for a day, and the broker is away: nobody can be asked.
        cut_off = MqttLabelDriver(InMemoryBroker().port("gateway"))
        health = Health(shelf.database, {"mqtt": cut_off}, shelf.clock, settings.labels, ORIGIN)
        for _ in range(2):
            await health.look()
            shelf.clock.advance(timedelta(minutes=5))
        assert await _troubles(shelf, "l1") == frozenset()


async def test_the_broker_kept_that_a_label_came_back_after_its_goodbye(
    mosquitto: Mosquitto, tmp_path: Path
) -> None:
    settings = make_settings.make(tmp_path, mosquitto.broker)
    async with shelving.shelf(mosquitto, settings) as shelf:
        shelf.add("l1")
        await shelf.until_shown("l1")
        heard = (await _label(shelf, "l1")).last_heard
        shelf.clock.advance(STEP)
        await shelf.reports.heard("mqtt", [Presence(label="l1", online=False)])
        await shelf.reports.heard("mqtt", [Presence(label="l1", online=True, retained=True)])
        label = await _label(shelf, "l1")
        assert (label.online, label.last_heard) == (True, heard)
