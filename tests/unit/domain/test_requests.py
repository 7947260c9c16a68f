from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain import requests
from gateway.domain.requests import OPEN, Deed, Kind, Rule, ShopperRequest, State

NOW = datetime(2026, 11, 22, 20, 32, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def asked(
    kind: Kind = Kind.BRING,
    *,
    rule: Rule = "staff",
    central: bool = False,
    begins: datetime = NOW,
) -> ShopperRequest:
    return requests.begin(
        key="ab" * 16,
        ref="abcdef012345",
        kind=kind,
        product="alba-navy-26",
        label="7K3Q9M",
        place="fitting",
        code="7KXQ",
        at=NOW,
        begins=begins,
        lasts=timedelta(hours=2),
        rule=rule,
        asks_central=central,
    )


def done(request: ShopperRequest, *deeds: Deed, at: datetime = NOW) -> ShopperRequest:
    for deed in deeds:
        after = requests.step(request, deed, at, "Ana")
        assert after is not None, deed
        request = after
    return request


def test_a_size_is_brought() -> None:
    brought = done(asked(), Deed.ACCEPT, Deed.ON_MY_WAY, Deed.FOUND, Deed.HANDED_OVER)
    assert brought.state is State.HANDED_OVER
    assert (brought.by, brought.seen_at) == ("Ana", NOW)
    assert not brought.needs_staff
    assert brought.code == ""


def test_what_was_taken_and_is_not_wanted_any_more_is_put_back() -> None:
    left = done(asked(), Deed.ACCEPT, Deed.FOUND, Deed.CANCEL)
    assert left.needs_staff
    assert left.takes_a_piece
    back = done(left, Deed.PUT_BACK)
    assert not back.needs_staff
    assert not back.takes_a_piece


def test_a_request_nobody_sees_grows_late_and_ends() -> None:
    one = asked()
    assert requests.next_due(one) == NOW + requests.LATE
    assert requests.aged(one, NOW + 2 * MINUTE - timedelta(seconds=1)).late == 0
    late = requests.aged(one, NOW + 2 * MINUTE)
    assert late.late == 1
    assert requests.next_due(late) == NOW + requests.TOO_LATE
    assert requests.aged(late, NOW + 4 * MINUTE).late == 2
    assert requests.aged(one, NOW + requests.BRING_LASTS).state is State.EXPIRED


def test_what_is_seen_is_late_no_more() -> None:
    seen = done(asked(), Deed.ACCEPT, at=NOW + MINUTE)
    assert requests.aged(seen, NOW + 10 * MINUTE).late == 0


def test_a_hold_of_what_is_in_stock_is_confirmed_at_once() -> None:
    one = asked(Kind.HOLD, rule="stock")
    assert one.confirmed_by == "stock"
    assert one.until == NOW + timedelta(hours=2)
    assert one.takes_a_piece


def test_a_hold_may_wait_for_a_person() -> None:
    one = asked(Kind.HOLD)
    assert not one.is_confirmed
    assert not one.takes_a_piece
    accepted = done(one, Deed.ACCEPT, at=NOW + MINUTE)
    assert accepted.confirmed_by == "staff"
    assert accepted.until == NOW + MINUTE + timedelta(hours=2)


def test_central_confirms_while_it_is_waited_for() -> None:
    one = asked(Kind.HOLD, rule="stock", central=True)
    assert not one.is_confirmed
    assert requests.next_due(one) == NOW + requests.CENTRAL_WAIT
    assert done(one, Deed.CONFIRM).confirmed_by == "central"
    refused = done(one, Deed.REFUSE)
    assert refused.state is State.REFUSED


def test_without_an_answer_of_central_the_shops_own_rule_decides() -> None:
    later = NOW + requests.CENTRAL_WAIT
    assert requests.aged(asked(Kind.HOLD, rule="stock", central=True), later).confirmed_by == (
        "stock"
    )
    waits = asked(Kind.HOLD, central=True)
    assert not requests.aged(waits, later).is_confirmed
    seen = done(waits, Deed.ACCEPT)
    assert not seen.is_confirmed
    assert requests.aged(seen, later).confirmed_by == "staff"


def test_a_promise_is_kept_whatever_central_says_later() -> None:
    promised = requests.aged(asked(Kind.HOLD, rule="stock", central=True), NOW + MINUTE)
    assert requests.step(promised, Deed.REFUSE, NOW + MINUTE) is None
    assert requests.step(promised, Deed.CONFIRM, NOW + MINUTE) is None


def test_with_the_piece_in_hand_nobody_is_waited_for() -> None:
    found = done(asked(Kind.HOLD, central=True), Deed.FOUND)
    assert found.confirmed_by == "staff"


def test_a_hold_asked_at_night_counts_from_the_morning() -> None:
    morning = NOW + timedelta(hours=12)
    one = asked(Kind.HOLD, rule="stock", begins=morning)
    assert one.until == morning + timedelta(hours=2)
    assert requests.aged(one, morning).late == 0
    assert requests.aged(one, morning + 2 * MINUTE).late == 1


def test_nobody_is_brought_a_confirmation() -> None:
    for deed in (Deed.CONFIRM, Deed.REFUSE):
        assert requests.step(asked(), deed, NOW) is None


@pytest.mark.parametrize("state", [one for one in State if one not in OPEN])
def test_what_is_over_stays_over(state: State) -> None:
    over = replace(asked(), state=state)
    assert requests.next_due(over) is None
    assert requests.aged(over, NOW + timedelta(days=400)) is over
    for deed in Deed:
        assert requests.step(over, deed, NOW) is None


STEPS = st.lists(
    st.tuples(st.sampled_from([None, *Deed]), st.integers(min_value=0, max_value=600).map(float)),
    max_size=25,
)


@given(
    kind=st.sampled_from(Kind),
    rule=st.sampled_from(["stock", "staff"]),
    central=st.booleans(),
    closed_s=st.integers(min_value=0, max_value=100_000),
    steps=STEPS,
)
def test_whatever_happens_in_whatever_order(
    *,
    kind: Kind,
    rule: Rule,
    central: bool,
    closed_s: int,
    steps: list[tuple[Deed | None, float]],
) -> None:
    at = NOW
    one = asked(kind, rule=rule, central=central, begins=NOW + timedelta(seconds=closed_s))
    for deed, passed in steps:
        at += timedelta(seconds=passed)
        aged = requests.aged(one, at)
        assert requests.aged(aged, at) is aged or requests.aged(aged, at) == aged
        after = aged if deed is None else requests.step(one, deed, at, "Ana")
        if after is None:
            assert deed is not None
            assert not requests.may(aged, deed)
            one = aged
            continue
        _holds_true(one, after, at)
        one = after
    # However it went, it ends by itself, and nobody has to look at it more often than it changes.
    for _ in range(10):
        due = requests.next_due(one)
        if due is None:
            break
        at = max(at, due)
        before, one = one, requests.aged(one, at)
        assert one != before
    assert not one.is_open


def _holds_true(before: ShopperRequest, after: ShopperRequest, at: datetime) -> None:
    if not before.is_open:
        assert after.state is before.state
        assert not (after.aside and not before.aside)
    assert after.late >= before.late
    assert (after.confirmed_by is None) or after.kind is Kind.HOLD
    if before.confirmed_by is not None:
        assert after.confirmed_by == before.confirmed_by
        assert after.state is not State.REFUSED
        assert after.until == before.until
    if after.state is State.FOUND:
        assert after.aside
        assert after.kind is Kind.BRING or after.is_confirmed
    if after.state is State.HANDED_OVER:
        assert not after.aside
    if after.is_open:
        assert at < after.until
    assert after.asked_at == before.asked_at
    assert (after.key, after.ref, after.code) == (before.key, before.ref, before.code)
