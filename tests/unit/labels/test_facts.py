"""What one label says of several articles must be true of each of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from gateway.domain import catalogue, labels
from gateway.domain.catalogue import Family
from gateway.domain.labels import LabelFacts, LabelState, Target
from gateway.domain.multibuy import MultiBuy
from gateway.render import templates

AT = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
SOON, LATER = ((AT + timedelta(days=days)).isoformat() for days in (1, 2))


def said(*offers: list[dict[str, Any]], units: tuple[str, ...] = ()) -> LabelFacts:
    """What a label on a group says whose products have these offers (and unit prices)."""
    rows = {str(number): told for number, told in enumerate(offers)}
    unit_prices = dict(zip(rows, units, strict=False))
    values = {
        key: {
            "currency": "MXN",
            "offers": told,
            "unit_price": {"amount": unit_prices[key], "per": {"value": "1", "unit": "kg"}}
            if key in unit_prices
            else None,
        }
        for key, told in rows.items()
    }
    family = Family(
        group=catalogue.group_from("g", {"name": {"es": "G"}}),
        siblings=(),
        products=tuple(catalogue.product_from(key, {"group": "g"}) for key in rows),
        offers={key: catalogue.offers_from(key, value) for key, value in values.items()},
        stock={},
        locations=(),
    )
    return labels.facts(
        Target(group="g"),
        family,
        code="7K3M9A",
        shop="s042",
        public_base="https://q.example.com",
        language="es",
        at=AT,
    )


def listed(amount: str) -> dict[str, Any]:
    return {"kind": "list", "amount": amount}


def sale(amount: str, until: str | None = None, kind: str = "sale") -> dict[str, Any]:
    return {"kind": kind, "amount": amount, "valid_until": until}


def loyalty(amount: str) -> dict[str, Any]:
    return {"kind": "loyalty", "amount": amount}


def test_a_prior_price_of_one_article_is_not_told_of_the_others() -> None:
    facts = said([listed("100"), sale("80")], [listed("90"), sale("80")])
    assert facts.tag is not None
    assert facts.tag.price.amount == Decimal("80.00")
    assert (facts.tag.regular, facts.price_from) == (None, False)
    assert facts.state is LabelState.SALE
    same = said([listed("100"), sale("80")], [listed("100"), sale("80")])
    assert same.tag is not None
    assert same.tag.regular is not None
    assert same.tag.regular.amount == Decimal("100.00")


def test_only_articles_at_the_price_shown_have_a_say_in_its_prior_price() -> None:
    facts = said([listed("100"), sale("80")], [listed("300")])
    assert facts.tag is not None
    assert facts.tag.regular is not None
    assert (facts.price_from, facts.tag.regular.amount) == (True, Decimal("100.00"))


def test_an_article_that_always_cost_that_is_no_sale() -> None:
    facts = said([listed("100"), sale("80")], [listed("80")])
    assert facts.tag is not None
    assert (facts.tag.kind, facts.tag.regular, facts.state) == ("list", None, LabelState.REGULAR)


def test_sale_and_clearance_together_are_a_sale() -> None:
    facts = said([listed("9"), sale("8")], [listed("9"), sale("8", kind="clearance")])
    assert facts.tag is not None
    assert (facts.tag.kind, facts.tag.regular is not None) == ("sale", True)


def test_a_loyalty_price_and_an_end_are_told_only_if_all_share_them() -> None:
    apart = said([listed("9"), loyalty("7"), sale("8", SOON)], [listed("9"), sale("8", LATER)])
    assert apart.tag is not None
    assert (apart.tag.loyalty, apart.tag.valid_until) == (None, None)
    one = [listed("9"), loyalty("7"), sale("8", SOON)]
    together = said(one, one)
    assert together.tag is not None
    assert together.tag.loyalty is not None
    assert together.tag.valid_until == AT + timedelta(days=1)


def test_a_unit_price_is_told_only_if_all_share_it() -> None:
    apart = said([listed("9")], [listed("9")], units=("3", "4"))
    assert (apart.unit_price, apart.unit, apart.unit_value) == (None, None, None)
    half = said([listed("9")], [listed("9")], units=("3",))
    assert half.unit_price is None
    together = said([listed("9")], [listed("9")], units=("3", "3"))
    assert together.unit_price is not None
    assert (together.unit_price.amount, together.unit) == (Decimal(3), "kg")


def members(amount: str, **terms: int) -> dict[str, Any]:
    multibuy = {"type": "buy_n_pay_m", **terms}
    return {"kind": "loyalty", "amount": amount, "program": "Club", "multibuy": multibuy}


def test_members_may_pay_the_same_for_one_and_less_for_several() -> None:
    facts = said([listed("100"), members("100", n=3, m=2)])
    assert facts.tag is not None
    assert (facts.tag.loyalty, facts.tag.program) == (None, "Club")
    assert facts.tag.loyalty_multibuy == MultiBuy(type="buy_n_pay_m", n=3, m=2)
    assert facts.tag.multibuy is None
    assert LabelState.LOYALTY in facts.states
    assert templates.default_for(facts) == "loyalty"


def test_terms_for_members_of_one_article_are_not_told_of_another() -> None:
    facts = said([listed("100"), members("100", n=3, m=2)], [listed("100")])
    assert facts.tag is not None
    assert (facts.tag.loyalty_multibuy, facts.tag.program) == (None, None)
    assert LabelState.LOYALTY not in facts.states


@pytest.mark.parametrize(
    ("axes", "options", "siblings", "wanted"),
    [
        ([], [{}, {}], [], set()),
        ([], [{"size": "38"}, {"size": "39"}], [], {"size"}),
        ([], [{"size": "38", "color": "red"}, {"size": "38", "color": "blue"}], [], {"color"}),
        ([{"axis": "size", "values": ["38", "39"]}], [{"size": "38"}], [], {"size"}),
        ([{"axis": "size", "values": ["38"]}], [{"size": "38"}], [], set()),
        ([], [{"size": "38"}], ["other"], {"color"}),
    ],
)
def test_what_there_are_others_of_is_known_from_group_and_articles(
    axes: list[dict[str, Any]],
    options: list[dict[str, str]],
    siblings: list[str],
    wanted: set[str],
) -> None:
    group = {"name": {"es": "G"}, "axes": axes, "siblings": siblings}
    family = Family(
        group=catalogue.group_from("g", group),
        siblings=(),
        products=tuple(
            catalogue.product_from(str(number), {"group": "g", "options": own})
            for number, own in enumerate(options)
        ),
        offers={},
        stock={},
        locations=(),
    )
    assert facts_of(family).choices == wanted
    alone = replace(family, group=None, products=family.products[:1])
    assert facts_of(alone, Target(product="0")).choices == set()


def facts_of(family: Family, target: Target | None = None) -> LabelFacts:
    return labels.facts(
        target or Target(group="g"),
        family,
        code="7K3M9A",
        shop="s042",
        public_base="https://q.example.com",
        language="es",
        at=AT,
    )
