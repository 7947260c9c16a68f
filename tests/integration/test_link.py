"""The link over a real broker that goes away and comes back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Literal, NoReturn

import pytest
import structlog

from device_drivers.links.messages import LinkDownError, Message
from gateway.broker import birth, topics
from gateway.broker.dialect import SILENT_CLOSES
from gateway.broker.link import Link
from gateway.clock import SystemClock
from tests.support.mosquitto import Mosquitto
from tests.support.running import PATIENCE_S, PREFIX, Listening, one_turn, running


def link_to(mosquitto: Mosquitto, client_id: str = "gw") -> Link:
    return Link("test", mosquitto.broker, prefix=PREFIX, client_id=client_id)


async def test_what_is_published_arrives_once_acknowledged(mosquitto: Mosquitto) -> None:
    listening = Listening(mosquitto.broker, "greeting")
    async with running(listening):
        await listening.link.connected.wait()
        await listening.link.publish("greeting", b'{"hello": 1}')
        assert await listening.until(bool) == {"hello": 1}


async def test_publishing_without_a_broker_says_so_at_once(tmp_path: Path) -> None:
    link = link_to(Mosquitto(tmp_path / "never-started"))
    with pytest.raises(LinkDownError):
        await link.publish("a", b"")


async def test_a_message_not_acknowledged_comes_again_after_a_broker_restart(
    mosquitto: Mosquitto,
) -> None:
    link = link_to(mosquitto)
    stream = link.messages("work")
    async with asyncio.timeout(PATIENCE_S), running(link):
        await link.connected.wait()
        await link.publish("work", b"1")
        first = await anext(stream)
        await restart(mosquitto, link)
        again = await anext(stream)
        assert (again.payload, again.duplicate) == (first.payload, True)
        again.ack()


async def test_a_late_acknowledgement_never_confirms_another_message(
    mosquitto: Mosquitto,
) -> None:
    """The race: packet ids start again at 1 on a new connection.

    An ack of the first connection's message 1, held over a broker restart without its session,
    must not acknowledge the second connection's message 1.
    """
    link = link_to(mosquitto)
    stream = link.messages("work")
    async with asyncio.timeout(PATIENCE_S), running(link):
        await link.connected.wait()
        await link.publish("work", b"old")
        old = await anext(stream)
        await asyncio.to_thread(mosquitto.kill)
        await link.away.wait()
        await asyncio.to_thread(mosquitto.start)
        await link.connected.wait()
        await link.publish("work", b"new")
        new = await anext(stream)
        assert new.payload == b"new"
        old.ack()
        await restart(mosquitto, link)
        again = await anext(stream)
        assert again.payload == b"new", "the broker still holds what was never acknowledged"


async def test_a_second_holder_of_the_client_id_is_an_alarm_and_no_fight(
    mosquitto: Mosquitto,
) -> None:
    with structlog.testing.capture_logs() as lines:
        async with asyncio.timeout(PATIENCE_S), running(link_to(mosquitto), link_to(mosquitto)):
            while not any(line["log_level"] == "error" for line in lines):
                await one_turn()
    alarm = next(line for line in lines if line["log_level"] == "error")
    assert alarm["event"].startswith("another program seems to use our client id")


async def test_a_broker_that_restarts_again_and_again_is_no_second_holder(
    mosquitto: Mosquitto, monkeypatch: pytest.MonkeyPatch
) -> None:
    broker = mosquitto.broker.model_copy(update={"reconnect_s": 0.01, "reconnect_max_s": 0.05})
    link = Link("test", broker, prefix=PREFIX, client_id="gw")
    failed: list[Exception] = []
    monkeypatch.setattr(link, "_learn_from", failed.append)
    with structlog.testing.capture_logs() as lines:
        async with asyncio.timeout(PATIENCE_S), running(link):
            for _ in range(7):
                await link.connected.wait()
                failed.clear()
                await asyncio.to_thread(mosquitto.kill)
                await link.away.wait()
                while not failed:
                    await one_turn()
                await asyncio.to_thread(mosquitto.start)
            await link.connected.wait()
    assert [line["event"] for line in lines if line["log_level"] == "error"] == []


async def test_subscribers_hear_whether_the_session_was_kept(mosquitto: Mosquitto) -> None:
    link = link_to(mosquitto)
    kept: list[bool] = []

    async def tell(session_kept: bool) -> None:  # noqa: FBT001 - the port's call
        kept.append(session_kept)

    link.on_connected(tell)
    link.messages("work")
    async with asyncio.timeout(PATIENCE_S), running(link):
        await link.connected.wait()
        await restart(mosquitto, link)
        await asyncio.to_thread(mosquitto.kill)
        await link.away.wait()
        await asyncio.to_thread(mosquitto.forget)
        await asyncio.to_thread(mosquitto.start)
        await link.connected.wait()
    assert kept == [False, True, False]


async def test_what_a_kept_session_held_is_handed_out_when_it_can_be_answered(
    mosquitto: Mosquitto,
) -> None:
    """The race: the broker delivers with the CONNACK, before the link is ready to publish."""
    answers = Listening(mosquitto.broker, "answer")
    absent = link_to(mosquitto)
    absent.messages("work")
    async with running(absent):
        await absent.connected.wait()
    link = link_to(mosquitto)
    stream = link.messages("work")
    early: list[Message] = []

    async def tell(session_kept: bool) -> None:  # noqa: FBT001 - the port's call
        assert session_kept
        await link._streams[0]._arrived.wait()
        early.extend(taken)

    async def answer() -> NoReturn:
        async for message in stream:
            taken.append(message)
            await link.publish("answer", message.payload)
            message.ack()
        raise AssertionError

    taken: list[Message] = []
    link.on_connected(tell)
    async with asyncio.timeout(PATIENCE_S), running(answers):
        await answers.link.connected.wait()
        await answers.link.publish("work", b"1")
        async with asyncio.TaskGroup() as group, running(link):
            answering = group.create_task(answer())
            assert await answers.until(bool) == 1
            answering.cancel()
    assert early == []


@pytest.mark.parametrize("protocol", ["5", "3.1.1"])
async def test_after_an_orderly_stop_the_retained_state_is_offline(
    mosquitto: Mosquitto, protocol: Literal["5", "3.1.1"]
) -> None:
    broker = mosquitto.broker.model_copy(update={"protocol": protocol})
    link = Link("shop", broker, prefix=PREFIX, client_id="gw", will=birth.will("gw"))
    birth.announce(link, "gw", "1.0", SystemClock())
    listening = Listening(mosquitto.broker, topics.gateway_state("gw"))
    async with asyncio.timeout(PATIENCE_S):
        async with running(link):
            await link.connected.wait()
        async with running(listening):
            state = await listening.until(lambda _: True)
    assert state == {"state": "offline"}
    assert listening.heard[0].retained


class Door:
    """Somebody at the broker's port who is no broker: hears the first bytes, answers, closes."""

    def __init__(self, port: int, answer: Callable[[bytes], bytes]) -> None:
        self.versions: list[int] = []
        self._port = port
        self._answer = answer
        self._news = asyncio.Condition()

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        async with await asyncio.start_server(self._greet, "127.0.0.1", self._port):
            yield

    async def closed(self, times: int) -> None:
        async with self._news:
            await self._news.wait_for(lambda: len(self.versions) >= times)

    async def _greet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # CONNECT: type, length (a short one here), 00 04 "MQTT", then the version.
        connect = await reader.readexactly(9)
        writer.write(self._answer(connect))
        writer.close()
        async with self._news:
            self.versions.append(connect[8])
            self._news.notify_all()


