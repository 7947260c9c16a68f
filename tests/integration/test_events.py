from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, Protocol

import pytest

from device_drivers.links.messages import LinkDownError, Message, MessagePort
from gateway.broker import signing
from gateway.broker.link import Link
from gateway.central.ingest import Ingester
from gateway.clock import ShiftedClock, SystemClock
from gateway.domain import events
from gateway.domain.events import Lane
from gateway.events import messages
from gateway.events.housekeeping import Housekeeping
from gateway.events.service import UplinkService
from gateway.intake.over_mqtt import MqttIntake
from gateway.settings import Events
from gateway.store import outbox
from gateway.store.database import Database
from tests.support.events_child import LIMITS, ORIGIN, PREFIX, link, uplink_over
from tests.support.mosquitto import Mosquitto

CLOCK = SystemClock()
ROOT = Path(__file__).parents[2]


class Runs(Protocol):
    async def run(self) -> Any: ...


@asynccontextmanager
async def running(*services: Runs) -> AsyncIterator[None]:
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(service.run()) for service in services]
        yield
        for task in tasks:
            task.cancel()


@asynccontextmanager
async def database_at(path: Path, limits: Mapping[Lane, int] = LIMITS) -> AsyncIterator[Database]:
    async with Database(path) as database:
        await database.write(lambda c: outbox.prepare(c, limits, CLOCK.now(), uplink=True))
        yield database


class Device:
    """A scanner that speaks MQTT and hears what the gateway answers."""

    def __init__(self, mosquitto: Mosquitto, name: str = "scanner-1") -> None:
        self.link = Link(name, mosquitto.broker, prefix=PREFIX, client_id=name)
        self.name = name
        self._answers = self.link.messages(f"device/{name}/ack")

    async def say(self, kind: str, body: object, *, retain: bool = False) -> None:
        await self.link.connected.wait()
        payload = body if isinstance(body, bytes) else json.dumps(body).encode()
        await self.link.publish(f"device/{self.name}/{kind}", payload, retain=retain)

    async def answer(self) -> dict[str, Any]:
        message = await anext(self._answers)
        message.ack()
        answer: dict[str, Any] = json.loads(message.payload)
        return answer

    def event_id(self, given: str, kind: str = "scan") -> str:
        return events.id_given("s042", self.name, kind, given)


def intake_of(mosquitto: Mosquitto, database: Database) -> tuple[MqttIntake, Link]:
    port = link("intake", mosquitto.port)
    return MqttIntake(port, database, CLOCK, origin=ORIGIN), port


def uplink_of(
    mosquitto: Mosquitto, database: Database, *, batch: int = 500, ack_s: float = 0.3
) -> tuple[UplinkService, Link]:
    port = link("central", mosquitto.port)
    settings = Events(ack_s=ack_s, batch=batch)
    return uplink_over(port, database, settings), port


def central_of(mosquitto: Mosquitto, folder: Path) -> tuple[Ingester, Link]:
    port = Link("ingest", mosquitto.broker, prefix=PREFIX, client_id="central-ingest")
    return Ingester(port, folder, CLOCK), port


async def append(database: Database, lane: Lane, *names: str) -> None:
    def transaction(connection: Any) -> None:
        for name in names:
            event = events.scanned(
                ORIGIN,
                events.Scan(code=name),
                event_id=name,
                device="d",
                time=CLOCK.now(),
                recorded=CLOCK.now(),
            )
            outbox.append(connection, lane, event, CLOCK.now())

    await database.write(transaction)


async def emptied(database: Database) -> None:
    """Return when central has everything."""
    news = database.changes.subscribe("lane", "outbox")
    while any(state.waiting for state in (await database.read(outbox.states)).values()):
        await news.next()
    database.changes.unsubscribe(news)


async def stored(database: Database, lane: Lane = Lane.SCAN) -> list[dict[str, Any]]:
    batch = await database.read(lambda c: outbox.batch(c, lane, limit=500, max_bytes=1_000_000))
    return [] if batch is None else [json.loads(one.event) for one in batch.events]


