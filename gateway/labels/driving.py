"""The drivers of every family that can be reached, those of other distributions among them.

What is handed to a driver is durable: an error that it must not raise would come back after every
start. So it ends here: it is one label's trouble, told with its traceback.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final, NoReturn

import structlog

from device_drivers import registry
from device_drivers.api.drivers import (
    Asks,
    Described,
    Failed,
    Flash,
    LabelDriver,
    Outcome,
    Picture,
    Reason,
)
from device_drivers.api.panels import Frame
from device_drivers.registry import LeftOut, Tell, Ways

_AGAIN_S: Final = 30.0
"""The pause before what a stranger's driver does by itself is begun again."""
_LONGEST_S: Final = 1_800.0
"""No conversation of ours takes half as long; who never comes back held the way for ever."""


class NotBackError(Exception):
    """A driver did not come back."""


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


async def deliver(driver: LabelDriver, label: Described, wish: str, picture: Picture) -> Outcome:
    """``LabelDriver.deliver``; with an error or no word of the driver the label failed."""
    try:
        async with _in_time():
            return await driver.deliver(label, wish, picture)
    except Exception as error:
        log.exception("driver failed", label=label.label, doing="deliver")
        return Failed(reason=Reason.LABEL_ERROR, detail=_said(error))


async def flash(driver: LabelDriver, label: Described, how: Flash) -> Outcome:
    """``LabelDriver.flash``; with an error or no word of the driver the label did not blink."""
    try:
        async with _in_time():
            return await driver.flash(label, how)
    except Exception as error:
        log.exception("driver failed", label=label.label, doing="flash")
        return Failed(reason=Reason.LABEL_ERROR, detail=_said(error))


def encode(driver: LabelDriver, frame: Frame, label: Described) -> Picture:
    """``LabelDriver.encode``; raises ``ValueError`` for whatever goes wrong."""
    try:
        return driver.encode(frame, label)
    except ValueError:
        raise
    except Exception as error:
        log.exception("driver failed", label=label.label, doing="encode")
        raise ValueError(_said(error)) from error


async def ask(driver: Asks, label: Described, wish: str, picture: Picture) -> bool:
    """``Asks.ask``; an error of the driver is a label that could not be asked."""
    try:
        return await driver.ask(label, wish, picture)
    except Exception:
        log.exception("driver failed", label=label.label, doing="ask")
        return False


async def settled(driver: LabelDriver, label: str) -> None:
    """``LabelDriver.settled``; a picture that is not freed is harmless."""
    try:
        await driver.settled(label)
    except Exception:
        log.exception("driver failed", label=label, doing="settled")


async def run(driver: LabelDriver) -> NoReturn:
    """``LabelDriver.run``; that of another distribution is begun again when it fails."""
    while True:
        try:
            await driver.run()
        except Exception:
            if driver.family.name in registry.OURS:
                raise
            log.exception("driver failed", family=driver.family.name, doing="run")
            await asyncio.sleep(_AGAIN_S)


@asynccontextmanager
async def _in_time() -> AsyncIterator[None]:
    limit = asyncio.timeout(_LONGEST_S)
    try:
        async with limit:
            yield
    except TimeoutError as error:
        if limit.expired():
            raise NotBackError(f"no word within {_LONGEST_S:g} s") from error
        raise


def _said(error: Exception) -> str:
    return f"the driver failed: {type(error).__name__}: {error}"
