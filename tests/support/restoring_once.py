"""The restore from the page without its page, as a process that can be killed.

``python -m tests.support.restoring_once CONFIG``: reads the newest backup beside the open database,
says ``read``, confirms, closes, takes it and opens again; then the seconds that this took.
"""

from __future__ import annotations

import asyncio
import sys
import time
from contextlib import AsyncExitStack
from pathlib import Path

import structlog

from gateway import settings
from gateway.clock import SystemClock
from gateway.domain.restoring import Stage
from gateway.lifecycle import run_until
from gateway.ops.backup_disks import System
from gateway.ops.backup_restoring import Restoring
from gateway.store import folder_lock
from gateway.store.database import FILE, Database


async def main(config: Path) -> None:
    """Restore it as the gateway does."""
    chosen, stop = settings.load(config), asyncio.Event()
    folder = chosen.data.folder
    restoring = Restoring(chosen, SystemClock(), stop, system=System())
    async with AsyncExitStack() as stack:
        stack.enter_context(folder_lock.held(folder))
        stack.push_async_callback(restoring.carry_out)
        await stack.enter_async_context(Database(folder / FILE))
        async with asyncio.TaskGroup() as group:
            group.create_task(run_until(stop, [restoring]))
            newest = (await restoring.candidates())[0]
            assert await restoring.look(newest.path, None)
            while restoring.state.stage is Stage.LOOKING:
                await asyncio.to_thread(time.monotonic)
            assert restoring.state.stage is Stage.GOOD, restoring.state
            print("read", flush=True)  # noqa: T201
            began = time.monotonic()
            assert restoring.confirm("Ana")
    assert "done" in restoring.state.stage.value, restoring.state
    async with Database(folder / FILE):
        print(time.monotonic() - began)  # noqa: T201


if __name__ == "__main__":
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    asyncio.run(main(Path(sys.argv[1])))
