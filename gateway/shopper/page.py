"""The lookup page as data; templates only place what they find here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from gateway.shopper.answers import Answer, AsOf
from gateway.shopper.prices import Price
from gateway.shopper.stocked import Look
from gateway.web.pictured import Picture


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One variant to choose; ``spoken`` says all of it, for those who hear the page."""

    title: str
    href: str
    look: Look
    word: str
    spoken: str
    chosen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One colour, or one value of a further axis."""

    title: str
    href: str
    chosen: bool
    hex: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """The values of one axis to choose from."""

    name: str
    choices: tuple[Choice, ...]
    swatches: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MatrixRow:
    """One size over all colours; None where the brand does not make it."""

    title: str
    cells: tuple[Cell | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Legend:
    """What one sign in the matrix means."""

    look: Look
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Matrix:
    """All sizes and colours; the legend explains the signs that occur."""

    title: str
    corner: str
    columns: tuple[Choice, ...]
    rows: tuple[MatrixRow, ...]
    legend: tuple[Legend, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherPlace:
    """Another shop, or the web shop, and what it has of what was asked for."""

    name: str
    address: str | None
    look: Look
    word: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """The whole lookup page; ``product`` is the one that is chosen on it, None before.

    ``until`` is when a price changes next.
    """

    title: str
    picture: Picture
    brand: str
    variant: str
    number: str
    price: Price | None
    answer: Answer | None
    sizes_title: str
    sizes: tuple[Cell, ...]
    choices: tuple[Choices, ...]
    matrix: Matrix | None
    places_title: str
    places: tuple[OtherPlace, ...]
    description: str
    as_of: AsOf | None
    tags: frozenset[str]
    until: datetime | None
    product: str | None = None
