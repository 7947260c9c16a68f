"""``docs/asyncapi.json``: every topic and message, for tools; made from the code."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any, Final, Literal

from gateway.broker import topics
from gateway.broker.connection import MAX_PACKET, SESSION_EXPIRY_S
from gateway.settings import Broker
from tests.asyncapi import schemas
from tests.support import project

FILE: Final = project.ROOT / "docs" / "asyncapi.json"
CONTRACT: Final = "1.0.0"
ONE: Final = {
    "store": "The shop.",
    "gateway": "The box in the shop.",
    "device": "A scanner or sensor.",
    "label": "A shelf label.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """One topic; ``gateway`` says what our gateway does there."""

    name: str
    topic: str
    server: Literal["central", "shop"]
    gateway: Literal["send", "receive"]
    message: str
    says: str
    retain: bool = False

    @property
    def messages(self) -> tuple[str, ...]:
        """What may come: what central sends may also come signed."""
        signed = self.server == "central" and self.gateway == "receive"
        return (self.message, "Signed") if signed else (self.message,)


CHANNELS: Final = (
    Channel(
        name="manifest",
        topic=topics.MANIFEST,
        server="central",
        gateway="receive",
        message="Manifest",
        says="Central's position, on every new snapshot and at least every 5 minutes.",
        retain=True,
    ),
    Channel(
        name="delta",
        topic=topics.DELTA,
        server="central",
        gateway="receive",
        message="Delta",
        says="Changes as they happen.",
    ),
    Channel(
        name="feedRequest",
        topic=topics.feed_request("{gateway}"),
        server="central",
        gateway="send",
        message="Request",
        says="A shop asks for what it misses.",
    ),
    Channel(
        name="feedReply",
        topic=topics.feed_reply("{gateway}"),
        server="central",
        gateway="receive",
        message="Reply",
        says="Central answers one request.",
    ),
    Channel(
        name="position",
        topic=topics.feed_position("{gateway}"),
        server="central",
        gateway="send",
        message="Position",
        says="How far a shop is, at most once a second.",
        retain=True,
    ),
    Channel(
        name="problems",
        topic=topics.feed_problems("{gateway}"),
        server="central",
        gateway="send",
        message="Problems",
        says="Rows that a shop cannot use.",
        retain=True,
    ),
    Channel(
        name="eventBatch",
        topic=topics.events_batch("{gateway}"),
        server="central",
        gateway="send",
        message="BatchMessage",
        says="Events go up; one batch of a lane is under way at a time.",
    ),
    Channel(
        name="eventAck",
        topic=topics.events_ack("{gateway}"),
        server="central",
        gateway="receive",
        message="AckMessage",
        says="Central committed events.",
    ),
    Channel(
        name="command",
        topic=topics.command("{gateway}"),
        server="central",
        gateway="receive",
        message="Command",
        says="Central tells a gateway to do something.",
    ),
    Channel(
        name="commandResult",
        topic=topics.command_result("{gateway}"),
        server="central",
        gateway="send",
        message="CommandResult",
        says="What became of a command.",
    ),
    Channel(
        name="gatewayState",
        topic=topics.gateway_state("{gateway}"),
        server="central",
        gateway="send",
        message="GatewayState",
        says="Birth and last will of a gateway.",
        retain=True,
    ),
    Channel(
        name="scan",
        topic="device/{device}/scan",
        server="shop",
        gateway="receive",
        message="ScanMessage",
        says="A scanner read a code.",
    ),
    Channel(
        name="reading",
        topic="device/{device}/reading",
        server="shop",
        gateway="receive",
        message="ReadingMessage",
        says="A sensor measured.",
    ),
    Channel(
        name="deviceAck",
        topic="device/{device}/ack",
        server="shop",
        gateway="send",
        message="DeviceAck",
        says="The gateway committed what a device sent.",
    ),
    Channel(
        name="labelAnnounce",
        topic="label/{label}/announce",
        server="shop",
        gateway="receive",
        message="LabelAnnounce",
        says="A label says what it is.",
        retain=True,
    ),
    Channel(
        name="labelPresence",
        topic="label/{label}/presence",
        server="shop",
        gateway="receive",
        message="LabelPresence",
        says="A label comes and goes.",
        retain=True,
    ),
    Channel(
        name="labelReport",
        topic="label/{label}/report",
        server="shop",
        gateway="receive",
        message="LabelReport",
        says="A label says what it did.",
        retain=True,
    ),
    Channel(
        name="labelImage",
        topic="label/{label}/image",
        server="shop",
        gateway="send",
        message="LabelImage",
        says="The picture itself, before the wish.",
        retain=True,
    ),
    Channel(
        name="labelWish",
        topic="label/{label}/wish",
        server="shop",
        gateway="send",
        message="LabelWish",
        says="Which picture a label should show.",
        retain=True,
    ),
    Channel(
        name="labelCommand",
        topic="label/{label}/command",
        server="shop",
        gateway="send",
        message="LabelCommand",
        says="What a label should do now.",
    ),
    Channel(
        name="labelResult",
        topic="label/{label}/result",
        server="shop",
        gateway="receive",
        message="LabelResult",
        says="A label says what became of a command.",
    ),
)


def text() -> str:
    """The document as it is committed."""
    return json.dumps(document(), indent=2, ensure_ascii=False) + "\n"


def document() -> dict[str, Any]:
    """The AsyncAPI 3.0 document of all that goes over brokers."""
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Anaquel",
            "version": CONTRACT,
            "description": (
                "Prices and stock into a shop, events out of it, and its devices. Actions are "
                "those of the gateway. JSON in UTF-8 at QoS 1; members that are not known are "
                "ignored. The pages beside this file say what the messages mean."
            ),
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": "application/json",
        "servers": {
            "central": _server(
                "broker.example.com", "secure-mqtt", "The broker that central and shop share."
            ),
            "shop": _server("127.0.0.1", "mqtt", "The broker in the shop; it may be the same."),
        },
        "channels": {channel.name: _channel(channel) for channel in CHANNELS},
        "operations": {f"{one.gateway}_{one.name}": _operation(one) for one in CHANNELS},
        "components": {
            "messages": {name: _message(name) for channel in CHANNELS for name in channel.messages},
            "schemas": schemas.all_schemas(),
        },
    }


def _server(host: str, protocol: str, says: str) -> dict[str, Any]:
    return {
        "host": host,
        "protocol": protocol,
        "protocolVersion": "5",
        "description": f"{says} MQTT 3.1.1 where it speaks no 5.",
        "bindings": {
            "mqtt": {
                "cleanSession": False,
                "sessionExpiryInterval": SESSION_EXPIRY_S,
                "maximumPacketSize": MAX_PACKET,
                "bindingVersion": "0.2.0",
            }
        },
    }


def _channel(channel: Channel) -> dict[str, Any]:
    address = f"{Broker().topic_prefix}/{{store}}/{channel.topic}"
    return {
        "address": address,
        "description": channel.says,
        "servers": [{"$ref": f"#/servers/{channel.server}"}],
        "parameters": {
            name: {"description": ONE[name]} for name in re.findall(r"\{(\w+)\}", address)
        },
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in channel.messages},
    }


def _operation(channel: Channel) -> dict[str, Any]:
    return {
        "action": channel.gateway,
        "channel": {"$ref": f"#/channels/{channel.name}"},
        "messages": [
            {"$ref": f"#/channels/{channel.name}/messages/{name}"} for name in channel.messages
        ],
        "bindings": {"mqtt": {"qos": 1, "retain": channel.retain, "bindingVersion": "0.2.0"}},
    }


def _message(name: str) -> dict[str, Any]:
    message: dict[str, Any] = {"payload": {"$ref": f"#/components/schemas/{name}"}}
    if name == "LabelImage":
        message["contentType"] = "application/octet-stream"
    return message
