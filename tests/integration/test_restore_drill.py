"""The drill: a box dies, another one is made from its backup, until every label has confirmed."""

from __future__ import annotations

import asyncio
import json
import shutil
import sqlite3
from collections import defaultdict
from contextlib import closing
from pathlib import Path
from typing import Any

from device_drivers.api.panels import Ink, Panel
from device_drivers.simulated.mqtt_label import LabelModel, SimulatedLabels
from gateway.broker import topics
from gateway.broker.link import Link
from gateway.central.ingest import Ingester
from gateway.clock import SystemClock
from gateway.domain import events
from gateway.domain.rows import Row
from gateway.settings import Settings
from tests.support import feeding, gateway_process
from tests.support import settings as make_settings
from tests.support.archives import PASSPHRASE
from tests.support.feeding import price, product
from tests.support.gateway_process import GatewayProcess
from tests.support.mosquitto import Mosquitto
from tests.support.running import PATIENCE_S, PREFIX, Listening, running
from tests.support.storing import Scanner
from tests.support.typing_commands import anaquel

PRODUCTS = 8
CHANGED = 3
PANEL = Panel(name="2.9", width=296, height=128, inks=(Ink.WHITE, Ink.BLACK, Ink.RED), dpi=112)


class Box:
    """A gateway with its settings and data, which may be lost."""

    def __init__(self, folder: Path, mosquitto: Mosquitto, **sections: Any) -> None:
        folder.mkdir()
        sections["feed"] = {"snapshot_folder": folder.parent}
        self.settings: Settings = make_settings.make(folder, mosquitto.broker, **sections)
        self.config = folder / "config.toml"
        gateway_process.write_config(self.config, self.settings)
        self.process = GatewayProcess(self.config)

    def asked(self, query: str) -> Any:
        """The first column of the first row."""
        path = self.settings.data.folder / "anaquel.db"
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
            return database.execute(query).fetchone()[0]

    @property
    def epoch(self) -> int:
        """The epoch of its events."""
        return int(self.asked("SELECT value FROM meta WHERE key = 'events.epoch'"))

    def is_right(self, world: SimulatedLabels) -> bool:
        """Whether each label shows the frame of its wish and has said so to this box."""
        path = self.settings.data.folder / "anaquel.db"
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
            waiting = database.execute(
                "SELECT (SELECT count(*) FROM label WHERE stale > 0) "
                "+ (SELECT count(*) FROM delivery WHERE state <> 'shown') "
                "+ ? - (SELECT count(*) FROM binding)",
                (PRODUCTS,),
            ).fetchone()[0]
            wishes = dict(database.execute("SELECT label, fingerprint FROM wish").fetchall())
        shown = {
            name: label.showing.fingerprint if label.showing is not None else None
            for name, label in world.labels.items()
        }
        return not waiting and wishes == shown


def rows() -> list[Row]:
    found = [feeding.SHOP]
    for number in range(PRODUCTS):
        target = {"label": f"l{number}", "target": {"product": f"a{number}"}}
        found += [
            product(f"a{number}"),
            price(f"a{number}", "100.00"),
            Row(kind="binding", key=f"l{number}", value=target),
        ]
    return found


async def until_right(box: Box, world: SimulatedLabels, news: Listening) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not await asyncio.to_thread(box.is_right, world):
            await news.more(1)


def taken(ingester: Ingester) -> dict[str, list[dict[str, Any]]]:
    """What central has, by the id of the event: in the order in which it came."""
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    path = ingester.file.path
    for line in path.read_text().splitlines() if path.exists() else ():
        entry = json.loads(line)
        if "event" in entry:
            found[entry["event"]["id"]].append(entry)
    return found


async def until_taken(ingester: Ingester, wanted: set[str], news: Listening) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not wanted <= (await asyncio.to_thread(taken, ingester)).keys():
            await news.more(1)


async def scanned(scanner: Scanner, *names: str) -> set[str]:
    """The ids of these scans, which the gateway has acknowledged."""
    for name in names:
        await scanner.scan(name)
        assert await scanner.acknowledged() == name
    return {events.id_given("s042", "till-1", "scan", name) for name in names}


