"""Records and rules for tests of the Shopify source."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

from gateway.feed.sources.shopify.mapping import Rules
from gateway.feed.sources.shopify.records import Article, Facts, Level, Option, Place, Variant
from gateway.settings import Settings
from tests.support import settings as make_settings

STORE = Place(id="11", name="Guadalajara Centro", address="Av. Juárez 100", phone="")
RULES = Rules(language="es", currency="MXN", tax=Decimal(0), places={"11": "s042"})


def article(**members: Any) -> Article:
    values: dict[str, Any] = {
        "id": "7001",
        "handle": "tenis-brisa",
        "title": "Tenis Brisa",
        "vendor": "Zancada",
        "category": "Tenis",
        "description": "Ligeros.",
        "image": "https://cdn.example.com/brisa.jpg",
        "tags": (),
        "options": (Option(name="Talla", values=("26", "27")),),
        "on_sale": True,
        "style": "",
        "color": "",
    }
    return Article(**values | members)


def variant(number: int = 1, **members: Any) -> Variant:
    values: dict[str, Any] = {
        "id": str(8000 + number),
        "article": "7001",
        "sku": f"BRI-{number}",
        "barcode": "",
        "price": "1299.00",
        "compare_at": None,
        "taxable": True,
        "position": number,
        "choices": (("Talla", str(25 + number)),),
        "item": str(9000 + number),
        "tracked": True,
    }
    return Variant(**values | members)


def level(available: int | None = 3, **members: Any) -> Level:
    values: dict[str, Any] = {
        "item": "9001",
        "place": "11",
        "available": available,
        "active": True,
        "updated_at": "2026-11-22T16:00:00Z",
    }
    return Level(**values | members)


def facts(*places: Place, **members: Any) -> Facts:
    values: dict[str, Any] = {
        "name": "Zapatería Centro",
        "currency": "MXN",
        "taxes_included": True,
        "places": places or (STORE,),
        "versions": ("2026-07",),
    }
    return Facts(**values | members)


def settings(folder: Path, **options: Any) -> Settings:
    named = {
        "shop": "zapateria.myshopify.com",
        "client_id": "abc",
        "client_secret_file": folder / "secret",
    }
    return make_settings.make(folder, central={"kind": "none"}, shopify=named | options)
