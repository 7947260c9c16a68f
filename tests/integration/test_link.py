"""The link over a real broker that goes away and comes back."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
import structlog

from device_drivers.links.messages import LinkDownError, Message
from gateway.broker.link import Link
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


async def restart(mosquitto: Mosquitto, link: Link) -> None:
    """In order, so that sessions survive."""
    await asyncio.to_thread(mosquitto.stop)
    await link.away.wait()
    await asyncio.to_thread(mosquitto.start)
    await link.connected.wait()


def test_messages_compare_by_what_they_say() -> None:
    assert Message(topic="a", payload=b"1", ack=lambda: None) == Message(topic="a", payload=b"1")