async def test_a_box_dies_and_another_goes_on_until_all_labels_have_confirmed(
    mosquitto: Mosquitto, tmp_path: Path
) -> None:
    first, second = Box(tmp_path / "first", mosquitto), Box(tmp_path / "second", mosquitto)
    passphrase, file = tmp_path / "passphrase", tmp_path / "stick.sealed"
    passphrase.write_text(PASSPHRASE, encoding="utf-8")
    with_passphrase = ("--passphrase-file", passphrase)
    air = Link("air", mosquitto.broker, prefix=PREFIX, client_id="air")
    world = SimulatedLabels(air)
    for number in range(PRODUCTS):
        world.add(f"l{number}", LabelModel(panel=PANEL, refresh_s=0.01))
    scanner = Scanner(mosquitto)
    news = Listening(mosquitto.broker, "#", client_id="everything")
    uplink = Link("uplink", mosquitto.broker, prefix=PREFIX, client_id="uplink")
    ingester = Ingester(uplink, tmp_path / "events", SystemClock())
    async with (
        feeding.central_running(mosquitto, tmp_path / "central", rows()) as central,
        running(air, world, scanner.link, news),
        asyncio.TaskGroup() as group,
    ):
        await first.process.start(group)
        await until_right(first, world, news)
        # Central takes no events yet: these are in the backup.
        before = await scanned(scanner, "one", "two", "three")
        made = await anaquel("backup", "--config", first.config, "--to", file, *with_passphrase)
        assert made.code == 0, made.complained
        async with running(uplink, ingester):
            await until_taken(ingester, before, news)
            for number in range(CHANGED):
                await central.publish(price(f"a{number}", "79.00"))
            await until_right(first, world, news)
            epoch = await asyncio.to_thread(lambda: first.epoch)
            await first.process.kill()
            await asyncio.to_thread(shutil.rmtree, first.settings.data.folder)
            # Changed while there is no box at all.
            await central.publish(price("a7", "65.00"))
            restored = await anaquel("restore", file, "--config", second.config, *with_passphrase)
            assert restored.code == 0, restored.complained
            await second.process.start(group)
            wanted = (central.publisher.seq, central.publisher.digest)
            await news.until(
                lambda said: (said.get("seq"), said.get("digest")) == wanted,
                topics.feed_position("gw-1"),
            )
            await until_right(second, world, news)
            assert await asyncio.to_thread(lambda: second.epoch) > epoch
            after = await scanned(scanner, "four", "five")
            await until_taken(ingester, before | after, news)
            everything = await asyncio.to_thread(taken, ingester)
            assert await second.process.stop() == 0
    prices = second.asked(
        "SELECT group_concat(json_extract(value, '$.offers[0].amount')) FROM in_force "
        "WHERE kind = 'offers' ORDER BY key"
    )
    assert prices.split(",") == ["79.00"] * CHANGED + ["100.00"] * 4 + ["65.00"]
    told_once(everything, before, after, epoch)


def told_once(
    everything: dict[str, list[dict[str, Any]]], before: set[str], after: set[str], epoch: int
) -> None:
    """Central knows by its id what it has already, and each place is used once."""
    places = [
        (entry["epoch"], entry["lane"], entry["seq"])
        for entries in everything.values()
        for entry in entries
    ]
    assert len(set(places)) == len(places)
    for event_id, entries in everything.items():
        assert len({json.dumps(entry["event"], sort_keys=True) for entry in entries}) == 1
        assert len({entry["epoch"] for entry in entries}) == len(entries), event_id
    # Not acknowledged at the time of the backup: told by both boxes, and the same event.
    assert all(len(everything[event_id]) == 2 for event_id in before)
    assert all(everything[event_id][0]["epoch"] == epoch for event_id in before)
    assert all(len(everything[event_id]) == 1 for event_id in after)


async def test_a_restore_is_refused_while_the_gateway_runs(
    mosquitto: Mosquitto, tmp_path: Path
) -> None:
    box = Box(tmp_path / "box", mosquitto)
    async with asyncio.TaskGroup() as group:
        await box.process.start(group)
        file = tmp_path / "backup.tar.gz"
        assert (await anaquel("backup", "--config", box.config, "--to", file)).code == 0
        refused = await anaquel("restore", file, "--config", box.config, "--replace")
        again = await anaquel("run", "--config", box.config)
        assert await box.process.stop() == 0
    for ended in (refused, again):
        assert ended.code == 1
        assert "another Anaquel works in this folder; stop it first" in ended.complained
    assert (await anaquel("restore", file, "--config", box.config, "--replace")).code == 0


async def test_data_that_is_there_is_kept_and_other_shops_and_years_are_refused(
    tmp_path: Path,
) -> None:
    box = Box(tmp_path / "box", Mosquitto(tmp_path / "never-started"))
    file = tmp_path / "backup.tar.gz"
    command = ("restore", file, "--config", box.config)
    assert (await anaquel("device", "add", "till-1", "--config", box.config)).code == 0
    assert (await anaquel("backup", "--config", box.config, "--to", file)).code == 0
    refused = await anaquel(*command)
    assert refused.code == 1
    assert "holds the data of a shop; with --replace it is put aside" in refused.complained
    done = await anaquel(*command, "--replace")
    assert done.code == 0, done.complained
    (aside,) = box.settings.data.folder.glob("before-restore-*")
    assert (aside / "anaquel.db").exists()
    assert str(aside) in done.complained
    assert box.asked("SELECT count(*) FROM device") == 1

    other = tmp_path / "other.toml"
    text = box.config.read_text().replace('store = "s042"', 'store = "s043"')
    other.write_text(text.replace(str(tmp_path / "box"), str(tmp_path / "other")))
    refused = await anaquel("restore", file, "--config", other)
    assert refused.code == 1
    assert "is of the shop s042, these settings are of s043" in refused.complained
    assert not (tmp_path / "other" / "data" / "anaquel.db").exists()


def damage(path: Path) -> None:
    whole = bytearray(path.read_bytes())
    whole[len(whole) // 2] ^= 1
    path.write_bytes(whole)


async def test_it_is_looked_at_without_a_gateway(tmp_path: Path) -> None:
    box = Box(tmp_path / "box", Mosquitto(tmp_path / "never-started"))
    assert (await anaquel("device", "add", "till-1", "--config", box.config)).code == 0
    made = await anaquel("backup", "--config", box.config)
    path = Path(made.said.strip())
    good = await anaquel("backup", "verify", path, "--config", tmp_path / "none.toml")
    assert good.code == 0, good.complained
    assert "good. Shop s042, gateway gw-1" in good.said
    await asyncio.to_thread(damage, path)
    bad = await anaquel("backup", "verify", path, "--config", box.config)
    assert bad.code == 1
    assert "use another copy" in bad.complained
