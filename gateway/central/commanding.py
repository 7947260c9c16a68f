"""One command to a gateway of the shop, and what became of it."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any, Final

from device_drivers.links.messages import LinkDownError, Message
from gateway.broker import topics
from gateway.broker.link import Link
from gateway.central import keys
from gateway.central.settings import CentralSettings
from gateway.clock import Clock
from gateway.errors import AnaquelError
from gateway.feed import messages
from gateway.feed.messages import Command, CommandResult

ANSWER_S: Final = 10.0
"""A gateway that is there has answered by then."""
_GOOD_FOR: Final = timedelta(minutes=1)
"""Nobody waits longer; a gateway that comes back later does nothing that was given up."""


class CommandError(AnaquelError):
    """The command was refused or nobody answered; the message says what to do."""


class Commander:
    """Central's voice to one gateway over a link that runs; build it before the link connects."""

    def __init__(self, chosen: CentralSettings, link: Link, gateway: str, clock: Clock) -> None:
        self._port = keys.port_of(chosen, link)
        self._gateway = gateway
        self._clock = clock
        self._results = link.messages(topics.command_result(gateway))

    async def tell(self, name: str, **args: Any) -> dict[str, Any]:
        """Send a command and return what the gateway says. Raises ``CommandError``."""
        command = Command(
            id=uuid.uuid4().hex,
            name=name,
            args=args,
            expires_at=(self._clock.now() + _GOOD_FOR).isoformat(),
        )
        expiry_s = int(_GOOD_FOR.total_seconds())
        try:
            async with asyncio.timeout(ANSWER_S):
                await self._port.publish(
                    topics.command(self._gateway), messages.dump(command), expiry_s=expiry_s
                )
                result = await _result(self._results, command.id)
        except TimeoutError:
            raise CommandError(
                f"{self._gateway}: does not answer within {ANSWER_S:.0f} s; anaquel central watch "
                "shows the gateways that are there, and one that requires signatures answers "
                "signed commands alone"
            ) from None
        except LinkDownError as error:
            raise CommandError(f"the broker went away ({error}); send it again") from error
        if result.result == "refused":
            raise CommandError(f"{self._gateway}: refused, {result.code}: {result.message}")
        return result.said or {}


async def _result(results: AsyncIterator[Message], command: str) -> CommandResult:
    async for message in results:
        message.ack()
        try:
            result = messages.parse(CommandResult, message.payload)
        except messages.MessageError:
            continue  # somebody else's; ours is still to come
        if result.id == command:
            return result
    raise AssertionError("the stream of results ended")
