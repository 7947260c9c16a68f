from __future__ import annotations

from decimal import Decimal

import pytest

from gateway.domain import takeover
from gateway.domain.takeover import Deed, Difference, State, TakeoverError


def test_a_zone_that_is_given_back_can_be_taken_over_again() -> None:
    state: State | None = None
    went = []
    for deed in (Deed.IMPORT, Deed.SWITCH, Deed.RELEASE, Deed.SWITCH, Deed.RELEASE, Deed.FORGET):
        state = takeover.after("paint", state, deed)
        went.append(state)

    assert went == [
        *(State.IMPORTED, State.SWITCHED, State.RELEASED, State.SWITCHED, State.RELEASED),
        None,
    ]


@pytest.mark.parametrize("deed", [Deed.IMPORT, Deed.FORGET])
def test_a_driven_zone_is_given_back_before_its_list_goes(deed: Deed) -> None:
    with pytest.raises(TakeoverError, match="anaquel takeover release"):
        takeover.after("paint", State.SWITCHED, deed)


@pytest.mark.parametrize("deed", [Deed.SWITCH, Deed.RELEASE])
def test_a_zone_that_nobody_knows_cannot_change_hands(deed: Deed) -> None:
    with pytest.raises(TakeoverError, match="was imported"):
        takeover.after("paint", None, deed)


@pytest.mark.parametrize(
    ("ours", "theirs", "weight"),
    [
        ("1.00", "1.00", "0"),
        ("1.50", "1.5", "0"),
        ("2.00", "1.00", "1"),
        ("0.50", "1.00", "0.5"),
        (None, "1.00", "1"),
        ("1.00", "0", "1"),
        ("1.00", None, "0"),
        (None, None, "0"),
    ],
)
def test_a_difference_counts_as_the_share_of_their_price(
    ours: str | None, theirs: str | None, weight: str
) -> None:
    pair = Difference(
        ours=None if ours is None else Decimal(ours),
        theirs=None if theirs is None else Decimal(theirs),
    )

    assert pair.weight == Decimal(weight)


@pytest.mark.parametrize("text", ["", "  ", "x" * 65, "a\nb"])
def test_what_is_no_name_of_a_zone_is_refused(text: str) -> None:
    with pytest.raises(TakeoverError, match="is no name of a zone"):
        takeover.zone_name(text)
