"""Our own CSV: every column, every encoding, and the exact words for every bad line."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from gateway.feed import rows
from gateway.feed.sources import shop_csv
from gateway.feed.sources.catalogue_file import CatalogueFile
from gateway.feed.sources.file_faults import CsvError
from gateway.feed.sources.shop_csv import Facts
from tests.support import project

ZONE = ZoneInfo("America/Mexico_City")
AT = datetime(2026, 11, 22, 16, tzinfo=UTC)
DOCUMENT = (project.ROOT / "docs" / "csv.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```csv\n(.*?)```", DOCUMENT, re.DOTALL)


def read(text: str | bytes, language: str = "es") -> CatalogueFile:
    data = text.encode() if isinstance(text, str) else text
    facts = Facts(currency="MXN", language=language, location="s042", zone=ZONE, at=AT)
    file = shop_csv.read(data, facts)
    for row in file.rows:
        assert rows.check(row.kind, row.key, row.value) is None
    return file


def values(file: CatalogueFile, kind: str) -> dict[str, Any]:
    return {row.key: row.value for row in file.rows if row.kind == kind}


def told(file: CatalogueFile) -> list[str]:
    return [f"{one.line} {one.column}: {one.message}" for one in file.problems]


def one(**cells: str) -> CatalogueFile:
    """A file of one article."""
    full = {"id": "a", "name": "Uno", "price": "10.00"} | cells
    return read(",".join(full) + "\n" + ",".join(full.values()) + "\n")


def test_the_examples_of_the_page_say_the_same() -> None:
    plain, spreadsheet = (read(text) for text in EXAMPLES)
    assert plain.rows == spreadsheet.rows
    assert (plain.problems, plain.lines, plain.bad_lines) == ((), 3, 0)
    assert values(plain, "group") == {
        "brisa": {
            "name": {"es": "Tenis Brisa"},
            "axes": [
                {"axis": "size", "name": {"es": "Talla", "en": "Size"}, "values": ["26", "27"]},
                {"axis": "color", "name": {"es": "Color", "en": "Color"}, "values": ["Negro"]},
            ],
        }
    }
    assert values(plain, "product")["runner-26"] == {
        "group": "brisa",
        "name": {"es": "Tenis Brisa"},
        "gtins": ["09521101530001"],
        "options": {"size": "26", "color": "Negro"},
        "color": {"name": {"es": "Negro"}},
        "status": "active",
    }
    assert values(plain, "offers")["runner-27"] == {
        "currency": "MXN",
        "offers": [
            {"kind": "list", "amount": "1299.00"},
            {"kind": "sale", "amount": "999.00", "valid_until": "2026-12-25T00:00:00-06:00"},
        ],
    }
    assert values(plain, "stock")["s042/tote"] == {"available": 12, "as_of": AT.isoformat()}


def test_every_column_of_the_page_is_read_and_every_column_read_is_on_the_page() -> None:
    table = DOCUMENT.split("| heading | also called | what |", 1)[1].split("\n\n", 1)[0]
    cells = [line.split("|")[1:3] for line in table.splitlines()[2:]]
    named = {name.replace("_", " ") for first, _ in cells for name in re.findall(r"`(\w+)`", first)}
    also = {word.strip() for _, second in cells for word in re.split("[,;]", second)} - {""}
    known = {alias for aliases in shop_csv.NAMES.values() for alias in aliases}
    assert named | also == known


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"]
)
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_whichever_program_saved_it(encoding: str, separator: str) -> None:
    lines = [["Artículo", "Nombre", "Precio"], ["a", "Niño feliz", "12.50"]]
    text = "\r\n".join(separator.join(cells) for cells in lines)
    file = read(text.encode(encoding))
    assert values(file, "product")["a"]["name"] == {"es": "Niño feliz"}
    wanted = {"utf-8-sig": "UTF-8", "cp1252": "Windows-1252"}
    assert file.encoding == wanted.get(
        encoding, encoding.upper().removesuffix("-LE").removesuffix("-BE")
    )


def test_what_is_no_text_is_refused() -> None:
    with pytest.raises(CsvError, match="is not readable text; save it as 'CSV UTF-8'"):
        read(b"id,name,price\na,Ni" + b"\x81\x8d" + b"o,1\n")


@pytest.mark.parametrize(
    ("cells", "words", "bad"),
    [
        ({"id": ""}, "2 id: write the article's own number on this line", True),
        ({"name": ""}, "2 name: write a name; the article stays as it was", True),
        ({"price": ""}, "2 price: write a price; price as it was", True),
        (
            {"price": "1.299"},
            "2 price: 1.299 is no amount beyond doubt; write it like 1299.00; price as it was",
            True,
        ),
        (
            {"sale_price": "gratis"},
            "2 sale_price: gratis is no amount beyond doubt; write it like 899.00; price as it was",
            True,
        ),
        (
            {"sale_price": "9", "sale_until": "Navidad"},
            (
                "2 sale_until: write a day like 2026-12-24 or a time like 2026-12-24 18:00; "
                "price as it was"
            ),
            True,
        ),
        (
            {"sale_price": "9", "sale_from": "2026-12-24", "sale_until": "2026-12-01"},
            "2 sale_until: ends before it begins; price as it was",
            True,
        ),
        (
            {"currency": "PESOS"},
            "2 currency: write an ISO 4217 code like MXN; price as it was",
            True,
        ),
        (
            {"status": "agotado"},
            (
                "2 status: write active, blocked, recalled or discontinued; "
                "the article stays as it was"
            ),
            True,
        ),
        ({"stock": "muchos"}, "2 stock: write a number like 3; the stock is unknown now", False),
        (
            {"color": "Azul", "color_hex": "azul"},
            "2 color_hex: write six digits like #1F2A44",
            False,
        ),
        (
            {"image": "foto.jpg"},
            "2 image: write a web address like https://example.com/a.jpg",
            False,
        ),
        (
            {"unit_price": "42.50", "unit": ""},
            "2 unit: write what the unit price is for, like kg or 100 g",
            False,
        ),
        (
            {"unit_price": "42.50", "unit": "0,0 kg"},
            "2 unit: write what the unit price is for, like kg or 100 g",
            False,
        ),
        (
            {"gtin": "9521101530002"},
            (
                "2 gtin: wrong check digit in 9521101530002: 2, expected 1; write the number under "
                "the bars; left out until then"
            ),
            False,
        ),
    ],
)
def test_each_bad_cell_says_where_it_is_and_what_to_write(
    cells: dict[str, str], words: str, *, bad: bool
) -> None:
    file = one(**cells)
    assert told(file) == [words]
    assert file.bad_lines == bad


def test_what_a_bad_line_speaks_of_stays() -> None:
    assert one(price="x").unread == {("offers", "a")}
    assert one(name="").unread == {("product", "a"), ("offers", "a"), ("stock", "s042/a")}
    assert "a" in values(one(price="x"), "product"), "all but its price is good"


def test_repeated_ids_and_twins_in_a_group_are_told() -> None:
    file = read(
        "id,name,price,group,size\na,Uno,1,g,26\na,Uno,2,g,27\nb,Dos,3,g,26\nc,Tres,4,h,26\n"
    )
    assert told(file) == [
        "3 id: a is also on line 2; one line each",
        "4 size: the same group, size and color as line 2; write others or delete this line",
    ]
    assert list(values(file, "product")) == ["a", "c"]
    assert values(file, "offers")["a"]["offers"][0]["amount"] == "1"


def test_a_day_first_date_is_read_only_where_people_write_days_first() -> None:
    text = "id,name,price,sale_price,sale_until\na,Uno,10,9,03/04/2026\n"
    offers = values(read(text, "es"), "offers")["a"]["offers"]
    assert offers[1]["valid_until"] == "2026-04-04T00:00:00-06:00"
    english = read(text, "en")
    assert english.unread == {("offers", "a")}


@pytest.mark.parametrize("cell", ["9999-12-31", "31/12/9999"])
def test_an_offer_until_the_end_of_the_calendar_has_no_end(cell: str) -> None:
    text = f"id,name,price,sale_price,sale_until\na,Uno,10,9,{cell}\nb,Dos,10,,\n"
    file = read(text, "es")
    assert values(file, "offers")["a"]["offers"][1] == {"kind": "sale", "amount": "9"}
    assert (file.problem_count, file.count("product")) == (0, 2)


def test_a_time_is_of_the_shop_unless_it_says_otherwise() -> None:
    moments = {"2026-12-24 18:00": "-06:00", "2026-12-24T18:00:00+01:00": "+01:00"}
    for cell, offset in moments.items():
        offers = values(one(sale_price="9", sale_until=cell), "offers")["a"]["offers"]
        assert offers[1]["valid_until"] == f"2026-12-24T18:00:00{offset}"


def test_the_rest_of_the_columns() -> None:
    file = one(
        code="4011",
        sku="X-1",
        brand="Zancada",
        category="Fruta",
        unit_price="42.50",
        unit="100 g",
        deposit="2.00",
        image="https://example.com/a.jpg",
        url="https://example.com/a",
        status="Retirado",
        stock="-1",
    )
    product = values(file, "product")["a"]
    assert (product["codes"], product["sku"], product["category"]) == (["4011"], "X-1", "Fruta")
    assert (product["status"], product["image"]) == (
        "recalled",
        {"url": "https://example.com/a.jpg"},
    )
    assert values(file, "offers")["a"] == {
        "currency": "MXN",
        "offers": [{"kind": "list", "amount": "10.00"}],
        "unit_price": {"amount": "42.50", "per": {"value": "100", "unit": "g"}},
        "deposit": "2.00",
    }
    assert values(file, "stock")["s042/a"]["available"] == -1


def test_an_id_that_is_none_gets_a_key_that_stays_the_same() -> None:
    (key,) = values(one(id="Camisa Río 3"), "product")
    assert key == next(iter(values(one(id="Camisa Río 3", price="5"), "product")))
    assert values(one(id="Camisa Río 3"), "product")[key]["sku"] == "Camisa Río 3"
