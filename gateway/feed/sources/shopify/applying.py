"""What was read from Shopify, written as our rows: a few articles, some stock, or everything.

The few are a numbered delta of the source's own feed and the numbers that belong to it, in one
transaction. Everything is a merge by difference, like an imported catalogue.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

from gateway.domain.rows import Row
from gateway.feed import checking, digest, local
from gateway.feed.messages import Change
from gateway.feed.sources.shopify import mapping, styles
from gateway.feed.sources.shopify.assembling import Catalogue
from gateway.feed.sources.shopify.mapping import Rules
from gateway.feed.sources.shopify.reading import Fetched
from gateway.feed.sources.shopify.records import Article, Facts, Level, Variant
from gateway.feed.sources.shopify.styles import Style
from gateway.settings import Settings, Source
from gateway.store import guarding, replica, shopify
from gateway.store.database import Connection, Database
from gateway.store.guarding import Guard, Ruling
from gateway.store.replica_rows import cases_of

SOURCE: Source = "shopify"
_SLICE = 50

Key = tuple[str, str]
"""Kind and key of a row."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """How this shop's rows are made."""

    settings: Settings
    rules: Rules


@dataclass(slots=True)
class Wrote:
    """What a write changed, by row (None: it went), and the items whose stock must be asked for."""

    changes: dict[Key, Any] = field(default_factory=dict)
    items: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Later:
    """What was written while everything was being read: newer than the reading, so it stays."""

    rows: dict[Key, Any] = field(default_factory=dict)
    articles: set[str] = field(default_factory=set)


def survey(connection: Connection, fetched: Iterable[Fetched], way: Way, at: datetime) -> Ruling:
    """What the guard says to all of these articles, of which a few are written at a time.

    Taken one by one the first half of a mass of prices would be in force before it is one. Only
    reads.
    """
    expected = (change for one in fetched for change in _expected(connection, one, way))
    return _rule(connection, expected, way, at)


def survey_levels(
    connection: Connection, levels: Sequence[Level], way: Way, at: datetime
) -> Ruling:
    """The same for stock: what Shopify keeps nowhere any more goes."""
    return _rule(connection, _stock_changes(connection, levels, way), way, at)


def _rule(connection: Connection, changes: Iterable[Change], way: Way, at: datetime) -> Ruling:
    owner = checking.owner_in(way.settings, SOURCE)
    rows = {
        (change.kind, change.key): checking.row(
            SOURCE, change.kind, change.key, change.value, owner
        )
        for change in changes
    }
    cases = cases_of(rows, replica.held(connection, SOURCE, rows))
    guard = Guard(ranges=way.settings.shop.price_ranges)
    return guarding.rule_on(connection, guard, SOURCE, cases, at)


def _expected(connection: Connection, one: Fetched, way: Way) -> Iterator[Change]:
    """The prices and tombstones that will be written for one article."""
    gone = set(shopify.variants_of(connection, one.id))
    if one.article is None or not one.article.on_sale:
        yield Change(kind="group", key=one.id, value=None)
    else:
        gone -= {variant.id for variant in one.variants}
        style = styles.style(one.article, way.settings.shopify)
        mapped = mapping.article_rows(one.article, one.variants, style, (), way.rules).rows
        yield from (_change(row) for row in mapped if row.kind == "offers")
    yield from (change for variant in gone for change in _gone(variant, way))


