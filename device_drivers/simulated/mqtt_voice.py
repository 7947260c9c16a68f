"""What a simulated MQTT label has to say, kept until the link takes it."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterable
from typing import Final

from device_drivers.labels.mqtt import protocol
from device_drivers.labels.mqtt.protocol import Leaf
from device_drivers.links.messages import LinkDownError, MessagePort

RETRY_S: Final = 5.0
"""How long a label waits before it says again what did not get through."""


class Voice:
    """The messages of one label in order; ``again_at`` is when what failed is tried again."""

    def __init__(self, label: str, port: MessagePort) -> None:
        self.again_at: float | None = None
        self._label = label
        self._port = port
        self._to_say: deque[tuple[Leaf, bytes]] = deque()

    def add(self, leaf: Leaf, payload: bytes) -> None:
        """To be said after all that is still to be said."""
        self._to_say.append((leaf, payload))

    def clear(self) -> list[bytes]:
        """Nothing is to be said any more; gives the reports that were."""
        reports = [payload for leaf, payload in self._to_say if leaf == "report"]
        self._to_say.clear()
        return reports

    async def say_all(self) -> None:
        """Say all of it, as far as the link takes it."""
        self.again_at = None
        while self._to_say:
            leaf, payload = self._to_say[0]
            topic = protocol.topic(self._label, leaf)
            try:
                await self._port.publish(topic, payload, retain=leaf != "result")
            except LinkDownError:
                # Only the last word on each topic matters later.
                self._to_say = _last_words(self._to_say)
                self.again_at = asyncio.get_running_loop().time() + RETRY_S
                return
            self._to_say.popleft()


def _last_words(said: Iterable[tuple[Leaf, bytes]]) -> deque[tuple[Leaf, bytes]]:
    """The last payload of each topic, in the order in which these last ones were said."""
    last: dict[Leaf, bytes] = {}
    for leaf, payload in said:
        last.pop(leaf, None)
        last[leaf] = payload
    return deque(last.items())
