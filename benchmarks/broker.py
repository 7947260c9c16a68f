"""The system's mosquitto on a private configuration."""

from __future__ import annotations

import asyncio
import os
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from benchmarks.setup import BenchmarkError
from gateway.broker import mosquitto
from gateway.settings import Broker

_START_S = 10.0


@asynccontextmanager
async def running(folder: Path, *, most_waiting: int = 0) -> AsyncIterator[Broker]:
    """Mosquitto on a free loopback port. Raises ``BenchmarkError`` without mosquitto.

    ``most_waiting`` is how many messages may wait for a client, 0 for any number; mosquitto's own
    default is 1,000.
    """
    program = await asyncio.to_thread(mosquitto.program)
    if program is None:
        raise BenchmarkError("mosquitto is not installed: apt install mosquitto")
    port = mosquitto.free_port()
    config = folder / "mosquitto.conf"
    user = "user root\n" if os.geteuid() == 0 else ""
    await asyncio.to_thread(
        config.write_text,
        f"listener {port} 127.0.0.1\nallow_anonymous true\nset_tcp_nodelay true\n"
        f"persistence false\nmax_queued_messages {most_waiting}\nlog_type error\n{user}",
    )
    process = await asyncio.create_subprocess_exec(
        *(program, "-c", str(config)),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        await _listens(process, port)
        yield Broker(host="127.0.0.1", port=port, reconnect_s=0.1, reconnect_max_s=0.2)
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


async def _listens(process: asyncio.subprocess.Process, port: int) -> None:
    async with asyncio.timeout(_START_S):
        while process.returncode is None:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.02)
            else:
                writer.close()
                await writer.wait_closed()
                return
    raise BenchmarkError(f"mosquitto did not start on port {port}")
