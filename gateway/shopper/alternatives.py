"""What to offer instead of what was not found: other colours and sizes here, the same elsewhere."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.domain.catalogue import Family, Product
from gateway.domain.stock import Availability
from gateway.shopper import addresses, stocked
from gateway.shopper.grid import Spot
from gateway.shopper.variants import Variants
from gateway.web.words import Tongue

_MOST_COLORS = 3
_MOST_PLACES = 3
_THERE = (Availability.IN_STOCK, Availability.LAST)


@dataclass(frozen=True, slots=True, kw_only=True)
class Instead:
    """Another variant that is here; ``hex`` is its colour where that is another."""

    title: str
    href: str
    hex: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Alternatives:
    """Variants in this shop, and other places that have the same one."""

    here: tuple[Instead, ...]
    places: tuple[tuple[str, str], ...]


def of(product: Product, family: Family, shop: str, tongue: Tongue) -> Alternatives:
    """What there is instead: the same size in other colours first, then the sizes next to it."""
    variants = Variants(family, shop, tongue)
    own = next((spot for spot in variants.grid.spots if spot.product.id == product.id), None)
    there: list[Spot] = []
    if own is not None:
        colors = [spot for spot in _colors(own, variants) if _is_here(spot, family, shop)]
        sizes = [spot for spot in _sizes(own, variants) if _is_here(spot, family, shop)]
        there = [*colors[:_MOST_COLORS], *sizes]
    return Alternatives(
        here=tuple(_instead(spot, own, variants, tongue) for spot in there),
        places=tuple(
            (place.name, place.address or "")
            for place in stocked.had_at(product, family, shop)[:_MOST_PLACES]
        ),
    )


def _colors(own: Spot, variants: Variants) -> list[Spot]:
    return [
        spot
        for color in variants.grid.colors
        if color != own.color
        for spot in variants.grid.at(color, own.size, own.extra)
    ]


def _sizes(own: Spot, variants: Variants) -> list[Spot]:
    axis = variants.grid.size
    rows = variants.rows(axis) if axis is not None else ()
    if own.size not in rows:
        return []
    place = rows.index(own.size)
    return [
        spot
        for other in (place - 1, place + 1)
        if 0 <= other < len(rows)
        for spot in variants.grid.at(own.color, rows[other], own.extra)
    ]


def _is_here(spot: Spot, family: Family, shop: str) -> bool:
    product = spot.product
    return stocked.is_for_sale(product) and stocked.here(product, family, shop) in _THERE


def _instead(spot: Spot, own: Spot | None, variants: Variants, tongue: Tongue) -> Instead:
    color, hex_value = variants.color_words(spot.color)
    same_color = own is not None and spot.color == own.color
    axis = variants.grid.size
    size = f"{variants.axis_name(axis)} {variants.value(spot.size)}" if axis is not None else ""
    title = size if same_color else " · ".join(part for part in (color, size) if part)
    href = addresses.address(f"/p/{spot.product.id}", tongue)
    return Instead(title=title, href=href, hex=None if same_color else hex_value)
