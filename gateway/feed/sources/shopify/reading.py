"""Gathers what one look at Shopify needs, page by page."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from gateway.feed.sources.shopify import assembling, queries, records
from gateway.feed.sources.shopify.assembling import Catalogue
from gateway.feed.sources.shopify.client import Client, Reason, ShopifyError
from gateway.feed.sources.shopify.queries import Question
from gateway.feed.sources.shopify.records import (
    Article,
    Facts,
    Level,
    RecordError,
    Variant,
    member,
)
from gateway.settings import Shopify

MANY = 1_000
"""Changed articles beyond which a whole reading asks less of Shopify than single questions."""

_MAX_PAGES = 5_000
_BULK_MAX_S = 4 * 3600.0
_OVER = frozenset({"FAILED", "CANCELED", "CANCELING", "EXPIRED"})
_FAILURES = 5
_FILE = "shopify.jsonl"

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """One article as it is now; ``article`` is None when Shopify no longer has it."""

    id: str
    article: Article | None
    variants: tuple[Variant, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """Ids of what changed, at most ``MANY`` and ``more``; ``at`` is Shopify's time of asking."""

    articles: tuple[str, ...]
    more: bool
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """Everything, as it was at ``at`` (Shopify's time) or later."""

    catalogue: Catalogue
    at: datetime


