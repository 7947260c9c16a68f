"""The styles of the invented sneaker shop, typed: the texts and colours stand in styles.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Colour:
    """A colour with its names by language and its sRGB value as ``#RRGGBB``."""

    id: str
    name: Mapping[str, str]
    hex: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """One model: texts by language, sizes in cm, list price in whole pesos.

    With ``siblings`` every colour is a product group of its own.
    """

    id: str
    code: str
    brand: str
    name: Mapping[str, str]
    description: Mapping[str, str]
    category: str
    sizes: tuple[str, ...]
    colours: tuple[Colour, ...]
    price: int
    siblings: bool


def load() -> tuple[Style, ...]:
    """All styles in the order of the file."""
    text = resources.files("gateway.demo").joinpath("styles.toml").read_text(encoding="utf-8")
    book = tomllib.loads(text)
    colours = {
        key: Colour(id=key, name={"es": entry["es"], "en": entry["en"]}, hex=entry["hex"])
        for key, entry in book["colours"].items()
    }
    return tuple(_style(entry, book["sizes"], colours) for entry in book["styles"])


def _style(
    entry: Mapping[str, Any], sizes: Mapping[str, list[str]], colours: Mapping[str, Colour]
) -> Style:
    return Style(
        id=entry["id"],
        code=entry["code"],
        brand=entry["brand"],
        name={"es": entry["es"], "en": entry["en"]},
        description={"es": entry["description_es"], "en": entry["description_en"]},
        category=entry["category"],
        sizes=tuple(sizes[entry["sizes"]]),
        colours=tuple(colours[key] for key in entry["colours"]),
        price=entry["price"],
        siblings=entry.get("siblings", False),
    )
