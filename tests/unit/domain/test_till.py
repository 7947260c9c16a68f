from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain import till
from gateway.domain.money import Money
from gateway.domain.till import Compared, Finding


def mxn(amount: str) -> Money:
    return Money(amount=Decimal(amount), currency="MXN")


CASES = {
    "the same": ("10.00", "10.00", {"10.00": 2}, Finding.MATCH, "10.00", 2),
    "as shoppers pay": ("10.004", "10.00", {"10.00": 1}, Finding.MATCH, "10.00", 1),
    "the till asks more": ("12.00", "12.00", {"10.00": 1}, Finding.MORE, "10.00", 1),
    "the till asks less": ("9.50", "10.00", {"10.00": 1}, Finding.LESS, "10.00", 1),
    "the worst label counts": (
        *("12.00", "12.00", {"12.00": 5, "11.00": 2, "13.50": 1}),
        *(Finding.LESS, "13.50", 1),
    ),
    "as bad, and a shopper loses": (
        *("12.00", "12.00", {"11.00": 1, "13.00": 4}),
        *(Finding.MORE, "11.00", 1),
    ),
    "no label": ("12.00", "11.00", {}, Finding.MORE, "11.00", 0),
    "no price": ("12.00", None, {}, Finding.NO_PRICE, None, 0),
}


@pytest.mark.parametrize(
    ("asks", "in_force", "shown", "finding", "shelf", "labels"), CASES.values(), ids=CASES
)
def test_shelf_against_till(
    asks: str,
    in_force: str | None,
    shown: dict[str, int],
    finding: Finding,
    shelf: str | None,
    labels: int,
) -> None:
    found = till.compare(
        mxn(asks),
        None if in_force is None else mxn(in_force),
        {mxn(price): count for price, count in shown.items()},
    )
    assert (found.finding, found.labels) == (finding, labels)
    assert found.shelf == (None if shelf is None else mxn(shelf))


def test_two_currencies_cannot_be_compared() -> None:
    euros = Money(amount=Decimal("10.00"), currency="EUR")
    found = till.compare(euros, mxn("10.00"), {})
    assert found.finding is Finding.OTHER_CURRENCY
    assert not found.gap


AMOUNTS = st.decimals("0.01", "9999", places=2).map(lambda one: Money(amount=one, currency="MXN"))


@given(AMOUNTS, st.dictionaries(AMOUNTS, st.integers(1, 9), min_size=1, max_size=5))
def test_it_is_a_match_only_if_every_label_says_what_the_till_asks(
    asks: Money, shown: dict[Money, int]
) -> None:
    found = till.compare(asks, None, shown)
    assert (found.finding is Finding.MATCH) == (set(shown) == {asks})
    assert abs(found.gap) == max(abs(asks.amount - one.amount) for one in shown)


def test_the_worst_stands_first() -> None:
    def one(asks: str, shelf: str) -> Compared:
        return till.compare(mxn(asks), mxn(shelf), {})

    lines = {
        "a": one("10", "10.50"),
        "b": one("20", "10"),
        "c": one("10", "20"),
        "d": one("5", "4"),
    }
    order = sorted(lines, key=lambda product: till.worst_first(lines[product], product))
    assert order == ["b", "c", "d", "a"]


@given(st.integers(0, 10_000), st.integers(0, 10_000))
def test_a_hundred_percent_is_all(matches: int, others: int) -> None:
    share = till.percent(matches, matches + others)
    assert (share == 100) == (others == 0 < matches)
    assert 0 <= share <= 100