class Reader:
    """Asks for what belongs together; every method raises ``ShopifyError``."""

    def __init__(self, client: Client, settings: Shopify) -> None:
        self._client = client
        self._settings = settings

    async def facts(self) -> Facts:
        """The shop, its places and the releases that Shopify supports."""
        answer = await self._client.ask(queries.facts())
        return _checked(records.facts, answer.data)

    async def publication(self) -> str | None:
        """The id of the channel whose articles are taken; None takes all that are active."""
        wanted = self._settings.publication
        if not wanted or records.kind_of(wanted) == "Publication":
            return wanted or None
        try:
            answer = await self._client.ask(queries.publications())
        except ShopifyError as error:
            if error.reason is Reason.REFUSED:
                return None
            raise
        for node in _list(answer.data, "publications", "nodes"):
            catalog = _at(node, "catalog")
            if catalog is not None and _at(catalog, "title") == wanted:
                gid = str(_at(node, "id"))
                _checked(records.number_of, gid)
                return gid
        return None

    async def changed(self, since: datetime) -> Changed:
        """Which articles changed since then."""
        found: dict[str, None] = {}
        at: datetime | None = None
        after: str | None = None
        text = since.isoformat()
        for _ in range(_MAX_PAGES):
            answer = await self._client.ask(queries.changed_articles(text, after))
            at = at or answer.at
            for node in _list(answer.data, "products", "nodes"):
                found[_checked(records.number_of, str(_at(node, "id")))] = None
            after = _next(answer.data, "products")
            if after is None or len(found) > MANY:
                break
        return Changed(articles=tuple(found)[:MANY], more=len(found) > MANY, at=at or since)

    async def articles(self, ids: Sequence[str], publication: str | None) -> list[Fetched]:
        """Up to ``queries.ARTICLES_AT_ONCE`` articles with all their variants."""
        answer = await self._client.ask(queries.articles(ids, self._settings, publication))
        nodes = _list(answer.data, "nodes")
        if len(nodes) != len(ids):
            raise _unreadable("it left out articles")
        return [await self._fetched(*pair) for pair in zip(ids, nodes, strict=True)]

    async def changed_levels(self, places: Iterable[str], since: datetime) -> list[Level]:
        """The stock at these places that changed since then."""
        found: list[Level] = []
        for place in places:

            def page(after: str | None, place: str = place) -> Question:
                return queries.changed_levels(place, since.isoformat(), after)

            found += [
                _checked(records.level, node)
                for node in await self._pages(page, "location", "inventoryLevels")
            ]
        return found

    async def levels_of(self, items: Sequence[str]) -> list[Level]:
        """The stock of these items at all places."""
        found: list[Level] = []
        for begin in range(0, len(items), queries.ITEMS_AT_ONCE):
            some = items[begin : begin + queries.ITEMS_AT_ONCE]
            answer = await self._client.ask(queries.levels_of(some))
            for node in _list(answer.data, "nodes"):
                if node is not None:
                    levels = _list(node, "inventoryLevels", "nodes")
                    found += [_checked(records.level, one) for one in levels]
        return found

    async def whole(self, folder: Path, publication: str | None) -> Whole:
        """Everything, by way of a file in ``folder`` that is gone afterwards."""
        bulk = await self._prepared(publication)
        objects = int(_at(bulk, "objectCount"))
        at = datetime.fromisoformat(str(_at(bulk, "createdAt")))
        url = _at(bulk, "url")
        if url is None and objects == 0:
            return Whole(catalogue=Catalogue(), at=at)
        size = _at(bulk, "fileSize")
        target = folder / _FILE
        try:
            await self._client.download(str(url), target, None if size is None else int(size))
            catalogue = await asyncio.to_thread(assembling.read, target, objects)
        except RecordError as error:
            raise _unreadable(str(error)) from error
        finally:
            await asyncio.to_thread(target.unlink, missing_ok=True)
        return Whole(catalogue=catalogue, at=at)

    async def _prepared(self, publication: str | None) -> Any:
        """The finished bulk operation."""
        answer = await self._client.ask(queries.run_bulk(self._settings, publication))
        begun = _at(answer.data, "bulkOperationRunQuery")
        if errors := _list(begun, "userErrors"):
            said = str(_at(errors[0], "message"))[:200]
            raise ShopifyError(Reason.AWAY, f"Shopify prepares no whole reading now: {said}")
        gid = str(_at(begun, "bulkOperation", "id"))
        _checked(records.number_of, gid)
        waited_s, failures = 0.0, 0
        while waited_s < _BULK_MAX_S:
            await self._client.sleep(self._settings.bulk_s)
            waited_s += self._settings.bulk_s
            try:
                answer = await self._client.ask(queries.bulk_state(gid))
            except ShopifyError as error:
                # Shopify goes on preparing while our line is down.
                failures += 1
                if error.reason is not Reason.AWAY or failures == _FAILURES:
                    raise
                continue
            failures = 0
            bulk = _at(answer.data, "bulkOperation")
            status = _at(bulk, "status")
            if status == "COMPLETED":
                return bulk
            if status in _OVER:
                why = _at(bulk, "errorCode")
                raise ShopifyError(
                    Reason.AWAY, f"Shopify did not finish the whole reading: {status} {why or ''}"
                )
        raise ShopifyError(Reason.AWAY, "Shopify took too long to prepare the whole reading")

    async def _fetched(self, article: str, node: Any) -> Fetched:
        if node is None:
            return Fetched(id=article, article=None, variants=())
        read = _checked(records.article, node)
        variants = _list(node, "variants", "nodes")
        after = _next(node, "variants")
        while after is not None and len(variants) <= _MAX_PAGES:
            answer = await self._client.ask(queries.more_variants(article, after))
            product = _at(answer.data, "product")
            if product is None:
                return Fetched(id=article, article=None, variants=())
            variants = variants + _list(product, "variants", "nodes")
            after = _next(product, "variants")
        return Fetched(
            id=article,
            article=read,
            variants=tuple(_checked(records.variant, one) for one in variants),
        )

    async def _pages(self, page: Callable[[str | None], Question], *path: str) -> list[Any]:
        found: list[Any] = []
        after: str | None = None
        for _ in range(_MAX_PAGES):
            answer = await self._client.ask(page(after))
            if _at(answer.data, path[0]) is None:
                return found
            found += _list(answer.data, *path, "nodes")
            after = _next(answer.data, *path)
            if after is None:
                break
        return found


def _unreadable(why: str) -> ShopifyError:
    return ShopifyError(Reason.UNREADABLE, f"Shopify does not answer as it should: {why}")


def _checked(read: Callable[[Any], T], value: Any) -> T:
    try:
        return read(value)
    except RecordError as error:
        raise _unreadable(str(error)) from error


def _at(value: Any, *path: str) -> Any:
    return _checked(lambda one: member(one, *path), value)


def _list(value: Any, *path: str) -> list[Any]:
    found = _at(value, *path)
    if not isinstance(found, list):
        raise _unreadable(f"{'.'.join(path)} is no list")
    return found


def _next(value: Any, *path: str) -> str | None:
    """The cursor of the next page; None on the last."""
    info = _at(value, *path, "pageInfo")
    cursor = _at(info, "endCursor")
    more = _at(info, "hasNextPage") is True and isinstance(cursor, str)
    return cursor if more else None
