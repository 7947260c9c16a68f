"""A link of the central side that runs while something is done over it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from gateway.broker.link import Link
from gateway.central.settings import CentralSettings
from gateway.errors import AnaquelError

CONNECT_S: Final = 10.0


class UnreachableError(AnaquelError):
    """No broker answers; the message says where and what follows."""


def link_of(chosen: CentralSettings, name: str) -> Link:
    """A link without a session of its own, for one command."""
    return Link(
        name,
        chosen.broker,
        prefix=chosen.prefix,
        client_id=f"{chosen.store}.central-{name}",
        session_s=0,
    )


@asynccontextmanager
async def running(
    chosen: CentralSettings, link: Link, *, otherwise: str = "correct [broker]"
) -> AsyncIterator[None]:
    """Connected while the body runs. Raises ``UnreachableError``, which ends in ``otherwise``."""
    async with asyncio.TaskGroup() as group:
        task = group.create_task(link.run(), name=link.name)
        try:
            await _connected(chosen, link, otherwise)
            yield
        finally:
            task.cancel()


async def _connected(chosen: CentralSettings, link: Link, otherwise: str) -> None:
    try:
        async with asyncio.timeout(CONNECT_S):
            await link.connected.wait()
    except TimeoutError:
        where = f"{chosen.broker.host}:{chosen.broker.port}"
        raise UnreachableError(f"{where}: no broker answers there; {otherwise}") from None
