"""A restored database believes nothing of what may have changed since."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from device_drivers.api.drivers import Announced
from gateway.domain import backup_events
from gateway.domain.events import SCAN, Event, Lane, Origin
from gateway.domain.labels import Target
from gateway.ops import backup_restore
from gateway.ops.backup_format import DamagedError, NewerError
from gateway.store import copying, deliveries, labels, marking, outbox, restored, sessions
from gateway.store.database import Connection, Database
from tests.support import archives, shop, staffed

LATER = shop.NOW + timedelta(days=3)


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    async with Database(tmp_path / "anaquel.db") as one:
        await staffed.fill(one)
        yield one


def confirmed(connection: Connection, label: str) -> None:
    """A label that shows its picture."""
    staffed.announce(connection, label)
    staffed.bind(connection, label, Target(product="tote"))
    sha256 = staffed.want(connection, label, staffed.frame(staffed.PANELS[0], 3))
    staffed.hand_over(connection, label, sha256)
    staffed.confirm(connection, label, sha256)
    looked_at = labels.get(connection, label)
    assert looked_at is not None
    labels.planned(connection, label, looked_at=looked_at.stale, next_change=None)


async def test_every_label_is_delivered_to_again_but_those_left_to_others(
    database: Database,
) -> None:
    def write(connection: Connection) -> None:
        for label in ("L1", "L2"):
            confirmed(connection, label)
        deliveries.give_way(connection, "L2", shop.NOW)
        restored.settle(connection, LATER)
        while marking.go_on(connection):
            pass

    await database.write(write)
    first, second = [
        await database.read(lambda rows, label=label: deliveries.get(rows, label))  # type: ignore[misc]
        for label in ("L1", "L2")
    ]
    assert first is not None
    assert second is not None
    assert (first.state, second.state) == ("queued", "failed")
    found = await database.read(lambda rows: labels.get(rows, "L1"))
    assert found is not None
    assert (found.sight_sha256, found.stale > 0) == (None, True)


async def test_a_label_that_says_what_it_shows_needs_no_picture(database: Database) -> None:
    """It is no news for the delivery then: the same picture is not sent once more."""

    def write(connection: Connection) -> bool:
        confirmed(connection, "L1")
        before = deliveries.get(connection, "L1")
        assert before is not None
        assert before.sha256 is not None
        restored.settle(connection, LATER)
        panel = staffed.PANELS[0]
        heard = Announced(
            label="L1", panel=panel, formats=("png",), firmware="1", showing=before.sha256
        )
        labels.announce(connection, "mqtt", heard, LATER)
        return deliveries.shows_already(connection, "L1", before.wish, before.sha256)

    assert await database.write(write)


async def test_nobody_is_signed_in_and_events_have_a_later_epoch(database: Database) -> None:
    def write(connection: Connection) -> tuple[str, int, int]:
        token = sessions.open_(connection, staffed.NAME, shop.NOW)
        event = Event(
            id="e1",
            source="/s042/gw-1",
            type=SCAN,
            subject="",
            time=shop.NOW,
            recorded=shop.NOW,
            data={},
        )
        outbox.append(connection, Lane.SCAN, event, shop.NOW)
        return token, outbox.epoch(connection), restored.settle(connection, LATER)

    token, before, after = await database.write(write)
    session = await database.read(
        lambda rows: sessions.get(rows, token, LATER, 1_000_000.0, 1_000_000.0)
    )
    batch = await database.read(
        lambda rows: outbox.batch(rows, Lane.SCAN, limit=10, max_bytes=10_000)
    )
    assert session is None
    assert after > before
    assert batch is not None
    assert (batch.epoch, batch.first_seq) == (after, 1)


def test_what_a_newer_anaquel_made_is_refused_before_anything_is_unpacked(tmp_path: Path) -> None:
    files = tmp_path / "files"
    files.mkdir()
    newest = copying.newest_version()
    archives.database(files / "anaquel.db", version=newest + 1)
    content = {"anaquel.db": (files / "anaquel.db").read_bytes()}
    for told, error, match in (
        (newest + 1, NewerError, "install that version or a later one"),
        (newest, Exception, "this Anaquel knows"),
    ):
        said = archives.manifest(content, database=told, app="9.1.0")
        archives.write(tmp_path / "backup", files, said, None)
        with pytest.raises(error, match=match):
            backup_restore.restore(
                tmp_path / "backup", tmp_path / "data", LATER, archives.go_on, passphrase=None
            )
        assert {one.name for one in (tmp_path / "data").iterdir()} == {"gateway.lock"}


def test_a_database_that_is_damaged_inside_a_whole_file_is_refused(tmp_path: Path) -> None:
    files = tmp_path / "files"
    files.mkdir()
    archives.database(files / "anaquel.db", rows=2_000)
    whole = bytearray((files / "anaquel.db").read_bytes())
    whole[8_192:12_288] = b"\xff" * 4_096
    (files / "anaquel.db").write_bytes(whole)
    said = archives.manifest({"anaquel.db": bytes(whole)})
    archives.write(tmp_path / "backup", files, said, None)

    with pytest.raises(DamagedError, match="the database in it is damaged"):
        backup_restore.restore(
            tmp_path / "backup", tmp_path / "data", LATER, archives.go_on, passphrase=None
        )
    assert {one.name for one in (tmp_path / "data").iterdir()} == {"gateway.lock"}


def test_an_older_database_is_brought_to_today_s_tables(tmp_path: Path) -> None:
    files = tmp_path / "files"
    files.mkdir()
    with closing(sqlite3.connect(files / "anaquel.db")) as old:
        old.executescript(archives.first_tables())
    content = {"anaquel.db": (files / "anaquel.db").read_bytes()}
    archives.write(tmp_path / "backup", files, archives.manifest(content), None)

    done = backup_restore.restore(
        *(tmp_path / "backup", tmp_path / "data", LATER, archives.go_on),
        passphrase=None,
        here=Origin(store="s042", gateway="gw-2"),
    )
    assert copying.version(tmp_path / "data" / "anaquel.db") == copying.newest_version()
    with closing(sqlite3.connect(tmp_path / "data" / "anaquel.db")) as restored_one:
        epoch = restored_one.execute("SELECT value FROM meta WHERE key = 'events.epoch'").fetchone()
        (event,) = restored_one.execute("SELECT event FROM outbox").fetchone()
    assert epoch == (str(done.epoch),)
    told = json.loads(event)
    assert (told["type"], told["source"]) == (backup_events.RESTORED, "/s042/gw-2")
    assert told["data"]["of"] == done.manifest.gateway
    assert told["data"]["by"] is None, "somebody at the box itself"
