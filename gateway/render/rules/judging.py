"""A picture held against the rules of a pack. Pure: drawing, facts and pack in, breaches out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from functools import lru_cache

from device_drivers.api.panels import Panel
from gateway.domain.labels import LabelFacts, LabelState
from gateway.render import values
from gateway.render.elements import (
    BarcodeElement,
    Element,
    PriceElement,
    QrElement,
    SizesElement,
    TextElement,
)
from gateway.render.rendering import Drawing
from gateway.render.rules.packs import Breach, Demand, Rule, RulePack

_POINTS = 72
_MM = 25.4
_NOTHING_TO_SELL = frozenset(
    {
        *(LabelState.BLOCKED, LabelState.RECALLED, LabelState.WITHDRAWN, LabelState.UNBOUND),
        *(LabelState.NO_PRICE, LabelState.COMING),
    }
)
_AMOUNTS = {
    "price": "price",
    "regular_price": "regular",
    "loyalty_price": "loyalty",
    "unit_price": "unit",
    "deposit": "deposit",
}
"""The amount that a fact in a text names, as price elements call it."""

_SAME = {"m²": "m2", "m³": "m3", "litro": "l", "litre": "l", "ltr": "l", "lt": "l", "kilo": "kg"}
_MEASURES = frozenset(
    {
        *("kg", "g", "mg", "l", "cl", "dl", "ml", "m", "cm", "mm", "m2", "cm2", "m3", "cm3"),
        *("oz", "fl oz", "lb", "pt", "pint", "qt", "gal", "gallon", "in", "ft", "yd"),
    }
)
"""Units of mass, volume, length and area, small letters."""

_ROUNDING_PT = 0.25
"""Of a point: letters have whole pixels."""


def judge(drawing: Drawing, facts: LabelFacts, panel: Panel, pack: RulePack) -> tuple[Breach, ...]:
    """Every rule of ``pack`` that ``drawing`` breaks; nothing where nothing is for sale."""
    if facts.state in _NOTHING_TO_SELL or facts.tag is None:
        return ()
    sight = _Sight(drawing, facts, panel)
    return tuple(
        Breach(rule=demand.rule, what=what, source=demand.source)
        for demand in pack.demands
        for what in _CHECKS[demand.rule](sight, demand)
    )


def lost(drawing: Drawing) -> Iterator[str]:
    """What a template meant to show and could not: a code, a whole price, the name, own words."""
    for one in drawing.placed:
        if isinstance(one.element, QrElement | BarcodeElement) and not one.seen.size:
            yield f"element {one.name!r}: there is no room for a code that can be read"
        if isinstance(one.element, PriceElement) and not one.seen.whole:
            yield f"element {one.name!r}: the amount does not fit its room"
        if isinstance(one.element, TextElement) and not one.seen.size and _is_name(one.element):
            yield f"element {one.name!r}: there is no room for a letter of the name"
        if isinstance(one.element, TextElement) and not one.seen.whole and _is_own(one.element):
            yield f"element {one.name!r}: its own words have no room whole"


def _is_name(element: TextElement) -> bool:
    return "title" in values.names_in(element.value)


def _is_own(element: TextElement) -> bool:
    return set(values.names_in(element.value)).isdisjoint(values.NAMES)


class _Sight:
    """What can be seen on the picture, asked by amount."""

    def __init__(self, drawing: Drawing, facts: LabelFacts, panel: Panel) -> None:
        self.facts = facts
        self.panel = panel
        self.placed = [one for one in drawing.placed if one.seen.size]
        self._sizes: dict[str, int] = {}
        for one in self.placed:
            for amount in _amounts_in(one.element):
                if one.seen.whole:
                    self._sizes[amount] = max(self._sizes.get(amount, 0), one.seen.size)

    def size_of(self, amount: str) -> int:
        """Pixels of the letters in which the amount stands whole; 0 where it does not."""
        return self._sizes.get(amount, 0)

    def shows(self, amount: str) -> bool:
        """Whether the amount stands there whole."""
        return amount in self._sizes

    @property
    def is_of_a_unit(self) -> bool:
        """Whether the price to pay is that of a unit, as for loose goods."""
        tag = self.facts.tag
        return tag is not None and self.facts.unit_price == tag.price

    def points(self, pixels: int) -> float:
        """The size of type in points."""
        return pixels * _POINTS / self.panel.dpi


def _amounts_in(element: Element) -> tuple[str, ...]:
    match element:
        case PriceElement():
            return (element.amount,)
        case TextElement():
            return _amounts_named(element.value)
        case _:
            return ()


@lru_cache(maxsize=1024)
def _amounts_named(value: str) -> tuple[str, ...]:
    return tuple(_AMOUNTS[name] for name in values.names_in(value) if name in _AMOUNTS)


def _selling_price(sight: _Sight, _: Demand) -> Iterator[str]:
    if not sight.shows("price"):
        yield "the price to pay is not on the label"


def _unit_price(sight: _Sight, _: Demand) -> Iterator[str]:
    there = sight.facts.unit_price is not None
    if there and not sight.is_of_a_unit and not sight.shows("unit"):
        yield "the price per unit is not on the label"


def _unit(sight: _Sight, demand: Demand) -> Iterator[str]:
    named = (sight.facts.unit or "").casefold()
    unit = _SAME.get(named, named)
    said = f"{(sight.facts.unit_value or Decimal(1)).normalize():f} {unit}"
    shown = sight.is_of_a_unit or sight.shows("unit")
    # What is counted (a piece, a wash) has no other unit to be in.
    if shown and unit in _MEASURES and said not in demand.units:
        yield f"the price is per {said}; lawful are {', '.join(demand.units)}"


def _prior_price(sight: _Sight, _: Demand) -> Iterator[str]:
    tag = sight.facts.tag
    # What is sold out announces no reduction.
    said = sight.facts.state is not LabelState.SOLD_OUT
    if said and tag is not None and tag.prior is not None and not sight.shows("regular"):
        yield "the label says reduced without the lowest price of the 30 days before"


def _deposit(sight: _Sight, _: Demand) -> Iterator[str]:
    if sight.facts.deposit is not None and not sight.shows("deposit"):
        yield "the deposit is not on the label"


def _standard_beside_loyalty(sight: _Sight, _: Demand) -> Iterator[str]:
    if sight.shows("loyalty") and not sight.shows("price"):
        yield "the price for members stands there without the price for everybody"


def _loyalty_terms(sight: _Sight, _: Demand) -> Iterator[str]:
    named = any(
        isinstance(one.element, TextElement)
        and {"program", "condition"} & set(values.names_in(one.element.value))
        for one in sight.placed
    )
    if sight.shows("loyalty") and not named:
        yield "the price for members stands there without whose members, or on what condition"


def _largest_price(sight: _Sight, _: Demand) -> Iterator[str]:
    price = sight.size_of("price")
    for amount in ("regular", "unit", "deposit"):
        if price and sight.size_of(amount) > price:
            yield f"the {amount} price stands in larger letters than the price to pay"


def _price_letters(sight: _Sight, demand: Demand) -> Iterator[str]:
    size = sight.size_of("price")
    if size and sight.points(size) < demand.least - _ROUNDING_PT:
        yield _too_small("the price to pay", sight.points(size), demand.least)


def _text_letters(sight: _Sight, demand: Demand) -> Iterator[str]:
    for one in sight.placed:
        lettered = isinstance(one.element, TextElement | PriceElement | SizesElement)
        if lettered and sight.points(one.seen.size) < demand.least - _ROUNDING_PT:
            yield _too_small(f"element {one.name!r}", sight.points(one.seen.size), demand.least)


def _area(sight: _Sight, demand: Demand) -> Iterator[str]:
    panel = sight.panel
    square_cm = panel.width * panel.height * (_MM / panel.dpi) ** 2 / 100
    if square_cm < demand.least:
        yield f"the display has {square_cm:.1f} cm2; at least {demand.least:g} are asked for"


def _code(sight: _Sight, demand: Demand) -> Iterator[str]:
    return _too_fine(sight, demand, QrElement)


def _bars(sight: _Sight, demand: Demand) -> Iterator[str]:
    return _too_fine(sight, demand, BarcodeElement)


def _too_fine(sight: _Sight, demand: Demand, kind: type[Element]) -> Iterator[str]:
    for one in sight.placed:
        if isinstance(one.element, kind):
            module = one.seen.size * _MM / sight.panel.dpi
            if module < demand.least:
                asked = f"at least {demand.least:g} mm are asked for"
                yield f"element {one.name!r}: modules of {module:.2f} mm are too fine; {asked}"


def _too_small(what: str, points: float, least: float) -> str:
    return f"{what} is {points:.1f} points high; at least {least:g} are asked for"


_CHECKS: Mapping[Rule, Callable[[_Sight, Demand], Iterator[str]]] = {
    Rule.SELLING_PRICE: _selling_price,
    Rule.UNIT_PRICE: _unit_price,
    Rule.UNIT: _unit,
    Rule.PRIOR_PRICE: _prior_price,
    Rule.DEPOSIT: _deposit,
    Rule.STANDARD_BESIDE_LOYALTY: _standard_beside_loyalty,
    Rule.LOYALTY_TERMS: _loyalty_terms,
    Rule.LARGEST_PRICE: _largest_price,
    Rule.PRICE_LETTERS: _price_letters,
    Rule.TEXT_LETTERS: _text_letters,
    Rule.AREA: _area,
    Rule.CODE: _code,
    Rule.BARS: _bars,
}
