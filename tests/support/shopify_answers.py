"""Answers GraphQL questions about a ``FakeShop`` by Shopify's own shapes: unknown fields fail.

Costs are counted by Shopify's published rule (an object is 1 point, a page as many as it may hold),
and one question may cost 1,000 at most.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    GraphQLError,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    ListValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
    build_schema,
    graphql_sync,
    parse,
    validate,
)

from tests.support.shopify_shop import FakeLevel, FakeProduct, FakeShop, FakeVariant

SCHEMA: GraphQLSchema = build_schema(
    (Path(__file__).parent / "shopify.graphql").read_text(encoding="utf-8")
)
MAX_COST = 1_000
_IN_BULK: ContextVar[bool] = ContextVar("in_bulk", default=False)
Object = dict[str, Any]


@dataclass(slots=True)
class Bulk:
    """A whole reading on its way: the states still to come, and the file."""

    gid: str
    states: list[str]
    lines: list[bytes]
    created_at: datetime
    error: str | None = None

    @property
    def file(self) -> bytes:
        return b"".join(line + b"\n" for line in self.lines)


class Answers:
    """Executes questions. ``bulk_states`` is what a whole reading goes through."""

    def __init__(self, shop: FakeShop) -> None:
        self.shop = shop
        self.base = ""
        self.bulks: dict[str, Bulk] = {}
        self.bulk_states = ["CREATED", "RUNNING", "COMPLETED"]
        self.busy = ""
        self.publications_denied = False
        self._numbers = count(1)

    def answer(self, text: str, variables: Object) -> Object:
        """The whole answer but its costs."""
        result = graphql_sync(SCHEMA, text, self._root(), variable_values=variables)
        found: Object = {"data": result.data}
        if result.errors:
            found["errors"] = [error.formatted for error in result.errors]
        return found

    def _root(self) -> Object:
        shop = self.shop
        return {
            "shop": {
                "name": shop.name,
                "currencyCode": shop.currency,
                "taxesIncluded": shop.taxes_included,
            },
            "publicApiVersions": [{"handle": handle, "supported": True} for handle in shop.versions]
            + [{"handle": "unstable", "supported": False}],
            "locations": lambda _, **page: paged([self._place(gid) for gid in shop.places], page),
            "location": lambda _, id: self._place(id) if id in shop.places else None,  # noqa: A006
            "publications": self._publications,
            "products": self._products,
            "product": lambda _, id: self._node(id),  # noqa: A006
            "nodes": lambda _, ids: [self._node(gid) for gid in ids],
            "bulkOperation": lambda _, id: self._bulk_state(id),  # noqa: A006
            "bulkOperationRunQuery": self._run_bulk,
        }

    def _publications(self, _: Any, **page: Any) -> Object:
        if self.publications_denied:
            raise GraphQLError(
                "Access denied for publications field. Required access: `read_publications`",
                extensions={"code": "ACCESS_DENIED"},
            )
        named = [
            {"id": gid, "catalog": {"__typename": "AppCatalog", "title": title}}
            for gid, title in self.shop.publications.items()
        ]
        return paged(named, page)

    def _products(self, _: Any, query: str = "", sortKey: str = "ID", **page: Any) -> Object:  # noqa: N803
        wanted = [one for one in self.shop.products.values() if fits(query, one.updated_at)]
        statuses = re.search(r"status:([a-z,]+)", query)
        if statuses is not None:
            names = statuses[1].upper().split(",")
            wanted = [one for one in wanted if one.status in names]
        if sortKey == "UPDATED_AT":
            wanted.sort(key=lambda one: one.updated_at)
        return paged([self._product(one) for one in wanted], page)

    def _node(self, gid: str) -> Object | None:
        if gid in self.shop.products:
            return self._product(self.shop.products[gid])
        for product in self.shop.products.values():
            for variant in product.variants:
                if variant.item == gid:
                    return self._item(variant)
        return None

    def _product(self, one: FakeProduct) -> Object:
        def metafield(_: Any, key: str, namespace: str = "") -> Object | None:
            value = one.metafields.get(f"{namespace}.{key}")
            return None if value is None else {"id": "gid://shopify/Metafield/1", "value": value}

        image = None if one.image is None else {"image": {"url": one.image}}
        return {
            "__typename": "Product",
            "id": one.gid,
            "handle": one.handle,
            "title": one.title,
            "vendor": one.vendor,
            "productType": one.product_type,
            "status": one.status,
            "description": one.description,
            "tags": one.tags,
            "updatedAt": stamp(one.updated_at),
            "options": [
                {"name": name, "position": place, "optionValues": [{"name": v} for v in values]}
                for place, (name, values) in enumerate(one.options.items(), 1)
            ],
            "featuredMedia": {"__typename": "MediaImage", "preview": image} if image else None,
            "metafield": metafield,
            "publishedOnPublication": lambda _, publicationId: publicationId in one.publications,  # noqa: N803
            "variants": lambda _, **page: paged(
                [self._variant(one, place) for place in range(len(one.variants))], page
            ),
        }

    def _variant(self, product: FakeProduct, place: int) -> Object:
        variant = product.variants[place]
        return {
            "__typename": "ProductVariant",
            "id": variant.gid,
            "product": {"id": product.gid},
            "sku": variant.sku,
            "barcode": variant.barcode,
            "price": variant.price,
            "compareAtPrice": variant.compare_at,
            "taxable": variant.taxable,
            "position": place + 1,
            "selectedOptions": [
                {"name": name, "value": value}
                for name, value in zip(product.options, variant.values, strict=True)
            ],
            "inventoryItem": self._item(variant),
        }

    def _item(self, variant: FakeVariant) -> Object:
        return {
            "__typename": "InventoryItem",
            "id": variant.item,
            "tracked": variant.tracked,
            "inventoryLevels": lambda _, query="", includeInactive=False, **page: paged(  # noqa: N803
                [
                    self._level(variant, place, level)
                    for place, level in variant.levels.items()
                    if (includeInactive or level.active) and fits(query, level.updated_at)
                ],
                page,
            ),
        }

    def _level(self, variant: FakeVariant, place: str, level: FakeLevel) -> Object:
        number = place.rpartition("/")[2]
        item = variant.item.rpartition("/")[2]
        return {
            "__typename": "InventoryLevel",
            "id": f"gid://shopify/InventoryLevel/{number}?inventory_item_id={item}",
            "item": {"id": variant.item, "tracked": variant.tracked},
            "location": {"id": place},
            "isActive": level.active,
            "updatedAt": stamp(level.updated_at),
            "quantities": lambda _, names: [
                {"name": name, "quantity": level.available} for name in names
            ],
        }

    def _place(self, gid: str) -> Object:
        def levels(_: Any, query: str = "", includeInactive: bool = False, **page: Any) -> Object:  # noqa: FBT001, FBT002, N803
            found = [
                self._level(variant, gid, variant.levels[gid])
                for product in self.shop.products.values()
                for variant in product.variants
                if gid in variant.levels
                and (includeInactive or variant.levels[gid].active)
                and fits(query, variant.levels[gid].updated_at)
            ]
            return paged(found, page)

        return {
            "__typename": "Location",
            "id": gid,
            "name": self.shop.places[gid],
            "isActive": True,
            "address": {"formatted": ["Av. Juárez 100", "Guadalajara"], "phone": None},
            "inventoryLevels": levels,
        }

    def _run_bulk(self, _: Any, query: str, **__: Any) -> Object:
        if self.busy:
            return {"userErrors": [{"field": None, "message": self.busy}]}
        faults = validate(SCHEMA, parse(query))
        if faults:
            errors = [{"field": ["query"], "message": fault.message} for fault in faults]
            return {"userErrors": errors}
        token = _IN_BULK.set(True)
        try:
            result = graphql_sync(SCHEMA, query, self._root())
        finally:
            _IN_BULK.reset(token)
        assert result.errors is None, result.errors
        lines = [json.dumps(line).encode() for line in flattened(result.data or {}, None)]
        gid = f"gid://shopify/BulkOperation/{next(self._numbers)}"
        bulk = Bulk(gid=gid, states=list(self.bulk_states), lines=lines, created_at=self.shop.now())
        self.bulks[gid] = bulk
        return {"bulkOperation": self._told(bulk), "userErrors": []}

    def _bulk_state(self, gid: str) -> Object | None:
        bulk = self.bulks.get(gid)
        if bulk is not None and len(bulk.states) > 1:
            bulk.states.pop(0)
        return None if bulk is None else self._told(bulk)

    def _told(self, bulk: Bulk) -> Object:
        done = bulk.states[0] == "COMPLETED"
        return {
            "id": bulk.gid,
            "status": bulk.states[0],
            "errorCode": bulk.error,
            "objectCount": str(len(bulk.lines)),
            "fileSize": str(len(bulk.file)) if done else None,
            "url": f"{self.base}/files/{bulk.gid.rpartition('/')[2]}.jsonl?signature=s3cr3t"
            if done and bulk.lines
            else None,
            "createdAt": stamp(bulk.created_at),
        }


def stamp(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def fits(query: str, at: datetime) -> bool:
    """Whether a time is in what a search asks for; Shopify's times have whole seconds."""
    found = re.search(r"updated_at:>='([^']+)'", query)
    return found is None or at.replace(microsecond=0) >= datetime.fromisoformat(found[1])


