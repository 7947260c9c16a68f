"""The page of backups: who may have all of the shop, and that it is on record who took it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from gateway.clock import ShiftedClock
from gateway.domain import price_events
from gateway.domain.backup_events import DOWNLOADED
from gateway.domain.events import Lane
from gateway.ops.backup_disks import System
from gateway.ops.backup_service import Backups
from gateway.store import backup_copies, outbox, tasks, withdrawals
from gateway.store.database import Database
from tests.support import settings as make_settings
from tests.support import shop, staffed
from tests.support.staffed import Staffed


class Kept:
    """The site with the service that makes its backups."""

    def __init__(
        self, database: Database, clock: ShiftedClock, folder: Path, **backup: object
    ) -> None:
        settings = make_settings.make(folder, backup={"mounts": ["/nowhere"], **backup})
        self.backups = Backups(database, clock, settings, system=System())
        self.staff = staffed.make(database, clock, folder, backups=self.backups)


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    async with Database(tmp_path / "data" / "anaquel.db") as one:
        yield one


@pytest.fixture
async def kept(database: Database, clock: ShiftedClock, tmp_path: Path) -> Kept:
    await staffed.fill(database)
    await database.write(
        lambda rows: rows.execute("UPDATE person SET role = 'administrator' WHERE name = 'Ana'")
    )
    return Kept(database, clock, tmp_path)


async def make(kept: Kept) -> str:
    kept.backups.ask()
    await kept.backups.look()
    return (await kept.backups.stored())[0].name


async def test_an_administrator_has_one_made_and_takes_it_along(kept: Kept) -> None:
    async with kept.staff.signed_in() as client:
        page = (await client.get("/backups")).text
        assert "Todavía no hay copias en este equipo" in page
        assert "espera a la hora de 03:00" in page
        assert "Ninguna copia ha salido del equipo" in page
        answer = await client.post("/backups/make")
        assert (answer.status_code, answer.headers["location"]) == (303, "/backups?did=asked")
        assert "Se está haciendo una copia" in (await client.get("/backups?did=asked")).text
        await kept.backups.look()
        (stored,) = await kept.backups.stored()
        page = (await client.get("/backups")).text
        assert stored.name in page
        assert "Sin cifrar" in page
        answer = await client.post("/backups/download", data={"name": stored.name})
        assert answer.status_code == 200
        path = await kept.backups.path(stored.name)
        assert path is not None
        assert answer.content == path.read_bytes()
        said = answer.headers["content-disposition"]
        assert said == f'attachment; filename="{stored.name}"'
        assert answer.headers["cache-control"] == "no-store"
        assert "Descargada" in (await client.get("/backups-now")).text


async def test_who_took_it_is_on_record_and_it_counts_as_a_copy_elsewhere(kept: Kept) -> None:
    name = await make(kept)
    async with kept.staff.signed_in() as client:
        await client.post("/backups/download", data={"name": name})
    batch = await kept.staff.database.read(
        lambda rows: outbox.batch(rows, Lane.KEEP, limit=10, max_bytes=100_000)
    )
    assert batch is not None
    (event,) = [json.loads(one.event) for one in batch.events]
    assert event["type"] == DOWNLOADED
    assert event["data"]["name"] == name
    key = await kept.staff.database.read(withdrawals.known_pseudonym_key)
    assert key is not None
    assert event["data"]["by"] == price_events.pseudonym(key, "Ana")
    (copy,) = await kept.staff.database.read(backup_copies.every)
    assert (copy.place, copy.name) == ("download", name)


@pytest.mark.parametrize("sealed", [False, True])
async def test_a_manager_takes_along_only_what_is_encrypted(
    database: Database, clock: ShiftedClock, tmp_path: Path, *, sealed: bool
) -> None:
    await staffed.fill(database)
    (tmp_path / "passphrase").write_text("five words that nobody says\n")
    own = {"passphrase_file": tmp_path / "passphrase"} if sealed else {}
    kept = Kept(database, clock, tmp_path, **own)
    name = await make(kept)
    async with kept.staff.signed_in() as manager:
        page = (await manager.get("/backups")).text
        assert ('action="/backups/download"' in page) is sealed
        assert ("se la lleva quien administra" in page) is not sealed
        answer = await manager.post("/backups/download", data={"name": name})
        assert answer.status_code == (200 if sealed else 403)
    taken = await kept.staff.database.read(backup_copies.every)
    assert bool(taken) is sealed


async def test_a_clerk_sees_the_task_and_gets_nothing(kept: Kept, clock: ShiftedClock) -> None:
    name = await make(kept)
    await staffed.add_person(kept.staff.database, "Beto")
    clock.advance(timedelta(days=8))
    await kept.backups.look()
    async with kept.staff.signed_in("Beto") as client:
        today = (await client.get("/")).text
        assert "ninguna copia de seguridad sale de este equipo" in today
        assert 'href="/backups"' not in today
        for answer in (
            await client.get("/backups"),
            await client.get("/backups-now"),
            await client.post("/backups/make"),
            await client.post("/backups/download", data={"name": name}),
        ):
            assert answer.status_code == 403
            assert "Esto no te toca a ti" in answer.text
    assert await kept.staff.database.read(backup_copies.every) == ()
    async with kept.staff.signed_in() as client:
        assert 'href="/backups"' in (await client.get("/")).text


async def test_a_name_that_is_none_of_ours_gives_nothing(kept: Kept) -> None:
    await make(kept)
    async with kept.staff.signed_in() as client:
        for name in ("../anaquel.db", "anaquel.db", "/etc/passwd", ".lock", ""):
            answer = await client.post("/backups/download", data={"name": name})
            assert answer.status_code in {404, 422}, name
        assert (await client.get("/backups/download")).status_code in {404, 405}
    assert await kept.staff.database.read(backup_copies.every) == ()


async def test_without_the_token_of_the_session_nothing_leaves(kept: Kept) -> None:
    name = await make(kept)
    async with kept.staff.signed_in() as client:
        del client.headers["X-CSRF-Token"]
        answer = await client.post("/backups/download", data={"name": name})
        assert answer.status_code == 403
    assert await kept.staff.database.read(backup_copies.every) == ()


async def test_a_backup_that_failed_is_told_in_both_languages(kept: Kept) -> None:
    message = {"message": "disk: 200 MB must be free"}
    await kept.staff.database.write(
        lambda rows: tasks.open_(rows, "backup_failed", "", message, shop.NOW)
    )
    async with kept.staff.signed_in() as client:
        assert "La copia de seguridad no se pudo hacer" in (await client.get("/")).text
        page = (await client.get("/?lang=en")).text
    assert "The backup could not be made" in page
    assert "disk: 200 MB must be free" in page


async def test_where_nobody_keeps_backups_there_is_no_page(staff: Staffed) -> None:
    async with staff.signed_in() as client:
        assert (await client.get("/backups")).status_code == 404
