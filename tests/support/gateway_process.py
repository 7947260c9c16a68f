"""The gateway as its own process: started, killed at any moment, started again."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

from gateway.settings import Settings
from gateway.settings.sections import OF_SHOP
from tests.support.running import PATIENCE_S


def write_config(path: Path, settings: Settings) -> None:
    """The settings as ``config.toml``."""
    lines: list[str] = []
    for name, section in settings.model_dump(
        mode="json", exclude_none=True, exclude={"shop": set(OF_SHOP)}
    ).items():
        _section(lines, name, section)
    path.write_text("\n".join(lines) + "\n")


def _section(lines: list[str], name: str, values: dict[str, object]) -> None:
    lines.append(f"[{name}]")
    lines += [f"{key} = {_toml(value)}" for key, value in values.items() if not _table(value)]
    for key, value in values.items():
        if isinstance(value, dict):
            _section(lines, f"{name}.{key}", value)


def _table(value: object) -> bool:
    return isinstance(value, dict)


def _toml(value: object) -> str:
    match value:
        case bool():
            return str(value).lower()
        case int() | float():
            return str(value)
        case list():
            return f"[{', '.join(_toml(one) for one in value)}]"
        case _:
            return '"' + str(value).replace("\\", "\\\\").replace('"', '\\"') + '"'


class GatewayProcess:
    """``anaquel run`` on a configuration; what it writes to standard error is kept."""

    def __init__(self, config: Path, *options: str) -> None:
        self.lines: list[str] = []
        self.addresses: dict[str, str] = {}
        self._command = ("run", "--config", str(config), *options)
        self._process: asyncio.subprocess.Process | None = None
        self._reading: asyncio.Task[None] | None = None
        self._ready = asyncio.Event()

    async def start(self, group: asyncio.TaskGroup) -> None:
        """Start and return when it serves."""
        self._ready.clear()
        self._process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "gateway", *self._command),
            stderr=asyncio.subprocess.PIPE,
            stdin=asyncio.subprocess.DEVNULL,
            env=os.environ | {"PYTHONFAULTHANDLER": "1"},
        )
        self._reading = group.create_task(self._read(self._process))
        async with asyncio.timeout(PATIENCE_S):
            await self._ready.wait()
        assert self.addresses, "\n".join(self.lines)

    async def kill(self) -> None:
        """SIGKILL, as by a power cut of the process alone."""
        await self._end(signal.SIGKILL)

    async def stop(self) -> int:
        """SIGTERM; the exit code."""
        return await self._end(signal.SIGTERM)

    async def _end(self, number: signal.Signals) -> int:
        process, reading = self._process, self._reading
        assert process is not None
        assert reading is not None
        if process.returncode is None:
            process.send_signal(number)
        async with asyncio.timeout(PATIENCE_S):
            code = await process.wait()
            await reading
        return code

    async def _read(self, process: asyncio.subprocess.Process) -> None:
        try:
            await self._keep_lines(process)
        except asyncio.CancelledError:
            # The test failed: leave no process behind.
            if process.returncode is None:
                process.kill()
            raise

    async def _keep_lines(self, process: asyncio.subprocess.Process) -> None:
        assert process.stderr is not None
        async for raw in process.stderr:
            line = raw.decode(errors="replace").rstrip()
            self.lines.append(line)
            name, _, address = line.partition(" ")
            if address.strip().startswith("http"):
                self.addresses[name] = address.strip()
                if name == "ops":
                    self._ready.set()
        self._ready.set()
