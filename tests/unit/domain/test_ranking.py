from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from gateway.domain import ranking
from gateway.domain.labels import LabelState
from gateway.domain.money import Money
from gateway.domain.ranking import Rank, Told

AT = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def costs(amount: str, kind: str = "list", **more: object) -> Told:
    told = Told(
        state=LabelState.REGULAR, kind=kind, price=Money(amount=Decimal(amount), currency="MXN")
    )
    return replace(told, **more)  # type: ignore[arg-type] # members of Told


NOTHING = Told(state=LabelState.NO_PRICE)


@pytest.mark.parametrize(
    ("was", "now", "wanted"),
    [
        (None, costs("10"), Rank.REST),
        (costs("10"), costs("10"), Rank.REST),
        (costs("10"), costs("9"), Rank.DECREASE),
        (costs("10"), costs("11"), Rank.INCREASE),
        (costs("10"), costs("9", "sale"), Rank.PROMOTION),
        (costs("9", "sale"), costs("10"), Rank.INCREASE),
        (costs("10"), costs("10", members=Decimal(8)), Rank.PROMOTION),
        (costs("10"), costs("10", terms="2 for 18"), Rank.PROMOTION),
        (costs("10"), NOTHING, Rank.TAKEN_OUT),
        (NOTHING, costs("10"), Rank.REST),
        (costs("10"), replace(NOTHING, state=LabelState.RECALLED), Rank.TAKEN_OUT),
        (None, replace(NOTHING, state=LabelState.BLOCKED), Rank.TAKEN_OUT),
        (costs("10"), replace(NOTHING, state=LabelState.WITHDRAWN), Rank.TAKEN_OUT),
    ],
)
def test_what_changed_decides(was: Told | None, now: Told, wanted: Rank) -> None:
    assert ranking.rank(was, now) is wanted
    assert ranking.rank(was, now, by_staff=True) is Rank.STAFF


def test_other_money_is_never_a_decrease() -> None:
    euros = Told(state=LabelState.REGULAR, price=Money(amount=Decimal(1), currency="EUR"))
    assert ranking.rank(costs("10"), euros) is Rank.INCREASE


def test_a_price_that_is_taken_back_soon_is_a_correction() -> None:
    soon, late = AT + timedelta(minutes=29), AT + timedelta(minutes=30)
    assert ranking.corrects(costs("99"), AT, costs("9.90"), soon)
    assert not ranking.corrects(costs("99"), AT, costs("9.90"), late)
    assert not ranking.corrects(costs("99"), AT, costs("99", "sale"), soon)
    assert not ranking.corrects(None, AT, costs("9.90"), soon)
    assert ranking.rank(costs("10"), costs("12"), corrects=True) is Rank.CORRECTION
    assert ranking.rank(costs("10"), costs("10"), corrects=True) is Rank.REST


def test_only_staff_and_what_must_not_be_sold_wait_for_nothing() -> None:
    assert [rank for rank in Rank if rank in ranking.URGENT] == [Rank.STAFF, Rank.TAKEN_OUT]
