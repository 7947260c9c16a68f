from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain import labels, scanning
from tests.support import shop

GTIN = shop.barcode(900)


@pytest.mark.parametrize(
    ("typed", "code", "gtin"),
    [
        ("K7Q2ZD", "K7Q2ZD", None),
        (" k7q2zd\r\n", "K7Q2ZD", None),
        ("KOQ2ID", "K0Q21D", None),
        ("https://q.example.com/L/K7Q2ZD", "K7Q2ZD", None),
        ("HTTPS://Q.EXAMPLE.COM/SHOP/L/K7Q2ZD?x=1", "K7Q2ZD", None),
        ("/l/K7Q2ZD", "K7Q2ZD", None),
        (GTIN, None, GTIN),
        (GTIN[1:], None, GTIN),
        (f"/01/{GTIN}", None, GTIN),
        (f"https://id.example.com/01/{GTIN}/22/2A?17=271231", None, GTIN),
        (f"(01){GTIN}", None, GTIN),
        (f"]C101{GTIN}", None, GTIN),
        (f"01{GTIN}", None, GTIN),
        ("9521234000009", None, None),
        ("", None, None),
        ("https://[", None, None),
        ("article-7", None, None),
    ],
)
def test_meanings(typed: str, code: str | None, gtin: str | None) -> None:
    scan = scanning.read(typed)
    assert (scan.code, scan.gtin) == (code, gtin)


@given(st.text(max_size=600))
def test_any_text_is_read_without_trouble(typed: str) -> None:
    scan = scanning.read(typed)
    assert len(scan.text) <= scanning.LONGEST
    assert scan.code is None or labels.normalise_code(scan.code) == scan.code
    assert scan.gtin is None or len(scan.gtin) == 14


@given(st.text(alphabet="0123456789ABCDEFGHJKMNPQRSTVWXYZ", min_size=6, max_size=6))
def test_every_code_is_read_from_its_own_qr(code: str) -> None:
    assert scanning.read(f"HTTPS://Q.EXAMPLE.COM/L/{code}").code == code


def test_links_of_ours_name_products_and_groups() -> None:
    assert scanning.read("https://q.example.com/p/alba-navy-26").product == "alba-navy-26"
    assert scanning.read("https://q.example.com/g/jeans-alba?color=navy").group == "jeans-alba"


@pytest.mark.parametrize(
    "scanned",
    [
        "]C1010950600013435217270331",
        "]d2\x1d010950600013435210AB/C\x1d2112",
        "010950600013435210AB/C\x1d2112",
        "(01)09506000134352",
        "]E09506000134352",
        "]E3950600013435212",
    ],
)
def test_an_element_string_names_its_article(scanned: str) -> None:
    assert scanning.read(scanned).gtin == "09506000134352"


def test_a_upc_e_is_the_upc_a_that_it_stands_for() -> None:
    assert scanning.read("06543217").gtin == "00065100004327"


def test_what_lies_in_a_box_is_not_the_box() -> None:
    assert scanning.read("]C102000123456789053724").gtin is None