def lines_of(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "events.ndjson").read_text().splitlines()]


def ids_of(folder: Path) -> list[str]:
    return [line["event"]["id"] for line in lines_of(folder) if "refused" not in line]


class PortThatLoses:
    """A port on which the first publishes to some topic die on the way."""

    def __init__(self, port: Link, topic: str, times: int) -> None:
        self.lost: list[bytes] = []
        self._port = port
        self._topic = topic
        self._times = times

    async def publish(
        self, topic: str, payload: bytes, *, retain: bool = False, expiry_s: int | None = None
    ) -> None:
        if topic == self._topic and len(self.lost) < self._times:
            self.lost.append(payload)
            raise LinkDownError("lost on the way")
        await self._port.publish(topic, payload, retain=retain, expiry_s=expiry_s)

    def messages(self, *topic_filters: str) -> AsyncIterator[Message]:
        return self._port.messages(*topic_filters)

    def on_connected(self, tell: Callable[[bool], Any]) -> None:
        self._port.on_connected(tell)


async def test_a_scan_is_acknowledged_sent_up_and_gone_after_centrals_ack(
    mosquitto: Mosquitto, tmp_path: Path
) -> None:
    device = Device(mosquitto)
    async with database_at(tmp_path / "anaquel.db") as database:
        intake, devices = intake_of(mosquitto, database)
        uplink, up = uplink_of(mosquitto, database)
        ingester, central = central_of(mosquitto, tmp_path)
        async with running(intake, uplink, ingester, devices, up, central, device.link):
            await devices.connected.wait()
            await device.say("scan", {"id": "1", "code": "09521234543213"})
            assert await device.answer() == {"id": "1"}
            await device.say("reading", {"id": "1", "values": {"mass_g": 1240}})
            assert await device.answer() == {"id": "1"}
            await emptied(database)
            # A repeat after a day's work was sent up: still known.
            await device.say("scan", {"id": "1", "code": "09521234543213"})
            assert await device.answer() == {"id": "1"}
            assert intake.counters.repeated == 1
            assert await stored(database) == []
    assert sorted(ids_of(tmp_path)) == sorted(
        [device.event_id("1"), device.event_id("1", "reading")]
    )


async def test_garbage_is_told_to_the_device_and_stops_nobody(
    mosquitto: Mosquitto, tmp_path: Path
) -> None:
    device = Device(mosquitto)
    async with database_at(tmp_path / "anaquel.db") as database:
        intake, devices = intake_of(mosquitto, database)
        async with running(intake, devices, device.link):
            await devices.connected.wait()
            await device.say("scan", b"\xff")
            assert "JSON" in (await device.answer())["error"]
            await device.say("scan", {"id": "7", "code": ""})
            refusal = await device.answer()
            assert refusal["id"] == "7"
            assert refusal["error"].startswith("code: ")
            await device.say("scan", b" " * 20_000)
            assert "at most" in (await device.answer())["error"]
            await device.say("scan", {"id": "8", "code": "1"})
            assert await device.answer() == {"id": "8"}
            assert intake.counters.refused == 3
        # Nothing of it is waiting at the broker: a new connection gets nothing again.
        again, devices = intake_of(mosquitto, database)
        device = Device(mosquitto, "scanner-2")
        async with running(again, devices, device.link):
            await devices.connected.wait()
            await device.say("scan", {"id": "9", "code": "1"})
            assert await device.answer() == {"id": "9"}
            assert (again.counters.refused, again.counters.taken) == (0, 1)


async def test_what_the_broker_kept_for_everybody_is_no_scan(
    mosquitto: Mosquitto, tmp_path: Path
) -> None:
    device = Device(mosquitto)
    async with database_at(tmp_path / "anaquel.db") as database:
        intake, devices = intake_of(mosquitto, database)
        async with running(device.link):
            await device.say("scan", {"id": "1", "code": "1"}, retain=True)
            async with running(intake, devices):
                assert "without retain" in (await device.answer())["error"]
        assert await stored(database) == []