def write_articles(
    connection: Connection,
    fetched: Sequence[Fetched],
    way: Way,
    number: int,
    at: datetime,
    ruling: Ruling | None = None,
) -> Wrote:
    """Let these articles be as they were fetched; what is no longer on sale goes.

    ``ruling`` is that of ``survey`` over all of a poll.
    """
    wrote = Wrote()
    changes: list[Change] = []
    shown: dict[str, Style] = {}
    touched: set[str] = set()
    for one in fetched:
        touched.add(shopify.style_of(connection, one.id))
        if one.article is not None and one.article.on_sale:
            shown[one.id] = styles.style(one.article, way.settings.shopify)
            touched.add(shown[one.id].key)
        changes += _numbers(connection, one, shown.get(one.id), way, number, wrote)
    joined: dict[str, tuple[str, ...]] = {}
    for key in touched - {""}:
        joined |= styles.joined(shopify.of_style(connection, key))
        changes += _others(connection, shopify.of_style(connection, key), joined)
    for one in fetched:
        if one.article is not None and one.id in shown:
            siblings = joined.get(one.id, ())
            changes += _rows(connection, one, one.article, shown[one.id], siblings, way)
    _write(connection, changes, way, at, wrote, ruling)
    return wrote


def write_levels(
    connection: Connection,
    levels: Sequence[Level],
    way: Way,
    at: datetime,
    ruling: Ruling | None = None,
) -> Wrote:
    """Let the stock of variants on sale be as these levels say.

    ``ruling`` is that of ``survey_levels`` over all of a poll.
    """
    wrote = Wrote()
    _write(connection, _stock_changes(connection, levels, way), way, at, wrote, ruling)
    return wrote


def _stock_changes(connection: Connection, levels: Sequence[Level], way: Way) -> list[Change]:
    variants = shopify.variants_of_items(connection, [level.item for level in levels])
    return [
        change
        for level in levels
        for variant in variants.get(level.item, ())
        if (change := _stock(level, variant.variant, way, tracked=variant.tracked)) is not None
    ]


def whole_rows(
    catalogue: Catalogue, facts: Facts, way: Way, later: Mapping[Key, Any]
) -> Iterator[Row]:
    """Every row of the catalogue; ``later`` are rows that were written since it was read."""
    written: set[Key] = set()
    for row in _all_rows(catalogue, facts, way):
        key = (row.kind, row.key)
        if key not in later:
            yield row
        elif later[key] is not None and key not in written:
            written.add(key)
            yield Row(kind=row.kind, key=row.key, value=later[key])
    for (kind, name), value in later.items():
        if value is not None and (kind, name) not in written:
            yield Row(kind=kind, key=name, value=value)


async def replace_all(
    database: Database,
    catalogue: Catalogue,
    facts: Facts,
    way: Way,
    later: Later,
    *,
    number: int,
    at: datetime,
) -> local.Replaced:
    """Let the catalogue be all that Shopify says, as reading ``number``."""
    rows = whole_rows(catalogue, facts, way, later.rows)
    replaced = await local.replace(database, way.settings, SOURCE, rows, at=at)
    fresh = [
        one for one in catalogue.articles.values() if one.on_sale and one.id not in later.articles
    ]
    for begin in range(0, len(fresh), _SLICE):
        some = fresh[begin : begin + _SLICE]
        step = partial(_put_some, articles=some, catalogue=catalogue, way=way, number=number)
        await database.write_patiently(step)
    forget = partial(shopify.drop_unseen, number=number, limit=_SLICE)
    while await database.write_patiently(forget):
        pass
    return replaced


def _put_some(
    connection: Connection,
    articles: Sequence[Article],
    catalogue: Catalogue,
    way: Way,
    number: int,
) -> None:
    for one in articles:
        variants = catalogue.variants.get(one.id, [])
        style = styles.style(one, way.settings.shopify)
        problems = mapping.article_rows(one, variants, style, (), way.rules).problems or {}
        kept = [_numbered(variant, problems.get(variant.id)) for variant in variants]
        shopify.put(connection, one.id, style.key, kept, number)


def _all_rows(catalogue: Catalogue, facts: Facts, way: Way) -> Iterator[Row]:
    yield from mapping.place_rows(way.settings, facts, way.rules.places)
    on_sale = {key: one for key, one in catalogue.articles.items() if one.on_sale}
    found = {key: styles.style(one, way.settings.shopify) for key, one in on_sale.items()}
    siblings = styles.siblings({key: style.key for key, style in found.items()})
    for key, one in on_sale.items():
        variants = catalogue.variants.get(key, [])
        of_it = siblings.get(key, ())
        yield from mapping.article_rows(one, variants, found[key], of_it, way.rules).rows
        for variant in variants:
            for level in catalogue.levels.get(variant.item, ()):
                change = _stock(level, variant.id, way, tracked=variant.tracked)
                if change is not None and change.value is not None:
                    yield Row(kind=change.kind, key=change.key, value=change.value)


