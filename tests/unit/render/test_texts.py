from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.render import fonts, texts


def fit(text: str, width: int, height: int, lines: int = 2) -> texts.Fitted:
    return texts.fit(
        text, "bold", size=20, min_size=15, floor=12, lines=lines, width=width, height=height
    )


def test_text_stands_large_on_one_line_when_there_is_room() -> None:
    fitted = fit("Tenis", 200, 100)
    assert (fitted.lines, fitted.face.size) == (("Tenis",), 20)


def test_one_smaller_line_comes_before_two_large_ones() -> None:
    whole = fonts.face("bold", 17).width("Tenis Sierra 90")
    assert fit("Tenis Sierra 90", whole, 100).lines == ("Tenis Sierra 90",)


def test_what_does_not_fit_ends_in_an_ellipsis() -> None:
    fitted = fit("Zapatilla impermeable de montaña", 90, 20, lines=1)
    assert fitted.lines[0].endswith(texts.ELLIPSIS)
    assert fitted.lines[0].startswith("Zap")


def test_the_last_line_says_that_more_would_follow() -> None:
    fitted = fit("uno dos tres cuatro cinco seis siete ocho nueve diez", 70, 100)
    assert len(fitted.lines) == 2
    assert fitted.lines[-1].endswith(texts.ELLIPSIS)


def test_no_short_word_stands_alone_on_the_last_line() -> None:
    whole = fonts.face("bold", 20).width("Tenis para correr Aurora")
    fitted = texts.fit(
        "Tenis para correr Aurora 3",
        "bold",
        size=20,
        min_size=20,
        floor=20,
        lines=2,
        width=whole,
        height=100,
    )
    assert fitted.lines == ("Tenis para correr", "Aurora 3")


def test_a_dot_between_two_things_goes_where_the_line_ends() -> None:
    narrow = fonts.face("bold", 20).width("Azul marino")
    assert fit("Azul marino \N{MIDDLE DOT} 25.5", narrow, 100).lines == ("Azul marino", "25.5")
    assert fit("Azul \N{MIDDLE DOT} 25.5", 400, 100).lines == ("Azul \N{MIDDLE DOT} 25.5",)
    assert fit("\N{MIDDLE DOT}", 400, 100).lines == ("\N{MIDDLE DOT}",)


@given(
    text=st.text(min_size=1, max_size=80),
    width=st.integers(0, 300),
    height=st.integers(15, 200),
    lines=st.integers(1, 4),
)
def test_lines_never_exceed_their_room(text: str, width: int, height: int, lines: int) -> None:
    fitted = fit(text, width, height, lines)
    assert fitted.width <= width
    assert len(fitted.lines) <= lines
    kept = "".join(fitted.lines).replace(" ", "")
    complete = kept == text.replace(" ", "")
    assert complete or texts.ELLIPSIS in kept or not kept or "" in fitted.lines


def test_measuring_and_drawing_agree() -> None:
    face = fonts.face("medium", 13)
    assert face.width("Añil 25") == sum(glyph.advance for glyph in face.glyphs("Añil 25"))


def test_letters_neither_overlap_nor_stand_apart() -> None:
    for size in (10, 11, 12, 13, 16, 24):
        for letter in "abcdefghijklmnopqrstuvwxyz023456789":
            glyph = fonts.face("bold", size).glyph(letter)
            assert glyph.left + glyph.width <= glyph.advance
            assert glyph.advance <= glyph.left + glyph.width + max(2, size // 6)


def test_all_digits_are_equally_wide() -> None:
    for size in (10, 13, 24, 60):
        face = fonts.face("extrabold", size)
        assert {face.width(digit) for digit in "0123456789"} == {face.width("8")}


def test_every_letter_a_spanish_or_english_label_needs_is_in_the_font() -> None:
    missing = fonts.face("bold", 20).glyph("\U0010fffd").bitmap
    assert missing is not None
    for letter in "aáeéiíoóuúüñÑ¿¡€£$¢çßøł…·→%ABCXYZ0123456789\u00a0\u202f":
        glyph = fonts.face("bold", 20).glyph(letter)
        drawn = glyph.bitmap is not None
        assert drawn != letter.isspace()


@given(
    st.text(alphabet="abcÑñ0159 .,wW%", min_size=1, max_size=30),
    st.sampled_from(sorted(fonts.WEIGHTS)),
    st.integers(6, 90),
    st.integers(0, 2000),
)
def test_only_what_is_wider_exceeds(text: str, weight: str, size: int, width: int) -> None:
    face = fonts.face(weight, size)
    if face.exceeds(text, width):
        assert face.width(text) > width
    assert not face.exceeds(text, face.width(text))


def test_what_is_far_too_wide_exceeds_before_a_letter_is_drawn() -> None:
    face = fonts.Face("bold", 71)
    assert face.exceeds("Tenis para correr", 300)
    assert not face._letters


@given(
    st.text(alphabet="abÑ09 wWl.", min_size=1, max_size=40),
    st.integers(1, 400),
    st.integers(1, 120),
    st.integers(1, 3),
)
def test_what_is_told_too_large_beforehand_would_not_have_fitted(
    text: str, width: int, height: int, lines: int
) -> None:
    quick = fit(text, width, height, lines)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(texts, "_is_too_large", lambda *_: False)
        assert fit(text, width, height, lines) == quick
