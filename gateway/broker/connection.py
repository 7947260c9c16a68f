"""One connection to a broker, from its connect to its end: one client object, never reused.

Callbacks of the client run in its own thread and only hand over to the event loop; all state lives
on the loop. Connecting and stopping block, so they happen in a thread.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from device_drivers.links.messages import LinkDownError
from gateway.broker import troubles
from gateway.broker.credentials import Credentials
from gateway.broker.dialect import Version
from gateway.broker.troubles import Trouble
from gateway.settings import Broker

RECEIVE_MAXIMUM = 200
MAX_PACKET = 2**20
SESSION_EXPIRY_S = 7 * 86_400
PUBLISH_WINDOW = 100
_ANSWER_S = 10.0
_SILENT = f"no answer from the broker in {_ANSWER_S:.0f} s"
_ENDED = "the connection ended before the broker's receipt"
_BAD_PROTOCOL = 0x84
_DISCONNECT_WITH_WILL = 0x04
_PARTING_S = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Will:
    """What the broker publishes (retained) when we vanish."""

    topic: str
    payload: bytes


class ConnectFailedError(Exception):
    """The broker could not be reached or said no."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(trouble.why)
        self.trouble = trouble


class ProtocolRefusedError(ConnectFailedError):
    """The broker said that it does not speak this version of MQTT."""


