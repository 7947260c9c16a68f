from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from gateway.staff import explaining, showing
from gateway.staff.explaining import Reader
from gateway.staff.showing import Picture
from tests.support import shop


def _reader(locale: str) -> Reader:
    return Reader(
        language=locale[:2],
        locale=locale,
        zone=ZoneInfo("America/Mexico_City"),
        now=shop.NOW,
        priced_at=shop.NOW,
        confirm_s=120.0,
    )


@pytest.mark.parametrize(
    ("millivolts", "locale", "written"),
    [(2_980, "es_MX", "2.98 V"), (2_980, "es_ES", "2,98 V"), (None, "es_ES", "")],
)
def test_a_voltage_is_written_as_the_shop_writes_numbers(
    millivolts: int | None, locale: str, written: str
) -> None:
    assert showing.battery(millivolts, _reader(locale)) == written


@pytest.mark.parametrize(
    ("panel", "thumb", "on_a_phone"),
    [
        ((296, 128), (148, 64), 1),
        ((250, 122), (125, 61), 1),
        ((152, 152), (76, 76), 1),
        ((400, 300), (100, 75), 2),
        ((800, 480), (100, 60), 4),
        ((1600, 1200), (200, 150), 8),
    ],
)
def test_pictures_are_divided_evenly(
    panel: tuple[int, int], thumb: tuple[int, int], on_a_phone: int
) -> None:
    picture = Picture(fingerprint=None, width=panel[0], height=panel[1], alt="")
    assert picture.thumb == thumb
    assert picture.phone_part == on_a_phone


def test_counts_are_grouped_as_the_shop_groups_them() -> None:
    assert _reader("es_MX").count(20_000) == "20,000"
    assert _reader("es_ES").count(20_000) == "20.000"


def test_the_day_of_a_moment_is_in_the_language_of_the_reader() -> None:
    english_in_mexico = replace(_reader("es_MX"), language="en")
    said = explaining.moment(shop.NOW - timedelta(days=3), english_in_mexico)
    assert said.startswith("Nov 19, ")
