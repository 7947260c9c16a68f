"""Finds articles by words and by category, from the index of words; bounded, whatever is asked.

A result is a style (a group with all or some of its products) or a product that stands alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from gateway.domain import searching
from gateway.domain.searching import Looked
from gateway.store.database import Connection

MAX_LOOKED_AT: Final = 20_000
"""Articles of one search that are looked at."""
MAX_FOUND: Final = 1_000
"""Styles of one search that are put in order."""
MAX_CATEGORIES: Final = 60
_MAX_KNOWN: Final = 20_000
_MAX_NEAR: Final = 5
_MAX_HOLDING: Final = 200
_SHORTEST_PART: Final = 3
_GROUPS = '"§g"'


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """What was found: a ``group``, or a ``product`` that stands alone.

    Of a group that was not meant as a whole, ``product`` is one of those that were, ``single``
    where it is the only one, and ``color`` their colour where they have but one.
    """

    product: str | None = None
    group: str | None = None
    color: str | None = None
    single: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Category:
    """A category by the name that the source gives it, and how many styles it has."""

    name: str
    styles: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """Styles, the best first. ``whole`` False: no style has all the words; ``more``: cut here."""

    styles: tuple[Style, ...] = ()
    whole: bool = True
    more: bool = False


def by_words(connection: Connection, text: str) -> Result:
    """The styles that somebody means by these words, also where they are misspelt."""
    typed = searching.typed_words(text)
    if not typed:
        return Result()
    looked = Looked(words=typed)
    found = _ranked(connection, _all_of(looked), looked)
    if found.styles:
        return found
    looked = Looked(words=typed, near=_near(connection, typed))
    if looked.near:
        found = _ranked(connection, _all_of(looked), looked)
    if found.styles or (len(typed) == 1 and not looked.near):
        return found
    some = _ranked(connection, " OR ".join(_alternatives(looked)), looked)
    return Result(styles=some.styles, whole=False, more=some.more)


def by_category(connection: Connection, category: str) -> Result:
    """The styles of a category, in the order of their names."""
    rows = connection.execute(
        f"{_STYLES} FROM article_text AS t WHERE t.kind = 'product' AND t.category = ?1 "
        f"{_TOGETHER} LIMIT ?2",
        (category, MAX_FOUND + 1),
    ).fetchall()
    ordered = sorted(rows[:MAX_FOUND], key=lambda row: (row[1], row[2]))
    return Result(styles=tuple(_style(row) for row in ordered), more=len(rows) > MAX_FOUND)


def categories(connection: Connection) -> tuple[Category, ...]:
    """The categories with most styles, in the order of their names."""
    rows = connection.execute(
        "SELECT category, count(DISTINCT coalesce('g' || group_id, 'p' || key)) AS styles "
        "FROM article_text WHERE category IS NOT NULL AND category <> '' "
        "GROUP BY category ORDER BY styles DESC, category LIMIT ?",
        (MAX_CATEGORIES,),
    ).fetchall()
    ordered = sorted(rows, key=lambda row: (searching.fold(row[0]), row[0]))
    return tuple(Category(name=name, styles=styles) for name, styles in ordered)


def holding(connection: Connection, looked_for: Sequence[str]) -> str:
    """The index's question for texts in which each of these (folded) words stands, or a part.

    Parts of two letters, and of numbers, are found at the beginning of a word alone.
    """
    parts = []
    for word in looked_for:
        inside: list[str] = []
        if len(word) >= _SHORTEST_PART:
            rows = connection.execute(
                "SELECT word FROM search_word WHERE instr(word, ?1) > 1 "
                "ORDER BY uses DESC, word LIMIT ?2",
                (word, _MAX_HOLDING),
            )
            inside = [row[0] for row in rows]
        parts.append(_any_of([f'"{word}"*', *(f'"{one}"' for one in inside)]))
    return " AND ".join(parts)


def keys(connection: Connection, question: str, kind: str, limit: int) -> tuple[str, ...]:
    """The keys of the first groups or products that answer a question of ``holding``."""
    sign = _GROUPS if kind == "group" else '"§p"'
    rows = connection.execute(
        "SELECT t.key FROM article_search AS s CROSS JOIN article_text AS t ON t.id = s.rowid "
        "WHERE article_search MATCH ? ORDER BY t.key LIMIT ?",
        (f"{sign} AND {question}", limit),
    )
    return tuple(row[0] for row in rows)


_STYLES = (
    "SELECT min(t.id), t.words, t.key, t.group_id, max(t.kind = 'group'), count(*), "
    "min(t.color), max(t.color), count(t.color)"
)
_TOGETHER = "GROUP BY t.group_id, CASE WHEN t.group_id IS NULL THEN t.key END"
# A group that has no product yet is nothing to look at.
_SHOWN = (
    "(t.kind = 'product' OR EXISTS (SELECT 1 FROM product WHERE product.group_id = t.group_id))"
)


def _ranked(connection: Connection, question: str, looked: Looked) -> Result:
    rows = connection.execute(
        f"{_STYLES} FROM (SELECT rowid AS id FROM article_search WHERE article_search MATCH ?1 "
        f"LIMIT ?2) AS found CROSS JOIN article_text AS t ON t.id = found.id WHERE {_SHOWN} "
        f"{_TOGETHER} LIMIT ?3",
        (question, MAX_LOOKED_AT, MAX_FOUND + 1),
    ).fetchall()
    ordered = sorted(
        rows[:MAX_FOUND], key=lambda row: (searching.rank(looked, row[1].split()), row[1], row[2])
    )
    return Result(styles=tuple(_style(row) for row in ordered), more=len(rows) > MAX_FOUND)


def _style(row: Sequence[Any]) -> Style:
    _, _, key, group, is_whole, count, color, last_color, colored = row
    if group is None:
        return Style(product=key, single=True)
    if is_whole:
        return Style(group=group)
    one_color = colored == count and color == last_color
    return Style(product=key, group=group, color=color if one_color else None, single=count == 1)


def _near(connection: Connection, typed: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """For words that no article begins with: those somebody may have meant."""
    found = {}
    for word in typed:
        allowed = searching.tolerance(word)
        if not allowed or _begins(connection, searching.stem(word)):
            continue
        rows = connection.execute(
            "SELECT word FROM search_word WHERE length(word) BETWEEN ? AND ? LIMIT ?",
            (len(word) - allowed, len(word) + allowed, _MAX_KNOWN),
        )
        near = searching.nearest(word, (row[0] for row in rows), _MAX_NEAR)
        if near:
            found[word] = near
    return found


def _begins(connection: Connection, start: str) -> bool:
    row = connection.execute(
        "SELECT 1 FROM article_search WHERE article_search MATCH ? LIMIT 1", (f'"{start}"*',)
    ).fetchone()
    return row is not None


def _all_of(looked: Looked) -> str:
    return " AND ".join(_alternatives(looked))


def _alternatives(looked: Looked) -> list[str]:
    return [
        _any_of([f'"{searching.stem(word)}"*', *(f'"{one}"' for one in looked.near.get(word, ()))])
        for word in looked.words
    ]


def _any_of(questions: Sequence[str]) -> str:
    return questions[0] if len(questions) == 1 else f"({' OR '.join(questions)})"
