"""The words that an article is found by, of its rows; for SQL, too."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from typing import Any

from gateway.domain import searching

Value = Mapping[str, Any]


def of_group(group: Value | None) -> tuple[str, ...]:
    """The words of a group; none of one that is not there."""
    if group is None:
        return ()
    return searching.kept_words(f"{' '.join(group['name'].values())} {group.get('brand') or ''}")


def of_product(product: Value, style: tuple[str, ...]) -> tuple[str, ...]:
    """The words of a product whose group has those of ``style``: its own name comes after."""
    get = product.get
    color = get("color")
    own = [
        *(get("name") or {}).values(),
        *((color.get("name") or {}).values() if color else ()),
        *(get("options") or {}).values(),
        get("category") or "",
        get("sku") or "",
    ]
    return searching.kept_words(" ".join(own), style)


def function(connection: sqlite3.Connection) -> None:
    """Let SQL make ``search_words(product, group)`` of two JSON values; NULL is none."""

    def made(product: str | None, group: str | None) -> str:
        style = of_group(None if group is None else json.loads(group))
        return " ".join(style if product is None else of_product(json.loads(product), style))

    connection.create_function("search_words", 2, made, deterministic=True)
