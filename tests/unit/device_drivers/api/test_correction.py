from __future__ import annotations

import itertools
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device_drivers.api import correction, test_card
from device_drivers.api.correction import Correction, CorrectionError
from device_drivers.api.known_panels import PANELS
from device_drivers.api.panels import Frame, Ink, Panel

WAYS = tuple(itertools.product(range(4), (False, True)))
PANEL = PANELS["2.9-296x128-bwr"]


@st.composite
def panels(draw: st.DrawFn) -> Panel:
    others = st.lists(st.sampled_from([ink for ink in Ink if ink is not Ink.WHITE]), unique=True)
    return Panel(
        name="m",
        width=draw(st.integers(1, 40)),
        height=draw(st.integers(1, 40)),
        inks=(Ink.WHITE, *draw(others.filter(len))),
        dpi=100,
    )


def _shown_by(
    panel: Panel, sent: Frame, turns: int, inks: tuple[Ink, ...], *, mirrored: bool
) -> list[list[Ink]]:
    """The colours on the glass of a label built in this way: told by arithmetic of its own."""
    width, height = panel.width, panel.height
    assert (sent.width, sent.height, sent.inks) == (width, height, panel.inks)
    glass: dict[tuple[int, int], Ink] = {}
    for y, x in itertools.product(range(height), range(width)):
        column, row = (width - 1 - x if mirrored else x), y
        wide, high = width, height
        for _ in range(turns):
            column, row, wide, high = high - 1 - row, column, high, wide
        glass[column, row] = inks[sent.pixels[y * width + x]]
    wide, high = (height, width) if turns % 2 else (width, height)
    return [[glass[x, y] for x in range(wide)] for y in range(high)]


def _colours(frame: Frame) -> list[list[Ink]]:
    rows = range(0, len(frame.pixels), frame.width)
    return [[frame.inks[at] for at in frame.pixels[top : top + frame.width]] for top in rows]


@given(panels(), st.sampled_from(WAYS), st.data())
def test_what_a_person_saw_puts_every_frame_right(
    panel: Panel, way: tuple[int, bool], data: st.DataObject
) -> None:
    turns, mirrored = way
    inks = tuple(data.draw(st.permutations(panel.inks)))
    found = correction.of_seen(panel, turns=turns, mirrored=mirrored, inks=inks)
    viewed = found.viewed(panel)
    assert found.model(viewed) == panel
    assert viewed.inks[0] is Ink.WHITE
    size = viewed.width * viewed.height
    pixels = bytes(
        data.draw(st.lists(st.integers(0, len(viewed.inks) - 1), min_size=size, max_size=size))
    )
    frame = Frame(width=viewed.width, height=viewed.height, inks=viewed.inks, pixels=pixels)
    shown = _shown_by(panel, found.apply(frame), turns, inks, mirrored=mirrored)
    assert shown == _colours(frame)


@given(panels(), st.sampled_from(WAYS))
def test_the_pictures_to_choose_from_are_what_labels_show(
    panel: Panel, way: tuple[int, bool]
) -> None:
    card, (turns, mirrored) = test_card.draw(panel), way
    seen = correction.seen(card, turns=turns, mirrored=mirrored)
    assert _colours(seen) == _shown_by(panel, card, turns, panel.inks, mirrored=mirrored)


@pytest.mark.parametrize("panel", PANELS.values(), ids=PANELS)
def test_a_test_card_looks_different_in_every_way_it_can_be_shown(panel: Panel) -> None:
    card = test_card.draw(panel)
    ways = {correction.seen(card, turns=turns, mirrored=swap).fingerprint for turns, swap in WAYS}
    assert len(ways) == 8
    assert set(card.pixels) == set(range(len(panel.inks))), "a block for each ink"


def test_a_panel_of_other_colours_than_its_model_is_drawn_in_those() -> None:
    seen = (Ink.WHITE, Ink.BLACK, Ink.YELLOW)
    found = correction.of_seen(PANEL, turns=0, mirrored=False, inks=seen)
    assert found.viewed(PANEL).inks == seen
    frame = Frame(width=3, height=1, inks=seen, pixels=bytes([2, 1, 0]))
    assert found.apply(frame) == Frame(width=3, height=1, inks=PANEL.inks, pixels=b"\2\1\0")


def test_a_panel_with_fewer_colours_than_its_model_is_drawn_without_them() -> None:
    seen = (Ink.WHITE, Ink.BLACK, Ink.BLACK)
    found = correction.of_seen(PANEL, turns=0, mirrored=False, inks=seen)
    assert found.viewed(PANEL).inks == (Ink.WHITE, Ink.BLACK)


@pytest.mark.parametrize(
    ("inks", "why"),
    [
        ((Ink.RED, Ink.BLACK, Ink.BLACK), "as white"),
        ((Ink.WHITE, Ink.WHITE, Ink.WHITE), "look the same"),
        ((Ink.WHITE, Ink.BLACK), "3 colours"),
    ],
)
def test_what_no_correction_helps_is_refused(inks: tuple[Ink, ...], why: str) -> None:
    with pytest.raises(CorrectionError, match=why):
        correction.of_seen(PANEL, turns=0, mirrored=False, inks=inks)


def test_an_ink_that_is_never_seen_cannot_be_drawn() -> None:
    found = Correction(inks=((Ink.WHITE, Ink.WHITE), (Ink.BLACK, Ink.BLACK)))
    with pytest.raises(CorrectionError, match="red"):
        found.apply(Frame(width=1, height=1, inks=(Ink.WHITE, Ink.RED), pixels=b"\1"))


@given(panels(), st.sampled_from(WAYS), st.data())
def test_plain_values_and_back(panel: Panel, way: tuple[int, bool], data: st.DataObject) -> None:
    inks = tuple(data.draw(st.permutations(panel.inks)))
    found = correction.of_seen(panel, turns=way[0], mirrored=way[1], inks=inks)
    assert correction.from_json(json.loads(json.dumps(found.to_json()))) == found


@pytest.mark.parametrize(
    "value",
    [
        {"turns": 4},
        {"turns": True},
        {"turns": "1"},
        {"mirrored": 1},
        {"inks": {}},
        {"inks": [["white"]]},
        {"inks": [["white", "pink"], ["black", "white"]]},
        {"inks": [["white", []], ["black", "white"]]},
        {"inks": [["white", "white"], ["white", "black"]]},
        {"inks": [["white", "white"]] * 9},
    ],
)
def test_other_values_are_refused(value: dict[str, object]) -> None:
    with pytest.raises(CorrectionError):
        correction.from_json(value)
