from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain import digital_link

ALPHANUMERIC = re.compile(r"[0-9A-Z $%*+\-./:]*")


@pytest.mark.parametrize(
    "base", ["https://q.example.com", "https://q.example.com/", "https://Q.example.com//"]
)
def test_an_article_has_its_gs1_address_in_capitals(base: str) -> None:
    assert digital_link.build(base, "09521101530001") == "HTTPS://Q.EXAMPLE.COM/01/09521101530001"


@pytest.mark.parametrize("number", ["02000000000001", "00000020123451", "00400000000000"])
def test_an_in_store_number_never_stands_in_a_link(number: str) -> None:
    with pytest.raises(ValueError, match=f"{number} is an in-store number"):
        digital_link.build("https://q.example.com", number)


def test_a_label_has_an_address_of_its_own() -> None:
    link = digital_link.build_for_label("https://q.example.com/shop/", "7K3M9A")
    assert link == "HTTPS://Q.EXAMPLE.COM/SHOP/L/7K3M9A"


@given(st.from_regex(r"https?://[a-z0-9]{1,20}\.[a-z]{2,5}(:[0-9]{1,5})?", fullmatch=True))
def test_a_qr_code_holds_it_in_alphanumeric_mode(base: str) -> None:
    assert ALPHANUMERIC.fullmatch(digital_link.build(base, "09521101530001"))
    assert ALPHANUMERIC.fullmatch(digital_link.build_for_label(base, "ABCDEF"))
