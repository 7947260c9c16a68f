"""The gateway's side on the wire: what is published, in which order, and what is cleared."""

from __future__ import annotations

import asyncio
import hashlib
import json
import random
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import TypeVar

import pytest

from device_drivers import pictures
from device_drivers.api.drivers import (
    Announced,
    Described,
    Later,
    Picture,
    Presence,
    Reason,
    Refused,
)
from device_drivers.api.panels import Frame, Ink, Panel
from device_drivers.labels.mqtt import protocol
from device_drivers.labels.mqtt.driver import MqttLabelDriver
from device_drivers.simulated.messages import InMemoryBroker, InMemoryPort

pytestmark = pytest.mark.looptime

DATA = b"bytes of a picture"
PICTURE = Picture(format="png", data=DATA, sha256=hashlib.sha256(DATA).hexdigest())


@pytest.fixture
def broker() -> InMemoryBroker:
    return InMemoryBroker(latency_s=0.01)


@pytest.fixture
async def port(broker: InMemoryBroker) -> InMemoryPort:
    made = broker.port("gateway")
    await made.connect()
    return made


@pytest.fixture
async def radio(broker: InMemoryBroker) -> InMemoryPort:
    made = broker.port("label")
    await made.connect()
    return made


T = TypeVar("T")


async def next_of(stream: AsyncIterator[T]) -> T:
    async with asyncio.timeout(10):
        return await anext(stream)


def known(label: str, formats: tuple[str, ...] = ("png",)) -> Described:
    return Described(label=label, model="2.9", formats=formats)


async def test_the_image_is_there_before_its_wish(port: InMemoryPort, radio: InMemoryPort) -> None:
    seen = radio.messages("label/#")

    outcome = await MqttLabelDriver(port).deliver(known("a"), "w-1", PICTURE)

    image, wish = await next_of(seen), await next_of(seen)
    assert outcome == Later(reason=Reason.AWAITING_LABEL)
    assert (image.topic, image.payload) == ("label/a/image", DATA)
    assert wish.topic == "label/a/wish"
    assert json.loads(wish.payload) == {
        "wish": "w-1",
        "sha256": PICTURE.sha256,
        "format": "png",
        "bytes": len(DATA),
    }


async def test_image_and_wish_wait_with_the_broker_for_a_sleeping_label(
    broker: InMemoryBroker, port: InMemoryPort
) -> None:
    await MqttLabelDriver(port).deliver(known("a"), "w-1", PICTURE)

    assert set(broker.retained) == {"label/a/image", "label/a/wish"}


async def test_a_link_lost_after_the_image_is_no_success(
    broker: InMemoryBroker, port: InMemoryPort
) -> None:
    async with asyncio.TaskGroup() as work:
        delivering = work.create_task(MqttLabelDriver(port).deliver(known("a"), "w-1", PICTURE))
        await asyncio.sleep(0.015)
        port.cut()

    assert delivering.result() == Later(reason=Reason.LINK_DOWN)
    assert set(broker.retained) == {"label/a/image"}


async def test_only_a_label_with_a_key_gets_a_mac(
    broker: InMemoryBroker, port: InMemoryPort
) -> None:
    driver = MqttLabelDriver(port, key_of={"a": b"its key"}.get)
    await driver.deliver(known("a"), "w-1", PICTURE)
    await driver.deliver(known("b"), "w-1", PICTURE)

    with_key = json.loads(broker.retained["label/a/wish"])
    assert with_key["mac"] == protocol.mac_of(b"its key", "w-1", PICTURE.sha256)
    assert "mac" not in json.loads(broker.retained["label/b/wish"])


async def test_settling_clears_the_image_and_leaves_the_wish(
    broker: InMemoryBroker, port: InMemoryPort
) -> None:
    driver = MqttLabelDriver(port)
    await driver.deliver(known("a"), "w-1", PICTURE)
    await driver.settled("a")

    assert set(broker.retained) == {"label/a/wish"}


@pytest.mark.parametrize(("label", "wish"), [("a/b", "w"), ("+", "w"), ("a", "w/1"), ("a", "")])
async def test_ids_that_are_none_are_a_mistake_of_the_caller(
    broker: InMemoryBroker, port: InMemoryPort, label: str, wish: str
) -> None:
    with pytest.raises(ValueError, match=r"id"):
        await MqttLabelDriver(port).deliver(known(label), wish, PICTURE)

    assert broker.retained == {}


