from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pytest

from device_drivers.api.known_panels import PANELS
from device_drivers.api.panels import Panel
from gateway.domain.labels import LabelFacts, LabelState
from gateway.domain.money import Money
from gateway.domain.pricing import PriceTag
from gateway.render import rendering
from gateway.render.contents import Seen
from gateway.render.rules import judging, packs
from gateway.render.rules.packs import PACKS, Demand, Rule, RulePack
from gateway.wording import languages
from tests.support.drawing import FACTS, page

PANEL = PANELS["2.9-296x128-bwr"]
SQUARE = PANELS["1.54-152x152-bwr"]
FINE = dataclasses.replace(PANEL, name="fine", dpi=300)

Elements = tuple[dict[str, Any], ...]


def pesos(amount: str) -> Money:
    return Money(amount=Decimal(amount), currency="MXN")


TAG = PriceTag(price=pesos("89.00"), kind="list")
REDUCED = dataclasses.replace(TAG, kind="sale", prior=pesos("99.00"), percent=10)
MEMBERS = dataclasses.replace(
    TAG, loyalty=pesos("79.00"), program="Club", condition={"es": "con tarjeta"}
)


def price(amount: str = "price", size: str = "46px", **more: str) -> dict[str, Any]:
    return {"kind": "price", "amount": amount, "size": size, "min_size": size, **more}


def text(value: str, size: str = "17px", **more: Any) -> dict[str, Any]:
    return {"kind": "text", "value": value, "size": size, "min_size": size, **more}


@dataclass(frozen=True, kw_only=True)
class Case:
    """What keeps a rule, what breaks it and how that is told.

    ``shrunk`` are elements whose letters came out so small, in pixels, in the drawing that breaks.
    """

    keeps: Elements
    breaks: Elements
    says: str
    facts: LabelFacts
    shrunk: Mapping[str, int] = field(default_factory=dict)
    panel: Panel = PANEL
    breaks_on: Panel = PANEL


def sold(tag: PriceTag = TAG, **more: Any) -> LabelFacts:
    return dataclasses.replace(FACTS, tag=tag, **more)


CASES = {
    Rule.SELLING_PRICE: Case(
        keeps=(price(),),
        breaks=(text("{title}"),),
        says="the price to pay is not on the label",
        facts=sold(),
    ),
    Rule.UNIT_PRICE: Case(
        keeps=(price(), text("{unit_price}")),
        breaks=(price(),),
        says="the price per unit is not on the label",
        facts=sold(unit_price=pesos("356.00"), unit="kg", unit_value=Decimal(1)),
    ),
    Rule.UNIT: Case(
        keeps=(price(),),
        breaks=(price(), text("{unit_price}")),
        says="the price is per 250 g; lawful are {units}",
        facts=sold(unit_price=pesos("22.25"), unit="G", unit_value=Decimal(250)),
    ),
    Rule.PRIOR_PRICE: Case(
        keeps=(price(), price("regular", "16px")),
        breaks=(price(), text("{percent}")),
        says="the label says reduced without the lowest price of the 30 days before",
        facts=sold(REDUCED),
    ),
    Rule.DEPOSIT: Case(
        keeps=(price(), text("{deposit}")),
        breaks=(price(),),
        says="the deposit is not on the label",
        facts=sold(deposit=pesos("3.00")),
    ),
    Rule.STANDARD_BESIDE_LOYALTY: Case(
        keeps=(price(), price("loyalty", "16px"), text("{program}")),
        breaks=(price("loyalty", "16px"), text("{program}")),
        says="the price for members stands there without the price for everybody",
        facts=sold(MEMBERS),
    ),
    Rule.LOYALTY_TERMS: Case(
        keeps=(price(), text("{loyalty_price} {condition}")),
        breaks=(price(), text("{loyalty_price}")),
        says="the price for members stands there without whose members, or on what condition",
        facts=sold(MEMBERS),
    ),
    Rule.LARGEST_PRICE: Case(
        keeps=(price(), price("regular", "20px")),
        breaks=(price("price", "20px"), price("regular", "40px")),
        says="the regular price stands in larger letters than the price to pay",
        facts=sold(REDUCED),
    ),
    Rule.PRICE_LETTERS: Case(
        keeps=(price(),),
        breaks=(price(),),
        shrunk={"e0": 11},
        says="the price to pay is 7.1 points high; at least {least:g} are asked for",
        facts=sold(),
    ),
    Rule.TEXT_LETTERS: Case(
        keeps=(price(), text("{title}")),
        breaks=(price(), text("{title}")),
        shrunk={"e1": 6},
        says="element 'e1' is 3.9 points high; at least {least:g} are asked for",
        facts=sold(),
    ),
    Rule.AREA: Case(
        keeps=(price(),),
        breaks=(price(),),
        says="the display has 7.6 cm2; at least 9.67 are asked for",
        facts=sold(),
        breaks_on=SQUARE,
    ),
    Rule.CODE: Case(
        keeps=(price(), {"kind": "qr", "size": "74px"}),
        breaks=(price(), {"kind": "qr", "size": "74px", "module": "0.1mm"}),
        says="element 'e1': modules of 0.17 mm are too fine; at least {least:g} mm are asked for",
        facts=sold(),
        breaks_on=FINE,
    ),
    Rule.BARS: Case(
        keeps=(price(), {"kind": "barcode", "symbology": "code128", "value": "A1"}),
        breaks=(
            price(),
            {"kind": "barcode", "symbology": "code128", "value": "A1", "module": "0.05mm"},
        ),
        says="element 'e1': modules of 0.17 mm are too fine; at least {least:g} mm are asked for",
        facts=sold(),
        breaks_on=FINE,
    ),
}
DEMANDS = [
    pytest.param(pack, demand, id=f"{pack.name}-{demand.rule.value}")
    for pack in PACKS.values()
    for demand in pack.demands
]


