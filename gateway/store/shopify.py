"""What must be known of Shopify between two looks: its numbers, and how far we read."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass

from gateway.store.database import Connection

_STATE = "shopify"


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """How far we are.

    ``rules`` is a fingerprint of what the rows were made with; ``number`` counts whole readings and
    ``read_at`` is when the last was complete; all changes up to ``since`` (Shopify's time) are in.
    Times are ISO 8601. ``points`` (of ``points_most``) and ``version`` are what Shopify last said
    of its limits.
    """

    rules: str
    number: int
    read_at: str
    since: str
    asked_at: str = ""
    points: int = 0
    points_most: int = 0
    version: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """A variant on sale, the article it belongs to, its inventory item, and what is wrong."""

    variant: str
    article: str
    item: str
    tracked: bool
    problem: str | None = None


def state(connection: Connection) -> State | None:
    """How far we are; None before the first whole reading is in."""
    row = connection.execute("SELECT value FROM meta WHERE key = ?", (_STATE,)).fetchone()
    return None if row is None else State(**json.loads(row[0]))


def set_state(connection: Connection, new: State | None) -> None:
    """Remember how far we are; None: everything must be read again."""
    connection.note("shopify", "")
    if new is None:
        connection.execute("DELETE FROM meta WHERE key = ?", (_STATE,))
        return
    connection.execute(
        "INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)", (_STATE, json.dumps(asdict(new)))
    )


def variants_of(connection: Connection, article: str) -> dict[str, Variant]:
    """The variants of one article that are on sale."""
    return _variants(connection, "article = ?", (article,))


def variants_of_items(connection: Connection, items: Sequence[str]) -> Mapping[str, list[Variant]]:
    """By inventory item the variants on sale that use it; mostly one."""
    found: dict[str, list[Variant]] = {}
    where = "item IN (SELECT value FROM json_each(?))"
    for variant in _variants(connection, where, (json.dumps(list(items)),)).values():
        found.setdefault(variant.item, []).append(variant)
    return found


def style_of(connection: Connection, article: str) -> str:
    """The style key of an article; empty if it has none or is not on sale."""
    row = connection.execute(
        "SELECT style FROM shopify_article WHERE article = ?", (article,)
    ).fetchone()
    return "" if row is None else str(row[0])


def of_style(connection: Connection, style: str) -> list[str]:
    """The articles of one style."""
    rows = connection.execute("SELECT article FROM shopify_article WHERE style = ?", (style,))
    return [] if not style else [row[0] for row in rows]


def put(
    connection: Connection, article: str, style: str, variants: Iterable[Variant], number: int
) -> None:
    """Let the article have these variants and no others; seen in reading ``number``."""
    drop(connection, article)
    connection.execute("INSERT INTO shopify_article VALUES (?, ?, ?)", (article, style, number))
    connection.executemany(
        "INSERT OR REPLACE INTO shopify_variant VALUES (?, ?, ?, ?, ?, ?)",
        (
            (one.variant, one.article, one.item, one.tracked, one.problem, number)
            for one in variants
        ),
    )


def drop(connection: Connection, article: str) -> None:
    """Forget an article that is no longer on sale."""
    connection.execute("DELETE FROM shopify_article WHERE article = ?", (article,))
    connection.execute("DELETE FROM shopify_variant WHERE article = ?", (article,))


def drop_unseen(connection: Connection, number: int, limit: int) -> bool:
    """Forget ``limit`` articles that reading ``number`` lacks; True while there may be more."""
    rows = connection.execute(
        "SELECT article FROM shopify_article WHERE seen < ? LIMIT ?", (number, limit)
    ).fetchall()
    for (article,) in rows:
        drop(connection, article)
    return len(rows) == limit


def count(connection: Connection) -> int:
    """How many articles are on sale."""
    total: int = connection.execute("SELECT count(*) FROM shopify_article").fetchone()[0]
    return total


def problems(connection: Connection, limit: int) -> tuple[int, list[tuple[str, str]]]:
    """How many variants have something wrong in Shopify, and (variant, what) of the first."""
    total: int = connection.execute(
        "SELECT count(*) FROM shopify_variant WHERE problem IS NOT NULL"
    ).fetchone()[0]
    first = connection.execute(
        "SELECT variant, problem FROM shopify_variant WHERE problem IS NOT NULL "
        "ORDER BY variant LIMIT ?",
        (limit,),
    ).fetchall()
    return total, [(variant, problem) for variant, problem in first]


def _variants(connection: Connection, where: str, values: tuple[object, ...]) -> dict[str, Variant]:
    rows = connection.execute(
        f"SELECT variant, article, item, tracked, problem FROM shopify_variant WHERE {where}",
        values,
    )
    return {
        variant: Variant(
            variant=variant, article=article, item=item, tracked=bool(tracked), problem=problem
        )
        for variant, article, item, tracked, problem in rows
    }
