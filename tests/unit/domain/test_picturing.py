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
