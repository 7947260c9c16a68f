"""Doors for servers that call back: one secret each, for one server each."""

from __future__ import annotations

import pytest

from device_drivers.links.callbacks import PATH, Callbacks


async def take(_body: bytes) -> None:
    return


def test_each_door_has_a_secret_of_its_own() -> None:
    callbacks = Callbacks()
    paths = [callbacks.open("http://127.0.0.1:9000/api2/default", take) for _ in range(50)]

    assert len(set(paths)) == 50
    for path in paths:
        secret = path.removeprefix(PATH)
        assert len(secret) >= 32
        door = callbacks.door(secret)
        assert door is not None
        assert door.secret == secret


@pytest.mark.parametrize("guess", ["", "x" * 32, "\u00e9", "\ud800"])
def test_a_guess_opens_nothing(guess: str) -> None:
    callbacks = Callbacks()
    callbacks.open("http://127.0.0.1", take)

    assert callbacks.door(guess) is None


@pytest.mark.parametrize(
    ("url", "caller", "is_for"),
    [
        ("http://127.0.0.1:9000/x", "127.0.0.1", True),
        ("http://127.0.0.1:9000/x", "::ffff:127.0.0.1", True),
        ("http://127.0.0.1:9000/x", "127.0.0.2", False),
        ("http://localhost", "127.0.0.1", True),
        ("https://[::1]:9000", "::1", True),
        ("http://[::1]:9000", "127.0.0.1", False),
        ("http://127.0.0.1", "", False),
        ("http://127.0.0.1", "testclient", False),
    ],
)
async def test_a_door_is_for_its_server_only(url: str, caller: str, *, is_for: bool) -> None:
    callbacks = Callbacks()
    door = callbacks.door(callbacks.open(url, take).removeprefix(PATH))

    assert door is not None
    assert await door.is_for(caller) is is_for
