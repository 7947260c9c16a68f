"""Countries, currencies and zones by name, in the order in which people look for them."""

from __future__ import annotations

from gateway.domain.money import MINOR_UNITS
from gateway.settings import zones
from gateway.wording import languages, places


def test_countries_stand_by_their_names_without_regard_to_accents() -> None:
    for language in languages.SUPPORTED:
        assert set(places.countries(language)) == languages.countries()
    spanish = list(places.countries("es").values())
    assert places.countries("es")["MX"] == "México"
    assert places.countries("en")["ES"] == "Spain"
    assert spanish.index("Etiopía") - spanish.index("España") < 10
    assert spanish[0] == "Afganistán"


def test_currencies_have_name_and_code() -> None:
    found = places.currencies(tuple(MINOR_UNITS), "es")
    assert found["MXN"] == "Peso mexicano (MXN)"
    assert set(found) <= set(MINOR_UNITS)
    assert {"EUR", "USD", "MXN", "JPY"} <= set(found)


def test_zones_stand_by_their_places_and_a_country_has_its_own() -> None:
    assert zones.of_country("MX")[0] == "America/Mexico_City"
    assert zones.of_country("XX") == ()
    every = zones.every()
    assert {"UTC", "Europe/Madrid"} <= set(every)
    assert not [name for name in every if name.startswith("Etc/")]
    assert places.zones(["America/Mexico_City"]) == {
        "America/Mexico_City": "Mexico City (America/Mexico_City)"
    }