def told(
    elements: Elements,
    facts: LabelFacts,
    panel: Panel,
    pack: RulePack,
    rule: Rule,
    shrunk: Mapping[str, int] | None = None,
) -> list[tuple[str, str]]:
    drawing = rendering.draw(page(*elements), panel, facts, "ES")
    placed = tuple(
        dataclasses.replace(one, seen=Seen(size=(shrunk or {}).get(one.name, one.seen.size)))
        if one.seen.whole
        else one
        for one in drawing.placed
    )
    drawing = dataclasses.replace(drawing, placed=placed)
    found = judging.judge(drawing, facts, panel, pack)
    return [(one.what, one.source) for one in found if one.rule is rule]


@pytest.mark.parametrize(("pack", "demand"), DEMANDS)
def test_one_drawing_keeps_and_one_breaks_each_rule_of_each_pack(
    pack: RulePack, demand: Demand
) -> None:
    case = CASES[demand.rule]
    says = case.says.format(least=demand.least, units=", ".join(demand.units))
    assert told(case.keeps, case.facts, case.panel, pack, demand.rule) == []
    broken = told(case.breaks, case.facts, case.breaks_on, pack, demand.rule, case.shrunk)
    assert broken == [(says, demand.source)]


def test_every_rule_is_asked_by_a_pack_and_has_a_source() -> None:
    demands = [demand for pack in PACKS.values() for demand in pack.demands]
    assert {demand.rule for demand in demands} == set(Rule) == set(CASES)
    assert all(demand.source for demand in demands)


@pytest.mark.parametrize("pack", PACKS.values(), ids=PACKS)
def test_a_pack_is_offered_only_with_all_its_languages(pack: RulePack) -> None:
    assert pack.languages
    assert pack.is_offered == (set(pack.languages) <= set(languages.SUPPORTED))


def test_countries_have_their_pack_and_quebec_waits_for_french() -> None:
    found = {country: packs.pack_of(country) for country in ("ES", "MX", "GB", "DE", "QC", "AR")}
    names = {country: pack.name for country, pack in found.items() if pack is not None}
    assert names == {"ES": "ES", "MX": "MX", "GB": "GB", "DE": "EU"}
    assert not PACKS["QC"].is_offered


