"""Commands as people type them, each in a process of its own."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.support.running import PATIENCE_S


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended and what it said."""

    code: int
    said: str
    complained: str


async def anaquel(*arguments: str | Path, typed: str = "") -> Ended:
    """Run a command to its end; it has no terminal, only what is typed into it."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "gateway", *map(str, arguments)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        start_new_session=True,
    )
    async with asyncio.timeout(2 * PATIENCE_S):
        said, complained = await process.communicate(typed.encode())
    assert process.returncode is not None
    return Ended(process.returncode, said.decode(), complained.decode())
