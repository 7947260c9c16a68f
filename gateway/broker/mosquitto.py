"""The system's mosquitto on a private configuration, for those who start one with the gateway."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from gateway.errors import AnaquelError
from gateway.settings import Broker

_START_S = 10.0
_SBIN = "/usr/sbin:/usr/local/sbin"


def program() -> str | None:
    """Where mosquitto is installed, if it is."""
    return shutil.which("mosquitto", path=f"{os.environ.get('PATH', '')}:{_SBIN}")


def free_port() -> int:
    """A loopback port that nobody listens on right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@asynccontextmanager
async def running(program: str, folder: Path, *, port: int = 0) -> AsyncIterator[Broker]:
    """Mosquitto while inside, on loopback, with its files in ``folder``.

    Port 0 takes a free one. Raises ``AnaquelError`` with mosquitto's own words.
    """
    port = port or free_port()
    _must_be_free(port)
    config = folder / "mosquitto.conf"
    user = "user root\n" if os.geteuid() == 0 else ""
    await asyncio.to_thread(
        config.write_text,
        f"listener {port} 127.0.0.1\nallow_anonymous true\nset_tcp_nodelay true\n"
        f"persistence true\npersistence_location {folder}/\nlog_type error\n"
        f"log_type warning\n{user}",
    )
    said = await asyncio.to_thread((folder / "mosquitto.log").open, "wb")
    # A session of its own: Ctrl-C goes to us, and we end the broker last.
    process = await asyncio.create_subprocess_exec(
        program,
        "-c",
        str(config),
        stdin=subprocess.DEVNULL,
        stdout=said,
        stderr=said,
        start_new_session=True,
    )
    await asyncio.to_thread(said.close)
    try:
        await _listens(process, port, folder / "mosquitto.log")
        yield Broker(host="127.0.0.1", port=port, reconnect_s=0.2)
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


async def _listens(process: asyncio.subprocess.Process, port: int, said: Path) -> None:
    try:
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
    except TimeoutError:
        pass
    why = (await asyncio.to_thread(said.read_text, errors="replace")).strip()
    raise AnaquelError(f"mosquitto did not start on port {port}: {why[-500:]}")


def _must_be_free(port: int) -> None:
    """Another broker on the port would answer in place of ours."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise AnaquelError(
                f"127.0.0.1:{port} is taken, perhaps by another mosquitto: "
                "choose another port in [shop_broker], or leave out --own-broker"
            ) from error
