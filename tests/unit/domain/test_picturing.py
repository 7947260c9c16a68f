from __future__ import annotations

import pytest

from gateway.domain import picturing


@pytest.mark.parametrize(
    ("title", "wanted"),
    [
        ("Jeans rectos Alba", "JR"),
        ("Bolsa", "B"),
        ("árbol de navidad", "ÁN"),
        ("TV LG", "TL"),
        ("  501 (original)", "5O"),
        ("¡—!", ""),
        ("", ""),
    ],
)
def test_initials_are_those_of_the_first_two_words_that_say_something(
    title: str, wanted: str
) -> None:
    assert picturing.initials(title) == wanted


@pytest.mark.parametrize(
    ("said", "known"),
    [("#1A2b3c", "#1A2b3c"), ("red", None), ("#12345", None), ("#12345g", None), (None, None)],
)
def test_only_a_colour_in_six_digits_is_one(said: str | None, known: str | None) -> None:
    assert picturing.color(said) == known


@pytest.mark.parametrize("ground", ["#ecece8", "#2a2a27", "#808080"])
def test_letters_in_any_colour_are_made_readable_on_a_ground(ground: str) -> None:
    steps = range(0, 256, 51)
    for color in (
        f"#{red:02x}{green:02x}{blue:02x}" for red in steps for green in steps for blue in steps
    ):
        letters = picturing.readable(color, ground)
        assert picturing.contrast(letters, ground) >= picturing.READABLE, color
        if picturing.contrast(color, ground) >= picturing.READABLE:
            assert letters == color, "what can be read stays as it is"
