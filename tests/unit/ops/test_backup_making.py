"""A backup is of one moment, has what it should, and leaves nothing behind when it fails."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from gateway.domain.backups import Kept
from gateway.ops import backup_archive, backup_folder, backup_format, backup_making
from gateway.ops.backup_format import BackupError
from gateway.ops.backup_making import Made
from gateway.settings import Settings
from gateway.store import people
from gateway.store.database import Connection, Database
from tests.support import settings as make_settings
from tests.support import shop
from tests.support.archives import PASSPHRASE, go_on


@pytest.fixture
async def settings(tmp_path: Path) -> Settings:
    chosen = make_settings.make(tmp_path)
    async with Database(chosen.data.folder / "anaquel.db") as database:
        await shop.fill(database)
    return chosen


def make(settings: Settings, **other: Any) -> Made:
    return backup_making.make(settings, shop.NOW, go_on, **{"passphrase": None} | other)


def unpacked(made: Made, folder: Path, passphrase: str | None = None) -> dict[str, bytes]:
    folder.mkdir()
    backup_archive.extract(made.path, passphrase, folder, go_on)
    return {
        one.relative_to(folder).as_posix(): one.read_bytes()
        for one in folder.rglob("*")
        if one.is_file()
    }


@pytest.mark.parametrize("passphrase", [None, PASSPHRASE])
def test_it_holds_the_shop_and_nothing_is_left_beside_it(
    settings: Settings, tmp_path: Path, passphrase: str | None
) -> None:
    made = make(settings, passphrase=passphrase)

    folder = settings.data.folder / "backups"
    assert {one.name for one in folder.iterdir()} == {".lock", made.stored.name}
    assert made.path.stat().st_mode & 0o077 == 0
    assert backup_folder.listed(folder, backup_making.kind_of(settings)) == (made.stored,)
    files = unpacked(made, tmp_path / "out", passphrase)
    assert sorted(files) == ["anaquel.db", "config.toml"]
    with closing(sqlite3.connect(tmp_path / "out" / "anaquel.db")) as database:
        rows = database.execute("SELECT count(*) FROM replica").fetchone()[0]
        assert rows == len({(kind, key) for kind, key, _ in shop.rows()})
        assert database.execute("PRAGMA journal_mode").fetchone() == ("delete",)


def test_the_shop_s_templates_are_in_it_and_what_cannot_be_is_told(
    settings: Settings, tmp_path: Path
) -> None:
    own = tmp_path / "own"
    (own / "ofertas").mkdir(parents=True)
    (own / "ofertas" / "template.toml").write_text("x")
    (own / "ofertas" / "secret").symlink_to("/etc/passwd")
    (own / "ofertas" / ("n" * 120)).write_text("x")
    with (own / "ofertas" / "huge").open("wb") as huge:
        huge.truncate(21 * 2**20)
    labels = settings.labels.model_copy(update={"templates": own})
    made = make(settings.model_copy(update={"labels": labels}))

    assert set(unpacked(made, tmp_path / "out")) == {
        *("anaquel.db", "config.toml", "templates/ofertas/template.toml"),
    }
    assert set(made.manifest.left_out) == {
        *(f"templates/ofertas/{name}" for name in ("secret", "n" * 120, "huge")),
    }


async def test_only_pictures_that_nobody_can_fetch_again_are_in_it(
    settings: Settings, tmp_path: Path
) -> None:
    hosts = settings.pictures.model_copy(update={"hosts": ("cdn.example.com",)})
    settings = settings.model_copy(update={"pictures": hosts})
    known = {
        "https://cdn.example.com/there.jpg": ("a" * 64, None),
        "https://cdn.example.com/gone.jpg": ("b" * 64, "answers with 404"),
        "https://other.example.com/old.jpg": ("c" * 64, None),
    }

    def put(connection: Connection) -> None:
        for url, (sha256, reason) in known.items():
            connection.execute(
                "INSERT INTO image (url, wanted, kept, reason) VALUES (?, '', ?, ?)",
                (url, sha256, reason),
            )

    async with Database(settings.data.folder / "anaquel.db") as database:
        await database.write(put)
    for sha256, _ in known.values():
        folder = settings.data.folder / "pictures" / sha256[:2]
        folder.mkdir(parents=True)
        for size in (96, 480):
            (folder / f"{sha256}-{size}.webp").write_bytes(sha256.encode())
    made = await asyncio.to_thread(make, settings)
    files = await asyncio.to_thread(unpacked, made, tmp_path / "out")

    kept = [name for name in files if name.startswith("pictures/")]
    assert sorted(kept) == [
        f"pictures/{one[:2]}/{one}-{size}.webp"
        for one in ("b" * 64, "c" * 64)
        for size in (480, 96)
    ]


def test_two_at_once_are_one_and_a_clear_word(settings: Settings) -> None:
    folder = backup_making.folder_of(settings)
    backup_folder.make(folder)
    with (
        backup_folder.alone(folder),
        pytest.raises(BackupError, match="another backup is being made"),
    ):
        make(settings)
    make(settings)


def test_what_is_stopped_leaves_nothing(settings: Settings) -> None:
    class LeaveError(Exception):
        pass

    def leave() -> None:
        if not next(left_to_go):
            raise LeaveError

    counted: list[None] = []
    backup_making.make(settings, shop.NOW, lambda: counted.append(None), passphrase=None)
    folder = settings.data.folder / "backups"
    before = set(folder.iterdir())
    assert len(counted) > 4
    for stop_at in range(len(counted)):
        left_to_go = iter(range(stop_at, -1, -1))
        with pytest.raises(LeaveError):
            backup_making.make(settings, shop.NOW, leave, passphrase=None)
        assert set(folder.iterdir()) == before, stop_at


def test_a_damaged_database_is_not_put_away_as_a_good_one(settings: Settings) -> None:
    path = settings.data.folder / "anaquel.db"
    whole = bytearray(path.read_bytes())
    with closing(sqlite3.connect(path)) as database:
        root = database.execute(
            "SELECT rootpage FROM sqlite_schema WHERE name = 'replica'"
        ).fetchone()[0]
    start = (root - 1) * 4096
    whole[start + 8 : start + 4096] = b"\xff" * 4088
    path.write_bytes(whole)

    with pytest.raises(Exception, match=r"damaged|malformed"):
        make(settings)
    assert {one.name for one in (settings.data.folder / "backups").iterdir()} == {".lock"}


def test_a_copy_has_its_name_only_when_it_is_whole_and_old_ones_go(
    settings: Settings, tmp_path: Path
) -> None:
    stick, kind = tmp_path / "stick", backup_making.kind_of(settings)
    stick.mkdir()
    foreign = [
        stick / "anaquel~s042~gw-2~20200101T000000Z.tar.gz",
        stick / "anaquel~s042~gw-2~20260101T000000Z.tar.gz.part",
        stick / "holiday.jpg",
    ]
    for one in foreign:
        one.write_bytes(b"x")
    cut_off = stick / "anaquel~s042~gw-1~20260101T000000Z.tar.gz.part"
    cut_off.write_bytes(b"x")
    names: list[str] = []
    last = Path()
    for day in range(9):
        made = backup_making.make(settings, shop.NOW + timedelta(days=day), go_on, passphrase=None)
        backup_folder.copy(made.path, stick, go_on)
        backup_folder.rotate(stick, kind, Kept(daily=2, weekly=0, monthly=0), settings.shop.zone)
        names.append(made.stored.name)
        last = made.path

    there = {one.name for one in stick.iterdir()}
    assert there == {*names[-2:], *(one.name for one in foreign)}
    assert (stick / names[-1]).read_bytes() == last.read_bytes()


def test_the_config_in_it_is_the_shop_s(settings: Settings, tmp_path: Path) -> None:
    files = unpacked(make(settings), tmp_path / "out")

    assert b'store = "s042"' in files[backup_format.CONFIG]


async def test_what_was_committed_while_it_was_copied_is_whole_or_not_in_it(
    settings: Settings, tmp_path: Path
) -> None:
    """Pairs of rows that are only ever written together, as fast as the writer can."""
    done = asyncio.Event()
    pairs = 0

    def pair(number: int) -> Any:
        def write(connection: Connection) -> None:
            for side in ("a", "b"):
                connection.execute(
                    "INSERT INTO meta VALUES (?, ?)", (f"{side}{number}", "x" * 2_000)
                )

        return write

    async def keep_writing(database: Database) -> None:
        nonlocal pairs
        while not done.is_set():
            await database.write(pair(pairs))
            pairs += 1

    async with Database(settings.data.folder / "anaquel.db") as database:
        await database.write(lambda rows: people.add(rows, "Ana", "manager", "hash"))
        async with asyncio.TaskGroup() as group:
            group.create_task(keep_writing(database))
            made = []
            for second in range(4):
                at = shop.NOW + timedelta(seconds=second)
                before = pairs
                one = await asyncio.to_thread(
                    backup_making.make, settings, at, go_on, passphrase=None
                )
                made.append((before, one, pairs))
            done.set()
    for number, (before, one, after) in enumerate(made):
        await asyncio.to_thread(unpacked, one, tmp_path / f"out{number}")
        with closing(sqlite3.connect(tmp_path / f"out{number}" / "anaquel.db")) as copied:
            query = "SELECT count(*) FROM meta WHERE key GLOB ?"
            left, right = (
                copied.execute(query, (f"{side}[0-9]*",)).fetchone()[0] for side in ("a", "b")
            )
        assert before <= left == right <= after
    assert made[-1][2] > made[0][0], "writing went on meanwhile"
