"""A program beside the benchmark that talks JSON lines over its pipes."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from benchmarks.setup import BenchmarkError

_PATIENCE_S = 900.0
_GOODBYE_S = 15.0
_LINE = 64 * 2**20


def resident_mb(pid: int) -> float:
    """The memory that a process holds now, its own children not counted."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


class Child:
    """A running program of ``benchmarks.children``; use ``started``."""

    def __init__(self, name: str, process: asyncio.subprocess.Process, said: Path) -> None:
        self.name = name
        self._process = process
        self._said = said

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    async def rss_mb(self) -> float:
        """The memory that it holds now, its own children not counted."""
        return await asyncio.to_thread(resident_mb, self.pid)

    async def tell(self, message: object) -> None:
        """Write one line."""
        assert self._process.stdin is not None  # noqa: S101 - made with a pipe
        self._process.stdin.write(json.dumps(message).encode() + b"\n")
        await self._process.stdin.drain()

    async def hear(self) -> Any:
        """The next line it says. Raises ``BenchmarkError`` when it ended instead."""
        assert self._process.stdout is not None  # noqa: S101 - made with a pipe
        async with asyncio.timeout(_PATIENCE_S):
            line = await self._process.stdout.readline()
        if not line:
            words = await asyncio.to_thread(self._said.read_text, errors="replace")
            raise BenchmarkError(f"{self.name} ended: {words.strip()[-2000:]}")
        return json.loads(line)

    async def ask(self, message: object) -> Any:
        """Say one line and hear one."""
        await self.tell(message)
        return await self.hear()

    def pause(self) -> None:
        """Stop it in its tracks; what comes in meanwhile waits."""
        self._process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """Let it go on."""
        self._process.send_signal(signal.SIGCONT)

    async def end(self) -> None:
        """SIGTERM, and wait."""
        if self._process.returncode is None:
            self._process.send_signal(signal.SIGCONT)
            self._process.terminate()
            if self._process.stdin is not None:
                # A thread of the child that waits for a line would hold up its end.
                self._process.stdin.close()
            try:
                async with asyncio.timeout(_GOODBYE_S):
                    await self._process.wait()
            except TimeoutError:
                self._process.kill()
                await self._process.wait()


@asynccontextmanager
async def started(name: str, folder: Path, message: object) -> AsyncIterator[Child]:
    """Run ``benchmarks.children.{name}``; ``message`` is the first line it reads.

    Its standard error goes to a file in ``folder``.
    """
    said = folder / f"{name}.log"
    log = await asyncio.to_thread(said.open, "ab")
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", f"benchmarks.children.{name}"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=log,
        limit=_LINE,
    )
    await asyncio.to_thread(log.close)
    child = Child(name, process, said)
    try:
        await child.tell(message)
        yield child
    finally:
        await child.end()
