"""Tries a broker as the gateway would use it, beside a gateway that runs.

A client id of its own takes nobody's connection, its session ends with it, and what it sends goes
to a topic that only it reads.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

import paho.mqtt.client as paho

from device_drivers.links.messages import LinkDownError
from gateway.broker.connection import (
    ClosedSilentlyError,
    ConnectFailedError,
    Connection,
    ProtocolRefusedError,
)
from gateway.broker.credentials import Credentials
from gateway.broker.dialect import Version
from gateway.broker.troubles import Trouble
from gateway.settings import Broker

_BACK_S = 3.0
_EXPIRES_S = 30
_WORD = b"anaquel doctor"


@dataclass(frozen=True, slots=True, kw_only=True)
class Probed:
    """How a broker took us. ``trouble``: no connection came about; the rest says nothing then.

    ``refused`` are topics that may not be read, with the
    broker's words. ``sent``: what was published came back; ``why_not`` are the broker's words where
    it told. ``arrived`` are the topics that retained something.
    """

    speaks: Version = "5"
    trouble: Trouble | None = None
    refused: tuple[tuple[str, str], ...] = ()
    sent: bool = False
    why_not: str = ""
    arrived: frozenset[str] = frozenset()


async def probe(broker: Broker, *, prefix: str, gateway: str, topics: Sequence[str]) -> Probed:
    """Connect, subscribe to ``topics``, and send a word below ``gateway/`` that has to come back.

    Topics are relative to ``prefix``.
    """
    versions: tuple[Version, ...] = (
        ("5", "3.1.1") if broker.protocol == "auto" else (broker.protocol,)
    )
    for number, version in enumerate(versions, 1):
        one = _Probe(broker, version, prefix, gateway)
        try:
            return await one.run(topics)
        except (ProtocolRefusedError, ClosedSilentlyError) as error:
            if number == len(versions):
                return Probed(speaks=version, trouble=error.trouble)
        except ConnectFailedError as error:
            return Probed(speaks=version, trouble=error.trouble)
    raise AssertionError("the last version returns")


class _Probe:
    """One connection on which a word is sent round."""

    def __init__(self, broker: Broker, version: Version, prefix: str, gateway: str) -> None:
        own = secrets.token_hex(3)
        self._broker = broker
        self._version = version
        self._prefix = f"{prefix}/"
        self._client_id = f"{gateway}.doctor-{own}"
        self._own = f"gateway/{gateway}/doctor/{own}"
        self._arrived: set[str] = set()
        self._back = asyncio.Event()

    async def run(self, topics: Sequence[str]) -> Probed:
        """Try everything; raises ``ConnectFailedError`` when it does not even connect."""
        loop = asyncio.get_running_loop()
        connection = Connection(loop, self._heard, protocol=self._version, session_s=0)
        try:
            await connection.open(self._broker, Credentials(self._broker), self._client_id, None)
            refused = [
                (topic, said)
                for topic in (*topics, self._own)
                if (said := await self._refused(connection, topic))
            ]
            why_not = await self._send(connection)
        finally:
            await connection.close()
        return Probed(
            speaks=self._version,
            refused=tuple(refused),
            sent=self._back.is_set(),
            why_not=why_not,
            arrived=frozenset(self._arrived),
        )

    async def _refused(self, connection: Connection, topic: str) -> str:
        try:
            await connection.subscribe([self._prefix + topic])
        except ConnectFailedError as error:
            return str(error)
        return ""

    async def _send(self, connection: Connection) -> str:
        """Brokers that forbid it say so, or take it and let it vanish."""
        topic = self._prefix + self._own
        try:
            await connection.publish(topic, _WORD, retain=False, expiry_s=_EXPIRES_S)
            async with asyncio.timeout(_BACK_S):
                await self._back.wait()
        except LinkDownError as error:
            return str(error)
        except TimeoutError:
            return ""
        return ""

    def _heard(self, _connection: Connection, packet: paho.MQTTMessage) -> None:
        topic = packet.topic.removeprefix(self._prefix)
        self._arrived.add(topic)
        if topic == self._own:
            self._back.set()