@pytest.mark.parametrize(
    ("moment", "rows"), [("before_commit", 0), ("after_commit", 1)], ids=["before", "after"]
)
async def test_killed_around_the_commit_a_scan_without_id_is_stored_once(
    mosquitto: Mosquitto, tmp_path: Path, moment: str, rows: int
) -> None:
    path, device = tmp_path / "anaquel.db", Device(mosquitto)
    child = await start_child(mosquitto, path, moment)
    async with running(device.link):
        await device.say("scan", {"code": "1"})
        assert await child.wait() == -9
        async with database_at(path) as database:
            assert len(await stored(database)) == rows
            intake, devices = intake_of(mosquitto, database)
            async with running(intake, devices):
                # In order behind the one that the broker sends again.
                await device.say("scan", {"id": "last", "code": "2"})
                await device.answer()
            assert [event["data"]["code"] for event in await stored(database)] == ["1", "2"]
            assert intake.counters.repeated == rows


async def test_a_full_lane_acknowledges_nothing_until_there_is_room(
    mosquitto: Mosquitto, tmp_path: Path
) -> None:
    device, limits = Device(mosquitto), {**LIMITS, Lane.SCAN: 450}
    async with database_at(tmp_path / "anaquel.db", limits) as database:
        intake, devices = intake_of(mosquitto, database)
        ingester, central = central_of(mosquitto, tmp_path)
        async with running(intake, devices, device.link, ingester, central):
            await devices.connected.wait()
            for given in ("1", "2"):
                await device.say("scan", {"id": given, "code": given})
            await device.say("reading", {"id": "3", "values": {"mass_g": 1}})
            assert [await device.answer(), await device.answer()] == [{"id": "1"}, {"id": "3"}]
            assert intake.counters.held == 1
            uplink, up = uplink_of(mosquitto, database)
            async with running(uplink, up):
                assert await device.answer() == {"id": "2"}
                await emptied(database)
            assert intake.counters.held == 0
    assert device.event_id("2") in ids_of(tmp_path)


async def test_a_lost_ack_brings_the_same_batch_with_the_same_ids(
    mosquitto: Mosquitto, tmp_path: Path
) -> None:
    async with database_at(tmp_path / "anaquel.db") as database:
        await append(database, Lane.KEEP, "a", "b")
        uplink, up = uplink_of(mosquitto, database)
        central = Link("ingest", mosquitto.broker, prefix=PREFIX, client_id="central-ingest")
        losing: MessagePort = PortThatLoses(central, "events/ack/gw1", 1)
        ingester = Ingester(losing, tmp_path, CLOCK)
        async with running(uplink, up, ingester, central):
            await emptied(database)
        assert ingester.committed == 2
        assert ingester.repeated >= 2
    assert ids_of(tmp_path) == ["a", "b"]


async def test_a_lost_batch_is_sent_again(mosquitto: Mosquitto, tmp_path: Path) -> None:
    async with database_at(tmp_path / "anaquel.db") as database:
        await append(database, Lane.KEEP, "a", "b")
        up = link("central", mosquitto.port)
        losing = PortThatLoses(up, "events/batch/gw1", 1)
        uplink = uplink_over(losing, database, Events(ack_s=0.2))
        ingester, central = central_of(mosquitto, tmp_path)
        async with running(uplink, up, ingester, central):
            await emptied(database)
        assert len(losing.lost) == 1
    assert ids_of(tmp_path) == ["a", "b"]


async def test_late_and_unreadable_acks_confirm_nothing(
    mosquitto: Mosquitto, tmp_path: Path
) -> None:
    async with database_at(tmp_path / "anaquel.db") as database:
        await append(database, Lane.KEEP, "a", "b")
        old = await database.read(outbox.epoch)
        await database.write(lambda c: outbox.new_epoch(c, CLOCK.now()))
        uplink, up = uplink_of(mosquitto, database)
        other = Link("other", mosquitto.broker, prefix=PREFIX, client_id="other")
        batches = other.messages("events/batch/gw1")
        async with running(other):
            await other.connected.wait()
            async with running(uplink, up):
                await anext(batches)
                news = database.changes.subscribe("lane")
                await other.publish("events/ack/gw1", b"{")
                await other.publish("events/ack/gw1", messages.write_ack(old, "keep", 2, []))
                now = await database.read(outbox.epoch)
                await other.publish("events/ack/gw1", messages.write_ack(now, "keep", 1, []))
                await news.next()
                assert [event["id"] for event in await stored(database, Lane.KEEP)] == ["b"]
                assert uplink.unreadable == 1


