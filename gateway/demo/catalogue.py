"""An invented sneaker shop in Guadalajara with three neighbours, as feed rows that live on.

``shop`` opens it: what it sells is always the same, stock and offers follow the seed. ``changes``
is what its central system does next: pieces are sold and replenished, sales begin and end.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from random import Random
from typing import Any

from gateway.demo import styles
from gateway.demo.styles import Colour, Style
from gateway.domain import gtin
from gateway.domain.rows import Row
from gateway.feed import rows

SHOP = "s042"
LOCATIONS = (SHOP, "s043", "s044", "online")
CURRENCY = "MXN"
ZONE = timezone(timedelta(hours=-6), "Guadalajara")
"""Central Mexico has no summer time since 2022."""

_SALE_CAMPAIGN = "fin-de-temporada"
_CLEARANCE_CAMPAIGN = "ultimas-tallas"
_SIZE_AXIS = {"axis": "size", "name": {"es": "Talla", "en": "Size"}}
_COLOUR_AXIS = {"axis": "color", "name": {"es": "Color", "en": "Colour"}}
# GS1's demonstration prefix, then four digits for the maker, three for the colourway and two for
# the size.
_DEMONSTRATION_PREFIX = "952"
# Pieces that a location keeps of a size in the middle of the run, at least and at most.
_USUAL = {SHOP: (2, 7), "s043": (1, 6), "s044": (0, 4), "online": (5, 40)}
_ON_SALE_AT_LEAST = 0.10
_ON_SALE_AT_MOST = 0.25
_SOLD_OUT_AT_MOST = {SHOP: 0.15, "s043": 0.2, "s044": 0.35, "online": 0.02}
_PRICE_CHANCE = 0.4
# In ten minutes that are at most 40 colourways with their 12 prices each: fewer than half of all
# prices, which is where the guard of the feed would hold them.
_BETWEEN_PRICES = timedelta(seconds=15)


@dataclass(frozen=True, slots=True, kw_only=True)
class Colourway:
    """One style in one colour: the unit that gets a price; products in order of size."""

    id: str
    group: str
    list_price: int
    products: tuple[str, ...]


class DemoShop:
    """The catalogue as it is now: rows by kind and key, and the colourways that are priced.

    ``repriced_at`` is when the central system last changed a price.
    """

    def __init__(
        self, opening: tuple[Row, ...], colourways: tuple[Colourway, ...], *, at: datetime
    ) -> None:
        self.colourways = colourways
        self.repriced_at = at
        self._rows = {(row.kind, row.key): row for row in opening}

    def rows(self) -> tuple[Row, ...]:
        """All rows in feed order."""
        return tuple(sorted(self._rows.values(), key=lambda row: rows.rank(row.kind)))

    def of_kind(self, kind: str) -> tuple[Row, ...]:
        """The rows of one kind, in the order of the catalogue."""
        return tuple(row for row in self._rows.values() if row.kind == kind)

    def value(self, kind: str, key: str) -> dict[str, Any]:
        """The value of one row. Raises ``KeyError`` for a row the shop does not have."""
        return self._rows[kind, key].value

    def put(self, row: Row) -> None:
        """Make ``row`` the full state of its kind and key."""
        self._rows[row.kind, row.key] = row


def shop(seed: int = 1, *, at: datetime) -> DemoShop:
    """The shop as it opens at ``at`` (aware); the same seed and time give the same rows."""
    random = Random(seed)
    now = at.astimezone(ZONE)
    found = list(_locations())
    colourways: list[Colourway] = []
    makers: dict[str, int] = {}
    for style in styles.load():
        maker = makers.setdefault(style.brand, 1100 + 11 * len(makers))
        found += _groups(style)
        for colour in style.colours:
            made, colourway = _products(style, colour, maker, number=len(colourways) + 1)
            found += made
            colourways.append(colourway)
    for place, colourway in enumerate(colourways):
        offers = _opening_offers(colourway, place, random, now)
        found += _priced(colourway, offers)
        clearance = any(offer["kind"] == "clearance" for offer in offers)
        found += _opening_stock(colourway, random, now, clearance=clearance)
    return DemoShop(tuple(found), tuple(colourways), at=now)


def changes(shop: DemoShop, random: Random, *, at: datetime) -> list[Row]:
    """What the central system changes next at ``at``; applied to ``shop`` and returned.

    Mostly one to four stock levels; four times a minute at most also the offers of one colourway
    in all its sizes. Call it with rising times.
    """
    now = at.astimezone(ZONE)
    changed: list[Row] = []
    if now - shop.repriced_at >= _BETWEEN_PRICES and random.random() < _PRICE_CHANCE:
        changed += _expired(shop, now) or _repriced(shop, random, now)
        shop.repriced_at = now
    for location in random.sample(LOCATIONS, random.randint(1, 2)):
        moved = _moved(_pieces(shop, location), random, location)
        changed += [_stock(location, product, pieces, now) for product, pieces in moved.items()]
    for row in changed:
        shop.put(row)
    return changed


def _locations() -> Iterator[Row]:
    names = {
        SHOP: ("Guadalajara Centro", "shop", "Av. Juárez 417, Centro, 44100 Guadalajara, Jal."),
        "s043": ("Zapopan", "shop", "Av. Ávila Camacho 2130, 45160 Zapopan, Jal."),
        "s044": ("Tlaquepaque", "shop", "Calle Independencia 88, 45500 Tlaquepaque, Jal."),
        "online": ("Tienda en línea", "online", None),
    }
    for key, (name, kind, address) in names.items():
        value = {"name": name, "kind": kind} | ({"address": address} if address else {})
        yield Row(kind="location", key=key, value=value)


def _group_id(style: Style, colour: Colour) -> str:
    return f"{style.id}-{colour.id}" if style.siblings else style.id


def _groups(style: Style) -> Iterator[Row]:
    shared: dict[str, Any] = {
        "name": dict(style.name),
        "brand": style.brand,
        "description": dict(style.description),
    }
    size_axis = _SIZE_AXIS | {"values": list(style.sizes)}
    if not style.siblings:
        colour_axis = _COLOUR_AXIS | {"values": [colour.id for colour in style.colours]}
        yield Row(kind="group", key=style.id, value=shared | {"axes": [colour_axis, size_axis]})
        return
    ids = [_group_id(style, colour) for colour in style.colours]
    for key in ids:
        siblings = [other for other in ids if other != key]
        yield Row(kind="group", key=key, value=shared | {"axes": [size_axis], "siblings": siblings})


def _products(
    style: Style, colour: Colour, maker: int, *, number: int
) -> tuple[list[Row], Colourway]:
    group = _group_id(style, colour)
    made = []
    for place, size in enumerate(style.sizes, 1):
        body = f"{_DEMONSTRATION_PREFIX}{maker:04d}{number:03d}{place:02d}"
        value = {
            "group": group,
            "gtins": [gtin.normalise(body + gtin.check_digit(body))],
            "sku": f"{style.code}-{colour.id[:3].upper()}-{size.replace('.', '')}",
            "name": dict(style.name),
            "options": {"color": colour.id, "size": size},
            "color": {"name": dict(colour.name), "hex": colour.hex},
            "category": style.category,
            "status": "active",
            "ranged": True,
        }
        made.append(Row(kind="product", key=f"{style.id}-{colour.id}-{size}", value=value))
    colourway = Colourway(
        id=f"{style.id}-{colour.id}",
        group=group,
        list_price=style.price,
        products=tuple(row.key for row in made),
    )
    return made, colourway


def _opening_offers(
    colourway: Colourway, place: int, random: Random, now: datetime
) -> list[dict[str, Any]]:
    """Every kind of price there is, however the dice fall, then some more by chance."""
    if place == 0:  # ends while somebody watches
        return _sale(colourway, 0.8, begin=_midnight(now, -3), end=_minutes(now, 10))
    if place == 5:  # begins while somebody watches
        return _sale(colourway, 0.75, begin=_minutes(now, 5), end=_midnight(now, 7))
    if place % 11 == 4:
        return [
            _list_offer(colourway),
            {
                "kind": "clearance",
                "amount": _amount(colourway.list_price * 0.5),
                "campaign": _CLEARANCE_CAMPAIGN,
            },
        ]
    if place % 7 == 2 or random.random() < 0.05:
        return _sale_of_days(colourway, random, now)
    return [_list_offer(colourway)]


def _list_offer(colourway: Colourway) -> dict[str, Any]:
    return {"kind": "list", "amount": f"{colourway.list_price}.00"}


def _sale(
    colourway: Colourway, share: float, *, begin: datetime, end: datetime
) -> list[dict[str, Any]]:
    return [
        _list_offer(colourway),
        {
            "kind": "sale",
            "amount": _amount(colourway.list_price * share),
            "valid_from": begin.isoformat(),
            "valid_until": end.isoformat(),
            "campaign": _SALE_CAMPAIGN,
        },
    ]


def _sale_of_days(colourway: Colourway, random: Random, now: datetime) -> list[dict[str, Any]]:
    share = random.choice((0.7, 0.75, 0.8, 0.85))
    end = _midnight(now, random.randint(3, 14))
    return _sale(colourway, share, begin=now.replace(microsecond=0), end=end)


def _amount(pesos: float) -> str:
    """The nearest price that ends in 9, as shops here write them."""
    return f"{round((pesos - 9) / 10) * 10 + 9}.00"


def _midnight(now: datetime, days: int) -> datetime:
    day = now + timedelta(days=days)
    return day.replace(hour=0, minute=0, second=0, microsecond=0)


def _minutes(now: datetime, minutes: int) -> datetime:
    return (now + timedelta(minutes=minutes)).replace(second=0, microsecond=0)


def _priced(colourway: Colourway, offers: list[dict[str, Any]]) -> list[Row]:
    value = {"currency": CURRENCY, "tax_included": True, "offers": offers}
    return [Row(kind="offers", key=product, value=value) for product in colourway.products]


def _opening_stock(
    colourway: Colourway, random: Random, now: datetime, *, clearance: bool
) -> Iterator[Row]:
    for location in LOCATIONS:
        for place, product in enumerate(colourway.products):
            share = _demand(place, len(colourway.products))
            low, high = _USUAL[location]
            pieces: int | None = round(random.randint(low, high) * share)
            if clearance and location != "online":
                pieces = random.choice((0, 0, 0, 1, 1, 2))
            elif random.random() < 0.02:
                pieces = None
            counted = now - timedelta(minutes=random.randint(1, 240))
            yield _stock(location, product, pieces, counted)


def _demand(place: int, length: int) -> float:
    """How much of a size is kept: most in the middle of the run, least at its ends."""
    middle = (length - 1) / 2
    return 1.0 - 0.75 * abs(place - middle) / middle


def _stock(location: str, product: str, pieces: int | None, counted: datetime) -> Row:
    value = {"available": pieces, "as_of": counted.isoformat(timespec="seconds")}
    return Row(kind="stock", key=f"{location}/{product}", value=value)


def _offers(shop: DemoShop, colourway: Colourway) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = shop.value("offers", colourway.products[0])["offers"]
    return found


def _sale_in(shop: DemoShop, colourway: Colourway) -> dict[str, Any] | None:
    return next((o for o in _offers(shop, colourway) if o["kind"] == "sale"), None)


def _expired(shop: DemoShop, now: datetime) -> list[Row]:
    """Sales that are over are taken out, one colourway at a time."""
    for colourway in shop.colourways:
        sale = _sale_in(shop, colourway)
        if sale is not None and datetime.fromisoformat(sale["valid_until"]) <= now:
            return _priced(colourway, [_list_offer(colourway)])
    return []


def _repriced(shop: DemoShop, random: Random, now: datetime) -> list[Row]:
    reduced = [c for c in shop.colourways if _sale_in(shop, c) is not None]
    regular = [c for c in shop.colourways if len(_offers(shop, c)) == 1]
    share = len(reduced) / len(shop.colourways)
    begins = share < _ON_SALE_AT_LEAST or (share <= _ON_SALE_AT_MOST and random.random() < 0.5)
    if begins:
        chosen = random.choice(regular)
        return _priced(chosen, _sale_of_days(chosen, random, now))
    chosen = random.choice(reduced)
    return _priced(chosen, [_list_offer(chosen)])


def _pieces(shop: DemoShop, location: str) -> dict[str, int | None]:
    return {
        product: shop.value("stock", f"{location}/{product}")["available"]
        for colourway in shop.colourways
        for product in colourway.products
    }


def _moved(pieces: dict[str, int | None], random: Random, location: str) -> dict[str, int]:
    """One piece is sold; deliveries arrive now and then, and often when much is sold out."""
    sold_out = sum(count == 0 for count in pieces.values()) / len(pieces)
    short = sold_out > _SOLD_OUT_AT_MOST[location]
    arrived: dict[str, int] = {}
    if random.random() < (0.5 if short else 0.1):
        arrived = _arrived(pieces, random, location)
    return arrived | _sold({**pieces, **arrived}, random)


def _sold(pieces: dict[str, int | None], random: Random) -> dict[str, int]:
    """One piece of something that is there, more likely of what there is much of."""
    there = {product: count for product, count in pieces.items() if count}
    if not there:
        return {}
    product = random.choices(list(there), list(there.values()))[0]
    return {product: there[product] - 1}


def _arrived(pieces: dict[str, int | None], random: Random, location: str) -> dict[str, int]:
    """A delivery of one article that was out, down to its last piece or not known."""
    wanted = [product for product, count in pieces.items() if not count or count == 1]
    if not wanted:
        return {}
    product = random.choice(wanted)
    _, high = _USUAL[location]
    return {product: (pieces[product] or 0) + random.randint(1, high)}
