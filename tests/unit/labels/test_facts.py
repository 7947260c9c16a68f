"""What one label says of several articles must be true of each of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from gateway.domain import catalogue, labels
from gateway.domain.catalogue import Family
from gateway.domain.labels import LabelFacts, LabelState, Target

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
