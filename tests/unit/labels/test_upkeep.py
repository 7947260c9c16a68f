from __future__ import annotations

from datetime import timedelta
from functools import partial
from pathlib import Path

from device_drivers.api.panels import Frame
from gateway.domain.proof import Entry
from gateway.labels.upkeep import Upkeep
from gateway.settings import Proof
from gateway.store import frames, proof
from gateway.store.database import Connection
from tests.unit.labels import rooms
from tests.unit.labels.rooms import AT, PANEL


async def test_old_frames_and_proof_go_however_many_and_new_ones_stay(tmp_path: Path) -> None:
    old, new = AT - timedelta(days=731), AT - timedelta(days=729)

    def fill(connection: Connection) -> None:
        for number in range(350):
            pixels = bytes(number >> bit & 1 for bit in range(16))
            frame = Frame(width=8, height=2, inks=PANEL.inks, pixels=pixels)
            frames.put(connection, frame, old if number else new)
            frames.note_picture(connection, f"{number:064x}", frame.fingerprint)
        for _ in range(2_500):
            proof.append(connection, Entry(label="l1", at=old, what="wished"))
        proof.append(connection, Entry(label="l1", at=new, what="shown"))

    def left(connection: Connection) -> list[int]:
        counts = connection.execute(
            "SELECT (SELECT count(*) FROM frame), (SELECT count(*) FROM picture), "
            "(SELECT count(*) FROM proof)"
        )
        return list(counts.fetchone())

    async with rooms.room(tmp_path) as room:
        await room.database.write(fill)
        await Upkeep(room.database, room.clock, Proof()).clear()
        assert await room.read(left) == [1, 1, 1]
        room.clock.pass_(timedelta(days=730))
        await Upkeep(room.database, room.clock, Proof()).clear()
        assert await room.read(left) == [0, 0, 0]


async def test_beyond_the_most_pictures_the_oldest_go_and_those_on_labels_stay(
    tmp_path: Path,
) -> None:
    kept: list[str] = []

    def fill(connection: Connection) -> None:
        for number in range(1_150):
            pixels = bytes(number >> bit & 1 for bit in range(16))
            frame = Frame(width=8, height=2, inks=PANEL.inks, pixels=pixels)
            frames.put(connection, frame, AT - timedelta(days=2) + timedelta(seconds=number))
            frames.note_picture(connection, f"{number:064x}", frame.fingerprint)
            kept.append(frame.fingerprint)

    async with rooms.room(tmp_path) as room:
        await room.database.write(fill)
        await room.reports.heard("mqtt", [rooms.announced("l1", showing=f"{3:064x}")])
        await Upkeep(room.database, room.clock, Proof(max_pictures=1_000)).clear()
        assert await room.read(frames.count) == 1_000
        there = [await room.read(partial(frames.has, fingerprint=one)) for one in kept[:152]]
        assert [number for number, has in enumerate(there) if has] == [3, 151]


async def test_a_picture_is_as_old_as_the_last_time_it_was_on_a_label(tmp_path: Path) -> None:
    async with rooms.room(tmp_path) as room:
        first = await room.shown("l1")
        fingerprint = await room.read(lambda one: frames.fingerprint_of(one, first.sha256 or ""))
        assert fingerprint is not None
        room.clock.pass_(timedelta(days=900))
        await room.wish("l1", ink=1)
        await room.courier.deliver_due()
        await room.reports.heard("mqtt", [rooms.says_shown(await room.delivery("l1"))])
        await Upkeep(room.database, room.clock, Proof()).clear()
        assert await room.read(partial(frames.has, fingerprint=fingerprint))
        room.clock.pass_(timedelta(days=731))
        await Upkeep(room.database, room.clock, Proof()).clear()
        assert not await room.read(partial(frames.has, fingerprint=fingerprint))
