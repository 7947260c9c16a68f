"""The system's mosquitto on a private configuration, for those who start one with the gateway."""

from __future__ import annotations

import asyncio
import os
import random
import shutil
import socket
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final, NoReturn

import structlog

from gateway.domain.retrying import Backoff
from gateway.errors import AnaquelError
from gateway.settings import Broker

_START_S = 10.0
_END_S = 5.0
_FREE_S = 5.0
_AGAIN_S = 0.02
_SBIN = "/usr/sbin:/usr/local/sbin"
_AGAIN: Final = Backoff(first_s=0.5, max_s=30.0)
_STEADY_S: Final = 60.0
"""Who ran so long did not end because it was started badly: the next start comes at once again."""

_WORDS: Final = 500
"""Of what it said, so much of the end is told."""

log = structlog.get_logger("broker")


def program() -> str | None:
    """Where mosquitto is installed, if it is."""
    return _found("mosquitto")


def free_port() -> int:
    """A loopback port that nobody listens on right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@asynccontextmanager
async def running(program: str, folder: Path, *, port: int = 0) -> AsyncIterator[Broker]:
    """Mosquitto while inside, on loopback, with its files in ``folder``.

    It ends with us, also when we are killed; when it ends by itself it is started again. Port 0
    takes a free one. Raises ``AnaquelError`` with mosquitto's own words when it does not start the
    first time.
    """
    port = port or free_port()
    await _until_free(port)
    config = folder / "mosquitto.conf"
    user = "user root\n" if os.geteuid() == 0 else ""
    await asyncio.to_thread(
        config.write_text,
        f"listener {port} 127.0.0.1\nallow_anonymous true\nset_tcp_nodelay true\n"
        f"persistence true\npersistence_location {folder}/\nlog_type error\n"
        f"log_type warning\n{user}",
    )
    ours = _Ours((*await asyncio.to_thread(_tied_to_us), program, "-c", str(config)), port, folder)
    try:
        await ours.start()
        async with asyncio.TaskGroup() as group:
            kept = group.create_task(ours.keep(), name="own-broker")
            yield Broker(host="127.0.0.1", port=port, reconnect_s=0.2)
            kept.cancel()
    finally:
        await ours.end()


class _Ours:
    """The broker's process, and the next one after it."""

    def __init__(self, words: tuple[str, ...], port: int, folder: Path) -> None:
        self._words = words
        self._port = port
        self._said = folder / "mosquitto.log"
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Start it and wait until it listens. Raises ``AnaquelError`` with its own words."""
        said = await asyncio.to_thread(self._said.open, "wb")
        # A session of its own: Ctrl-C goes to us, and we end the broker last.
        self._process = await asyncio.create_subprocess_exec(
            *self._words,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            start_new_session=True,
        )
        await asyncio.to_thread(said.close)
        await _listens(self._process, self._port, self._said)

    async def keep(self) -> NoReturn:
        """Start it again whenever it ends: at once, and if that does not last ever more rarely."""
        loop, rng, attempts = asyncio.get_running_loop(), random.SystemRandom(), 0
        while True:
            began = loop.time()
            why = await self._ended()
            attempts = 0 if loop.time() - began > _STEADY_S else attempts + 1
            wait_s = _AGAIN.wait(attempts, rng).total_seconds() if attempts else 0.0
            log.warning("own broker ended; it is started again", why=why, in_s=round(wait_s, 1))
            await asyncio.sleep(wait_s)
            try:
                await self.start()
            except (AnaquelError, OSError) as error:
                await self.end()
                log.warning("own broker did not start", why=str(error))

    async def _ended(self) -> str:
        """Wait for its end; its own last words. At once when it does not run."""
        if self._process is None:
            return "it does not run"
        code = await self._process.wait()
        words = (await asyncio.to_thread(self._said.read_text, errors="replace")).strip()
        return words[-_WORDS:] or f"exit code {code}"

    async def end(self) -> None:
        """End it."""
        if self._process is not None:
            process, self._process = self._process, None
            await _end(process)


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        process.terminate()
    try:
        async with asyncio.timeout(_END_S):
            await process.wait()
    except TimeoutError:
        # Mosquitto forgets a signal that arrives in its very first moment.
        process.kill()
        await process.wait()


async def _listens(process: asyncio.subprocess.Process, port: int, said: Path) -> None:
    try:
        async with asyncio.timeout(_START_S):
            while process.returncode is None:
                try:
                    _, writer = await asyncio.open_connection("127.0.0.1", port)
                except OSError:
                    await asyncio.sleep(_AGAIN_S)
                else:
                    writer.close()
                    await writer.wait_closed()
                    return
    except TimeoutError:
        pass
    why = (await asyncio.to_thread(said.read_text, errors="replace")).strip()
    raise AnaquelError(f"mosquitto did not start on port {port}: {why[-_WORDS:]}")


def _found(name: str) -> str | None:
    return shutil.which(name, path=f"{os.environ.get('PATH', '')}:{_SBIN}")


def _tied_to_us() -> tuple[str, ...]:
    """Lets the system end the broker with us, even by ``kill -9``: nobody else would."""
    setpriv = _found("setpriv")
    return (setpriv, "--pdeathsig", "TERM", "--") if setpriv is not None else ()


async def _until_free(port: int) -> None:
    """Another broker on the port would answer in place of ours; one of a start before us leaves."""
    until = asyncio.get_running_loop().time() + _FREE_S
    while True:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError as error:
                if asyncio.get_running_loop().time() > until:
                    raise AnaquelError(
                        f"127.0.0.1:{port} is taken, perhaps by another mosquitto: "
                        "choose another port in [shop_broker], or leave out --own-broker"
                    ) from error
            else:
                return
        await asyncio.sleep(_AGAIN_S)
