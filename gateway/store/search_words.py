"""The words that an article is found by, of its rows; for SQL, too."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from typing import Any

from gateway.domain import searching


def words(product: Mapping[str, Any] | None, group: Mapping[str, Any] | None) -> str:
    """The words of a product with its group, or of a group alone, parted by spaces."""
    one, style = product or {}, group or {}
    color = (one.get("color") or {}).get("name") or {}
    texts = [
        *(style.get("name") or {}).values(),
        *(one.get("name") or {}).values(),
        *color.values(),
        style.get("brand") or "",
        one.get("category") or "",
        *(one.get("options") or {}).values(),
        one.get("sku") or "",
    ]
    return " ".join(searching.kept_words(texts))


def function(connection: sqlite3.Connection) -> None:
    """Let SQL make ``search_words(product, group)`` of two JSON values; NULL is none."""

    def made(product: str | None, group: str | None) -> str:
        read = (None if value is None else json.loads(value) for value in (product, group))
        return words(*read)

    connection.create_function("search_words", 2, made, deterministic=True)
