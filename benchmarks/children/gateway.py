"""A whole gateway, as ``anaquel run`` starts it; settings come in, addresses go out."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from benchmarks.children import talking
from gateway import lifecycle
from gateway.clock import SystemClock
from gateway.ops import logs
from gateway.settings import Settings


async def main() -> None:
    """Run until SIGTERM."""
    settings = Settings.model_validate(talking.hear())
    logs.configure(settings.log)
    # As the command does: without it the collector stops everything for a tenth of a second.
    with lifecycle.loading():
        from gateway import app

    stop = asyncio.Event()
    with lifecycle.stop_on_signals(stop):
        await app.run(settings, SystemClock(), stop, ready=_ready)


def _ready(addresses: Mapping[str, str]) -> None:
    lifecycle.settle()
    talking.say(dict(addresses))


if __name__ == "__main__":
    asyncio.run(main())
