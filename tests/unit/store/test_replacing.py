"""Restored data takes its place whole, wherever the exchange is cut off."""

from __future__ import annotations

import asyncio
import itertools
from functools import partial
from pathlib import Path

import pytest

from gateway.store import folder_lock, replacing
from gateway.store.database import Connection, Database
from gateway.store.folder_lock import InUseError

ASIDE = "before-restore"
OLD = {
    "anaquel.db": "old",
    "anaquel.db-wal": "old log",
    "pictures/aa/one": "old picture",
    "templates/own/template.toml": "old template",
    "broker/state": "not ours",
}
NEW = {"anaquel.db": "new", "pictures/bb/two": "new picture", "config.restored.toml": "new"}


def lay(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


def found(folder: Path) -> dict[str, str]:
    return {
        one.relative_to(folder).as_posix(): one.read_text()
        for one in folder.rglob("*")
        if one.is_file()
    }


AFTER = {
    **NEW,
    "broker/state": "not ours",
    "templates/own/template.toml": "old template",
    **{
        f"{ASIDE}/{name}": OLD[name] for name in ("anaquel.db", "anaquel.db-wal", "pictures/aa/one")
    },
}


class CutError(Exception):
    """The power went."""


@pytest.fixture
def cuts(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """``[n]``: the power goes at the n-th change of a name."""
    left = [1_000]
    rename, unlink, rmdir = Path.rename, Path.unlink, Path.rmdir

    def counted() -> None:
        left[0] -= 1
        if not left[0]:
            raise CutError

    def cut_rename(self: Path, target: Path) -> Path:
        counted()
        return rename(self, target)

    def cut_unlink(self: Path, missing_ok: bool = False) -> None:  # noqa: FBT001, FBT002 - as it is
        counted()
        unlink(self, missing_ok)

    def cut_rmdir(self: Path) -> None:
        counted()
        rmdir(self)

    monkeypatch.setattr(Path, "rename", cut_rename)
    monkeypatch.setattr(Path, "unlink", cut_unlink)
    monkeypatch.setattr(Path, "rmdir", cut_rmdir)
    return left


def test_cut_off_at_any_step_it_is_the_old_or_becomes_the_new(
    tmp_path: Path, cuts: list[int]
) -> None:
    step = 0
    for step in itertools.count(1):
        folder = tmp_path / str(step)
        lay(folder, OLD)
        lay(folder / "restoring", NEW)
        cuts[0] = step
        try:
            replacing.decide(folder / "restoring", ASIDE)
            replacing.finish(folder)
        except CutError:
            cuts[0] = 1_000
            replacing.finish(folder)
            if step == 1:
                old = {f"restoring/{name}": text for name, text in NEW.items()}
                assert found(folder) == {**OLD, **old, "restoring/.aside": ASIDE}
            else:
                assert found(folder) == AFTER, step
        else:
            assert found(folder) == AFTER
            break
    assert step > 7, "there are several steps"


def test_cut_off_again_and_again_it_comes_to_its_end(tmp_path: Path, cuts: list[int]) -> None:
    lay(tmp_path, OLD)
    lay(tmp_path / "restoring", NEW)
    replacing.decide(tmp_path / "restoring", ASIDE)
    for _ in range(100):
        cuts[0] = 2
        try:
            replacing.finish(tmp_path)
        except CutError:
            continue
        break
    assert found(tmp_path) == AFTER


def test_what_was_put_aside_before_stays(tmp_path: Path) -> None:
    for _ in range(2):
        lay(tmp_path, OLD)
        lay(tmp_path / "restoring", NEW)
        replacing.decide(tmp_path / "restoring", ASIDE)
        replacing.finish(tmp_path)
    for aside in (ASIDE, f"{ASIDE}-2"):
        assert (tmp_path / aside / "anaquel.db").read_text() == "old"


def test_without_anything_decided_nothing_happens(tmp_path: Path) -> None:
    lay(tmp_path, OLD)

    assert replacing.finish(tmp_path) is None
    assert found(tmp_path) == OLD


def _mark(connection: Connection, said: str) -> None:
    connection.execute("INSERT INTO meta VALUES ('mark', ?)", (said,))


async def test_whoever_opens_the_database_next_finishes_it(tmp_path: Path) -> None:
    for folder, mark in ((tmp_path, "old"), (tmp_path / "restoring", "new")):
        async with Database(folder / "anaquel.db") as database:
            await database.write(partial(_mark, said=mark))
    await asyncio.to_thread(replacing.decide, tmp_path / "restoring", ASIDE)
    async with Database(tmp_path / "anaquel.db") as database:
        row = await database.read(
            lambda rows: rows.execute("SELECT value FROM meta WHERE key = 'mark'").fetchone()
        )
    assert row == ("new",)
    assert (tmp_path / ASIDE / "anaquel.db").exists()


def test_one_has_the_folder_at_a_time(tmp_path: Path) -> None:
    with (
        folder_lock.held(tmp_path / "data"),
        pytest.raises(InUseError, match="stop it first"),
        folder_lock.held(tmp_path / "data"),
    ):
        pass
    with folder_lock.held(tmp_path / "data"):
        pass
