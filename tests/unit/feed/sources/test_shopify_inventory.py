"""Inventory exports of both generations as stock rows."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from gateway.feed import rows
from gateway.feed.sources import article_keys, shopify_inventory
from gateway.feed.sources.catalogue_file import CatalogueFile
from gateway.feed.sources.file_faults import CsvError
from gateway.feed.sources.shopify_inventory import Places

AT = datetime(2026, 11, 22, 16, tzinfo=UTC)
PLACES = Places(own="s042", by_name={"tienda centro": "s042", "bodega": "dc1"})
ARTICLES = {"CR-CH", "camisa-rio-m", "taza"}
HEAD = (
    "Handle,Title,Option1 Name,Option1 Value,SKU,HS Code,COO,Location,Bin name,"
    "Incoming (not editable),Unavailable (not editable),Committed (not editable),"
    "Available (not editable),On hand (current),On hand (new)\n"
)


def line(
    handle: str, option: str, sku: str, place: str, available: str, on_hand: str = "99"
) -> str:
    name = "Title" if option == "Default Title" else "Talla"
    return f"{handle},,{name},{option},{sku},,,{place},,0,0,1,{available},{on_hand},\n"


def read(text: str, places: Places = PLACES) -> CatalogueFile:
    file = shopify_inventory.read(text.encode(), places, ARTICLES, AT)
    for row in file.rows:
        assert rows.check(row.kind, row.key, row.value) is None
    return file


def stock(file: CatalogueFile) -> dict[str, Any]:
    return {row.key: row.value["available"] for row in file.rows if row.kind == "stock"}


def told(file: CatalogueFile) -> list[str]:
    return [f"{one.line} {one.column}: {one.message}" for one in file.problems]


def test_a_line_for_each_place() -> None:
    file = read(
        HEAD
        + line("camisa-rio", "CH", "'CR-CH", "Tienda Centro", "3")
        + line("camisa-rio", "CH", "CR-CH", "Bodega", "-2")
        + line("camisa-rio", "M", "", "Tienda Centro", "not stocked")
        + line("taza", "Default Title", "", "tienda centro", "", "7")
    )
    assert stock(file) == {
        "s042/CR-CH": 3,
        "dc1/CR-CH": -2,
        "s042/camisa-rio-m": 0,
        "s042/taza": 7,
    }
    assert (file.problems, file.whole) == ((), False)


def test_a_column_for_each_place() -> None:
    file = read(
        "Handle,Title,Option1 Name,Option1 Value,SKU,HS Code,COO,Tienda Centro,Bodega,Otra\n"
        "camisa-rio,Camisa,Talla,CH,CR-CH,,,3,12,1\n"
        "camisa-rio,Camisa,Talla,M,,,,not stocked,,\n"
    )
    other = article_keys.key("Otra")
    assert stock(file) == {
        "s042/CR-CH": 3,
        "dc1/CR-CH": 12,
        f"{other}/CR-CH": 1,
        "s042/camisa-rio-m": 0,
    }
    (place,) = (row for row in file.rows if row.kind == "location")
    assert (place.key, place.value) == (other, {"name": "Otra", "kind": "shop"})


def test_one_place_alone_is_this_shop() -> None:
    nobody = Places(own="s042", by_name={})
    file = read(HEAD + line("taza", "Default Title", "", "Mi tienda", "7"), nobody)
    assert stock(file) == {"s042/taza": 7}
    assert not [row for row in file.rows if row.kind == "location"]


def test_several_places_of_which_none_is_this_shop_are_refused() -> None:
    text = HEAD + "".join(
        line("taza", "Default Title", "", place, "7") for place in ("Norte", "Sur")
    )
    with pytest.raises(CsvError) as raised:
        read(text, Places(own="s042", by_name={"sur": "s051"}))
    assert str(raised.value) == (
        "none of the places in this file (Norte, Sur) is this shop; say which is under [files]: "
        'locations = ["Norte = s042"]'
    )


def test_bad_lines_say_what_to_write_and_do_not_stop_the_rest() -> None:
    file = read(
        HEAD
        + line("unknown", "CH", "NOPE", "Tienda Centro", "3")
        + line("camisa-rio", "CH", "CR-CH", "", "3")
        + line("camisa-rio", "CH", "CR-CH", "Tienda Centro", "3.5")
        + line("taza", "Default Title", "", "Tienda Centro", "7")
    )
    assert told(file) == [
        "2 SKU: no article of the catalogue; import the products first, with the same SKU",
        "3 Location: write the place on this line",
        "4 Available (not editable): write a whole number; the stock stays as it was",
    ]
    assert file.bad_lines == 3
    assert stock(file) == {"s042/taza": 7}


def test_a_file_without_places_is_refused() -> None:
    with pytest.raises(CsvError, match="no column Location and no column for a place"):
        read("Handle,SKU,Option1 Value\ntaza,,Default Title\n")
