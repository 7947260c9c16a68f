"""Every test on an event loop runs under BlockBuster."""

from __future__ import annotations

import asyncio

import pytest
from blockbuster import BlockingError

from gateway.render import templates


async def test_our_code_cannot_wait_for_the_disk_on_the_loop() -> None:
    with pytest.raises(BlockingError):
        templates.load_all(templates.BUNDLED)
    assert await asyncio.to_thread(templates.load_all, templates.BUNDLED)
