"""The drivers of every family that can be reached, those of other distributions among them."""

from __future__ import annotations

import asyncio

import structlog

from device_drivers import registry
from device_drivers.api.drivers import LabelDriver
from device_drivers.registry import LeftOut, Tell, Ways

log = structlog.get_logger("labels")


def _told(left_out: LeftOut) -> None:
    log.error(
        "label family left out",
        family=left_out.family,
        distribution=left_out.distribution,
        problem=left_out.problem,
    )


async def drivers(ways: Ways, tell: Tell = _told) -> dict[str, LabelDriver]:
    """A new driver of every family that one of the ways leads to, by name.

    What other distributions add is loaded first; what is wrong with it is told, nothing is raised.
    """
    # Modules of strangers are imported, and files are read to find them.
    await asyncio.to_thread(registry.load_others, tell)
    return registry.label_drivers(ways, tell)
