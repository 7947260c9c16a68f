"""An invented shop as Shopify keeps it, for ``shopify_server`` to answer from; tests change it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count

PUBLICATION = "gid://shopify/Publication/1"
STORE = "gid://shopify/Location/11"
BODEGA = "gid://shopify/Location/12"


@dataclass(slots=True)
class FakeLevel:
    available: int
    updated_at: datetime
    active: bool = True


@dataclass(slots=True)
class FakeVariant:
    number: int
    price: str
    compare_at: str | None = None
    sku: str | None = None
    barcode: str | None = None
    taxable: bool = True
    tracked: bool = True
    values: tuple[str, ...] = ()
    levels: dict[str, FakeLevel] = field(default_factory=dict)

    @property
    def gid(self) -> str:
        return f"gid://shopify/ProductVariant/{self.number}"

    @property
    def item(self) -> str:
        return f"gid://shopify/InventoryItem/{self.number + 500_000}"


@dataclass(slots=True)
class FakeProduct:
    number: int
    title: str
    handle: str
    options: dict[str, tuple[str, ...]]
    variants: list[FakeVariant]
    updated_at: datetime
    status: str = "ACTIVE"
    vendor: str = "Zancada"
    product_type: str = "Tenis"
    description: str = ""
    image: str | None = None
    tags: list[str] = field(default_factory=list)
    metafields: dict[str, str] = field(default_factory=dict)
    publications: set[str] = field(default_factory=lambda: {PUBLICATION})

    @property
    def gid(self) -> str:
        return f"gid://shopify/Product/{self.number}"


class FakeShop:
    """The shop. Every change moves its clock on, so that it can be asked for by time."""

    def __init__(self, now: Callable[[], datetime] | None = None) -> None:
        self.name = "Zapatería Centro"
        self.currency = "MXN"
        self.taxes_included = True
        self.places = {STORE: "Guadalajara Centro"}
        self.publications = {PUBLICATION: "Point of Sale"}
        self.versions = ["2026-01", "2026-04", "2026-07", "2026-10"]
        self.products: dict[str, FakeProduct] = {}
        self._numbers = count(7_001)
        self._now = now or (lambda: datetime.now(UTC))  # noqa: TID251 - Shopify's clock, not ours
        self._lead = timedelta()

    def now(self) -> datetime:
        return self._now() + self._lead

    def later(self, by: timedelta) -> None:
        """Move Shopify's clock on."""
        self._lead += by

    def add(
        self,
        title: str,
        *,
        sizes: tuple[str, ...] = ("26", "27"),
        price: str = "1299.00",
        available: int = 3,
        option: str = "Talla",
    ) -> FakeProduct:
        """A new article with one variant for each size; none: a single variant without options."""
        number = next(self._numbers)
        named, values = (option, sizes) if sizes else ("Title", ("Default Title",))
        variants = [
            FakeVariant(
                number=next(self._numbers),
                price=price,
                sku=f"{title[:3].upper()}-{value}",
                values=(value,),
                levels={place: FakeLevel(available, self.now()) for place in self.places},
            )
            for value in values
        ]
        product = FakeProduct(
            number=number,
            title=title,
            handle=title.lower().replace(" ", "-"),
            options={named: values},
            variants=variants,
            updated_at=self.now(),
        )
        self.products[product.gid] = product
        return product

    def touch(self, product: FakeProduct) -> None:
        """The article was changed; call after changing it."""
        product.updated_at = self.now()

    def set_price(self, product: FakeProduct, price: str, compare_at: str | None = None) -> None:
        for variant in product.variants:
            variant.price, variant.compare_at = price, compare_at
        self.touch(product)

    def set_available(self, variant: FakeVariant, available: int, place: str = STORE) -> None:
        """As a sale over the counter does: the article itself does not change."""
        variant.levels[place] = FakeLevel(available, self.now())

    def delete(self, product: FakeProduct) -> None:
        del self.products[product.gid]

    def fill(self, count_: int, sizes: int = 2) -> None:
        """Many articles."""
        for number in range(count_):
            self.add(f"Tenis {number:05}", sizes=tuple(str(22 + size) for size in range(sizes)))
