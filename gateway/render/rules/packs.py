"""Rule packs: which rules hold in a country, with the source of each.

A pack is offered only where Anaquel has every language it needs. The figures are lower limits of
what we draw; where the law names none ("clearly legible") the figure is ours and says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from gateway.wording import languages


class Rule(Enum):
    """What can be asked of a label."""

    SELLING_PRICE = "selling_price"
    UNIT_PRICE = "unit_price"
    UNIT = "unit"
    PRIOR_PRICE = "prior_price"
    DEPOSIT = "deposit"
    STANDARD_BESIDE_LOYALTY = "standard_beside_loyalty"
    LOYALTY_TERMS = "loyalty_terms"
    LARGEST_PRICE = "largest_price"
    PRICE_LETTERS = "price_letters"
    TEXT_LETTERS = "text_letters"
    AREA = "area"
    CODE = "code"
    BARS = "bars"


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """One rule as a pack asks it; ``least`` is in points, square centimetres or millimetres.

    ``units`` are those that a price per measure may be for.
    """

    rule: Rule
    source: str
    least: float = 0.0
    units: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Breach:
    """One rule that a picture breaks, in words; ``source`` is where the rule stands."""

    rule: Rule
    what: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RulePack:
    """The demands of one jurisdiction and the languages a label must be able to speak there."""

    name: str
    title: str
    languages: tuple[str, ...]
    demands: tuple[Demand, ...]

    @property
    def is_offered(self) -> bool:
        """Whether we have every language it needs."""
        return set(self.languages) <= set(languages.SUPPORTED)


_EU_PRICES = "Directive 98/6/EC, articles 3 and 4"
_EU_PRIOR = "Directive 98/6/EC, article 6a; Court of Justice C-330/23"
_OURS = "ours: the law says legible and names no size"

_WHOLE_UNITS = ("1 kg", "1 l", "1 m", "1 m2", "1 m3")
_HUNDREDS = (*_WHOLE_UNITS, "100 g", "100 ml")
_TENS = (*_HUNDREDS, "10 g", "10 ml")

_LEGIBLE = (
    Demand(rule=Rule.PRICE_LETTERS, source=_OURS, least=9.0),
    Demand(rule=Rule.TEXT_LETTERS, source=_OURS, least=4.5),
    # Two pixels are 0.27 mm on the finest panels there are (184 dpi), 0.34 mm and more on others.
    Demand(
        rule=Rule.CODE,
        source="ours: what phones tell apart from a hand's width; ISO/IEC 18004 names no size for "
        "a module, and the 0.396 mm of the GS1 General Specifications are for tills",
        least=0.25,
    ),
    Demand(
        rule=Rule.BARS,
        source="GS1 General Specifications 5.2: 0.264 mm at 80 %, less the rounding to pixels",
        least=0.25,
    ),
)
_ALL_EU = (
    Demand(rule=Rule.SELLING_PRICE, source=_EU_PRICES),
    Demand(rule=Rule.UNIT_PRICE, source=_EU_PRICES),
    Demand(rule=Rule.PRIOR_PRICE, source=_EU_PRIOR),
    Demand(rule=Rule.DEPOSIT, source="Court of Justice C-543/21: the deposit stands apart"),
    Demand(rule=Rule.STANDARD_BESIDE_LOYALTY, source="Commission notice 2021/C 526/02"),
    *_LEGIBLE,
)
_RULES = (
    RulePack(
        name="EU",
        title="European Union",
        languages=("en",),
        demands=(
            *_ALL_EU,
            Demand(
                rule=Rule.UNIT,
                source="Directive 98/6/EC, article 2(b): kg, l, m, m2, m3 or what is customary",
                units=_TENS,
            ),
        ),
    ),
    RulePack(
        name="ES",
        title="España",
        languages=("es",),
        demands=(
            *_ALL_EU,
            Demand(
                rule=Rule.UNIT,
                source="Real Decreto 3423/2000: kg, l, m, m2, m3; by the annex 100 g, 100 ml",
                units=_HUNDREDS,
            ),
            Demand(
                rule=Rule.LARGEST_PRICE,
                source="Real Decreto 3423/2000, artículo 4: unequivocal, without sums",
            ),
        ),
    ),
    RulePack(
        name="MX",
        title="México",
        languages=("es",),
        demands=(
            Demand(
                rule=Rule.SELLING_PRICE,
                source="Ley Federal de Protección al Consumidor, artículo 7 bis: the total to pay",
            ),
            Demand(
                rule=Rule.LARGEST_PRICE,
                source="Ley Federal de Protección al Consumidor, artículo 7 bis: notorious",
            ),
            Demand(
                rule=Rule.STANDARD_BESIDE_LOYALTY,
                source="Ley Federal de Protección al Consumidor, artículo 7: terms as shown",
            ),
            *_LEGIBLE,
        ),
    ),
    RulePack(
        name="GB",
        title="Great Britain",
        languages=("en",),
        demands=(
            Demand(
                rule=Rule.SELLING_PRICE,
                source="Price Marking Order 2004 as amended by SI 2024/1055, article 4",
            ),
            Demand(
                rule=Rule.UNIT_PRICE,
                source="Price Marking Order 2004 as amended by SI 2024/1055, article 5",
            ),
            Demand(
                rule=Rule.UNIT,
                source="Price Marking Order 2004 as amended by SI 2024/1055: kg, l, and schedule 1",
                units=_TENS,
            ),
            Demand(
                rule=Rule.DEPOSIT,
                source="Price Marking Order 2004 as amended by SI 2024/1055: deposit outside both",
            ),
            Demand(
                rule=Rule.STANDARD_BESIDE_LOYALTY,
                source="Price Marking Order 2004 as amended by SI 2024/1055: both prices",
            ),
            Demand(
                rule=Rule.LOYALTY_TERMS,
                source="Price Marking Order 2004 as amended by SI 2024/1055: the conditions",
            ),
            *_LEGIBLE,
        ),
    ),
    RulePack(
        name="QC",
        title="Québec",
        languages=("fr",),
        demands=(
            Demand(rule=Rule.SELLING_PRICE, source="r. 3, s. 91.5"),
            Demand(rule=Rule.PRICE_LETTERS, source="r. 3, s. 91.5", least=28.0),
            Demand(rule=Rule.TEXT_LETTERS, source="r. 3, s. 91.5", least=10.0),
            Demand(rule=Rule.AREA, source="r. 3, s. 91.5", least=9.67),
        ),
    ),
)

PACKS: Mapping[str, RulePack] = {pack.name: pack for pack in _RULES}
"""Every pack we know; offer only those that say so."""

_EUROPE = frozenset(
    [
        "AT",
        "BE",
        "BG",
        "CY",
        "CZ",
        "DE",
        "DK",
        "EE",
        "FI",
        "FR",
        "GR",
        "HR",
        "HU",
        "IE",
        "IT",
        "LT",
        "LU",
        "LV",
        "MT",
        "NL",
        "PL",
        "PT",
        "RO",
        "SE",
        "SI",
        "SK",
    ]
)


def pack_of(country: str) -> RulePack | None:
    """The pack for a country (ISO 3166-1); None where we know no rules, or lack a language."""
    name = "EU" if country in _EUROPE else country
    pack = PACKS.get(name)
    return pack if pack is not None and pack.is_offered else None
