from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.feed.sources import till_csv
from gateway.feed.sources.file_faults import CsvError, Fault
from gateway.feed.sources.till_csv import TillPrice


def test_a_list_as_tills_write_it() -> None:
    text = "EAN;Descripción;PVP\r\n7501000000019;Café;1.299,00\r\n7501000000026;Té;12,5\r\n"
    listed = till_csv.read(text.encode("cp1252"), "MXN")
    assert listed.prices == (
        TillPrice(article="7501000000019", amount="1299.00", currency="MXN"),
        TillPrice(article="7501000000026", amount="12.5", currency="MXN"),
    )
    assert listed.unread == 0


def test_lines_without_a_readable_price_are_told_and_the_rest_counts() -> None:
    text = "sku,price,currency\na,10.00,\nb,gratis,\n,3.00,\nc,5.00,EUR\nd,5.00,ZZZ\na,11.00,\n"
    listed = till_csv.read(text.encode(), "MXN")
    assert [(one.article, one.amount, one.currency) for one in listed.prices] == [
        ("a", "11.00", "MXN"),
        ("c", "5.00", "EUR"),
    ]
    assert (listed.unread, listed.where) == (3, (3, 4, 6))


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (b"name,price\nx,1\n", Fault.MISSING_COLUMNS),
        (b"sku,price\n", Fault.NO_ARTICLE),
        (b"sku,price\na,free\n", Fault.NO_ARTICLE),
        (b"PK\x03\x04", Fault.SPREADSHEET),
        (b'sku,price\n"a,1\n', Fault.CUT_OFF),
    ],
)
def test_a_file_that_cannot_be_used_says_why(data: bytes, fault: Fault) -> None:
    with pytest.raises(CsvError) as caught:
        till_csv.read(data, "MXN")
    assert caught.value.fault is fault


def test_too_many_lines_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(till_csv, "MOST", 2)
    with pytest.raises(CsvError) as caught:
        till_csv.read(b"sku,price\na,1\nb,2\nc,3\n", "MXN")
    assert caught.value.fault is Fault.TOO_MANY_LINES


@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_any_bytes_are_a_list_or_are_refused(data: bytes) -> None:
    for content in (data, b"sku,price\n" + data):
        try:
            listed = till_csv.read(content, "MXN")
        except CsvError:
            continue
        assert listed.prices