def paged(items: list[Object], page: Mapping[str, Any]) -> Object:
    first, after = page.get("first"), page.get("after")
    if first is None and not _IN_BULK.get():
        raise GraphQLError("you must provide one of first or last")
    begin = int(after) if after is not None else 0
    end = len(items) if first is None else begin + first
    shown = items[begin:end]
    return {
        "nodes": shown,
        "edges": [{"node": one} for one in shown],
        "pageInfo": {"hasNextPage": end < len(items), "endCursor": str(end) if shown else None},
    }


def flattened(value: Object, parent: str | None) -> Iterator[Object]:
    """The lines of a bulk file: each node of a connection, children after their parents."""
    own, children = split(value)
    if "id" in own and parent is not None:
        own["__parentId"] = parent
    if "id" in own:
        yield own
    for child in children:
        yield from flattened(child, own.get("id") or parent)


def split(value: Object) -> tuple[Object, list[Object]]:
    own: Object = {}
    children: list[Object] = []
    for name, member in value.items():
        if isinstance(member, dict) and "edges" in member:
            children += [edge["node"] for edge in member["edges"]]
        elif isinstance(member, dict):
            own[name], inner = split(member)
            children += inner
        else:
            own[name] = member
    return own, children


def cost(text: str, variables: Object) -> int:
    """What Shopify reserves for a question before it answers."""
    document: DocumentNode = parse(text)
    operations = [one for one in document.definitions if isinstance(one, OperationDefinitionNode)]
    return sum(_cost(operation.selection_set, variables) for operation in operations)


def _cost(selection: SelectionSetNode | None, variables: Object) -> int:
    return sum(_costs(selection.selections if selection else (), variables))


def _costs(selections: Iterable[Any], variables: Object) -> Iterator[int]:
    for one in selections:
        if isinstance(one, InlineFragmentNode):
            yield _cost(one.selection_set, variables)
        elif isinstance(one, FieldNode) and one.selection_set is not None:
            yield _times(one, variables) * (1 + _cost(one.selection_set, variables))


def _times(one: FieldNode, variables: Object) -> int:
    for argument in one.arguments or ():
        value = argument.value
        if argument.name.value not in {"first", "ids"}:
            continue
        if isinstance(value, VariableNode):
            given = variables[value.name.value]
            return len(given) if isinstance(given, list) else int(given)
        if isinstance(value, IntValueNode):
            return int(value.value)
        if isinstance(value, ListValueNode):
            return len(value.values)
    return 1