async def test_what_is_malformed_is_refused_and_can_be_acknowledged(
    port: InMemoryPort, radio: InMemoryPort
) -> None:
    heard = MqttLabelDriver(port).heard()
    await radio.publish("label/a/report", b"\xff\x00")
    await radio.publish("label/not an id/report", b"{}")
    await radio.publish("label/a/presence", b'{"online": true}')

    broken = await next_of(heard)
    nameless = await next_of(heard)
    good = await next_of(heard)

    assert isinstance(broken.sighting, Refused)
    assert broken.sighting.label == "a"
    assert "report of a: this is no JSON" in broken.sighting.problem
    assert isinstance(nameless.sighting, Refused)
    assert nameless.sighting.label == ""
    assert good.sighting == Presence(label="a", online=True)

    broken.ack()
    good.ack()
    port.cut()
    await port.connect()
    assert (await next_of(heard)).sighting == nameless.sighting


async def test_a_removed_label_says_nothing_and_is_acknowledged(
    broker: InMemoryBroker, port: InMemoryPort, radio: InMemoryPort
) -> None:
    heard = MqttLabelDriver(port).heard()
    await radio.publish("label/a/announce", b"", retain=True)
    with pytest.raises(TimeoutError):
        await next_of(heard)

    restarted = broker.port("gateway")
    waiting = restarted.messages(*protocol.FROM_LABELS)
    await restarted.connect()
    with pytest.raises(TimeoutError):
        await next_of(waiting)


async def test_listening_begins_at_the_call(broker: InMemoryBroker, radio: InMemoryPort) -> None:
    # A kept session may deliver in the instant of the connect, before anyone awaits.
    port = broker.port("gateway")
    heard = MqttLabelDriver(port).heard()
    await port.connect()
    await radio.publish("label/a/presence", b'{"online": false}')

    assert (await next_of(heard)).sighting == Presence(label="a", online=False)


async def test_what_the_broker_kept_is_marked(broker: InMemoryBroker, radio: InMemoryPort) -> None:
    announced = Announced(
        label="a",
        panel=Panel(name="x", width=8, height=2, inks=(Ink.WHITE, Ink.BLACK), dpi=112),
        formats=("png",),
        firmware="1",
        showing=None,
    )
    payload = protocol.announce_payload(announced)
    await radio.publish("label/a/announce", payload, retain=True)
    port = broker.port("late")
    heard = MqttLabelDriver(port).heard()
    await port.connect()
    assert (await next_of(heard)).sighting == replace(announced, retained=True)
    await radio.publish("label/a/announce", payload, retain=True)
    assert (await next_of(heard)).sighting == announced


async def test_a_tell_that_failed_is_told_again(port: InMemoryPort) -> None:
    told: list[int] = []

    async def tell() -> None:
        told.append(1)
        if len(told) == 1:
            raise RuntimeError("the database was busy")

    MqttLabelDriver(port).on_lost_session(tell)
    port.cut()
    with pytest.raises(RuntimeError, match="the database was busy"):
        await port.connect()
    for _ in range(2):
        port.cut()
        await port.connect()

    assert len(told) == 2


INKS = (Ink.WHITE, Ink.BLACK)


def frame(width: int = 16, height: int = 8) -> Frame:
    return Frame(width=width, height=height, inks=INKS, pixels=bytes(width * height))


def driver_alone() -> MqttLabelDriver:
    return MqttLabelDriver(InMemoryBroker().port("gateway"))


@pytest.mark.parametrize(
    ("formats", "chosen"),
    [(("planes", "png"), "png"), (("planes",), "planes"), (("jpeg", "planes"), "planes")],
)
def test_png_is_preferred_then_planes(formats: tuple[str, ...], chosen: str) -> None:
    picture = driver_alone().encode(frame(), known("a", formats))

    assert picture.format == chosen
    assert picture.data == pictures.encode(frame(), chosen)
    assert picture.sha256 == hashlib.sha256(picture.data).hexdigest()


def test_a_picture_too_large_in_every_format_is_refused() -> None:
    with pytest.raises(ValueError, match="at most 262144"):
        driver_alone().encode(frame(4096, 1024), known("a", ("planes",)))


def test_a_picture_too_large_for_one_format_travels_in_another() -> None:
    # Noise: no deflate stream is shorter than its bits, and a PNG has its own on top.
    bits = random.Random(1).choices((0, 1), k=1448 * 1448)
    wide = Frame(width=1448, height=1448, inks=INKS, pixels=bytes(bits))

    assert len(pictures.encode(wide, "planes")) <= pictures.LARGEST_PICTURE
    with pytest.raises(pictures.PictureError):
        pictures.encode(wide, "png")
    assert driver_alone().encode(wide, known("a", ("png", "planes"))).format == "planes"


def test_a_label_that_takes_no_format_at_all_is_refused_in_words() -> None:
    with pytest.raises(ValueError, match="the label takes no format; this gateway makes png"):
        driver_alone().encode(frame(), known("a", ()))
