from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain import trusted_time
from gateway.domain.trusted_time import Doubt, Evidence

NEWEST = datetime(2026, 11, 24, 20, 0, tzinfo=UTC)
MORNING = datetime(2026, 11, 25, 8, 0, tzinfo=UTC)
AT_1970 = datetime(1970, 1, 1, 0, 1, tzinfo=UTC)
YEARS = timedelta(days=3 * 365)

CASES: dict[str, tuple[Evidence, Doubt | None]] = {
    "a time server keeps it": (
        Evidence(machine=MORNING, synchronised=True, newest=NEWEST),
        None,
    ),
    "central agrees": (
        Evidence(machine=MORNING, newest=NEWEST, answered=MORNING + timedelta(minutes=4)),
        None,
    ),
    "a message that waited while the box was off agrees by chance": (
        Evidence(machine=NEWEST, newest=NEWEST, central=NEWEST - timedelta(minutes=3)),
        Doubt.UNCHECKED,
    ),
    "a message of central's that waited proves nothing": (
        Evidence(machine=MORNING, newest=NEWEST, central=MORNING - timedelta(hours=1)),
        Doubt.UNCHECKED,
    ),
    "a battery kept it": (Evidence(machine=MORNING, battery=True, newest=NEWEST), None),
    "a battery in a new shop": (Evidence(machine=MORNING, battery=True), None),
    "a battery, but central is ahead": (
        Evidence(machine=MORNING, battery=True, central=MORNING + timedelta(hours=1)),
        Doubt.CENTRAL_DIFFERS,
    ),
    "a battery that went mad": (
        Evidence(machine=NEWEST + YEARS, battery=True, newest=NEWEST),
        Doubt.TOO_FAR,
    ),
    "a battery that died": (
        Evidence(machine=AT_1970, battery=True, newest=NEWEST),
        Doubt.GONE_BACK,
    ),
    "no clock at all": (Evidence(machine=AT_1970, newest=NEWEST), Doubt.GONE_BACK),
    "no clock at all in a new shop": (Evidence(machine=AT_1970), Doubt.UNCHECKED),
    "the time the box was switched off": (
        Evidence(machine=NEWEST, newest=NEWEST),
        Doubt.UNCHECKED,
    ),
    "the time server corrects local time to UTC": (
        Evidence(machine=NEWEST - timedelta(hours=6), synchronised=True, newest=NEWEST),
        None,
    ),
    "years back by a time server alone": (
        Evidence(machine=NEWEST - YEARS, synchronised=True, newest=NEWEST),
        Doubt.GONE_BACK,
    ),
    "years back by time server and central": (
        Evidence(
            machine=NEWEST - YEARS,
            synchronised=True,
            newest=NEWEST,
            answered=NEWEST - YEARS,
        ),
        None,
    ),
    "years back by central alone": (
        Evidence(machine=NEWEST - YEARS, newest=NEWEST, answered=NEWEST - YEARS),
        Doubt.GONE_BACK,
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_which_times_are_believed(name: str) -> None:
    evidence, wanted = CASES[name]
    assert trusted_time.doubt(evidence) is wanted


@given(st.timedeltas(-YEARS, YEARS), st.booleans(), st.booleans())
def test_nothing_before_a_time_that_has_been_is_believed_without_a_time_server(
    ahead: timedelta,
    battery: bool,  # noqa: FBT001 - drawn
    agrees: bool,  # noqa: FBT001 - drawn
) -> None:
    machine = NEWEST + ahead
    evidence = Evidence(
        machine=machine,
        battery=battery,
        newest=NEWEST,
        answered=machine if agrees else None,
    )
    if machine < NEWEST - trusted_time.BACK:
        assert trusted_time.doubt(evidence) is Doubt.GONE_BACK
