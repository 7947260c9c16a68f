"""Prices as type: nothing runs into anything else, and what is set fits its room."""

from __future__ import annotations

from decimal import Decimal
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageChops

from device_drivers.api.panels import Ink, Panel
from gateway.domain.money import MINOR_UNITS, Money
from gateway.render import fonts
from gateway.render.layout import Rect
from gateway.render.painter import Painter
from gateway.render.prices import Price
from gateway.wording import languages, money

PANEL = Panel(name="wide", width=900, height=200, inks=(Ink.WHITE, Ink.BLACK), dpi=120)
COUNTRIES = ("MX", "ES", "GB", "DE")


def price(amount: str, country: str = "MX", *, size: int = 40, **members: object) -> Price:
    currency = money.currency_of(country)
    locale = languages.locale("es" if country in {"MX", "ES"} else "en", country)
    parts = money.price_parts(Money(amount=Decimal(amount), currency=currency), locale)
    made = {"big": True, "weight": "extrabold", "min_size": 14, "ink": "black"} | members
    return Price(parts=parts, size=size, **made)  # type: ignore[arg-type]


def inked(one: Price, width: int = 800, height: int = 190) -> tuple[int, int, int, int] | None:
    painter = Painter(PANEL)
    one.paint(painter, Rect(x=50, y=5, width=width, height=height))
    frame = painter.frame()
    return Image.frombytes("L", (frame.width, frame.height), frame.pixels).getbbox()


def pieces_of(one: Price, size: int) -> list[Image.Image]:
    """Each piece of the price alone, as it lies."""
    alone = []
    for piece in one._set(size).pieces:
        painter = Painter(PANEL)
        painter.text(50 + piece.x, 100 - piece.up, piece.text, piece.face, "black")
        frame = painter.frame()
        alone.append(Image.frombytes("L", (frame.width, frame.height), frame.pixels))
    return alone


@pytest.mark.parametrize("size", [12, 17, 18, 20, 22, 24, 26, 30, 36, 48, 80, 120])
@pytest.mark.parametrize("country", COUNTRIES)
@pytest.mark.parametrize("around", [("", ""), ("desde", ""), ("", "/ kg"), ("from", "/ 100 g")])
def test_no_piece_of_a_price_runs_into_another(
    size: int, country: str, around: tuple[str, str]
) -> None:
    one = price("1234.56", country, size=size, before=around[0], after=around[1])
    for first, second in combinations(pieces_of(one, size), 2):
        both = ImageChops.multiply(first.point([0, *[255] * 255]), second.point([0, *[255] * 255]))
        assert both.getbbox() is None


def test_a_word_behind_stands_below_raised_cents_and_the_point_keeps_its_distance() -> None:
    one = price("34.90", after="/ kg", size=60)
    units, point, cents, after = [
        piece for piece in one._set(60).pieces if piece.text in {"34", ".", "90", "/ kg"}
    ]
    assert (units.text, point.text, cents.text, after.text) == ("34", ".", "90", "/ kg")
    assert cents.up > 0 == after.up
    assert after.x < cents.x + cents.face.width(cents.text)
    glyph = point.face.glyph(".")
    gap = after.x + after.face.glyph("/").left - (point.x + glyph.left + glyph.width)
    assert gap >= 0.08 * 60


def test_a_word_behind_a_small_price_follows_the_cents() -> None:
    pieces = {piece.text: piece for piece in price("34.90", after="/ kg", size=18)._set(18).pieces}
    cents, after = pieces["90"], pieces["/ kg"]
    assert after.x >= cents.x + cents.face.width(cents.text)


def test_a_currency_behind_stands_below_the_cents_only_where_it_has_room() -> None:
    large = {piece.text: piece for piece in price("9.95", "ES", size=40)._set(40).pieces}
    assert large["€"].x == large["95"].x
    assert large["95"].up >= large["€"].face.cap_height + 2
    (small,) = price("9.95", "ES", size=18)._set(18).pieces
    assert small.text == "9,95\N{NO-BREAK SPACE}€"


@pytest.mark.parametrize("size", [14, 20, 40, 90])
@pytest.mark.parametrize("big", [True, False])
@pytest.mark.parametrize("amount", ["1.00", "1234.56", "987654.00"])
@pytest.mark.parametrize("country", COUNTRIES)
def test_ink_stays_within_the_size_that_is_asked_for(
    country: str, amount: str, size: int, *, big: bool
) -> None:
    one = price(amount, country, size=size, big=big, after="/ kg")
    box = inked(one)
    assert box is not None
    type_ = one._set(size)
    # Round digits stand a pixel above and below the line.
    assert 50 - 1 <= box[0] < box[2] <= 50 + type_.width + 1
    assert 5 - 1 <= box[1] < box[3] <= 5 + type_.height + 1
    assert type_.height <= box[3] - box[1] + 2, "and asks for no more"


@given(
    amount=st.decimals(0, 999_999_999, places=2),
    currency=st.sampled_from(sorted(MINOR_UNITS)),
    country=st.sampled_from(COUNTRIES),
    width=st.integers(30, 700),
    height=st.integers(12, 150),
    after=st.sampled_from(["", "/ kg", "/ 100 g"]),
    big=st.booleans(),
)
def test_a_price_is_as_large_as_its_room_lets_it_be(
    amount: Decimal, currency: str, country: str, width: int, height: int, after: str, *, big: bool
) -> None:
    locale = languages.locale("es", country)
    one = Price(
        parts=money.price_parts(Money(amount=amount, currency=currency).rounded(), locale),
        big=big,
        weight="bold",
        size=100,
        min_size=14,
        ink="black",
        after=after,
    )
    found = one._fit(width, height)
    if found.size > fonts.SMALLEST:
        assert found.width <= width
        assert found.height <= height
    if found.size < 100:
        larger = one._set(found.size + 1)
        assert larger.width > width or larger.height > height


@pytest.mark.parametrize("digits", ["1111.11", "8888.88", "9041.37"])
@pytest.mark.parametrize("country", COUNTRIES)
def test_other_digits_are_as_wide_and_as_high(digits: str, country: str) -> None:
    one, other = (price(amount, country)._set(40) for amount in ("2222.22", digits))
    assert (one.width, one.height) == (other.width, other.height)