@pytest.mark.parametrize(
    "state",
    [
        *(LabelState.BLOCKED, LabelState.RECALLED, LabelState.WITHDRAWN, LabelState.UNBOUND),
        *(LabelState.NO_PRICE, LabelState.COMING),
    ],
)
def test_nothing_is_asked_where_nothing_is_for_sale(state: LabelState) -> None:
    facts = sold(state=state)
    drawing = rendering.draw(page(text("{title}", "6px")), PANEL, facts, "ES")
    assert judging.judge(drawing, facts, PANEL, PACKS["ES"]) == ()


@pytest.mark.parametrize(
    ("value", "unit", "lawful"),
    [
        ("1", "L", ["ES", "EU", "GB"]),
        ("1.000", "kg", ["ES", "EU", "GB"]),
        ("100", "ml", ["ES", "EU", "GB"]),
        ("10", "g", ["EU", "GB"]),
        ("1", "m²", ["ES", "EU", "GB"]),
        ("1", "oz", []),
        ("500", "ml", []),
        ("12", "huevos", ["ES", "EU", "GB"]),
        ("1", "lavado", ["ES", "EU", "GB"]),
    ],
)
def test_a_price_per_measure_is_for_a_lawful_one(value: str, unit: str, lawful: list[str]) -> None:
    facts = sold(unit_price=pesos("22.25"), unit=unit, unit_value=Decimal(value))
    shown = (price(), text("{unit_price}"))
    found = [
        name for name in ("ES", "EU", "GB") if not told(shown, facts, PANEL, PACKS[name], Rule.UNIT)
    ]
    assert found == lawful


def test_a_price_per_unit_that_is_the_price_need_not_be_said_twice() -> None:
    facts = sold(unit_price=TAG.price, unit="kg", unit_value=Decimal(1))
    assert told((price(),), facts, PANEL, PACKS["ES"], Rule.UNIT_PRICE) == []
    assert told((price(),), facts, PANEL, PACKS["ES"], Rule.UNIT) == []
    odd = dataclasses.replace(facts, unit_value=Decimal("0.25"))
    ((what, _),) = told((price(),), odd, PANEL, PACKS["ES"], Rule.UNIT)
    assert what.startswith("the price is per 0.25 kg; lawful are 1 kg, 1 l")


def test_an_amount_in_a_text_that_was_shortened_does_not_count() -> None:
    facts = sold(deposit=pesos("3.00"), title="Una botella retornable de vidrio de un litro")
    long = text("{title} {title} {deposit}")
    wide = PANELS["12.2-960x768-bwr"]
    assert told((price(), long), facts, wide, PACKS["ES"], Rule.DEPOSIT) == []
    told_ = told((price(), long), facts, PANEL, PACKS["ES"], Rule.DEPOSIT)
    assert [what for what, _ in told_] == ["the deposit is not on the label"]


def test_a_code_without_room_is_told() -> None:
    code = {"kind": "qr", "size": "20px", "module": "3mm"}
    bars = {"kind": "barcode", "module": "2mm"}
    facts = sold(gtin="04006381333931")
    assert list(judging.lost(rendering.draw(page(price(), code, bars), SQUARE, facts, "MX"))) == [
        "element 'e1': there is no room for a code that can be read",
        "element 'e2': there is no room for a code that can be read",
    ]


def test_an_amount_without_room_is_told() -> None:
    sliver = dataclasses.replace(SQUARE, name="sliver", width=20)
    facts = sold(dataclasses.replace(TAG, price=pesos("123456789.00")))
    drawing = rendering.draw(page(price()), sliver, facts, "MX")
    assert list(judging.lost(drawing)) == ["element 'e0': the amount does not fit its room"]


def test_own_words_that_were_shortened_are_told_and_facts_are_not() -> None:
    named = {"kind": "text", "value": "{soon}", "size": "40px", "min_size": "40px"}
    words = {"es": "Próximamente", "en": "Coming soon"}
    drawing = rendering.draw(page(named, soon=words), SQUARE, sold(), "MX")
    assert list(judging.lost(drawing)) == ["element 'e0': its own words have no room whole"]
    drawing = rendering.draw(page({**named, "value": "{title}"}), SQUARE, sold(), "MX")
    assert list(judging.lost(drawing)) == []
