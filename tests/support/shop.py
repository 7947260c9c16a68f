"""A small believable shoe and jeans shop in a real database, for tests of the sites.

Shop ``s042`` (Guadalajara), a neighbour, one more shop and the web shop. What each style is good
for stands beside it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from gateway.domain import gtin
from gateway.feed import checking
from gateway.store import replica
from gateway.store.database import Connection, Database

SHOP = "s042"
NOW = datetime(2026, 11, 22, 20, 32, tzinfo=UTC)
"""14:32 in Guadalajara."""

AS_OF = "2026-11-22T14:32:00-06:00"
SALE_ENDS = datetime(2026, 11, 22, 21, 0, tzinfo=UTC)


class StillClock:
    """Stands at ``NOW``; put a ``ShiftedClock`` on it to move."""

    def now(self) -> datetime:
        return NOW

    def monotonic(self) -> float:
        return 0.0

    def known(self) -> datetime:
        return self.now()

    @property
    def trusted(self) -> bool:
        return True


Row = tuple[str, str, dict[str, Any] | None]

NAVY = {"name": {"es": "Azul marino", "en": "Navy"}, "hex": "#1F2A44"}
_JEANS = (
    ("black", {"name": {"es": "Negro", "en": "Black"}, "hex": "#1A1A1A"}),
    ("stone", {"name": {"es": "Lavado piedra", "en": "Stone wash"}, "hex": "#7D93B2"}),
    ("navy", NAVY),
    ("olive", {"name": {"es": "Verde olivo", "en": "Olive green"}, "hex": "#5B6236"}),
    ("ecru", {"name": {"es": "Crudo", "en": "Ecru"}, "hex": "#EFE8D8"}),
)
_WAISTS = ("24", "25", "26", "27", "28", "29", "30", "31", "32", "33", "34", "36")
_SHOES = ("22", "22.5", "23", "23.5", "24", "24.5", "25", "25.5", "26", "27")
_LENGTHS = ("30", "32")
_LEVELS: tuple[int | None, ...] = (4, 0, 2, 1, 0, 7, 3, 0, 1, 5, 0)


def barcode(number: int) -> str:
    """A GTIN of the GS1 demonstration prefix, 14 digits."""
    body = f"0952123{number:06d}"
    return body + gtin.check_digit(body)


def rows() -> list[Row]:
    """Everything in the shop."""
    return [*_places(), *_jeans(), *_runner(), *_chinos(), *_singles()]


async def fill(database: Database, more: Sequence[Row] = (), *, seq: int = 1) -> None:
    """Put the shop (or ``more`` alone, when given) into the database."""
    given = more or rows()

    def write(connection: Connection) -> None:
        prepared = [
            checking.row("central", kind, key, value, lambda _: "central")
            for kind, key, value in given
        ]
        replica.apply(connection, "central", prepared, seq=seq, at=NOW)

    await database.write(write)


def stock(product: str, available: int | None, place: str = SHOP) -> Row:
    """One stock row."""
    return "stock", f"{place}/{product}", {"available": available, "as_of": AS_OF}


def price(product: str, amount: str, *more: dict[str, Any]) -> Row:
    """One offers row: a list price, and ``more`` offers."""
    offers = [{"kind": "list", "amount": amount}, *more]
    return "offers", product, {"currency": "MXN", "offers": offers}


def _places() -> Iterator[Row]:
    yield "location", SHOP, {"name": "Guadalajara Centro", "kind": "shop"}
    andares = {"name": "Andares", "kind": "shop", "address": "Blvd. Puerta de Hierro 4965"}
    yield "location", "s043", andares
    yield "location", "s051", {"name": "Plaza del Sol", "kind": "shop"}
    yield "location", "web", {"name": "calzadoytela.example", "kind": "online"}
    yield "location", "dc1", {"name": "Almacén central", "kind": "warehouse"}


def _jeans() -> Iterator[Row]:
    """5 colours x 12 sizes in one group: the widest grid; on sale; one cell of each state."""
    yield (
        "group",
        "jeans-alba",
        {
            "name": {"es": "Jeans rectos Alba", "en": "Alba straight jeans"},
            "brand": "Nopal & Hilo",
            "description": {
                "es": "Mezclilla de algodón con un poco de elastano, corte recto y tiro medio. "
                "Lavar a 30 grados, del revés.",
                "en": "Cotton denim with a little elastane, straight cut and mid rise. "
                "Wash at 30 degrees, inside out.",
            },
            "axes": [
                {"axis": "size", "name": {"es": "Talla", "en": "Size"}, "values": list(_WAISTS)},
                {"axis": "color", "values": [color for color, _ in _JEANS]},
            ],
        },
    )
    number = 0
    for color, shade in _JEANS:
        for waist in _WAISTS:
            if (color, waist) == ("ecru", "36"):
                continue
            number += 1
            product = f"alba-{color}-{waist}"
            yield (
                "product",
                product,
                {
                    "group": "jeans-alba",
                    "gtins": [barcode(number)],
                    "sku": f"NH-ALBA-{color[:3].upper()}-{waist}",
                    "options": {"size": waist, "color": color},
                    "color": shade,
                },
            )
            sale = {"kind": "sale", "amount": "899.00", "valid_until": SALE_ENDS.isoformat()}
            yield price(product, "1299.00", sale)
            yield stock(product, _LEVELS[number % len(_LEVELS)])
            yield stock(product, _LEVELS[(number + 4) % len(_LEVELS)], "s043")
            yield stock(product, _LEVELS[(number * 3) % len(_LEVELS)], "s051")
            yield stock(product, 5 if number % 3 else 0, "web")
    yield stock("alba-navy-26", 3)
    yield stock("alba-navy-27", 1)
    yield stock("alba-navy-28", 0)
    yield stock("alba-navy-28", 4, "s043")
    yield stock("alba-navy-29", None)
    for place in (SHOP, "s043", "s051", "web"):
        yield stock("alba-navy-36", 0, place)


def _runner() -> Iterator[Row]:
    """Two sibling groups: one colour each; regular price; sold out in one size everywhere."""
    siblings = ["runner-white", "runner-black"]
    shades = {
        "runner-white": {"name": {"es": "Blanco", "en": "White"}, "hex": "#F7F7F5"},
        "runner-black": {"name": {"es": "Negro", "en": "Black"}, "hex": "#161616"},
    }
    for place, group in enumerate(siblings):
        yield (
            "group",
            group,
            {
                "name": {"es": "Tenis Brisa", "en": "Brisa running shoe"},
                "brand": "Zancada",
                "axes": [{"axis": "size", "name": {}, "values": list(_SHOES)}],
                "siblings": siblings,
            },
        )
        for step, size in enumerate(_SHOES):
            product = f"{group}-{size}"
            number = 200 + place * 50 + step
            yield (
                "product",
                product,
                {
                    "group": group,
                    "gtins": [barcode(number)],
                    "options": {"size": size},
                    "color": shades[group],
                },
            )
            yield price(product, "1849.50")
            yield stock(product, _LEVELS[(number * 5) % len(_LEVELS)])
            yield stock(product, 2 if step % 2 else 0, "s043")
    for place_id in (SHOP, "s043"):
        yield stock("runner-black-25", 0, place_id)


def _chinos() -> Iterator[Row]:
    """A third axis (length), one colour."""
    yield (
        "group",
        "chino",
        {
            "name": {"es": "Chino Sauce", "en": "Sauce chino"},
            "axes": [
                {"axis": "size", "values": ["30", "32", "34"]},
                {"axis": "length", "name": {"es": "Largo", "en": "Length"}, "values": ["30", "32"]},
            ],
        },
    )
    for step, size in enumerate(("30", "32", "34")):
        for length in _LENGTHS:
            product = f"chino-{size}-{length}"
            options = {"size": size, "length": length}
            yield "product", product, {"group": "chino", "options": options}
            yield price(product, f"{990 + step * 50}.00")
            yield stock(product, step)


def _singles() -> Iterator[Row]:
    """Articles without options: sold by all, recalled, blocked, without a price, two of a code."""
    tote = {"name": {"es": "Bolsa de manta", "en": "Canvas tote"}, "gtins": [barcode(900)]}
    yield "product", "tote", tote
    yield price("tote", "249.00")
    yield stock("tote", 12)
    lamp = {"es": "Lámpara de noche Luciérnaga", "en": "Luciérnaga night lamp"}
    yield (
        "product",
        "lamp",
        {"name": lamp, "gtins": [barcode(901)], "status": "recalled", "codes": []},
    )
    yield price("lamp", "399.00")
    yield "product", "mug", {"name": {"es": "Taza"}, "status": "blocked", "gtins": [barcode(902)]}
    yield "product", "sock", {"name": {"es": "Calcetín", "en": "Sock"}, "gtins": [barcode(903)]}
    for twin in ("twin-a", "twin-b"):
        yield "product", twin, {"name": {"es": "Gemelo", "en": "Twin"}, "gtins": [barcode(904)]}
