from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.feed.sources import article_keys


@pytest.mark.parametrize(
    ("parts", "key"),
    [
        (("AB-12.x_3",), "AB-12.x_3"),
        (("camisa-rio", "CH", "Azul marino"), "camisa-rio-ch-azul-marino"),
        (("tenis", "24.5", "Café"), "tenis-24.5-cafe"),
    ],
)
def test_readable_texts_give_readable_keys(parts: tuple[str, ...], key: str) -> None:
    assert article_keys.key(*parts) == key


@pytest.mark.parametrize("parts", [("a b",), ("a", "1/2"), ("a", ""), ("x" * 65,), ("a", "红")])
def test_where_reading_loses_something_a_fingerprint_stands(parts: tuple[str, ...]) -> None:
    assert article_keys.key(*parts) == article_keys.marked_key(*parts)


@given(st.lists(st.text(), min_size=1, max_size=4))
def test_any_texts_give_an_id(parts: list[str]) -> None:
    assert article_keys.is_id(article_keys.key(*parts))
    assert article_keys.is_id(article_keys.marked_key(*parts))


@given(st.text(), st.text())
def test_two_single_texts_never_share_a_key(one: str, other: str) -> None:
    assert (article_keys.key(one) == article_keys.key(other)) == (one == other)
