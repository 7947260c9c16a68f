"""Descriptions as web shops hold them: tags, entities, leftovers of word processors."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.feed.sources import plain_text


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>uno</p><p>dos</p>", "uno dos"),
        ("<b>al</b>godón <I>fino</I>", "algodón fino"),
        ("a<br/>b<BR>c", "a b c"),
        ("fr&iacute;o &lt;30&nbsp;°C &amp; m&aacute;s", "frío <30 °C & más"),
        ("antes<!-- <b>nota</b> > --> después", "antes después"),
        ("<style>p{a:b}</style><SCRIPT>if (a<b) x()</Script>texto", "texto"),
        ("x<![if !IE]>y<?xml z?>w", "x y w"),
        ("5 < 6 y 7 > 2", "5 < 6 y 7 > 2"),
        ("sin cerrar <a href='x", "sin cerrar"),
        ("tabulado\t\x00\x1b salto\u2028fin\u202e\u00ad", "tabulado salto fin"),
    ],
)
def test_markup_becomes_one_plain_line(markup: str, text: str) -> None:
    assert plain_text.from_html(markup) == text


def test_a_long_text_ends_after_a_word_and_one_long_word_is_cut() -> None:
    assert plain_text.tidy("uno dos, tres", limit=10) == "uno dos…"
    assert plain_text.tidy("abcdefghijk", limit=10) == "abcdefghi…"
    assert plain_text.tidy("a" * 500) == "a" * 500


def test_what_follows_a_very_long_start_is_not_needed() -> None:
    markup = "<p>palabra</p>" * 200_000
    assert plain_text.from_html(markup).startswith("palabra palabra")


@given(st.one_of(st.text(), st.text(alphabet="<>!-[]/a&;#x0 \x00\u202e\"'")))
def test_any_markup_gives_a_text_that_may_stand_in_the_feed(markup: str) -> None:
    text = plain_text.from_html(markup)
    assert len(text) <= plain_text.MAX_LENGTH
    assert not any(unicodedata.category(letter) in {"Cc", "Zl", "Zp"} for letter in text)
    assert text == plain_text.tidy(text)