async def test_an_ack_that_central_did_not_sign_confirms_nothing(
    mosquitto: Mosquitto, tmp_path: Path
) -> None:
    pair = signing.new_key_pair()
    signer = signing.Signer("main", pair.private_pem, store="s042")
    async with database_at(tmp_path / "anaquel.db") as database:
        await append(database, Lane.KEEP, "a", "b")
        up = link("central", mosquitto.port)
        uplink = uplink_over(up, database, Events(ack_s=30.0), {"main": pair.public})
        other = Link("other", mosquitto.broker, prefix=PREFIX, client_id="other")
        batches = other.messages("events/batch/gw1")
        async with running(other):
            await other.connected.wait()
            async with running(uplink, up):
                await anext(batches)
                news = database.changes.subscribe("lane")
                now = await database.read(outbox.epoch)
                whole = messages.write_ack(now, "keep", 2, [])
                await other.publish("events/ack/gw1", whole)
                await other.publish("events/ack/gw1", signer.sign("events/ack/gw2", whole))
                first = messages.write_ack(now, "keep", 1, [])
                await other.publish("events/ack/gw1", signer.sign("events/ack/gw1", first))
                await news.next()
                assert [event["id"] for event in await stored(database, Lane.KEEP)] == ["b"]
                assert uplink.unreadable == 2


async def test_the_kept_lane_goes_first_and_each_has_one_batch_on_its_way(
    mosquitto: Mosquitto, tmp_path: Path
) -> None:
    async with database_at(tmp_path / "anaquel.db") as database:
        await append(database, Lane.TELEMETRY, *(f"t{number}" for number in range(4)))
        await append(database, Lane.KEEP, *(f"k{number}" for number in range(4)))
        uplink, up = uplink_of(mosquitto, database, batch=2, ack_s=30.0)
        other = Link("other", mosquitto.broker, prefix=PREFIX, client_id="other")
        batches = other.messages("events/batch/gw1")
        seen = []
        async with running(other):
            await other.connected.wait()
            async with running(uplink, up):
                for _ in range(4):
                    batch = messages.read_batch((await anext(batches)).payload)
                    seen.append((batch.lane, batch.first_seq, batch.last_seq))
                    await other.publish(
                        "events/ack/gw1",
                        messages.write_ack(batch.epoch, batch.lane, batch.last_seq, []),
                    )
                await emptied(database)
    assert seen[0] == ("keep", 1, 2)
    assert sorted(seen) == [
        ("keep", 1, 2),
        ("keep", 3, 4),
        ("telemetry", 1, 2),
        ("telemetry", 3, 4),
    ]


async def test_refused_events_are_set_aside_and_hold_nobody_up(
    mosquitto: Mosquitto, tmp_path: Path
) -> None:
    async with database_at(tmp_path / "anaquel.db") as database:
        await append(database, Lane.KEEP, "a", "", "c")
        uplink, up = uplink_of(mosquitto, database)
        ingester, central = central_of(mosquitto, tmp_path)
        async with running(uplink, up, ingester, central):
            await emptied(database)
        rows = await database.read(
            lambda c: c.execute("SELECT seq, code, detail FROM quarantine").fetchall()
        )
        assert rows == [(2, "invalid_event", "id is missing or empty")]
        assert (await database.read(outbox.states))[Lane.KEEP].refused == 1
        assert (ingester.refused, ingester.committed) == (1, 2)

        later = ShiftedClock(CLOCK)
        later.advance(timedelta(days=31))
        await database.write(lambda c: c.execute("INSERT INTO taken VALUES (x'00', 0)").rowcount)
        await Housekeeping(database, later).clear()
        for table in ("quarantine", "taken"):
            query = f"SELECT count(*) FROM {table}"  # noqa: S608 - our own names
            count = await database.read(lambda c, query=query: c.execute(query).fetchone())  # type: ignore[misc] # a default binds the loop's name
            assert count == (0,)
    assert ids_of(tmp_path) == ["a", "c"]


