"""What every message port promises, and what the broker in memory adds to it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device_drivers.links.messages import LinkDownError, Message
from device_drivers.simulated import messages
from device_drivers.simulated.messages import InMemoryBroker, InMemoryPort

pytestmark = pytest.mark.looptime

NEVER_S = 100.0


@pytest.fixture
def broker() -> InMemoryBroker:
    return InMemoryBroker(latency_s=0.01)


@pytest.fixture
async def sender(broker: InMemoryBroker) -> InMemoryPort:
    port = broker.port("sender")
    await port.connect()
    return port


async def arriving(incoming: AsyncIterator[Message], *, ack: bool = True) -> list[Message]:
    """Everything that comes until nothing more does."""
    arrived: list[Message] = []
    try:
        async with asyncio.timeout(NEVER_S):
            async for message in incoming:
                arrived.append(message)
                if ack:
                    message.ack()
    except TimeoutError:
        return arrived
    raise AssertionError("messages never end")


def payloads(arrived: list[Message]) -> list[bytes]:
    return [message.payload for message in arrived]


async def test_messages_come_in_order_on_the_topics_asked_for(
    broker: InMemoryBroker, sender: InMemoryPort
) -> None:
    port = broker.port("reader")
    incoming = port.messages("label/+/report", "feed/#")
    await port.connect()
    for number, topic in enumerate(["label/a/report", "label/a/wish", "feed/delta", "x/feed/y"]):
        await sender.publish(topic, bytes([number]))

    arrived = await arriving(incoming)

    assert [(one.topic, one.payload) for one in arrived] == [
        ("label/a/report", b"\x00"),
        ("feed/delta", b"\x02"),
    ]
    assert not any(one.retained or one.duplicate for one in arrived)


async def test_what_is_retained_comes_at_the_subscription(
    broker: InMemoryBroker, sender: InMemoryPort
) -> None:
    await sender.publish("a", b"old", retain=True)
    await sender.publish("a", b"new", retain=True)
    await sender.publish("b", b"x", retain=True)
    await sender.publish("b", b"", retain=True)
    port = broker.port("reader")
    await port.connect()

    arrived = await arriving(port.messages("#"))

    assert [(one.topic, one.payload, one.retained) for one in arrived] == [("a", b"new", True)]
    assert broker.retained == {"a": b"new"}


async def test_a_cleared_topic_is_told_to_those_who_listen(
    broker: InMemoryBroker, sender: InMemoryPort
) -> None:
    port = broker.port("reader")
    incoming = port.messages("a")
    await port.connect()
    await sender.publish("a", b"x", retain=True)
    await sender.publish("a", b"", retain=True)

    assert payloads(await arriving(incoming)) == [b"x", b""]


async def test_what_was_not_acknowledged_comes_again_as_a_duplicate(
    broker: InMemoryBroker, sender: InMemoryPort
) -> None:
    port = broker.port("reader")
    incoming = port.messages("a")
    await port.connect()
    await sender.publish("a", b"1")
    await sender.publish("a", b"2")
    first, second = await arriving(incoming, ack=False)
    second.ack()

    port.cut()
    await port.connect()
    again = await arriving(incoming)

    assert not first.duplicate
    assert [(one.payload, one.duplicate) for one in again] == [(b"1", True)]


async def test_a_late_ack_of_an_earlier_connection_does_nothing(
    broker: InMemoryBroker, sender: InMemoryPort
) -> None:
    port = broker.port("reader")
    incoming = port.messages("a")
    await port.connect()
    await sender.publish("a", b"1")
    (held,) = await arriving(incoming, ack=False)

    port.cut()
    held.ack()
    await port.connect()
    held.ack()
    port.cut()
    await port.connect()

    assert payloads(await arriving(incoming)) == [b"1"]


async def test_a_kept_session_collects_while_the_link_is_down(
    broker: InMemoryBroker, sender: InMemoryPort
) -> None:
    port = broker.port("reader")
    incoming = port.messages("a")
    await port.connect()
    port.cut()
    await sender.publish("a", b"1")
    await port.connect()

    assert payloads(await arriving(incoming)) == [b"1"]


async def test_a_new_process_takes_its_session_over(
    broker: InMemoryBroker, sender: InMemoryPort
) -> None:
    killed = broker.port("gateway")
    held = killed.messages("a")
    await killed.connect()
    await sender.publish("a", b"1")
    assert payloads(await arriving(held, ack=False)) == [b"1"]

    started = broker.port("gateway")
    incoming = started.messages("a")
    kept: list[bool] = []

    async def tell(session_kept: bool) -> None:  # noqa: FBT001 - the port's signature
        kept.append(session_kept)

    started.on_connected(tell)
    await started.connect()

    assert not killed.connected
    assert kept == [True]
    assert payloads(await arriving(incoming)) == [b"1"]


async def test_a_lost_session_is_told_and_starts_with_what_is_retained(
    broker: InMemoryBroker, sender: InMemoryPort
) -> None:
    port = broker.port("reader")
    incoming = port.messages("a")
    kept: list[bool] = []

    async def tell(session_kept: bool) -> None:  # noqa: FBT001 - the port's signature
        kept.append(session_kept)

    port.on_connected(tell)
    await port.connect()
    await sender.publish("a", b"lost")
    await sender.publish("a", b"kept", retain=True)
    broker.stop()
    await broker.start(sessions_kept=False)

    assert kept == [False, False]
    assert payloads(await arriving(incoming)) == [b"kept"]

    broker.stop()
    await broker.start()
    assert kept == [False, False, True]


async def test_nothing_is_published_while_the_link_is_down(
    broker: InMemoryBroker, sender: InMemoryPort
) -> None:
    sender.cut()
    with pytest.raises(LinkDownError):
        await sender.publish("a", b"1", retain=True)
    assert broker.retained == {}

    broker.stop()
    with pytest.raises(LinkDownError):
        await sender.connect()


@pytest.mark.parametrize(("cut_after_s", "arrived"), [(0.005, False), (0.015, True)])
async def test_a_cut_during_a_publish_leaves_its_fate_open(
    broker: InMemoryBroker, sender: InMemoryPort, cut_after_s: float, *, arrived: bool
) -> None:
    async with asyncio.TaskGroup() as work:
        publishing = work.create_task(refused(sender))
        await asyncio.sleep(cut_after_s)
        sender.cut()

    assert publishing.result()
    assert ("a" in broker.retained) == arrived


async def refused(sender: InMemoryPort) -> bool:
    with pytest.raises(LinkDownError):
        await sender.publish("a", b"1", retain=True)
    return True


async def test_an_expired_message_is_not_delivered(
    broker: InMemoryBroker, sender: InMemoryPort
) -> None:
    port = broker.port("reader")
    incoming = port.messages("a")
    await port.connect()
    port.cut()
    await sender.publish("a", b"short", expiry_s=10)
    await sender.publish("a", b"long", expiry_s=1000)
    await asyncio.sleep(20)
    await port.connect()

    assert payloads(await arriving(incoming)) == [b"long"]


async def test_a_queue_has_an_end(
    broker: InMemoryBroker, sender: InMemoryPort, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(messages, "QUEUE_LIMIT", 3)
    port = broker.port("reader")
    incoming = port.messages("a")
    await port.connect()
    port.cut()
    for number in range(5):
        await sender.publish("a", bytes([number]))
    await port.connect()

    assert payloads(await arriving(incoming)) == [b"\x00", b"\x01", b"\x02"]
    assert broker.dropped == 2


async def test_two_readers_of_one_port_each_get_and_acknowledge_their_own(
    broker: InMemoryBroker, sender: InMemoryPort
) -> None:
    port = broker.port("reader")
    one, other = port.messages("a"), port.messages("a")
    await port.connect()
    await sender.publish("a", b"1")
    assert payloads(await arriving(one)) == [b"1"]
    assert payloads(await arriving(other, ack=False)) == [b"1"]
    port.cut()
    await port.connect()

    assert payloads(await arriving(one)) == []
    assert payloads(await arriving(other)) == [b"1"]


@pytest.mark.parametrize(
    ("topic_filter", "topic", "wanted"),
    [
        ("a/b", "a/b", True),
        ("a/b", "a/c", False),
        ("a/+", "a/b", True),
        ("a/+", "a/b/c", False),
        ("a/+", "a", False),
        ("a/+", "a/", True),
        ("+/b", "a/b", True),
        ("+", "/a", False),
        ("+/+", "/a", True),
        ("#", "a/b/c", True),
        ("a/#", "a", True),
        ("a/#", "a/b/c", True),
        ("a/#", "ab", False),
        ("a/+/#", "a", False),
        ("a/+/#", "a/b", True),
        ("#", "$SYS/uptime", False),
        ("+/uptime", "$SYS/uptime", False),
        ("$SYS/#", "$SYS/uptime", True),
    ],
)
def test_wildcards_are_those_of_mqtt(topic_filter: str, topic: str, *, wanted: bool) -> None:
    assert messages.matches(topic_filter, topic) is wanted


levels = st.lists(st.text("ab", max_size=2), min_size=1, max_size=5)


@given(levels, st.data())
def test_a_filter_made_from_a_topic_wants_it(parts: list[str], data: st.DataObject) -> None:
    made = [data.draw(st.sampled_from([part, "+"])) for part in parts]
    if data.draw(st.booleans()):
        made = [*made[: data.draw(st.integers(0, len(made)))], "#"]

    assert messages.matches("/".join(made), "/".join(parts))


@pytest.mark.parametrize("wrong", ["", "a/#/b", "a#", "a+/b", "#/a"])
def test_what_is_no_filter_is_refused(broker: InMemoryBroker, wrong: str) -> None:
    with pytest.raises(ValueError, match="is no topic filter"):
        broker.port("reader").messages(wrong)


@pytest.mark.parametrize("wrong", ["", "a/+", "a/#"])
async def test_nobody_publishes_to_a_wildcard(sender: InMemoryPort, wrong: str) -> None:
    with pytest.raises(ValueError, match="is no topic to publish on"):
        await sender.publish(wrong, b"")
