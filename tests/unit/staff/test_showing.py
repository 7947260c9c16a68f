from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from gateway.staff import showing
from gateway.staff.explaining import Reader
from tests.support import shop


def _reader(locale: str) -> Reader:
    return Reader(
        language=locale[:2],
        locale=locale,
        zone=ZoneInfo("America/Mexico_City"),
        now=shop.NOW,
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


def test_counts_are_grouped_as_the_shop_groups_them() -> None:
    assert _reader("es_MX").count(20_000) == "20,000"
    assert _reader("es_ES").count(20_000) == "20.000"
