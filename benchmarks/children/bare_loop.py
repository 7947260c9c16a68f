"""The bare loop: a paho client that parses each message as JSON and drops it.

It connects like our link (MQTT 5, the same window), so that only the work behind it differs.
"""

from __future__ import annotations

import json
from typing import Any

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from benchmarks import messages
from benchmarks.children import talking
from gateway.broker import connection


def main() -> None:
    """Count messages for ever; says ``{}`` when subscribed and after every ``expect`` messages."""
    asked = talking.hear()
    expect: int = asked["expect"]
    count = 0
    client = paho.Client(CallbackAPIVersion.VERSION2, client_id="bare-loop", protocol=paho.MQTTv5)

    def connected(*_: Any) -> None:
        client.subscribe([(topic, 1) for topic in asked["topics"]])

    def arrived(_c: Any, _u: Any, packet: paho.MQTTMessage) -> None:
        nonlocal count
        json.loads(packet.payload)
        count += 1
        if count % expect == 0:
            talking.say({})

    client.on_connect = connected
    client.on_subscribe = lambda *_: talking.say({})
    client.on_message = arrived
    client.on_socket_open = messages.at_once
    properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call] # paho
    properties.ReceiveMaximum = connection.RECEIVE_MAXIMUM
    client.connect(asked["host"], asked["port"], properties=properties)
    client.loop_forever()


if __name__ == "__main__":
    main()
