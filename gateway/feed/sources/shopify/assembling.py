"""The file of a whole reading, line by line, as articles with their variants and stock.

Each line is one object of the bulk question
(https://shopify.dev/docs/api/usage/bulk-operations/queries). Objects refer to each other by id, so
their order does not matter.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from gateway.feed.sources.shopify import records
from gateway.feed.sources.shopify.records import Article, Level, RecordError, Variant

MAX_LINE = 256 * 1024
MAX_OBJECTS = 2_000_000


@dataclass(slots=True)
class Catalogue:
    """Everything: articles by id, variants by article, levels by inventory item."""

    articles: dict[str, Article] = field(default_factory=dict)
    variants: dict[str, list[Variant]] = field(default_factory=dict)
    levels: dict[str, list[Level]] = field(default_factory=dict)


def read(path: Path, objects: int) -> Catalogue:
    """The catalogue in a file of ``objects`` lines; blocks. Raises ``RecordError``."""
    return assemble(_lines(path), objects)


def assemble(lines: Iterable[bytes], objects: int) -> Catalogue:
    """The catalogue in ``lines``, which must be ``objects`` in number. Raises ``RecordError``."""
    found = Catalogue()
    number = 0
    for number, line in enumerate(lines, 1):
        if len(line) > MAX_LINE or number > MAX_OBJECTS:
            raise RecordError(f"line {number} of the file is beyond what Anaquel takes")
        try:
            _take(found, line)
        except RecordError as error:
            raise RecordError(f"line {number} of the file: {error}") from error
    if number != objects:
        raise RecordError(f"the file has {number} objects, Shopify said {objects}")
    return found


def _take(found: Catalogue, line: bytes) -> None:
    try:
        value = json.loads(line)
    except ValueError as error:
        raise RecordError("is not JSON") from error
    match records.kind_of(value.get("id") if isinstance(value, dict) else None):
        case "Product":
            article = records.article(value)
            found.articles[article.id] = article
        case "ProductVariant":
            variant = records.variant(value)
            found.variants.setdefault(variant.article, []).append(variant)
        case "InventoryLevel":
            level = records.level(value)
            found.levels.setdefault(level.item, []).append(level)
        case _:
            return


def _lines(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while line := file.readline(MAX_LINE + 1):
            yield line
