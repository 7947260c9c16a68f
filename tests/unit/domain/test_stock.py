from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from gateway.domain import catalogue, stock
from gateway.domain.observed import Observed
from gateway.domain.stock import Availability


@pytest.mark.parametrize(
    ("sent", "pieces", "band"),
    [
        (None, None, Availability.UNKNOWN),
        (0, "0", Availability.NONE),
        (-3, "0", Availability.NONE),
        ("-0.5", "0", Availability.NONE),
        ("0.0", "0", Availability.NONE),
        ("0.250", "0.250", Availability.LAST),
        (1, "1", Availability.LAST),
        ("1.001", "1.001", Availability.IN_STOCK),
        (2, "2", Availability.IN_STOCK),
        ("999999999999.9999", "999999999999.9999", Availability.IN_STOCK),
    ],
)
def test_the_band_of_what_the_source_sent(
    sent: int | str | None, pieces: str | None, band: Availability
) -> None:
    value = {"available": sent, "as_of": "2026-11-22T10:00:00-06:00"}
    level = catalogue.stock_from("s042/shoe.26", value)
    assert (level.location, level.product) == ("s042", "shoe.26")
    assert stock.available(level) == (None if pieces is None else Decimal(pieces))
    assert stock.availability(level) is band


def test_no_news_of_an_article_is_not_none() -> None:
    assert stock.available(None) is None
    assert stock.availability(None) is Availability.UNKNOWN


@pytest.mark.parametrize(
    ("bands", "best"),
    [
        ([], Availability.UNKNOWN),
        ([Availability.NONE], Availability.NONE),
        ([Availability.NONE, Availability.UNKNOWN], Availability.UNKNOWN),
        ([Availability.UNKNOWN, Availability.LAST], Availability.LAST),
        (list(Availability), Availability.IN_STOCK),
    ],
)
def test_the_most_hopeful_band_counts(bands: list[Availability], best: Availability) -> None:
    assert stock.best(bands) is best


@pytest.mark.parametrize("sent", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59-12:00"])
def test_a_time_at_the_end_of_the_calendar_can_be_told_anywhere(sent: str) -> None:
    level = catalogue.stock_from("s042/p", {"available": 1, "as_of": sent})
    for zone in ("-14:00", "+14:00"):
        other = datetime.fromisoformat(f"2026-01-01T00:00:00{zone}").tzinfo
        assert level.as_of.astimezone(other).astimezone(UTC) == level.as_of


def _level(available: int | None) -> catalogue.StockLevel:
    return catalogue.stock_from(
        "s042/shoe.26", {"available": available, "as_of": "2026-11-22T10:00:00Z"}
    )


@pytest.mark.parametrize(
    ("sent", "taken", "band"),
    [
        (3, 1, Availability.IN_STOCK),
        (2, 1, Availability.LAST),
        (1, 1, Availability.NONE),
        (1, 5, Availability.NONE),
        (None, 1, Availability.UNKNOWN),
    ],
)
def test_what_is_taken_is_not_there_for_others(
    sent: int | None, taken: int, band: Availability
) -> None:
    assert stock.availability(_level(sent), Observed(taken=taken)) is band


def test_what_was_not_found_is_not_there_until_the_source_says_another_number() -> None:
    at = datetime(2026, 11, 22, 20, 32, tzinfo=UTC)
    looked = Observed(not_found_at=at, not_found_of=Decimal(3))
    assert stock.availability(_level(3), looked) is Availability.NONE
    assert stock.availability(_level(4), looked) is Availability.IN_STOCK
    assert stock.availability(_level(1), looked) is Availability.LAST
    unknown = Observed(not_found_at=at)
    assert stock.availability(_level(None), unknown) is Availability.NONE
    assert stock.availability(None, unknown) is Availability.NONE
    assert stock.availability(_level(2), unknown) is Availability.IN_STOCK
