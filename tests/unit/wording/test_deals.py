from __future__ import annotations

from decimal import Decimal

import pytest

from gateway.domain.money import Money
from gateway.domain.multibuy import MultiBuy
from gateway.wording import deals, languages

TWO_FOR_30 = MultiBuy(type="n_for_price", n=2, amount=Decimal(30), limit=6)
THREE_FOR_TWO = MultiBuy(type="buy_n_pay_m", n=3, m=2)
SECOND_HALF = MultiBuy(type="nth_percent", n=2, percent=Decimal(50))
FOURTH_FREE = MultiBuy(type="nth_percent", n=4, percent=Decimal(100))
TWELFTH = MultiBuy(type="nth_percent", n=12, percent=Decimal("33.3"))


@pytest.mark.parametrize(
    ("terms", "spanish", "english"),
    [
        (TWO_FOR_30, "2 por $30.00 (máx. 6)", "2 for MX$30.00 (max. 6)"),
        (THREE_FOR_TWO, "Lleva 3, paga 2", "3 for 2"),
        (SECOND_HALF, "2.ª unidad \N{MINUS SIGN}50%", "50% off the 2nd"),
        (FOURTH_FREE, "4.ª unidad gratis", "4th free"),
        (TWELFTH, "12.ª unidad \N{MINUS SIGN}33.3%", "33.3% off the 12th"),
    ],
)
def test_prices_for_several_in_words(terms: MultiBuy, spanish: str, english: str) -> None:
    assert deals.several(terms, "MXN", "es", "es_MX") == spanish
    assert deals.several(terms, "MXN", "en", "en_US") == english


def test_reductions_and_deposits_in_words() -> None:
    quarter = Money(amount=Decimal("0.25"), currency="EUR")
    assert deals.less(20, "es_ES").replace("\xa0", " ") == "\N{MINUS SIGN}20 %"
    assert deals.less(20, "en_GB") == "\N{MINUS SIGN}20%"
    assert deals.deposit(quarter, "es", "es_ES").replace("\xa0", " ") == "+ 0,25 € de depósito"
    assert deals.deposit(quarter, "en", "en_IE") == "+ €0.25 deposit"


def test_english_in_mexico_keeps_its_words_and_writes_money_as_mexico_does() -> None:
    """The locale of a language that nobody writes there is the country's own."""
    locale = languages.locale("en", "MX")
    two = Money(amount=Decimal(2), currency="MXN")
    assert locale == "es_MX"
    assert deals.several(TWO_FOR_30, "MXN", "en", locale) == "2 for $30.00 (max. 6)"
    assert deals.deposit(two, "en", locale) == "+ $2.00 deposit"
