"""The questions we ask, in GraphQL, each small enough for one answer.

Shopify charges a question by what it could return and takes none above 1,000 points
(https://shopify.dev/docs/api/usage/limits); the page sizes stay below that. Only the bulk question
has no pages: its answer is a file.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gateway.settings import Shopify

ARTICLES_PAGE = 100
"""Changed articles in an answer; only their ids are asked for."""

ARTICLES_AT_ONCE = 5
VARIANTS_FIRST = 25
"""Variants that come with an article; the rest comes in pages of ``VARIANTS_PAGE``."""

VARIANTS_PAGE = 100
LEVELS_PAGE = 100
ITEMS_AT_ONCE = 8
LEVELS_PER_ITEM = 20

_PAGE = "pageInfo { hasNextPage endCursor }"
_VARIANT = (
    "id product { id } sku barcode price compareAtPrice taxable position "
    "selectedOptions { name value } inventoryItem { id tracked }"
)
_LEVEL = (
    "id item { id } location { id } isActive updatedAt "
    'quantities(names: ["available"]) { name quantity }'
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question: its name for logs, its text and its variables."""

    name: str
    text: str
    variables: Mapping[str, Any]


def facts() -> Question:
    """The shop, its places, and the releases that Shopify supports."""
    text = (
        "query Facts { shop { name currencyCode taxesIncluded } "
        "locations(first: 250) { nodes { id name address { formatted phone } } } "
        "publicApiVersions { handle supported } }"
    )
    return Question(name="facts", text=text, variables={})


def publications() -> Question:
    """The sales channels. Answered only to apps that may read them."""
    text = (
        "query Publications { publications(first: 100, catalogType: APP) "
        "{ nodes { id catalog { title } } } }"
    )
    return Question(name="publications", text=text, variables={})


def changed_articles(since: str, after: str | None) -> Question:
    """Ids of the articles that changed since then, whatever their status now."""
    text = (
        "query ChangedArticles($query: String!, $first: Int!, $after: String) { "
        "products(first: $first, after: $after, query: $query, sortKey: UPDATED_AT) "
        f"{{ nodes {{ id }} {_PAGE} }} }}"
    )
    query = f"status:active,archived,draft,unlisted AND updated_at:>='{since}'"
    variables = {"query": query, "first": ARTICLES_PAGE, "after": after}
    return Question(name="changed articles", text=text, variables=variables)


def articles(ids: Sequence[str], settings: Shopify, publication: str | None) -> Question:
    """Up to ``ARTICLES_AT_ONCE`` articles with their first variants."""
    text = (
        "query Articles($ids: [ID!]!, $first: Int!) { nodes(ids: $ids) { __typename ... on Product "
        f"{{ {_article(settings, publication)} "
        f"variants(first: $first) {{ nodes {{ {_VARIANT} }} {_PAGE} }} }} }} }}"
    )
    gids = [f"gid://shopify/Product/{one}" for one in ids]
    return Question(name="articles", text=text, variables={"ids": gids, "first": VARIANTS_FIRST})


def more_variants(article: str, after: str) -> Question:
    """The next variants of one article."""
    text = (
        "query MoreVariants($id: ID!, $first: Int!, $after: String) { product(id: $id) "
        f"{{ variants(first: $first, after: $after) {{ nodes {{ {_VARIANT} }} {_PAGE} }} }} }}"
    )
    variables = {"id": f"gid://shopify/Product/{article}", "first": VARIANTS_PAGE, "after": after}
    return Question(name="more variants", text=text, variables=variables)


def changed_levels(place: str, since: str, after: str | None) -> Question:
    """The stock at one place that changed since then, also what is no longer kept there."""
    text = (
        "query ChangedLevels($id: ID!, $query: String!, $first: Int!, $after: String) { "
        "location(id: $id) { inventoryLevels(first: $first, after: $after, query: $query, "
        f"includeInactive: true) {{ nodes {{ {_LEVEL} }} {_PAGE} }} }} }}"
    )
    variables = {
        "id": f"gid://shopify/Location/{place}",
        "query": f"updated_at:>='{since}'",
        "first": LEVELS_PAGE,
        "after": after,
    }
    return Question(name="changed stock", text=text, variables=variables)


def levels_of(items: Sequence[str]) -> Question:
    """The stock of up to ``ITEMS_AT_ONCE`` items at all places."""
    text = (
        "query LevelsOf($ids: [ID!]!, $first: Int!) { nodes(ids: $ids) { __typename "
        "... on InventoryItem { inventoryLevels(first: $first) "
        f"{{ nodes {{ {_LEVEL} }} }} }} }} }}"
    )
    gids = [f"gid://shopify/InventoryItem/{one}" for one in items]
    return Question(name="stock", text=text, variables={"ids": gids, "first": LEVELS_PER_ITEM})


def run_bulk(settings: Shopify, publication: str | None) -> Question:
    """Begin to prepare a file of everything."""
    text = (
        "mutation RunBulk($query: String!) { bulkOperationRunQuery(query: $query) "
        "{ bulkOperation { id status createdAt } userErrors { field message } } }"
    )
    variables = {"query": everything(settings, publication)}
    return Question(name="whole reading", text=text, variables=variables)


def everything(settings: Shopify, publication: str | None) -> str:
    """What is asked in bulk: all articles, their variants, and their stock at all places."""
    levels = f"inventoryLevels {{ edges {{ node {{ {_LEVEL} }} }} }}"
    variant = _VARIANT.replace("{ id tracked }", f"{{ id tracked {levels} }}")
    return (
        f"{{ products {{ edges {{ node {{ {_article(settings, publication)} "
        f"variants {{ edges {{ node {{ {variant} }} }} }} }} }} }} }}"
    )


def bulk_state(bulk: str) -> Question:
    """How far the file is, and where."""
    text = (
        "query BulkState($id: ID!) { bulkOperation(id: $id) "
        "{ id status errorCode objectCount fileSize url createdAt } }"
    )
    return Question(name="whole reading", text=text, variables={"id": bulk})


def _article(settings: Shopify, publication: str | None) -> str:
    parts = [
        "id handle title vendor productType status description(truncateAt: 500) tags",
        "options { name optionValues { name } } featuredMedia { preview { image { url } } }",
    ]
    if publication is not None:
        argument = json.dumps(publication)
        parts.append(f"published: publishedOnPublication(publicationId: {argument})")
    if settings.style_from == "metafield":
        parts.append(f"style: {_metafield(settings.style_metafield)}")
    if settings.color_metafield is not None:
        parts.append(f"color: {_metafield(settings.color_metafield)}")
    return " ".join(parts)


def _metafield(name: str) -> str:
    namespace, _, key = name.partition(".")
    return f"metafield(namespace: {json.dumps(namespace)}, key: {json.dumps(key)}) {{ value }}"
