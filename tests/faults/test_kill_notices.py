"""``kill -9`` while notices go out: each arrives under one id, and only those in flight twice."""

from __future__ import annotations

import asyncio
import base64
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from gateway.clock import SystemClock
from gateway.store import notices
from gateway.store.database import FILE, Connection, Database
from tests import tiers
from tests.support import gateway_process
from tests.support import settings as make_settings
from tests.support.gateway_process import GatewayProcess
from tests.support.hooks import Got, Hook
from tests.support.running import PATIENCE_S
from tests.support.serving import serving

KILLS = tiers.count("notice_kills")
pytestmark = pytest.mark.timeout(120 + 15 * KILLS)
EACH = 4
NOTICES = (KILLS + 1) * EACH
RECEIVER = "webhooks.erp"
SECRET = "whsec_" + base64.b64encode(bytes(range(32))).decode()


class Deadly:
    """Has the gateway killed while it waits for some of the answers: these it never learns."""

    def __init__(self, gateway: GatewayProcess) -> None:
        self.hook = Hook(before=self._before)
        self.kills = 0
        self.answered: set[str] = set()
        self._gateway = gateway

    @property
    def is_done(self) -> bool:
        """Whether the gateway was killed often enough, and knows that everything arrived."""
        return self.kills == KILLS and len(self.answered) == NOTICES

    async def _before(self, got: Got) -> None:
        if self.kills < KILLS and len(self.answered) >= self.kills * EACH + EACH // 2:
            self.kills += 1
            await self._gateway.kill()
        else:
            self.answered.add(got.id)


def fill(connection: Connection, at: datetime) -> None:
    for number in range(NOTICES):
        notice = notices.Notice(
            id=f"msg_{number:03d}",
            receiver=RECEIVER,
            subject="task.hold",
            title="",
            body=f'{{"number":{number}}}'.encode(),
            made_at=at,
            due_at=at,
        )
        notices.add(connection, notice)


def write_files(folder: Path, url: str) -> Path:
    (folder / "erp.url").write_text(f"{url}/in")
    (folder / "erp.secret").write_text(SECRET)
    hook: dict[str, Any] = {
        "url_file": folder / "erp.url",
        "secret_file": folder / "erp.secret",
        "private": True,
    }
    settings = make_settings.make(
        folder, central={"kind": "none"}, notices={"webhooks": {"erp": hook}}
    )
    config = folder / "config.toml"
    gateway_process.write_config(config, settings)
    return config


async def test_each_notice_arrives_and_only_those_in_flight_arrive_twice(tmp_path: Path) -> None:
    async with Database(tmp_path / "data" / FILE) as database:
        at = SystemClock().now()
        await database.write(lambda rows: fill(rows, at))
    gateway = GatewayProcess(tmp_path / "config.toml")
    deadly = Deadly(gateway)
    hook = deadly.hook
    async with serving(hook.app) as url, asyncio.TaskGroup() as group:
        await asyncio.to_thread(write_files, tmp_path, url)
        while not deadly.is_done:
            killed = deadly.kills
            await gateway.start(group)
            async with asyncio.timeout(PATIENCE_S):
                while deadly.kills == killed and not deadly.is_done:
                    hook.news.clear()
                    await hook.news.wait()
        await gateway.stop()
    times = Counter(got.id for got in hook.got)
    assert set(times) == {f"msg_{number:03d}" for number in range(NOTICES)}
    assert len(hook.got) == NOTICES + KILLS, "what was in flight at a kill came again, and no other"
    assert len({(got.id, got.body) for got in hook.got}) == NOTICES