def without_a_word(_connect: bytes) -> bytes:
    return b""


async def test_a_balancer_that_closes_at_once_does_not_take_mqtt_5_away(
    mosquitto: Mosquitto,
) -> None:
    """It accepts, and closes before any answer, because the broker behind it is down."""
    link = link_to(mosquitto)
    await asyncio.to_thread(mosquitto.stop)
    async with asyncio.timeout(PATIENCE_S):
        door = Door(mosquitto.port, without_a_word)
        async with door.open(), running(link):
            await door.closed(1)
        assert door.versions[0] == 5
        async with running(link):
            await asyncio.to_thread(mosquitto.start)
            await link.connected.wait()
            assert link.speaks == "5"


async def test_an_outage_behind_a_balancer_ends_with_mqtt_5_again(mosquitto: Mosquitto) -> None:
    link = link_to(mosquitto)
    door = Door(mosquitto.port, without_a_word)
    async with asyncio.timeout(PATIENCE_S), running(link):
        await link.connected.wait()
        await asyncio.to_thread(mosquitto.stop)
        await link.away.wait()
        async with door.open():
            await door.closed(2 * SILENT_CLOSES)
        await asyncio.to_thread(mosquitto.start)
        await link.connected.wait()
        assert set(door.versions) == {5}
        assert link.speaks == "5"


async def test_a_broker_that_refuses_mqtt_5_is_asked_with_3_1_1_at_once(
    mosquitto: Mosquitto,
) -> None:
    def too_old(connect: bytes) -> bytes:
        return b"\x20\x02\x00\x01" if connect[8] == 5 else b""

    link = link_to(mosquitto)
    await asyncio.to_thread(mosquitto.stop)
    door = Door(mosquitto.port, too_old)
    async with asyncio.timeout(PATIENCE_S), door.open(), running(link):
        await door.closed(2)
    assert door.versions[:2] == [5, 4]


async def test_a_broker_that_dies_is_named_with_what_happened_and_what_to_do(
    mosquitto: Mosquitto,
) -> None:
    link = link_to(mosquitto)
    with structlog.testing.capture_logs() as lines:
        async with asyncio.timeout(PATIENCE_S), running(link):
            await link.connected.wait()
            await asyncio.to_thread(mosquitto.kill)
            while not any(line["event"] == "broker lost" for line in lines):
                await one_turn()
    lost = next(line for line in lines if line["event"] == "broker lost")
    assert lost["broker"] == f"test at 127.0.0.1:{mosquitto.port}"
    assert lost["why"].startswith("the connection broke without a word")
    assert "we try again by ourselves" in lost["next"]


async def restart(mosquitto: Mosquitto, link: Link) -> None:
    """In order, so that sessions survive."""
    await asyncio.to_thread(mosquitto.stop)
    await link.away.wait()
    await asyncio.to_thread(mosquitto.start)
    await link.connected.wait()


def test_messages_compare_by_what_they_say() -> None:
    assert Message(topic="a", payload=b"1", ack=lambda: None) == Message(topic="a", payload=b"1")