def _numbers(
    connection: Connection,
    one: Fetched,
    style: Style | None,
    way: Way,
    number: int,
    wrote: Wrote,
) -> Iterator[Change]:
    """Bring the numbers of one article up to date; tombstones of what it no longer has."""
    before = shopify.variants_of(connection, one.id)
    if one.article is None or style is None:
        shopify.drop(connection, one.id)
        yield Change(kind="group", key=one.id, value=None)
        yield from (change for gone in before for change in _gone(gone, way))
        return
    problems = mapping.article_rows(one.article, one.variants, style, (), way.rules).problems
    now = [_numbered(variant, (problems or {}).get(variant.id)) for variant in one.variants]
    shopify.put(connection, one.id, style.key, now, number)
    wrote.items += [
        new.item
        for new in now
        if new.variant not in before or before[new.variant].tracked != new.tracked
    ]
    kept = {new.variant for new in now}
    yield from (change for gone in before if gone not in kept for change in _gone(gone, way))


def _rows(
    connection: Connection,
    one: Fetched,
    article: Article,
    style: Style,
    siblings: Sequence[str],
    way: Way,
) -> Iterator[Change]:
    rows = mapping.article_rows(article, one.variants, style, siblings, way.rules).rows
    written = {(row.kind, row.key) for row in rows}
    yield from map(_change, rows)
    if ("group", article.id) not in written:
        yield Change(kind="group", key=article.id, value=None)
    for variant in shopify.variants_of(connection, article.id):
        for kind in ("product", "offers"):
            if (kind, variant) not in written:
                yield Change(kind=kind, key=variant, value=None)


def _others(
    connection: Connection, members: Iterable[str], joined: Mapping[str, tuple[str, ...]]
) -> Iterator[Change]:
    """The groups of a style with its siblings of now; those being written come after and win."""
    for member in members:
        text = replica.value(connection, SOURCE, "group", member)
        if text is not None:
            value = json.loads(text) | {"siblings": list(joined.get(member, ()))}
            yield Change(kind="group", key=member, value=value)


def _gone(variant: str, way: Way) -> Iterator[Change]:
    yield Change(kind="product", key=variant, value=None)
    yield Change(kind="offers", key=variant, value=None)
    for place in way.rules.places.values():
        yield Change(kind="stock", key=f"{place}/{variant}", value=None)


def _stock(level: Level, variant: str, way: Way, *, tracked: bool) -> Change | None:
    return mapping.stock_change(level, variant, tracked=tracked, rules=way.rules)


def _numbered(variant: Variant, problem: str | None) -> shopify.Variant:
    return shopify.Variant(
        variant=variant.id,
        article=variant.article,
        item=variant.item,
        tracked=variant.tracked,
        problem=problem,
    )


def _change(row: Row) -> Change:
    return Change(kind=row.kind, key=row.key, value=row.value)


def _write(
    connection: Connection,
    changes: Iterable[Change],
    way: Way,
    at: datetime,
    wrote: Wrote,
    ruling: Ruling | None = None,
) -> None:
    """Write what differs from the replica, of the kinds that are Shopify's in this shop."""
    last = {(change.kind, change.key): change for change in changes}
    differing: list[Change] = []
    for (kind, key), change in last.items():
        before = replica.value(connection, SOURCE, kind, key)
        now = None if change.value is None else digest.canonical(change.value)
        if before != now:
            differing.append(change)
            wrote.changes[kind, key] = change.value
    delta = local.check(way.settings, SOURCE, differing, ruling)
    local.apply(connection, delta, at)
