"""What tests of several parts share."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest
import structlog
from blockbuster import blockbuster_ctx

import device_drivers
import gateway
from tests import tiers
from tests.support.mosquitto import Mosquitto

collect_ignore = tiers.left_out()

# How long an example takes says something about the machine, nothing about the code.
hypothesis.settings.register_profile("anaquel", deadline=None)
hypothesis.settings.load_profile("anaquel")


@pytest.fixture(scope="session", autouse=True)
def no_stray_event_loop() -> None:
    """pytest-asyncio asks for a loop before it sets its own; Python makes one nobody closes."""
    asyncio.set_event_loop(None)


@pytest.fixture(scope="session", autouse=True)
def nothing_blocks_the_loop() -> Iterator[None]:
    """Where our code on an event loop waits for a disk, a socket or a lock, the call raises."""
    with blockbuster_ctx(scanned_modules=[gateway, device_drivers]) as watched:
        # A database in memory makes nobody wait.
        for name, function in watched.functions.items():
            if name.startswith("sqlite3."):
                function.can_block_in("support/inline.py", {"_run", "_whole"})
        yield


@pytest.fixture(autouse=True)
def logs_as_they_come() -> Iterator[None]:
    """A command that ran in this process set up the logs for itself; the next test begins anew."""
    yield
    structlog.reset_defaults()


@pytest.fixture
def mosquitto(tmp_path: Path) -> Iterator[Mosquitto]:
    broker = Mosquitto(tmp_path / "mosquitto", persistence=True)
    broker.start()
    yield broker
    broker.kill()
