"""Backups and restores on a full disk, and killed at random moments."""

from __future__ import annotations

import asyncio
import contextlib
import random
import sqlite3
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from gateway.ops import backup_archive, backup_making
from gateway.settings import Settings
from gateway.store.database import Connection, Database
from tests import tiers
from tests.support import gateway_process, project
from tests.support import settings as make_settings
from tests.support.archives import go_on
from tests.support.running import PATIENCE_S
from tests.support.typing_commands import anaquel

KILLS = tiers.count("backup_kills")

pytestmark = pytest.mark.timeout(120 + 10 * KILLS)


async def mark(settings: Settings, value: str, large: int = 4_000_000) -> None:
    """Something that tells one database from another, and enough of it to be killed in."""

    def write(connection: Connection) -> None:
        connection.execute("INSERT OR REPLACE INTO meta VALUES ('mark', ?)", (value,))
        connection.execute(
            "INSERT OR REPLACE INTO meta VALUES ('large', hex(randomblob(?)))", (large // 2,)
        )

    async with Database(settings.data.folder / "anaquel.db") as database:
        await database.write(write)


async def marked(folder: Path) -> str:
    async with Database(folder / "anaquel.db") as database:
        value: str = await database.read(
            lambda rows: rows.execute("SELECT value FROM meta WHERE key = 'mark'").fetchone()[0]
        )
        assert await database.read(
            lambda rows: rows.execute("PRAGMA integrity_check").fetchone()
        ) == ("ok",)
    return value


def config_of(settings: Settings, tmp_path: Path) -> Path:
    config = tmp_path / "config.toml"
    gateway_process.write_config(config, settings)
    return config


async def ran(*command: str | Path) -> tuple[int | None, str]:
    process = await asyncio.create_subprocess_exec(
        *map(str, command), stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    async with asyncio.timeout(PATIENCE_S):
        said, _ = await process.communicate()
    return process.returncode, said.decode()


async def test_on_a_small_disk_nothing_is_begun(tmp_path: Path) -> None:
    """A real disk of 60 MB, in a namespace of its own: less than is left to others."""
    settings = make_settings.make(tmp_path)
    await mark(settings, "here")
    config = config_of(settings, tmp_path)
    script = (
        f"mkdir small && mount -t tmpfs -o size=60m memory small && cd {project.ROOT} && "
        f"{sys.executable} -m gateway backup --config {config} --to {tmp_path}/small; "
        f"code=$?; ls -A {tmp_path}/small; exit $code"
    )
    command = ("unshare", "--user", "--map-root-user", "--mount", "sh", "-c")
    code, said = await ran(*command, f"cd {tmp_path} && {script}")

    assert code == 1
    assert "MB must be free for this" in said
    assert len(said.strip().splitlines()) == 1, "one line, and no file there"
    assert [one.name for one in (settings.data.folder / "backups").iterdir()] == [".lock"]


async def test_a_disk_that_is_full_in_the_middle_leaves_the_shop_as_it_is(tmp_path: Path) -> None:
    settings = make_settings.make(tmp_path)
    await mark(settings, "here")
    config = config_of(settings, tmp_path)
    for limit in (300_000, 3_000_000):
        command = (sys.executable, "-m", "gateway", "backup", "--config", config)
        code, said = await ran("prlimit", f"--fsize={limit}", *command)
        assert code == 1, said
        assert "cannot be" in said
        assert "Traceback" not in said
        assert [one.name for one in (settings.data.folder / "backups").iterdir()] == [".lock"]
    assert await marked(settings.data.folder) == "here"


async def killed(rng: random.Random, usual_s: float, *command: str | Path) -> None:
    """Run it and kill it at a random moment of the time that it usually takes."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "gateway", *map(str, command)),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(rng.uniform(usual_s / 3, usual_s)):
            await process.wait()
    if process.returncode is None:
        process.kill()
    await process.wait()


async def test_killed_while_it_is_made_there_is_never_half_a_backup(tmp_path: Path) -> None:
    settings = make_settings.make(tmp_path)
    await mark(settings, "here", 30_000_000)
    config = config_of(settings, tmp_path)
    folder = backup_making.folder_of(settings)
    began = time.monotonic()
    assert (await anaquel("backup", "--config", config)).code == 0
    usual_s = time.monotonic() - began
    rng = random.Random(42)
    for _ in range(KILLS):
        await killed(rng, usual_s, "backup", "--config", config)
        for one in folder.glob("anaquel~*"):
            await asyncio.to_thread(backup_archive.verify, one, None, go_on)
    ended = await anaquel("backup", "--config", config)
    assert ended.code == 0, ended.complained
    left = {one.name for one in folder.iterdir() if not one.name.startswith("anaquel~")}
    assert left == {".lock"}
    assert await marked(settings.data.folder) == "here"


async def test_killed_while_it_is_restored_the_folder_has_the_old_or_the_new(
    tmp_path: Path,
) -> None:
    settings = make_settings.make(tmp_path)
    config, file = config_of(settings, tmp_path), tmp_path / "backup.tar.gz"
    await mark(settings, "new", 20_000_000)
    assert (await anaquel("backup", "--config", config, "--to", file)).code == 0
    await mark(settings, "old", 1_000)
    command = ("restore", file, "--config", config, "--replace")
    began = time.monotonic()
    rng = random.Random(42)
    ended = await anaquel(*command)
    usual_s = time.monotonic() - began
    assert ended.code == 0, ended.complained
    for number in range(KILLS):
        await mark(settings, f"old {number}", 1_000)
        await killed(rng, usual_s, *command)
        assert await marked(settings.data.folder) in {f"old {number}", "new"}
        asides = list(settings.data.folder.glob("before-restore-*/anaquel.db"))
        kept = [_mark_of(one) for one in asides]
        assert await marked(settings.data.folder) != "new" or f"old {number}" in kept
    assert (await anaquel(*command)).code == 0
    assert await marked(settings.data.folder) == "new"


async def test_killed_while_a_page_restores_it_the_folder_has_the_old_or_the_new(
    tmp_path: Path,
) -> None:
    """The process that serves, from a person's yes until the data is open again."""
    settings = make_settings.make(tmp_path, backup={"mounts": []})
    config, folder = config_of(settings, tmp_path), settings.data.folder
    await mark(settings, "new", 20_000_000)
    assert (await anaquel("backup", "--config", config)).code == 0
    command = (sys.executable, "-m", "tests.support.restoring_once", config)
    usual_s, rng = 1.0, random.Random(42)
    for number in range(KILLS + 1):
        old = f"old {number}"
        await mark(settings, old, 1_000)
        process = await asyncio.create_subprocess_exec(
            *map(str, command), stdout=asyncio.subprocess.PIPE, cwd=project.ROOT
        )
        assert process.stdout is not None
        assert await process.stdout.readline() == b"read\n"
        if number == 0:
            # The first one may end, and says how long it takes.
            usual_s = float(await process.stdout.readline())
        else:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(rng.uniform(0, usual_s)):
                    await process.wait()
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()
        now = await marked(folder)
        assert now in {old, "new"}
        kept = [_mark_of(one) for one in folder.glob("before-restore-*/anaquel.db")]
        assert now != "new" or old in kept
        assert number or now == "new"


def _mark_of(path: Path) -> str:
    with closing(sqlite3.connect(path)) as database:
        value: str = database.execute("SELECT value FROM meta WHERE key = 'mark'").fetchone()[0]
    return value
