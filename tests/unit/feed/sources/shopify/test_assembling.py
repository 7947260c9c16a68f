from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.feed.sources.shopify import assembling
from gateway.feed.sources.shopify.records import RecordError

PRODUCT: dict[str, Any] = {
    "id": "gid://shopify/Product/271878346596884015",
    "handle": "brisa",
    "title": "Brisa",
    "vendor": "",
    "productType": "",
    "status": "ACTIVE",
    "description": "",
    "tags": [],
    "options": [],
    "featuredMedia": None,
}
VARIANT: dict[str, Any] = {
    "id": "gid://shopify/ProductVariant/2",
    "product": {"id": PRODUCT["id"]},
    "sku": None,
    "barcode": None,
    "price": "19.90",
    "compareAtPrice": None,
    "taxable": True,
    "position": 1,
    "selectedOptions": [],
    "inventoryItem": {"id": "gid://shopify/InventoryItem/3", "tracked": True},
    "__parentId": PRODUCT["id"],
}
LEVEL: dict[str, Any] = {
    "id": "gid://shopify/InventoryLevel/4?inventory_item_id=3",
    "item": {"id": "gid://shopify/InventoryItem/3"},
    "location": {"id": "gid://shopify/Location/11"},
    "isActive": True,
    "updatedAt": "2026-11-22T16:00:00Z",
    "quantities": [{"name": "available", "quantity": -4}],
    "__parentId": VARIANT["id"],
}


def lines(*values: Any) -> list[bytes]:
    return [json.dumps(value).encode() for value in values]


@given(st.permutations([PRODUCT, VARIANT, LEVEL]))
def test_the_order_of_lines_does_not_matter(values: list[Any]) -> None:
    found = assembling.assemble(lines(*values), 3)
    (variants,) = found.variants.values()
    (levels,) = found.levels.values()

    assert list(found.articles) == ["271878346596884015"], "no digit was lost"
    assert found.articles["271878346596884015"].on_sale
    assert (variants[0].id, variants[0].article) == ("2", "271878346596884015")
    assert (levels[0].place, levels[0].available) == ("11", -4)


@pytest.mark.parametrize("status", ["DRAFT", "ARCHIVED", "SOMETHING_NEW"])
def test_only_what_is_active_is_on_sale(status: str) -> None:
    found = assembling.assemble(lines(PRODUCT | {"status": status}), 1)

    assert not found.articles["271878346596884015"].on_sale


def test_objects_of_other_kinds_are_passed_over() -> None:
    other = {"id": "gid://shopify/Metafield/1", "value": "x"}

    assert not assembling.assemble(lines(other), 1).articles


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (b"{", "line 1 of the file: is not JSON"),
        (json.dumps(PRODUCT | {"tags": "a"}).encode(), "line 1 of the file: tags: "),
        (json.dumps(PRODUCT | {"title": None}).encode(), "line 1 of the file: title: "),
        (json.dumps(VARIANT | {"product": {"id": "7"}}).encode(), "product.id: "),
        (json.dumps(LEVEL | {"updatedAt": "yesterday"}).encode(), "updatedAt: "),
        (b" " * (assembling.MAX_LINE + 1), "line 1 of the file is beyond"),
    ],
)
def test_a_line_that_cannot_be_used_is_named(line: bytes, words: str) -> None:
    with pytest.raises(RecordError) as told:
        assembling.assemble([line], 1)

    assert words in str(told.value)


def test_a_file_that_was_cut_is_noticed() -> None:
    with pytest.raises(RecordError, match="has 1 objects, Shopify said 3"):
        assembling.assemble(lines(PRODUCT), 3)
