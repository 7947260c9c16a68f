from __future__ import annotations

import json
from typing import Any

import pytest

from benchmarks import figures
from benchmarks.figures import Figure


def figure(**members: Any) -> Figure:
    given: dict[str, Any] = {"name": "wave", "unit": "labels/s", "ours": 300.0}
    return Figure(**given | members)


@pytest.mark.parametrize(
    ("members", "ratio"),
    [
        ({"peer": 100.0, "peer_name": "other"}, 3.0),
        ({"peer": 100.0, "peer_name": "other", "better": "lower"}, 1 / 3),
        ({"peer": 600.0, "peer_name": "loop", "name": "wave_share"}, 0.5),
        ({"goal": 150.0}, 2.0),
        ({"goal": 150.0, "better": "lower"}, 0.5),
        ({}, None),
    ],
)
def test_above_one_is_always_better(members: dict[str, Any], ratio: float | None) -> None:
    assert figure(**members).ratio == (None if ratio is None else pytest.approx(ratio))


@pytest.mark.parametrize(
    "members",
    [
        {"peer": 100.0, "peer_name": "other", "goal": 3.0},
        {"goal": 300.0},
        {"goal": 301.0, "better": "lower"},
    ],
)
def test_a_goal_is_reached_by_the_ratio_with_a_peer_and_by_ours_without(
    members: dict[str, Any],
) -> None:
    assert figure(**members).reached is True


@pytest.mark.parametrize(
    "members",
    [
        {"peer": 100.0, "peer_name": "other", "goal": 3.1},
        {"goal": 301.0},
        {"goal": 299.0, "better": "lower"},
    ],
)
def test_a_goal_is_not_reached_before(members: dict[str, Any]) -> None:
    assert figure(**members).reached is False


def test_without_a_goal_nothing_is_to_be_reached() -> None:
    assert figure(peer=100.0, peer_name="other").reached is None


def test_a_program_reads_these_members() -> None:
    line = figure(peer=90.0, peer_name="other", goal=3.0).to_json()

    assert json.loads(line) == {
        "name": "wave",
        "unit": "labels/s",
        "ours": 300.0,
        "peer": 90.0,
        "peer_name": "other",
        "ratio": 3.333,
        "goal": 3.0,
    }


def test_what_is_not_there_is_null() -> None:
    said = json.loads(figure().to_json())

    assert (said["peer"], said["peer_name"], said["ratio"], said["goal"]) == (None,) * 4


def test_a_peer_has_a_name() -> None:
    with pytest.raises(ValueError, match="a peer has a name"):
        figure(peer=1.0)


def test_a_share_needs_a_loop() -> None:
    with pytest.raises(ValueError, match="beside a bare loop"):
        figure(name="wave_share")


def test_a_peer_that_did_nothing_is_infinitely_worse() -> None:
    assert figure(peer=0.0, peer_name="other").ratio == float("inf")


def test_people_see_which_goals_are_not_reached_yet() -> None:
    text = figures.table([figure(goal=150.0), figure(name="slow", ours=12_345.6, goal=20_000.0)])

    head, good, slow = text.splitlines()
    assert head.split() == ["figure", "ours", "peer", "unit", "ratio", "goal", "beside"]
    assert good.endswith("150 ok")
    assert slow.split()[:2] == ["slow", "12,346"]
    assert slow.endswith("not yet")
