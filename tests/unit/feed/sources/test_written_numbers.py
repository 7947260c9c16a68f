from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.feed.sources import written_numbers
from gateway.feed.sources.written_numbers import Mark


@pytest.mark.parametrize(
    ("cell", "wanted"),
    [
        ("1299", "1299"),
        ("1299.00", "1299.00"),
        ("1299,5", "1299.5"),
        ("1,299.00", "1299.00"),
        ("1.299,00", "1299.00"),
        ("1.234.567,8", "1234567.8"),
        ("1,234,567", "1234567"),
        ("$ 1,299.00", "1299.00"),
        ("1 299,00 €", "1299.00"),
        ("MXN 99.90", "99.90"),
        ("99.90 MXN", "99.90"),
        ("1\u202f299,00", "1299.00"),
        ("1'299.00", "1299.00"),
        ("007", "7"),
        ("1.2345", "1.2345"),
    ],
)
def test_what_can_be_only_one_number_is_read_without_the_file(cell: str, wanted: str) -> None:
    assert written_numbers.amount(cell, None) == wanted


@pytest.mark.parametrize(
    ("cell", "mark", "wanted"),
    [
        ("1.299", None, None),
        ("1,299", None, None),
        ("1.299", ",", "1299"),
        ("1,299", ".", "1299"),
        ("1.299", ".", "1.299"),
        ("12,50", ".", None),
        ("12.50", ",", None),
    ],
)
def test_what_can_be_two_numbers_is_what_the_file_says(
    cell: str, mark: Mark | None, wanted: str | None
) -> None:
    assert written_numbers.amount(cell, mark) == wanted


@pytest.mark.parametrize("cell", ["", "abc", "-5", "1.2.3", "12,34,56", "1.29.900", "1,5,0", "1e3"])
def test_what_is_no_amount_is_none(cell: str) -> None:
    assert written_numbers.amount(cell, None) is None


@pytest.mark.parametrize(
    ("cells", "wanted"),
    [
        (["1.299", "12,50"], ","),
        (["1,299", "12.5"], "."),
        (["1.299,00"], ","),
        (["1.299", "5"], None),
        (["12,50", "12.50"], None),
        ([], None),
    ],
)
def test_the_other_cells_tell_the_mark(cells: list[str], wanted: Mark | None) -> None:
    assert written_numbers.decimal_mark(cells) == wanted


@pytest.mark.parametrize(
    ("cell", "wanted"),
    [
        ("3", 3),
        ("-2", -2),
        ("\u22122", -2),
        ("3,0", 3),
        ("1,250", None),
        ("1.25", "1.25"),
        ("x", None),
    ],
)
def test_quantities_are_pieces_or_weights(cell: str, wanted: int | str | None) -> None:
    assert written_numbers.quantity(cell, None) == wanted


@given(
    st.decimals(min_value=0, max_value=Decimal(999_999_999), places=2),
    st.sampled_from([(",", "."), (".", ","), ("", "."), ("", ","), (" ", ",")]),
)
def test_every_way_to_write_two_decimals_reads_back(
    number: Decimal, marks: tuple[str, str]
) -> None:
    thousands, decimal = marks
    written = f"{number:,.2f}".replace(",", "T").replace(".", decimal).replace("T", thousands)
    read = written_numbers.amount(written, None)
    assert read is not None
    assert Decimal(read) == number
