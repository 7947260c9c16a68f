"""Commands to MQTT labels: carried out once, answered each time, refused in codes."""

from __future__ import annotations

import json
from typing import Any

import pytest

from device_drivers.api.drivers import Failed, Flash, Reason, Shown
from device_drivers.labels.mqtt import commands
from device_drivers.labels.mqtt.commands import Command, CommandMachine, Result
from device_drivers.labels.wire import ProtocolError


def payload(id_: str = "c1", name: str = "flash", **args: Any) -> bytes:
    asked = {"seconds": 5, "colour": "red"} | args
    return json.dumps({"id": id_, "name": name, "args": asked}).encode()


def test_what_the_gateway_asks_is_what_the_label_does() -> None:
    sent = commands.command_payload(Command(id="c1", flash=Flash(seconds=4.6, colour="blue")))

    assert CommandMachine(flashes=True).command(sent) == (
        Flash(seconds=5, colour="blue"),
        Result(id="c1"),
    )


@pytest.mark.parametrize(("asked", "sent"), [(0, 0), (-1, 0), (1e9, 3600)])
def test_seconds_are_within_what_a_label_takes(asked: float, sent: int) -> None:
    said = commands.command_payload(Command(id="c", flash=Flash(seconds=asked)))

    assert json.loads(said)["args"]["seconds"] == sent


def test_a_command_that_comes_twice_is_carried_out_once() -> None:
    label = CommandMachine(flashes=True)

    assert label.command(payload())[0] is not None
    assert label.command(payload()) == (None, Result(id="c1"))
    for number in range(commands.REMEMBERED):
        label.command(payload(f"d{number}"))
    assert label.command(payload())[0] is not None, "memory is small"


@pytest.mark.parametrize(
    ("sent", "error"),
    [
        (payload(name="dance"), "unknown_command"),
        (payload(seconds=-1), "bad_arguments"),
        (payload(seconds=3601), "bad_arguments"),
        (payload(seconds="5"), "bad_arguments"),
        (payload(colour="mauve"), "bad_arguments"),
        (b'{"id": "c1", "name": "flash"}', "bad_arguments"),
    ],
)
def test_what_it_cannot_do_is_answered_in_a_code(sent: bytes, error: str) -> None:
    assert CommandMachine(flashes=True).command(sent) == (None, Result(id="c1", error=error))


@pytest.mark.parametrize("sent", [b"", b"\xff", b"[]", b"{}", b'{"id": "a b", "name": "flash"}'])
def test_what_cannot_be_read_is_not_answered(sent: bytes) -> None:
    assert CommandMachine(flashes=True).command(sent) == (None, None)


def test_a_label_without_a_light_knows_no_such_command() -> None:
    assert CommandMachine(flashes=False).command(payload()) == (
        None,
        Result(id="c1", error="unknown_command"),
    )


@pytest.mark.parametrize(
    ("result", "outcome"),
    [
        (Result(id="c"), Shown()),
        (Result(id="c", error="hot"), Failed(reason=Reason.LABEL_ERROR, detail="hot")),
    ],
)
def test_a_result_travels_and_says_what_came_of_it(result: Result, outcome: object) -> None:
    read = commands.parse_result("a", commands.result_payload(result))

    assert read == result
    assert read.outcome == outcome


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"{}",
        b'{"id": "c", "result": "perhaps"}',
        b'{"id": "c", "result": 1}',
        b'{"result": "done"}',
        b'{"id": "c", "result": "failed", "error": 7}',
    ],
)
def test_a_result_that_is_none_is_refused(said: bytes) -> None:
    with pytest.raises(ProtocolError, match="result of a"):
        commands.parse_result("a", said)
