"""A backup put back from the page: chosen or sent, read to its end; nothing changes before."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from gateway.clock import ShiftedClock
from gateway.domain.restoring import Candidate, Stage
from gateway.ops import backup_restore, backup_restoring
from gateway.ops.backup_disks import System
from gateway.ops.backup_restoring import Restoring
from gateway.ops.backup_service import Backups
from gateway.store.database import Database
from tests.support import settings as make_settings
from tests.support import staffed
from tests.support.archives import PASSPHRASE
from tests.support.running import PATIENCE_S, one_turn, running
from tests.support.staffed import Staffed

PIECE = 2**13


class Kept:
    """The site with the services of its backups, and what would end the gateway."""

    def __init__(self, database: Database, clock: ShiftedClock, folder: Path) -> None:
        secret = folder / "passphrase"
        secret.write_text(PASSPHRASE, encoding="utf-8")
        self.data = folder / "data"
        self.stop = asyncio.Event()
        # The box that made it had a passphrase; this one has lost it.
        made = make_settings.make(folder, backup={"mounts": [], "passphrase_file": secret})
        here = make_settings.make(folder, backup={"mounts": []})
        self.restoring = Restoring(here, clock, self.stop, system=System())
        self.backups = Backups(database, clock, made, self.restoring, system=System())
        self.staff: Staffed = staffed.make(database, clock, folder, backups=self.backups)

    async def made(self) -> Path:
        self.backups.ask()
        await self.backups.look()
        path = await self.backups.path((await self.backups.stored())[0].name)
        assert path is not None
        return path

    async def until(self, stage: Stage) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while self.restoring.state.stage is not stage:
                assert self.restoring.state.stage is Stage.LOOKING, self.restoring.state
                await one_turn()


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    async with Database(tmp_path / "data" / "anaquel.db") as one:
        yield one


@pytest.fixture
async def kept(database: Database, clock: ShiftedClock, tmp_path: Path) -> AsyncIterator[Kept]:
    await staffed.fill(database)
    await staffed.add_person(database, "Root", "administrator")
    one = Kept(database, clock, tmp_path)
    async with running(one.restoring):
        yield one


async def send(client: httpx.AsyncClient, data: bytes, offset: int = 0) -> httpx.Response:
    address = f"/restore/upload?offset={offset}"
    return await client.post(address, content=data, headers={"X-Background": "1"})


async def test_a_backup_is_read_first_and_taken_when_somebody_types_the_shop(kept: Kept) -> None:
    path = await kept.made()
    async with kept.staff.signed_in("Root") as client:
        page = (await client.get("/restore")).text
        assert str(path) in page
        asked = {"path": str(path), "passphrase": PASSPHRASE}
        answer = await client.post("/restore/look", data=asked)
        assert (answer.status_code, answer.headers["location"]) == (303, "/restore")
        await kept.until(Stage.GOOD)
        page = (await client.get("/restore")).text
        assert "La copia está entera" in page
        assert "Escribe s042 para confirmarlo" in page
        assert (kept.data / "restoring" / "anaquel.db").exists()
        wrong = await client.post("/restore/confirm", data={"store": "s043"})
        assert (wrong.status_code, "No ha cambiado nada" in wrong.text) == (422, True)
        assert not kept.stop.is_set()
        right = await client.post("/restore/confirm", data={"store": " S042 "})
        assert (right.status_code, "El equipo empieza otra vez" in right.text) == (200, True)
        assert kept.stop.is_set()
        assert kept.restoring.is_confirmed
        twice = await client.post("/restore/confirm", data={"store": "s042"})
        assert twice.status_code == 409


async def test_a_file_comes_in_pieces_and_goes_on_where_it_was_cut_off(kept: Kept) -> None:
    data = (await kept.made()).read_bytes()
    pieces = [data[first : first + PIECE] for first in range(0, len(data), PIECE)]
    async with kept.staff.signed_in("Root") as client:
        for number, piece in enumerate(pieces):
            answer = await send(client, piece, number * PIECE)
            assert answer.json() == {"size": number * PIECE + len(piece)}
        # The answer to the last one was lost: it is sent again, and not stored twice.
        again = await send(client, pieces[-1], (len(pieces) - 1) * PIECE)
        assert (again.status_code, again.json()) == (200, {"size": len(data)})
        astray = await send(client, pieces[1], PIECE)
        assert (astray.status_code, astray.json()) == (409, {"size": len(data)})
        sent = kept.data / backup_restoring.UPLOADED
        assert sent.read_bytes() == data
        assert sent.stat().st_mode & 0o777 == 0o600
        assert "La que acabas de subir" in (await client.get("/restore")).text
        await client.post("/restore/look", data={"path": str(sent), "passphrase": PASSPHRASE})
        await kept.until(Stage.GOOD)
        assert (await send(client, b"x")).json() == {"size": 1}, "a new one begins"
        await client.post("/restore/forget")
        assert not sent.exists()
        assert not (kept.data / "restoring").exists()
        assert kept.restoring.state.stage is Stage.NONE


@pytest.mark.parametrize(
    ("spoil", "passphrase", "words"),
    [
        (lambda data: data, "otra contraseña más", "Falta su contraseña, o no es esa"),
        (lambda data: data, "", "Falta su contraseña, o no es esa"),
        (lambda data: data[:-1], PASSPHRASE, "está dañado o no es una copia"),
        (lambda _data: b"GIF89a", PASSPHRASE, "está dañado o no es una copia"),
    ],
)
async def test_what_cannot_be_used_is_said_and_changes_nothing(
    kept: Kept, spoil: object, passphrase: str, words: str
) -> None:
    assert callable(spoil)
    data = (await kept.made()).read_bytes()
    async with kept.staff.signed_in("Root") as client:
        assert (await send(client, spoil(data))).status_code == 200
        path = kept.data / backup_restoring.UPLOADED
        await client.post("/restore/look", data={"path": str(path), "passphrase": passphrase})
        await kept.until(Stage.REFUSED)
        page = (await client.get("/restore")).text
        assert words in page
        assert "Esta copia no se puede usar" in page
        confirmed = await client.post("/restore/confirm", data={"store": "s042"})
        assert confirmed.status_code == 409
        assert not kept.stop.is_set()
        assert not (kept.data / "restoring").exists()


async def test_only_files_of_the_list_are_read(kept: Kept, tmp_path: Path) -> None:
    other = tmp_path / "elsewhere.tar.gz"
    other.write_bytes((await kept.made()).read_bytes())
    async with kept.staff.signed_in("Root") as client:
        for path in (str(other), "/etc/passwd", "", "../data/anaquel.db"):
            answer = await client.post("/restore/look", data={"path": path})
            assert answer.status_code == 409
        assert kept.restoring.state.stage is Stage.NONE


async def test_a_disk_without_room_is_said_and_stays_usable(
    kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backup_restoring, "LARGEST", 1_000)
    async with kept.staff.signed_in("Root") as client:
        assert (await send(client, b"x" * 1_000)).status_code == 200
        assert (await send(client, b"x", 1_000)).status_code == 507


async def test_managers_and_other_sites_restore_nothing(kept: Kept) -> None:
    path = await kept.made()
    async with kept.staff.signed_in() as manager:
        assert 'href="/restore"' not in (await manager.get("/backups")).text
        assert (await manager.get("/restore")).status_code == 403
        assert (await send(manager, b"x")).status_code == 403
    async with kept.staff.signed_in("Root") as client:
        assert 'href="/restore"' in (await client.get("/backups")).text
        del client.headers["X-CSRF-Token"]
        for deed in ("upload?offset=0", "look", "confirm", "forget"):
            answer = await client.post(f"/restore/{deed}", data={"path": str(path)})
            assert answer.status_code == 403, deed
    assert not (kept.data / backup_restoring.UPLOADED).exists()


async def test_what_is_read_is_not_taken_away_by_who_left_what_was_read_before(
    kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Leaving is held in its thread until the next file could have been read."""
    path = await kept.made()
    go_on, begun, leave = threading.Event(), asyncio.Event(), backup_restore.leave
    loop, restoring = asyncio.get_running_loop(), kept.restoring
    found = await restoring.candidates()

    def leave_late(data: Path) -> None:
        loop.call_soon_threadsafe(begun.set)
        assert go_on.wait(PATIENCE_S)
        leave(data)

    async def candidates() -> tuple[Candidate, ...]:
        return found

    monkeypatch.setattr(backup_restore, "leave", leave_late)
    monkeypatch.setattr(restoring, "candidates", candidates)
    async with asyncio.TaskGroup() as group:
        group.create_task(restoring.forget())
        await begun.wait()
        looking = group.create_task(restoring.look(str(path), PASSPHRASE))
        for _ in range(5):
            await one_turn()
        stage = restoring.state.stage
        go_on.set()
    assert stage is Stage.NONE, "it waits for its turn"
    assert looking.result()
    await kept.until(Stage.GOOD)
    assert (kept.data / "restoring" / "anaquel.db").exists()
