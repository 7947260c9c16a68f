from __future__ import annotations

import pytest

from gateway.domain import near

NAMES = {
    "l1": ("K7M2QX", "66AA10200003"),
    "l2": ("K7M2QZ",),
    "l3": ("9B4HTW", "0042"),
    "l4": ("66AA10200094",),
}


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("K7M2QX", ("l1", "l2")),
        ("K7M2Q", ("l1", "l2")),
        ("KM72QX", ("l1", "l2")),
        ("9B4HTV", ("l3",)),
        ("0043", ("l1", "l3")),
        ("00003", ("l1",)),
        ("66AA10200004", ("l1", "l4")),
        ("ZZZZZZ", ()),
        ("", ()),
    ],
)
def test_a_slip_of_the_finger_is_near(typed: str, found: tuple[str, ...]) -> None:
    nearest = near.nearest(typed, NAMES, 5)
    assert nearest[: len(found)] == found
    assert not nearest or found


def test_only_so_many() -> None:
    assert near.nearest("K7M2QX", NAMES, 1) == ("l1",)
