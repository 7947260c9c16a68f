"""Birth and will: the retained word whether this gateway is there."""

from __future__ import annotations

import json

from device_drivers.links.messages import LinkDownError
from gateway.broker import topics
from gateway.broker.connection import Will
from gateway.broker.link import Link
from gateway.clock import Clock


def will(gateway: str) -> Will:
    """What the broker publishes when we vanish."""
    return Will(topic=topics.gateway_state(gateway), payload=b'{"state":"offline"}')


def announce(link: Link, gateway: str, version: str, clock: Clock) -> None:
    """Publish our birth on every connect of ``link``; call before it runs."""

    async def born(session_kept: bool) -> None:  # noqa: ARG001, FBT001 - the port's call
        state = {"state": "online", "version": version, "since": clock.now().isoformat()}
        try:
            await link.publish(
                topics.gateway_state(gateway), json.dumps(state).encode(), retain=True
            )
        except LinkDownError:
            return  # said again on the next connect

    link.on_connected(born)
