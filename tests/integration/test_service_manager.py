"""The gateway as systemd sees it: ready when it serves, watched, its bad settings told apart."""

from __future__ import annotations

import asyncio
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import pytest

from gateway.store import database
from tests.support import gateway_process
from tests.support import settings as make_settings
from tests.support.gateway_process import GatewayProcess
from tests.support.mosquitto import Mosquitto
from tests.support.running import PATIENCE_S
from tests.support.service_manager import NotifySocket


async def test_a_service_is_ready_once_it_serves_and_watched_until_it_stops(
    mosquitto: Mosquitto, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = tmp_path / "config.toml"
    gateway_process.write_config(config, make_settings.make(tmp_path, mosquitto.broker))
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
    monkeypatch.setenv("WATCHDOG_USEC", "600000")
    gateway = GatewayProcess(config)
    with NotifySocket(tmp_path / "notify") as heard:
        async with asyncio.TaskGroup() as group:
            await gateway.start(group)
            assert (await heard.next())[0] == "READY=1"
            await heard.until(lambda lines: lines.count("WATCHDOG=1") >= 2)
            assert any(line.startswith("STATUS=0 labels, ") for line in heard.lines)
            assert await gateway.stop() == 0
        await heard.until(lambda lines: lines[-1] == "STOPPING=1")


async def test_a_file_that_another_holds_feeds_the_watchdog_and_is_told(
    mosquitto: Mosquitto, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A new start would not mend it."""
    config = tmp_path / "config.toml"
    settings = make_settings.make(tmp_path, mosquitto.broker)
    gateway_process.write_config(config, settings)
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
    # Longer than a writer waits for who holds the file.
    monkeypatch.setenv("WATCHDOG_USEC", "24000000")
    held = "STATUS=nothing can be stored now"
    gateway = GatewayProcess(config)
    file = settings.data.folder / database.FILE
    with NotifySocket(tmp_path / "notify") as heard:
        async with asyncio.TaskGroup() as group:
            await gateway.start(group)
            with closing(sqlite3.connect(file, isolation_level=None)) as other:
                other.execute("BEGIN IMMEDIATE")
                lines = await heard.until(lambda lines: held in lines, 3 * PATIENCE_S)
                assert lines[lines.index(held) - 1] == "WATCHDOG=1"
            assert await gateway.stop() == 0


@pytest.mark.parametrize("wrong", ['[shop]\nstore = "no such id!"\n', None])
async def test_settings_that_cannot_be_used_have_an_exit_code_of_their_own(
    tmp_path: Path, wrong: str | None
) -> None:
    config = tmp_path / "config.toml"
    if wrong is not None:
        config.write_text(wrong)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "gateway", "run", "--config", str(config)),
        stderr=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(PATIENCE_S):
        _, told = await process.communicate()
    assert process.returncode == 78
    assert str(config) in told.decode()
