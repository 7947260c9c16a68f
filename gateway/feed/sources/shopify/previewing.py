"""What would come of Shopify's catalogue with these settings; changes nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from gateway.clock import Clock
from gateway.errors import AnaquelError
from gateway.feed.sources import difference, reports
from gateway.feed.sources.difference import Difference
from gateway.feed.sources.shopify import applying, client, mapping, styles
from gateway.feed.sources.shopify.applying import SOURCE, Way
from gateway.feed.sources.shopify.assembling import Catalogue
from gateway.feed.sources.shopify.client import Client, ShopifyError
from gateway.feed.sources.shopify.mapping import PlacesError
from gateway.feed.sources.shopify.reading import Reader
from gateway.feed.sources.shopify.records import Facts
from gateway.feed.sources.shopify.styles import Style
from gateway.settings import Settings
from gateway.store.database import Connection, Database
from gateway.store.guarding import Guard


class PreviewError(AnaquelError):
    """Nothing can be shown; the message says why and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """Everything as it was read, how it would be mapped, and what would change."""

    facts: Facts
    way: Way
    publication: str | None
    catalogue: Catalogue
    styles: Mapping[str, Style]
    difference: Difference


async def preview(database: Database, settings: Settings, clock: Clock) -> Preview:
    """Read everything and compare it with what the shop has. Raises ``PreviewError``."""
    options = settings.shopify
    if options.shop is None:
        raise PreviewError("[shopify] names no shop: write shop, client_id and client_secret_file")
    secrets = await asyncio.to_thread(client.read_secrets, options)
    try:
        async with Client(options, secrets[0], clock) as talking:
            reader = Reader(talking, options)
            facts = await reader.facts()
            publication = await reader.publication()
            way = Way(settings=settings, rules=mapping.rules(settings, facts))
            whole = await reader.whole(database.path.parent, publication)
    except (ShopifyError, PlacesError) as error:
        raise PreviewError(str(error)) from error
    compare = partial(_compare, catalogue=whole.catalogue, facts=facts, way=way, at=clock.now())
    return Preview(
        facts=facts,
        way=way,
        publication=publication,
        catalogue=whole.catalogue,
        styles={
            key: styles.style(one, options)
            for key, one in whole.catalogue.articles.items()
            if one.on_sale
        },
        difference=await database.read(compare),
    )


def lines(found: Preview, *, most: int) -> Iterator[str]:
    """The preview in words, at most ``most`` of each list."""
    articles, facts = found.catalogue.articles, found.facts
    taxes = "with" if facts.taxes_included else "without"
    yield f"{facts.name}: {facts.currency}, prices {taxes} tax"
    if found.way.rules.tax is None:
        yield "  no price would be shown: write tax_percent under [shopify]"
    channel = found.publication or "none, so all active articles are taken"
    yield f"  channel: {channel}"
    for place in facts.places:
        ours = found.way.rules.places.get(place.id, "left out")
        yield f'  place "{place.name}" ({place.id}): {ours}'
    yield f"{len(found.styles)} of {len(articles)} articles are on sale here"
    yield from _joined(found, most)
    problems = list(_problems(found))
    for problem in problems[:most]:
        yield f"  {problem}"
    yield from reports.difference(found.difference, most)
    yield "Nothing was changed."


def _joined(found: Preview, most: int) -> Iterator[str]:
    """Each style with its colours, largest first."""
    by_key: dict[str, list[str]] = {}
    for article, style in found.styles.items():
        if style.key:
            by_key.setdefault(style.key, []).append(article)
    groups = sorted(
        (members for members in by_key.values() if len(members) > 1), key=len, reverse=True
    )
    alone = len(found.styles) - sum(map(len, groups))
    yield f"{len(groups)} styles join several articles; {alone} articles stand alone"
    for members in groups[:most]:
        shown = (
            f"{found.catalogue.articles[one].title} [{found.styles[one].color or 'no colour'}]"
            for one in members[:most]
        )
        yield f"  {' + '.join(shown)}"
    if len(groups) > most:
        yield f"  and {len(groups) - most} styles more"


def _problems(found: Preview) -> Iterator[str]:
    for key, style in found.styles.items():
        article, variants = found.catalogue.articles[key], found.catalogue.variants.get(key, [])
        mapped = mapping.article_rows(article, variants, style, (), found.way.rules)
        yield from (mapped.problems or {}).values()


def _compare(
    connection: Connection, catalogue: Catalogue, facts: Facts, way: Way, at: datetime
) -> Difference:
    rows = applying.whole_rows(catalogue, facts, way, {})
    guard = Guard(ranges=way.settings.shop.price_ranges)
    return difference.between(
        connection, way.settings, SOURCE, rows, whole=True, guard=guard, at=at
    )
