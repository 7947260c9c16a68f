from __future__ import annotations

from datetime import timedelta
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
