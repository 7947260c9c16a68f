from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from device_drivers.api.known_panels import PANELS
from device_drivers.api.panels import Panel
from gateway.domain.labels import LabelFacts, LabelState, SecondTexts
from gateway.render import rendering
from gateway.render.elements import Conditions
from tests.support.drawing import FACTS, page

SMALL = PANELS["1.54-152x152-bwr"]
WIDE = PANELS["2.9-296x128-bw"]
TALL = WIDE.turned()
LARGE = PANELS["7.5-800x480-bwry"]
SIX = PANELS["7.3-800x480-six"]
ALL = {"small": SMALL, "wide": WIDE, "tall": TALL, "large": LARGE, "six": SIX}


@pytest.mark.parametrize(
    ("said", "shown_on"),
    [
        ({}, {"small", "wide", "tall", "large", "six"}),
        ({"inks": ["red"]}, {"small", "large", "six"}),
        ({"inks": ["red", "yellow"]}, {"large", "six"}),
        ({"inks": ["blue"]}, {"six"}),
        ({"lacks": ["red"]}, {"wide", "tall"}),
        ({"lacks": ["yellow"]}, {"small", "wide", "tall"}),
        ({"inks": ["red"], "lacks": ["yellow", "blue"]}, {"small"}),
        ({"min_width": 296}, {"wide", "large", "six"}),
        ({"max_width": 152}, {"small", "tall"}),
        ({"min_height": 152, "max_height": 296}, {"small", "tall"}),
        ({"min_aspect": 1.3}, {"wide", "large", "six"}),
        ({"max_aspect": 0.8}, {"tall"}),
        ({"min_aspect": 1.0, "max_aspect": 1.0}, {"small"}),
        ({"states": ["sale"]}, set()),
        ({"states": ["sale", "regular"]}, {"small", "wide", "tall", "large", "six"}),
    ],
)
def test_an_element_is_shown_where_its_conditions_hold(
    said: dict[str, Any], shown_on: set[str]
) -> None:
    own = {"kind": "text", "value": "{reference}", "size": "14px", **said}
    drawn_by = page({"kind": "text", "value": "{title}", "size": "14px"}, own)
    for name, panel in ALL.items():
        assert ("e1" in names(drawn_by, panel)) == (name in shown_on), name


def names(drawn_by: Any, panel: Panel, facts: LabelFacts = FACTS) -> list[str]:
    return [one.name for one in rendering.draw(drawn_by, panel, facts, "MX").placed]


@pytest.mark.parametrize(
    ("beside", "asked", "holds"),
    [
        (set(), "loyalty", False),
        ({LabelState.LOYALTY}, "loyalty", True),
        ({LabelState.LAST}, "loyalty", False),
        ({LabelState.LAST, LabelState.LOYALTY}, "last", True),
        ({LabelState.LAST}, "regular", True),
        ({LabelState.LAST}, "sale", False),
    ],
)
def test_states_beside_hold_together_with_the_state(
    beside: set[LabelState], asked: str, *, holds: bool
) -> None:
    facts = dataclasses.replace(FACTS, beside=frozenset(beside))
    own = {"kind": "text", "value": "{title}", "size": "14px", "states": [asked]}
    assert ("e0" in names(page(own), WIDE, facts)) == holds


def test_a_picture_drawn_once_does_not_decide_for_other_states() -> None:
    # Places are remembered by the shape of the facts; the states belong to it.
    sign = {"kind": "icon", "icon": "star", "size": "20px", "states": ["loyalty"]}
    drawn_by = page({"kind": "text", "value": "{title}", "size": "14px"}, sign)
    members = dataclasses.replace(FACTS, beside=frozenset({LabelState.LOYALTY}))
    assert [names(drawn_by, WIDE, one) for one in (FACTS, members, FACTS)] == [
        ["e0"],
        ["e0", "e1"],
        ["e0"],
    ]


def test_conditions_on_nothing_hold_everywhere() -> None:
    assert all(Conditions().fits(panel, frozenset()) for panel in PANELS.values())


def second(facts: LabelFacts, **texts: str) -> LabelFacts:
    return dataclasses.replace(facts, second=SecondTexts(language="en", **texts))


def test_the_second_language_says_it_again_only_where_it_differs() -> None:
    first = {"kind": "text", "value": "{title} {hot}", "size": "14px"}
    again = {**first, "language": "second"}
    drawn_by = page(first, again, hot={"es": "caliente", "en": "hot"})
    assert names(drawn_by, WIDE) == ["e0"]
    both = second(FACTS, title="Ground coffee")
    assert names(drawn_by, WIDE, both) == ["e0", "e1"]
    frame = rendering.render(drawn_by, WIDE, both, "MX")
    other = rendering.render(drawn_by, WIDE, second(FACTS, title="Coffee, ground"), "MX")
    assert frame != other, "it is the second title that stands there"
    brand = page({"kind": "text", "value": "{reference}", "size": "14px"})
    twice = page(
        {"kind": "text", "value": "{reference}", "size": "14px"},
        {"kind": "text", "value": "{reference}", "size": "14px", "language": "second"},
    )
    assert names(twice, WIDE, both) == names(brand, WIDE, both) == ["e0"]
