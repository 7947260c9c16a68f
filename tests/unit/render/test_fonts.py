from __future__ import annotations

import dataclasses
import unicodedata
from decimal import Decimal

import pytest

from device_drivers.api.known_panels import PANELS
from gateway.domain.money import MINOR_UNITS, Money
from gateway.render import fonts, rendering, templates, values
from gateway.wording import languages, money
from tests.support.drawing import FACTS, page

PANEL = PANELS["2.9-296x128-bw"]
TITLE = page({"kind": "text", "value": "{title}", "size": "24px"})
HEBREW = "נעלי ריצה"


def drawn(title: str) -> bytes:
    facts = dataclasses.replace(FACTS, title=title)
    return rendering.render(TITLE, PANEL, facts, "MX").pixels


def test_both_fonts_are_there_with_their_licences() -> None:
    folder = templates.BUNDLED / "fonts"
    assert {path.name for path in folder.glob("*.ttf")} == {*fonts.WEIGHTS.values(), fonts.FALLBACK}
    assert "SIL OPEN FONT LICENSE" in (folder / "OFL.txt").read_text()
    assert "Bitstream Vera" in (folder / "DejaVu-LICENSE.txt").read_text()


@pytest.mark.parametrize("weight", fonts.WEIGHTS)
def test_every_word_and_every_amount_of_ours_is_in_inter(weight: str) -> None:
    said = {
        text
        for one in templates.load_all(templates.BUNDLED).values()
        for texts in one.words.values()
        for text in texts.values()
    }
    said |= {
        money.format_money(Money(amount=Decimal("1234567.89"), currency=currency), locale)
        for currency in ("MXN", "EUR", "USD", "GBP")
        for locale in (languages.locale(one, "MX") for one in languages.SUPPORTED)
    }
    letters = {letter for text in said for letter in text + text.upper()}
    letters |= set("áéíóúüñçãõàèìòùâêîôûäöåæøß¿¡€£$·—…½0123456789")
    file = fonts.WEIGHTS[weight]
    assert {letter for letter in letters if fonts.file_of(letter, file) != file} == set()


def test_every_currency_can_be_written() -> None:
    for currency in MINOR_UNITS:
        for language in languages.SUPPORTED:
            amount = Money(amount=Decimal(1), currency=currency)
            text = money.format_money(amount, languages.locale(language, "MX"))
            assert all(map(fonts.file_of, text)), (currency, text)


@pytest.mark.parametrize("letter", ["☎", "☕", "Ա", "ა"])
def test_a_letter_that_inter_lacks_comes_from_the_other_font(letter: str) -> None:
    assert fonts.file_of(letter) == fonts.FALLBACK
    glyph = fonts.face("bold", 30).glyph(letter)
    assert glyph.bitmap is not None
    box = fonts.face("bold", 30).glyph("漢")
    assert box.bitmap is not None
    assert bytes(glyph.bitmap) != bytes(box.bitmap)
    assert glyph.advance >= glyph.width > 0


def test_a_letter_that_no_font_has_is_left_out_and_the_rest_stands() -> None:
    assert fonts.file_of("漢") is None
    assert drawn("Café 漢 molido") == drawn("Café molido")
    assert drawn("漢字") == drawn(FACTS.reference), "a name without letters is the reference"


def test_combining_accents_are_joined_to_their_letters() -> None:
    whole = "Café jalapeño über"
    parts = unicodedata.normalize("NFD", whole)
    assert parts != whole
    assert drawn(parts) == drawn(whole)


def test_right_to_left_is_left_out_and_never_mirrored() -> None:
    assert drawn(HEBREW) == drawn(FACTS.reference)
    known = values.of(dataclasses.replace(FACTS, brand=HEBREW), {}, "MX")
    assert known.fill_in("{brand}") == ""


def test_a_space_and_marks_without_ink_are_no_empty_boxes() -> None:
    face = fonts.face("medium", 20)
    for blank in " \u00a0\u2009\u202f":
        assert fonts.file_of(blank) is not None
        assert face.glyph(blank).bitmap is None