class ClosedSilentlyError(ConnectFailedError):
    """The connection was made, and closed before any answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lost:
    """Why a connection ended."""

    trouble: Trouble
    taken_over: bool = False


class Connection:
    """One client object from connect to its end. All state lives on the event loop."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        arrived: Callable[[Connection, paho.MQTTMessage], None],
        *,
        protocol: Version,
        session_s: int = SESSION_EXPIRY_S,
    ) -> None:
        self.lost: asyncio.Future[Lost] = loop.create_future()
        self.session_kept = False
        self._loop = loop
        self._arrived = arrived
        self._v5 = protocol == "5"
        self._session_s = session_s
        self._will: Will | None = None
        self._client: paho.Client | None = None
        self._connecting: asyncio.Future[None] | None = None
        self._answer: asyncio.Future[ReasonCode] = loop.create_future()
        self._waiting: dict[int, asyncio.Future[None]] = {}
        # One end for all that wait: watching it for each publish costs more than publishing.
        self.lost.add_done_callback(self._fail_waiting)

    async def open(
        self, broker: Broker, credentials: Credentials, client_id: str, will: Will | None
    ) -> None:
        """Connect and wait for the CONNACK; raises ``ConnectFailedError``."""
        try:
            self._connecting = self._loop.run_in_executor(
                None, self._connect_blocking, broker, credentials, client_id, will
            )
            await asyncio.shield(self._connecting)
            async with asyncio.timeout(_ANSWER_S):
                await _first_of(self._answer, self.lost)
        except TimeoutError:
            raise ConnectFailedError(troubles.SILENT) from None
        except (OSError, ValueError) as error:
            raise ConnectFailedError(troubles.of_error(error)) from error
        if not self._answer.done():
            raise ClosedSilentlyError(troubles.CLOSED_TLS if broker.tls else troubles.CLOSED)
        reason = self._answer.result()
        if reason.value in {_BAD_PROTOCOL, 1}:
            raise ProtocolRefusedError(troubles.of_code(_BAD_PROTOCOL, str(reason)))
        if reason.is_failure:
            raise ConnectFailedError(troubles.of_answer(reason.value, str(reason)))
        credentials.taken()
        self._will = will

    async def subscribe(self, topics: list[str]) -> None:
        """Subscribe at QoS 1 and wait for the SUBACK; raises ``ConnectFailedError``."""
        if not topics:
            return
        try:
            await self._subscribe(topics)
        except LinkDownError as error:
            raise ConnectFailedError(Trouble(why=f"we could not subscribe: {error}")) from error

    async def _subscribe(self, topics: list[str]) -> None:
        wanted: Any = (
            [(topic, SubscribeOptions(qos=1)) for topic in topics]
            if self._v5
            else [(topic, 1) for topic in topics]
        )
        code, mid = self._require().subscribe(wanted)
        if code != MQTTErrorCode.MQTT_ERR_SUCCESS or mid is None:
            raise LinkDownError(paho.error_string(code))
        await self._answered(mid)

    async def publish(
        self, topic: str, payload: bytes, *, retain: bool, expiry_s: int | None
    ) -> None:
        """Publish and wait for the PUBACK; raises ``LinkDownError``."""
        client = self._require()
        properties = None
        if self._v5 and expiry_s is not None:
            properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call] # paho
            properties.MessageExpiryInterval = expiry_s
        sent = client.publish(topic, payload, qos=1, retain=retain, properties=properties)
        if sent.rc != MQTTErrorCode.MQTT_ERR_SUCCESS:
            raise LinkDownError(paho.error_string(sent.rc))
        await self._answered(sent.mid)

    def ack(self, packet: paho.MQTTMessage) -> None:
        """Acknowledge on this very connection; nothing once it is gone."""
        if packet.qos and self._client is not None and not self.lost.done():
            self._client.ack(packet.mid, packet.qos)

    def give_up(self, trouble: Trouble) -> None:
        """End this connection; what is not acknowledged comes again."""
        if not self.lost.done():
            self.lost.set_result(Lost(trouble=trouble))

    async def close(self) -> None:
        """Disconnect in order and free the client's thread; the will is published all the same.

        Without it the retained birth would say for ever that we are there.
        """
        self.give_up(Trouble(why="we closed it"))
        self._answer.cancel()
        if self._connecting is not None:
            # Who left while a thread still connects must stop what that thread starts.
            await asyncio.wait([self._connecting])
            self._connecting.exception()
        client, self._client = self._client, None
        if client is not None:
            await asyncio.to_thread(_stop, client, self._will, v5=self._v5)

    async def _answered(self, mid: int) -> None:
        # The callback comes through the loop, so it cannot be earlier than this line.
        answer: asyncio.Future[None] = self._loop.create_future()
        self._waiting[mid] = answer
        patience = self._loop.call_later(_ANSWER_S, _fail, answer, _SILENT)
        try:
            await answer
        finally:
            patience.cancel()
            self._waiting.pop(mid, None)

    def _fail_waiting(self, _lost: asyncio.Future[Lost]) -> None:
        for answer in self._waiting.values():
            _fail(answer, _ENDED)

    def _require(self) -> paho.Client:
        if self._client is None or self.lost.done():
            raise LinkDownError("the connection is gone")
        return self._client

    def _connect_blocking(
        self, broker: Broker, credentials: Credentials, client_id: str, will: Will | None
    ) -> None:
        self._client = client = self._new_client(broker, client_id, will)
        context = credentials.context()
        if context is not None:
            client.tls_set_context(context)
        if self._v5:
            properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call] # paho
            properties.SessionExpiryInterval = self._session_s
            properties.ReceiveMaximum = RECEIVE_MAXIMUM
            properties.MaximumPacketSize = MAX_PACKET
            client.connect(
                broker.host,
                broker.port,
                keepalive=broker.keepalive_s,
                clean_start=self._session_s == 0,
                properties=properties,
            )
        else:
            client.connect(broker.host, broker.port, keepalive=broker.keepalive_s)
        client.loop_start()

    def _new_client(self, broker: Broker, client_id: str, will: Will | None) -> paho.Client:
        client = paho.Client(
            CallbackAPIVersion.VERSION2,
            client_id=client_id,
            protocol=paho.MQTTv5 if self._v5 else paho.MQTTv311,
            clean_session=None if self._v5 else self._session_s == 0,
            manual_ack=True,
            reconnect_on_failure=False,
        )
        client.connect_timeout = 5.0
        client.max_inflight_messages_set(PUBLISH_WINDOW)
        if broker.username is not None:
            secret = broker.password_file
            client.username_pw_set(
                broker.username, secret.read_text().strip() if secret is not None else None
            )
        if will is not None:
            client.will_set(will.topic, will.payload, qos=1, retain=True)
        self._listen(client)
        return client

    def _listen(self, client: paho.Client) -> None:
        """Callbacks run in paho's thread: they only hand over to the loop and return."""
        later = _HandingOver(self._loop).later

        def connected(_c: Any, _u: Any, flags: Any, reason: ReasonCode, _p: Any) -> None:
            later(self._connected, flags.session_present, reason)

        def ended(_c: Any, _u: Any, _flags: Any, reason: ReasonCode, _p: Any) -> None:
            later(self._ended, reason)

        def answered(_c: Any, _u: Any, mid: int, *reasons: Any) -> None:
            later(self._receipt, mid, reasons[0] if reasons else None)

        def arrived(_c: Any, _u: Any, packet: paho.MQTTMessage) -> None:
            later(self._arrived, self, packet)

        def opened(_c: Any, _u: Any, connected_socket: Any) -> None:
            # Small packets that wait for each other's TCP ack cost 40 ms a message.
            if isinstance(connected_socket, socket.socket):
                connected_socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

        client.on_socket_open = opened
        client.on_connect = connected
        client.on_disconnect = ended
        client.on_publish = answered
        client.on_subscribe = answered
        client.on_message = arrived

    def _connected(self, session_present: bool, reason: ReasonCode) -> None:  # noqa: FBT001 - paho's flag
        self.session_kept = session_present
        if not self._answer.done():
            self._answer.set_result(reason)

    def _ended(self, reason: ReasonCode) -> None:
        if not self.lost.done():
            trouble = troubles.of_code(reason.value, str(reason))
            taken_over = reason.value == troubles.TAKEN_OVER
            self.lost.set_result(Lost(trouble=trouble, taken_over=taken_over))

    def _receipt(self, mid: int, reasons: Any) -> None:
        answer = self._waiting.get(mid)
        if answer is None or answer.done():
            return
        said = reasons if isinstance(reasons, list) else [reasons]
        refused = [reason for reason in said if reason is not None and reason.is_failure]
        if refused:
            trouble = troubles.of_code(refused[0].value, str(refused[0]))
            answer.set_exception(LinkDownError(f"the broker refused: {trouble.why}"))
        else:
            answer.set_result(None)


