"""The index of words: written by the transaction that changes the rows it is made of."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from gateway.domain import searching
from gateway.store import bulk, search_words
from gateway.store.database import Connection
from gateway.store.search_words import Value


@dataclass(slots=True)
class Change:
    """The values in force of a row before and after; None is no row."""

    key: str
    was: Value | None
    now: Value | None


class _Text(NamedTuple):
    """What is kept of one article; of a group ``group`` is its own key."""

    group: str | None
    category: str | None
    color: str | None
    words: str


_Texts = dict[tuple[str, str], _Text]
_Gone = list[tuple[str, str]]


def follow(connection: Connection, groups: Sequence[Change], products: Sequence[Change]) -> None:
    """Bring the index up to date with changed rows; call it when the look-up keys are."""
    styles = {one.key: search_words.of_group(one.now) for one in groups}
    now: _Texts = {}
    known: _Gone = []
    renamed = []
    for one in groups:
        if one.was is not None:
            known.append(("group", one.key))
        if one.now is not None:
            words = " ".join(styles[one.key])
            now["group", one.key] = _Text(one.key, None, None, words)
        if search_words.of_group(one.was) != styles[one.key]:
            renamed.append(one.key)
    given = {one.key: one.now for one in products}
    known += (("product", one.key) for one in products if one.was is not None)
    members = _members(connection, renamed, besides=given)
    known += (("product", key) for key in members)
    products_now = [*given.items(), *members.items()]
    _read_styles(connection, {one.get("group") for _, one in products_now if one}, styles)
    for key, value in products_now:
        if value is not None:
            now["product", key] = _of_product(value, styles)
    _write(connection, known, now)


def _of_product(value: Value, styles: Mapping[str, tuple[str, ...]]) -> _Text:
    group = value.get("group")
    color = (value.get("options") or {}).get("color")
    words = search_words.of_product(value, styles[group] if group is not None else ())
    return _Text(group, value.get("category"), color, " ".join(words))


def _members(
    connection: Connection, groups: Iterable[str], *, besides: Mapping[str, object]
) -> dict[str, Value | None]:
    """The products of these groups; each had its text before."""
    rows = connection.execute(
        "SELECT p.key, p.value FROM json_each(?) AS wanted "
        "CROSS JOIN product ON product.group_id = wanted.value "
        "CROSS JOIN in_force AS p ON p.kind = 'product' AND p.key = product.id",
        (json.dumps(list(groups)),),
    )
    return {key: json.loads(value) for key, value in rows if key not in besides}


def _read_styles(
    connection: Connection, groups: set[str | None], styles: dict[str, tuple[str, ...]]
) -> None:
    missing = [key for key in groups if key is not None and key not in styles]
    styles.update(dict.fromkeys(missing, ()))
    rows = connection.execute(
        "SELECT g.key, g.value FROM json_each(?) AS wanted "
        "CROSS JOIN in_force AS g ON g.kind = 'group' AND g.key = wanted.value",
        (json.dumps(missing),),
    )
    styles.update((key, search_words.of_group(json.loads(value))) for key, value in rows)


def _write(connection: Connection, known: _Gone, now: _Texts) -> None:
    """Put ``now`` in place of the texts of ``known``; what is not in either had none."""
    was = _kept(connection, known)
    gone = [place for place, text in was.items() if now.get(place) != text]
    new = [(*place, *text) for place, text in now.items() if was.get(place) != text]
    connection.executemany("DELETE FROM article_text WHERE kind = ? AND key = ?", gone)
    bulk.put_all(connection, "article_text (kind, key, group_id, category, color, words)", new)
    grown = Counter(" ".join([row[-1] or "" for row in new]).split())
    grown.subtract(" ".join([was[place].words for place in gone]).split())
    _count(connection, grown)


def _kept(connection: Connection, places: _Gone) -> _Texts:
    found: _Texts = {}
    for kind in ("group", "product"):
        keys = [key for of, key in places if of == kind]
        if not keys:
            continue
        rows = connection.execute(
            "SELECT t.key, t.group_id, t.category, t.color, t.words FROM json_each(?) AS wanted "
            "CROSS JOIN article_text AS t ON t.kind = ? AND t.key = wanted.value",
            (json.dumps(keys), kind),
        )
        found.update(((kind, row[0]), _Text._make(row[1:])) for row in rows)
    return found


def _count(connection: Connection, grown: Mapping[str, int]) -> None:
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
