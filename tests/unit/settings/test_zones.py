from __future__ import annotations

import pytest

from gateway.settings import zones


@pytest.mark.parametrize(
    ("written", "country", "meant"),
    [
        ("GMT-6", "MX", "America/Mexico_City"),
        ("UTC-06:00", "MX", "America/Mexico_City"),
        ("-6", "MX", "America/Mexico_City"),
        ("Etc/GMT-6", "MX", "America/Mexico_City"),
        ("GMT+1", "ES", "Europe/Madrid"),
        ("UTC-8", "MX", "America/Tijuana"),
        ("CST", "MX", "America/Mexico_City"),
        ("Mexico City", "MX", "America/Mexico_City"),
        ("america/mexico_city", "MX", "America/Mexico_City"),
        ("Madird", "ES", "Europe/Madrid"),
        ("Tijuana", "ES", "America/Tijuana"),
    ],
)
def test_what_was_probably_meant(written: str, country: str, meant: str) -> None:
    assert not zones.is_of_a_place(written)
    assert zones.like(written, country)[0] == meant


def test_only_zones_of_places_are_offered() -> None:
    for written in ("GMT-6", "UTC+3", "CST", "EST5EDT", "nowhere", ""):
        assert all(map(zones.is_of_a_place, zones.like(written, "MX"))), written
    assert zones.like("nowhere at all", "XX") == ()


@pytest.mark.parametrize("name", ["UTC", "America/Monterrey", "America/Argentina/Cordoba"])
def test_zones_of_places_are_taken(name: str) -> None:
    assert zones.is_of_a_place(name)
