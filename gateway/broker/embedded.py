"""A broker inside the process, for the demo on machines without mosquitto.

Demo quality: it speaks MQTT 3.1.1 only and can lose messages for whoever is away. The contracts
of feed, labels and events survive that; a shop should not have to.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from gateway.broker.mosquitto import free_port
from gateway.settings import Broker


@asynccontextmanager
async def running() -> AsyncIterator[Broker]:
    """A broker on a free loopback port while inside, and how to reach it.

    Raises ``ImportError`` when the extra ``demo`` is not installed.
    """
    from amqtt.broker import Broker as AmqttBroker

    logging.getLogger("amqtt").setLevel(logging.CRITICAL)
    logging.getLogger("transitions").setLevel(logging.CRITICAL)
    port = free_port()
    broker = AmqttBroker(
        {
            "listeners": {"default": {"type": "tcp", "bind": f"127.0.0.1:{port}"}},
            "plugins": {
                "amqtt.plugins.authentication.AnonymousAuthPlugin": {"allow_anonymous": True}
            },
        }
    )
    await broker.start()
    try:
        yield Broker(host="127.0.0.1", port=port, protocol="3.1.1", reconnect_s=0.2)
    finally:
        await broker.shutdown()