class _HandingOver:
    """Calls from another thread, in order; those that come close together wake the loop once."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._calls: deque[tuple[Callable[..., None], tuple[object, ...]]] = deque()
        self._woken = False

    def later(self, call: Callable[..., None], *arguments: object) -> None:
        """Make the call soon on the loop; nothing when that is closed: nobody is left to tell."""
        self._calls.append((call, arguments))
        # Queued before the look at the flag, and the loop takes the flag down before it looks at
        # the queue: so no call is left behind.
        if not self._woken:
            self._woken = True
            with contextlib.suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._make)

    def _make(self) -> None:
        self._woken = False
        while self._calls:
            call, arguments = self._calls.popleft()
            self._loop.call_soon(call, *arguments)


def _fail(answer: asyncio.Future[None], why: str) -> None:
    if not answer.done():
        answer.set_exception(LinkDownError(why))


async def _first_of(*futures: asyncio.Future[Any]) -> None:
    await asyncio.wait(futures, return_when=asyncio.FIRST_COMPLETED)


def _stop(client: paho.Client, will: Will | None, *, v5: bool) -> None:
    """Say goodbye and leave; without a will only leave."""
    if v5 and will is not None:
        client.disconnect(ReasonCode(PacketTypes.DISCONNECT, identifier=_DISCONNECT_WITH_WILL))
    else:
        if will is not None:
            _publish_will(client, will)
        client.disconnect()
    client.loop_stop()


def _publish_will(client: paho.Client, will: Will) -> None:
    """MQTT 3.1.1 cannot ask the broker for it: say it ourselves, and wait for the receipt."""
    with contextlib.suppress(RuntimeError, ValueError):  # paho's words for "not connected"
        said = client.publish(will.topic, will.payload, qos=1, retain=True)
        said.wait_for_publish(_PARTING_S)
