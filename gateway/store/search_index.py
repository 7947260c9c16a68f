"""The index of words: written by the transaction that changes the rows it is made of."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from gateway.domain import searching
from gateway.store import bulk
from gateway.store.database import Connection
from gateway.store.search_words import words

Change = tuple[str, str | None, str | None]
"""A key with the JSON value in force before and after; None is no row."""


class Text(NamedTuple):
    """What is kept of one article; of a group ``group`` is its own key."""

    group: str | None
    category: str | None
    color: str | None
    words: str


def follow(connection: Connection, groups: Sequence[Change], products: Sequence[Change]) -> None:
    """Bring the index up to date with changed rows; call it when the look-up keys are."""
    now: dict[tuple[str, str], Text | None] = {}
    known: dict[str, dict[str, Any] | None] = {}
    renamed = []
    for key, was, value in groups:
        known[key] = None if value is None else json.loads(value)
        before = None if was is None else words(None, json.loads(was))
        after = None if value is None else words(None, known[key])
        if before != after:
            renamed.append(key)
            now["group", key] = None if after is None else Text(key, None, None, after)
    given = {key: None if value is None else json.loads(value) for key, _, value in products}
    given.update(_members(connection, renamed, besides=given))
    _read_groups(connection, {one.get("group") for one in given.values() if one}, known)
    for key, one in given.items():
        now["product", key] = None if one is None else _of_product(one, known)
    _write(connection, now)


def _of_product(one: Mapping[str, Any], groups: Mapping[str, Mapping[str, Any] | None]) -> Text:
    group = one.get("group")
    color = (one.get("options") or {}).get("color")
    of_group = None if group is None else groups.get(group)
    return Text(group, one.get("category"), color, words(one, of_group))


def _members(
    connection: Connection, groups: Iterable[str], *, besides: Mapping[str, Any]
) -> dict[str, dict[str, Any] | None]:
    rows = connection.execute(
        "SELECT p.key, p.value FROM json_each(?) AS wanted "
        "CROSS JOIN product ON product.group_id = wanted.value "
        "CROSS JOIN in_force AS p ON p.kind = 'product' AND p.key = product.id",
        (json.dumps(list(groups)),),
    )
    return {key: json.loads(value) for key, value in rows if key not in besides}


def _read_groups(
    connection: Connection, groups: set[str | None], known: dict[str, dict[str, Any] | None]
) -> None:
    missing = [key for key in groups if key is not None and key not in known]
    rows = connection.execute(
        "SELECT g.key, g.value FROM json_each(?) AS wanted "
        "CROSS JOIN in_force AS g ON g.kind = 'group' AND g.key = wanted.value",
        (json.dumps(missing),),
    )
    known.update((key, json.loads(value)) for key, value in rows)


def _write(connection: Connection, now: Mapping[tuple[str, str], Text | None]) -> None:
    if not now:
        return
    was: dict[tuple[str, str], Text] = {}
    for kind in ("group", "product"):
        keys = [key for of, key in now if of == kind]
        rows = connection.execute(
            "SELECT t.key, t.group_id, t.category, t.color, t.words FROM json_each(?) AS wanted "
            "CROSS JOIN article_text AS t ON t.kind = ? AND t.key = wanted.value",
            (json.dumps(keys), kind),
        )
        was.update(((kind, row[0]), Text._make(row[1:])) for row in rows)
    changed = [place for place, text in now.items() if text != was.get(place)]
    gone = [place for place in changed if place in was]
    connection.executemany("DELETE FROM article_text WHERE kind = ? AND key = ?", gone)
    new = [(*place, *text) for place in changed if (text := now[place]) is not None]
    columns = "article_text (kind, key, group_id, category, color, words)"
    bulk.put_all(connection, columns, new)
    _count(connection, (was[place].words for place in gone), (str(row[-1]) for row in new))


def _count(connection: Connection, gone: Iterable[str], new: Iterable[str]) -> None:
    grown = Counter(word for text in new for word in text.split())
    grown.subtract(word for text in gone for word in text.split())
    moved = {word: by for word, by in grown.items() if by and not searching.is_number(word)}
    if not moved:
        return
    connection.execute(
        "INSERT INTO search_word (word, uses) SELECT key, value FROM json_each(?) WHERE true "
        "ON CONFLICT (word) DO UPDATE SET uses = uses + excluded.uses",
        (json.dumps(moved),),
    )
    fewer = [word for word, by in moved.items() if by < 0]
    if fewer:
        connection.execute(
            "DELETE FROM search_word WHERE uses <= 0 AND word IN (SELECT value FROM json_each(?))",
            (json.dumps(fewer),),
        )
