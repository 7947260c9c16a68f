from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from gateway.broker import birth, mosquitto
from gateway.broker.connection import Will
from gateway.broker.link import Link
from gateway.clock import SystemClock
from gateway.errors import AnaquelError
from tests.support.running import PATIENCE_S, PREFIX, Listening, running


async def test_the_system_s_broker_runs_while_inside_and_hears_birth_and_will(
    tmp_path: Path,
) -> None:
    program = await asyncio.to_thread(mosquitto.program)
    assert program is not None
    async with mosquitto.running(program, tmp_path) as broker:
        link = Link("shop", broker, prefix=PREFIX, client_id="gw-1", will=birth.will("gw-1"))
        birth.announce(link, "gw-1", "9.9", SystemClock())
        hears = Listening(broker, "gateway/gw-1/state")
        async with running(hears, link):
            born = await hears.until(lambda said: said["state"] == "online")
            assert born["version"] == "9.9"
        assert (broker.host, broker.port > 0) == ("127.0.0.1", True)
    with pytest.raises(OSError, match="refused"):
        socket.create_connection((broker.host, broker.port), PATIENCE_S)


async def test_a_broker_that_ends_by_itself_is_started_again(tmp_path: Path) -> None:
    program = await asyncio.to_thread(mosquitto.program)
    assert program is not None
    with capture_logs() as told:
        async with mosquitto.running(program, tmp_path) as broker:
            link = Link("shop", broker, prefix=PREFIX, client_id="gw-1", will=birth.will("gw-1"))
            birth.announce(link, "gw-1", "9.9", SystemClock())
            hears = Listening(broker, "gateway/gw-1/state")
            async with running(hears, link):
                for _ in range(2):
                    await hears.until(lambda said: said["state"] == "online")
                    hears.heard.clear()
                    os.kill(_process_with(tmp_path / "mosquitto.conf"), signal.SIGKILL)
                await hears.until(lambda said: said["state"] == "online")
    ends = [line["why"] for line in told if line["event"].startswith("own broker ended")]
    assert len(ends) == 2


def _process_with(config: Path) -> int:
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            words = (folder / "cmdline").read_bytes().split(b"\0")
            if bytes(config) in words and words[0].endswith(b"mosquitto"):
                return int(folder.name)
    raise AssertionError(f"no mosquitto runs with {config}")


async def test_a_broker_that_cannot_start_is_said(tmp_path: Path) -> None:
    with pytest.raises(AnaquelError, match=r"mosquitto did not start on port [0-9]+: "):
        async with mosquitto.running("false", tmp_path):
            pass


def test_the_will_says_that_we_are_gone() -> None:
    assert birth.will("gw-1") == Will(topic="gateway/gw-1/state", payload=b'{"state":"offline"}')
