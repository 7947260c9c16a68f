"""Holding a conversation over a link, and what trouble of a radio means for a delivery."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from typing import Final, assert_never

from device_drivers.api.drivers import Failed, Later, Outcome, Reason, Telemetry
from device_drivers.links.radio import Link, Notifications, RadioError, RadioReason
from device_drivers.links.steps import (
    Conversation,
    Hear,
    Identify,
    Pause,
    Read,
    Step,
    Subscribe,
    Tell,
    Write,
)

LONGEST_S: Final = 900.0
"""No device keeps a connection longer than this, however much it has to say."""


Told = Telemetry | Identify
"""What a device says of itself on the way."""


async def converse(link: Link, conversation: Conversation, told: Callable[[Told], None]) -> Outcome:
    """Do what the conversation says until it comes to its outcome.

    ``told`` gets what the device says of itself on the way.

    Raises ``RadioError`` when the link or the device ends it before. Whatever happens, nothing
    stays subscribed and the conversation is closed.
    """
    holder = _Holder(link, told)
    try:
        async with asyncio.timeout(LONGEST_S), holder.subscriptions:
            answer: bytes | None = None
            while True:
                try:
                    step = conversation.send(answer)
                except StopIteration as end:
                    outcome: Outcome = end.value
                    return outcome
                answer = await holder.do(step)
    except TimeoutError:
        raise RadioError(RadioReason.NO_ANSWER, f"no end in {LONGEST_S:g} s") from None
    finally:
        conversation.close()


class _Holder:
    """Takes one step after the other."""

    def __init__(self, link: Link, told: Callable[[Told], None]) -> None:
        self.subscriptions = AsyncExitStack()
        self._link = link
        self._told = told
        self._heard: Notifications | None = None

    async def do(self, step: Step) -> bytes | None:
        match step:
            case Subscribe():
                self._heard = await self.subscriptions.enter_async_context(
                    self._link.notifications(step.characteristic)
                )
                return None
            case Read():
                return await self._link.read(step.characteristic)
            case Write():
                await self._link.write(step.characteristic, step.data, response=step.response)
                return None
            case Pause():
                await asyncio.sleep(step.seconds)
                return None
            case Hear():
                if self._heard is None:
                    raise RuntimeError("a conversation subscribes before it listens")
                return await self._heard.next(step.timeout_s)
            case Tell():
                self._told(step.telemetry)
                return None
            case Identify():
                self._told(step)
                return None
            case _:
                assert_never(step)


def outcome_of(error: RadioError) -> Outcome:
    """What a delivery that ended with this error came to."""
    match error.reason:
        case RadioReason.ADAPTER_MISSING | RadioReason.POWERED_OFF | RadioReason.NOT_PERMITTED:
            return Later(reason=Reason.LINK_DOWN)
        case RadioReason.NOT_HEARD:
            return Later(reason=Reason.ASLEEP)
        case RadioReason.BUSY:
            return Later(reason=Reason.BUSY)
        case RadioReason.NOT_CONNECTED:
            return Later(reason=Reason.OUT_OF_REACH)
        case RadioReason.DISCONNECTED:
            return Later(reason=Reason.DISCONNECTED)
        case RadioReason.NO_ANSWER:
            return Later(reason=Reason.NO_ANSWER)
        case RadioReason.NO_CHARACTERISTIC:
            return Failed(reason=Reason.LABEL_ERROR, detail=f"no characteristic {error.detail}")
        case RadioReason.REFUSED:
            return Failed(reason=Reason.REFUSED, detail=error.detail)
        case _:
            assert_never(error.reason)
