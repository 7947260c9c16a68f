"""Exports of both generations, with everything real files have got wrong."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain import catalogue, prior_price
from gateway.domain.rows import Row
from gateway.feed import rows
from gateway.feed.sources import csv_table, shopify_csv
from gateway.feed.sources.shopify_csv import CsvError, Export

DATA = Path(__file__).parents[3] / "data"
AT = datetime(2026, 11, 22, 10, tzinfo=timezone(timedelta(hours=-6)))
ID = re.compile(r"[A-Za-z0-9._-]{1,64}", re.ASCII)
OLD = ("Handle", "Title", "Option1 Name", "Option1 Value", "Variant SKU", "Variant Price")


def read(data: bytes) -> Export:
    return shopify_csv.read(data, currency="MXN", language="es", location="s042", at=AT)


def read_file(name: str) -> Export:
    return read((DATA / name).read_bytes())


def written(*lines: dict[str, str], separator: str = ",") -> bytes:
    headings = list(dict.fromkeys([*OLD, *(heading for line in lines for heading in line)]))
    buffer = io.StringIO(newline="")
    writer = csv.DictWriter(buffer, headings, delimiter=separator)
    writer.writeheader()
    writer.writerows(lines)
    return buffer.getvalue().encode()


def line(handle: str, **cells: str) -> dict[str, str]:
    names = {
        "title": "Title",
        "size": "Option1 Value",
        "sku": "Variant SKU",
        "price": "Variant Price",
        "compare_at": "Variant Compare At Price",
        "barcode": "Variant Barcode",
        "quantity": "Variant Inventory Qty",
        "tracker": "Variant Inventory Tracker",
        "published": "Published",
        "status": "Status",
        "body": "Body (HTML)",
    }
    found = {names[name]: cell for name, cell in cells.items()}
    if "size" in cells and "title" in cells:
        found["Option1 Name"] = "Talla"
    return {"Handle": handle, **found}


def value(export: Export, kind: str, key: str) -> dict[str, Any]:
    return next(row.value for row in export.rows if (row.kind, row.key) == (kind, key))


def keys(export: Export, kind: str) -> list[str]:
    return [row.key for row in export.rows if row.kind == kind]


def messages(export: Export) -> list[str]:
    return [f"{p.line} {p.column}: {p.message}" for p in export.problems]


def check_rules(row: Row) -> None:
    assert rows.check(row.kind, row.key, row.value) is None
    if row.kind == "group":
        words = [axis["axis"] for axis in row.value["axes"]]
        assert len(set(words)) == len(words)
    elif row.kind == "product":
        assert row.value["name"]["es"]
        assert all(row.value["options"].values())
    elif row.kind == "offers":
        offers = catalogue.offers_from(row.key, row.value)
        assert prior_price.price_tag(offers, AT) is not None


def test_old_headings_give_groups_products_offers_and_stock_in_feed_order() -> None:
    export = read_file("shopify_old_headings.csv")
    assert list(Counter(row.kind for row in export.rows)) == ["group", "product", "offers", "stock"]
    assert keys(export, "group") == ["camisa-rio", "bolsa-lienzo", "cinturon-mesa"]
    assert keys(export, "product") == [
        "CR-CH-AZ",
        "CR-M-AZ",
        "camisa-rio-ch-blanco",
        "00123",
        "cinturon-mesa",
    ]
    for row in export.rows:
        check_rules(row)


def test_counts_tell_what_was_in_the_file() -> None:
    counts = read_file("shopify_old_headings.csv").counts
    assert counts == shopify_csv.Counts(
        lines=9, groups=3, products=5, images_only=2, drafts=1, archived=1, problems=3
    )


def test_a_group_has_axes_in_order_of_appearance_and_a_plain_description() -> None:
    group = value(read_file("shopify_old_headings.csv"), "group", "camisa-rio")
    assert group == {
        "name": {"es": "Camisa Río"},
        "brand": "Telar Norte",
        "description": {
            "es": 'Camisa de algodón peinado. Cuello "inglés" Lavar en frío, < 30 °C',
        },
        "axes": [
            {"axis": "size", "name": {"es": "Talla"}, "values": ["CH", "M"]},
            {"axis": "color", "name": {"es": "Color"}, "values": ["Azul marino", "Blanco"]},
        ],
        "image": {"url": "https://cdn.example.com/rio-1.jpg"},
    }


def test_a_variant_has_its_options_colour_and_picture() -> None:
    product = value(read_file("shopify_old_headings.csv"), "product", "CR-M-AZ")
    assert product == {
        "group": "camisa-rio",
        "gtins": ["09521234543213"],
        "sku": "CR-M-AZ",
        "name": {"es": "Camisa Río"},
        "options": {"size": "M", "color": "Azul marino"},
        "color": {"name": {"es": "Azul marino"}},
        "category": "Camisas",
        "status": "active",
        "ranged": True,
        "image": {"url": "https://cdn.example.com/rio-azul.jpg"},
    }


def test_an_article_without_options_is_a_group_of_one_with_brand_and_description() -> None:
    cells = "h,Vela,<p>De cera de abeja</p>,Telar Norte,120.00,00123\n"
    heads = "Handle,Title,Body (HTML),Vendor,Variant Price,Variant SKU\n"
    export = read((heads + cells).encode())
    product = value(export, "product", "00123")
    assert product["group"] == "h"
    assert product["options"] == {}
    assert product["sku"] == "00123"
    assert value(export, "group", "h") == {
        "name": {"es": "Vela"},
        "brand": "Telar Norte",
        "description": {"es": "De cera de abeja"},
        "axes": [],
    }


def test_new_headings_give_the_same_articles_as_the_old() -> None:
    old, new = read_file("shopify_old_headings.csv"), read_file("shopify_new_headings.csv")
    assert new.problems == ()
    for kind, key in (
        ("product", "CR-CH-AZ"),
        ("product", "CR-M-AZ"),
        ("offers", "CR-CH-AZ"),
        ("stock", "s042/CR-M-AZ"),
    ):
        assert value(new, kind, key) == value(old, kind, key)
    assert new.counts.images_only == 1


def test_a_higher_price_before_makes_a_sale_and_an_equal_one_does_not() -> None:
    export = read_file("shopify_old_headings.csv")
    assert value(export, "offers", "CR-CH-AZ") == {
        "currency": "MXN",
        "offers": [{"kind": "list", "amount": "999.00"}, {"kind": "sale", "amount": "799.00"}],
    }
    assert value(export, "offers", "CR-M-AZ")["offers"] == [{"kind": "list", "amount": "799.00"}]


def test_problems_name_the_line_the_column_and_what_to_write() -> None:
    assert messages(read_file("shopify_old_headings.csv")) == [
        (
            "8 Variant Barcode: wrong check digit in 9521234543214: 4, expected 3; "
            "write the number under the bars; left out until then"
        ),
        "8 Variant Price: write an amount like 1299.00, digits only; the price stays as it was",
        "14 Variant Price: write an amount like 1299.00, digits only; the price stays as it was",
    ]


def test_a_variant_with_a_bad_price_stays_without_offers() -> None:
    export = read_file("shopify_old_headings.csv")
    assert "camisa-rio-ch-blanco" not in keys(export, "offers")
    product = value(export, "product", "camisa-rio-ch-blanco")
    assert product["gtins"] == []


def test_stock_passes_below_zero_and_is_unknown_without_a_tracker() -> None:
    export = read_file("shopify_old_headings.csv")
    as_of = "2026-11-22T10:00:00-06:00"
    assert value(export, "stock", "s042/CR-M-AZ") == {"available": -2, "as_of": as_of}
    assert value(export, "stock", "s042/00123") == {"available": None, "as_of": as_of}


def test_without_a_tracker_column_the_quantity_counts() -> None:
    export = read(written(line("a", title="A", price="1", quantity="5")))
    assert value(export, "stock", "s042/a")["available"] == 5


def test_a_quantity_that_is_no_whole_number_is_unknown_and_told() -> None:
    export = read(written(line("a", title="A", price="1", quantity="5.5")))
    assert value(export, "stock", "s042/a")["available"] is None
    assert messages(export) == [
        "2 Variant Inventory Qty: write a whole number; the stock is unknown now"
    ]


def test_published_hides_only_in_files_without_a_status() -> None:
    hidden = line("a", title="A", price="1", published="FALSE")
    assert value(read(written(hidden)), "product", "a")["ranged"] is False
    with_status = hidden | {"Status": "active"}
    assert value(read(written(with_status)), "product", "a")["ranged"] is True


def test_a_number_used_twice_is_nobodys_key() -> None:
    export = read(
        written(
            line("a", title="A", size="1", sku="X", price="1"),
            line("a", size="2", sku="X", price="1"),
        )
    )
    assert keys(export, "product") == ["a-1", "a-2"]
    assert [problem.line for problem in export.problems] == [2, 3]


def test_a_key_does_not_depend_on_the_rest_of_the_file() -> None:
    first, second = (
        line("tenis-ágil", title="Ágil", size="24 ½", price="1"),
        line("zueco", title="Zueco", size="5/6", price="1"),
    )
    both = keys(read(written(first, second)), "product")
    assert [*keys(read(written(first)), "product"), *keys(read(written(second)), "product")] == both
    assert keys(read(written(second, first)), "product") == both[::-1]


def test_values_that_read_alike_still_get_different_keys() -> None:
    sizes = ("5/6", "5-6", "5 6", "红", "蓝", "ø", "x" * 80, "x" * 81, "s", "S")
    lines = [
        line("a", size=size, price="1", **({"title": "A"} if not place else {}))
        for place, size in enumerate(sizes)
    ]
    export = read(written(*lines))
    found = keys(export, "product")
    assert export.problems == ()
    assert len(set(found)) == len(sizes)
    assert all(ID.fullmatch(key) for key in found)


def test_a_handle_with_other_letters_gets_a_lasting_id() -> None:
    assert keys(read(written(line("Niña Bonita", title="A", price="1"))), "product") == [
        "nina-bonita-930c7356"
    ]


def test_the_same_options_twice_leave_the_second_line_out() -> None:
    export = read(
        written(
            line("a", title="A", size="M", price="1"),
            line("a", size="M", price="2"),
            line("b", title="B", price="3"),
        )
    )
    assert keys(export, "product") == ["a-m", "b"]
    assert messages(export) == [
        "3 Option1 Value: the same options as line 2; write other values or delete this line"
    ]


def test_lines_without_handle_or_title_are_told_and_left_out() -> None:
    export = read(written(line("", title="A", price="1"), line("b", price="1")))
    assert export.rows == ()
    assert messages(export) == [
        "2 Handle: write the handle of the article on this line",
        "3 Title: write a title; the article was left out",
    ]


def test_option_names_in_other_languages_are_size_and_colour() -> None:
    cells = {"Option2 Name": "Colour", "Option2 Value": "Red", "Option3 Name": "Ancho del pie"}
    export = read(written(line("a", title="A", size="M", price="1") | cells | {
        "Option3 Value": "2E",
    }))  # fmt: skip
    assert value(export, "product", "a-m-red-2e")["options"] == {
        "size": "M",
        "color": "Red",
        "ancho-del-pie": "2E",
    }


def test_two_options_of_one_meaning_keep_apart() -> None:
    export = read(written(line("a", title="A", size="M", price="1") | {
        "Option2 Name": "Size", "Option2 Value": "Long",
        "Option3 Name": "talla", "Option3 Value": "MX",
    }))  # fmt: skip
    axes = [axis["axis"] for axis in value(export, "group", "a")["axes"]]
    assert axes[0] == "size"
    assert len(set(axes)) == 3


def test_barcodes_other_than_gtins_can_be_scanned_as_codes() -> None:
    export = read(written(line("a", title="A", price="1", barcode="INT-77; 9521234543213")))
    product = value(export, "product", "a")
    assert product["codes"] == ["INT-77"]
    assert product["gtins"] == ["09521234543213"]


def test_a_barcode_rounded_by_a_spreadsheet_is_told() -> None:
    export = read(written(line("a", title="A", price="1", barcode="9.52E+12")))
    assert "codes" not in value(export, "product", "a")
    assert "9.52E+12 is not a barcode" in export.problems[0].message


def test_one_barcode_on_two_variants_is_told() -> None:
    export = read(
        written(
            line("a", title="A", price="1", barcode="9521234543213"),
            line("b", title="B", price="1", barcode="09521234543213"),
        )
    )
    assert "09521234543213 is also on line 2" in export.problems[0].message


@pytest.mark.parametrize(
    ("cell", "amount"),
    [("50", "50"), ("1299,5", "1299.5"), ("1,299.00", None), ("$50", None), ("-1", None)],
)
def test_amounts(cell: str, amount: str | None) -> None:
    export = read(written(line("a", title="A", price=cell), separator=";"))
    amounts = [row.value["offers"][0]["amount"] for row in export.rows if row.kind == "offers"]
    assert amounts == ([] if amount is None else [amount])
    assert len(export.problems) == (amount is None)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_encodings_and_separators(encoding: str, separator: str) -> None:
    data = written(line("a", title="Niño, año; uñas", price="1"), separator=separator)
    export = read(data.decode().encode(encoding))
    assert value(export, "product", "a")["name"] == {"es": "Niño, año; uñas"}


def test_headings_may_be_written_in_any_case_with_any_space() -> None:
    export = read(b" HANDLE ,title,variant  PRICE\na,A,1\n")
    assert keys(export, "offers") == ["a"]


def test_old_mac_and_windows_line_ends_are_read() -> None:
    for end in ("\r", "\r\n"):
        export = read(end.join(["Handle,Title,Price", "a,A,1", "b,B,x"]).encode())
        assert keys(export, "product") == ["a", "b"]
        assert [problem.line for problem in export.problems] == [3]


def test_very_long_descriptions_are_cut_after_a_word() -> None:
    body = "<p>" + "palabra " * 50_000 + "</p>"
    cells = line("a", title="A", size="M", price="1", body=body)
    text = value(read(written(cells)), "group", "a")["description"]["es"]
    assert len(text) <= 500
    assert text.endswith("palabra…")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "URL handle, Title, Price;"),
        (b"\n\n", "are missing"),
        (b"Handle,Title\na,A\n", "missing: Price;"),
        (b"PK\x03\x04abc", "spreadsheet"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "not readable text"),
        (b"Handle,Title,Price\na,\x81\xff,1\n", "not readable text"),
        (b'Handle,Title,Price\na,A,1\nb,"B,1\nc,C,1\n', "line 3: a quotation mark"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(data: bytes, message: str) -> None:
    with pytest.raises(CsvError, match=message):
        read(data)


def test_a_file_beyond_the_limits_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_table, "MAX_LINES", 2)
    data = b"Handle,Title,Price\n" + b"a,A,1\n" * 3
    with pytest.raises(CsvError, match="more than 2 lines"):
        read(data)
    monkeypatch.setattr(csv_table, "MAX_BYTES", len(data) - 1)
    with pytest.raises(CsvError, match="larger than"):
        read(data)


def test_the_list_of_problems_is_bounded_and_its_count_is_not() -> None:
    data = b"Handle,Title,Price\n" + b"".join(b"h%d,A,x\n" % n for n in range(1_200))
    export = read(data)
    assert len(export.problems) == shopify_csv.MAX_PROBLEMS
    assert export.counts.problems == 1_200


CELLS = st.one_of(
    st.sampled_from([
        "a", "b", "tenis", "24.5", "1299", "12,5", "Default Title", "Talla", "'007", "Color",
        "9521234543213", "https://cdn.example.com/a.jpg", "<p>x<![if !IE]>y</p>", "<script>",
    ]),
    st.text(max_size=12),
    st.text(alphabet="\x00\x01\n\r\t\u202e\u200d\ufeff&;#<>!-[x1\"',é", max_size=12),
)  # fmt: skip
HEADINGS = [
    "Handle", "Title", "Variant Price", "Option1 Name", "Option1 Value", "Option2 Name",
    "Option2 Value", "Variant SKU", "Variant Barcode", "Variant Inventory Qty", "Body (HTML)",
    "Variant Compare At Price", "Vendor", "Status", "Image Src", "Type",
]  # fmt: skip


def read_or_refuse(data: bytes) -> Export | None:
    try:
        return read(data)
    except CsvError:
        return None


def check_export(export: Export) -> None:
    for row in export.rows:
        check_rules(row)
    places = [(row.kind, row.key) for row in export.rows]
    assert len(set(places)) == len(places)
    assert len(keys(export, "stock")) == export.counts.products


@given(st.binary(max_size=400))
def test_arbitrary_bytes_are_read_or_refused(data: bytes) -> None:
    for head in (b"", b"Handle,Title,Price,Option1 Value,Description\n", b"\xff\xfe"):
        export = read_or_refuse(head + data)
        if export is not None:
            check_export(export)


@given(st.lists(st.lists(CELLS, min_size=len(HEADINGS), max_size=len(HEADINGS)), max_size=6))
def test_arbitrary_cells_only_give_rows_that_fit_the_rules(table: list[list[str]]) -> None:
    buffer = io.StringIO(newline="")
    csv.writer(buffer).writerows([HEADINGS, *table])
    export = read_or_refuse(buffer.getvalue().encode("utf-8", "replace"))
    if export is not None:
        check_export(export)


def test_time_of_stock_keeps_its_offset() -> None:
    data = written(line("a", title="A", price="1"))
    export = shopify_csv.read(
        data, currency="MXN", language="es", location="s1", at=AT.astimezone(UTC)
    )
    assert value(export, "stock", "s1/a")["as_of"] == "2026-11-22T16:00:00+00:00"