async def test_a_broker_that_forgets_everything_costs_no_event(
    mosquitto: Mosquitto, tmp_path: Path
) -> None:
    async with database_at(tmp_path / "anaquel.db") as database:
        uplink, up = uplink_of(mosquitto, database, batch=3)
        ingester, central = central_of(mosquitto, tmp_path)
        names = [f"{number:02}" for number in range(30)]
        async with running(uplink, up, ingester, central):
            await append(database, Lane.SCAN, *names[:15])
            await asyncio.to_thread(mosquitto.restart, kill=True)
            await append(database, Lane.SCAN, *names[15:])
            await emptied(database)
    assert ids_of(tmp_path) == names


async def test_the_ingester_reads_back_where_it_was_and_mends_a_torn_line(
    mosquitto: Mosquitto, tmp_path: Path
) -> None:
    async with database_at(tmp_path / "anaquel.db") as database:
        await append(database, Lane.KEEP, "a", "b")
        uplink, up = uplink_of(mosquitto, database)
        async with running(uplink, up):
            ingester, central = central_of(mosquitto, tmp_path)
            async with running(ingester, central):
                await emptied(database)
            with (tmp_path / "events.ndjson").open("ab") as file:
                file.write(b'{"gateway":"gw1","epoch":1,"la')
            ingester, central = central_of(mosquitto, tmp_path)
            async with running(ingester, central):
                await append(database, Lane.KEEP, "c")
                await emptied(database)
    assert [line["seq"] for line in lines_of(tmp_path)] == [1, 2, 3]
    assert ids_of(tmp_path) == ["a", "b", "c"]


async def test_what_central_lost_itself_is_noted_and_the_rest_goes_on(
    mosquitto: Mosquitto, tmp_path: Path
) -> None:
    async with database_at(tmp_path / "anaquel.db") as database:
        uplink, up = uplink_of(mosquitto, database)
        async with running(uplink, up):
            for name in ("first", "second"):
                folder = tmp_path / name
                ingester, central = central_of(mosquitto, folder)
                async with running(ingester, central):
                    await append(database, Lane.KEEP, name)
                    await emptied(database)
    gap, event = lines_of(tmp_path / "second")
    assert gap["gap"] == {"from_seq": 1, "to_seq": 1, "count": 1, "reason": "lost_by_central"}
    assert (event["seq"], event["event"]["id"]) == (2, "second")


async def start_child(mosquitto: Mosquitto, path: Path, moment: str) -> asyncio.subprocess.Process:
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "tests.support.events_child", str(mosquitto.port), str(path), moment),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    assert child.stdout is not None
    assert await child.stdout.readline() == b"ready\n"
    return child


async def test_killed_again_and_again_no_acknowledged_event_is_lost_or_doubled(
    mosquitto: Mosquitto, tmp_path: Path
) -> None:
    path, device = tmp_path / "anaquel.db", Device(mosquitto)
    ingester, central = central_of(mosquitto, tmp_path)
    unconfirmed = {str(number) for number in range(60)}
    async with running(device.link, ingester, central):
        for left in (51, 30, 5, 0):
            child = await start_child(mosquitto, path, "never")
            for given in sorted(unconfirmed):
                await device.say("scan", {"id": given, "code": "1"})
            while len(unconfirmed) > left:
                unconfirmed.discard((await device.answer())["id"])
            child.kill()
            await child.wait()
        async with database_at(path) as database:
            uplink, up = uplink_of(mosquitto, database)
            async with running(uplink, up):
                await emptied(database)
    assert sorted(ids_of(tmp_path)) == sorted(device.event_id(str(number)) for number in range(60))
    assert [line["seq"] for line in lines_of(tmp_path)] == list(range(1, 61))
