from __future__ import annotations

import pytest

from device_drivers.api.known_panels import PANELS
from gateway.render import icons, rendering
from tests.support.drawing import FACTS, page


@pytest.mark.parametrize("size", [9, 12, 16, 24, 48, 96])
@pytest.mark.parametrize("name", icons.NAMES)
def test_a_sign_is_a_shape_inside_its_square(name: str, size: int) -> None:
    sign = icons.icon(name, size)
    assert sign.size == (size, size)
    dark = sign.histogram()
    assert set(sign.tobytes()) == {0, 255}, "ink or none, no greys"
    assert 0.08 < dark[255] / size**2 < 0.9
    box = sign.getbbox()
    assert box is not None
    assert max(box[2] - box[0], box[3] - box[1]) >= 0.7 * size, "it uses its square"


@pytest.mark.parametrize("size", [9, 16, 48])
def test_no_two_signs_look_alike(size: int) -> None:
    assert len({icons.icon(name, size).tobytes() for name in icons.NAMES}) == len(icons.NAMES)


@pytest.mark.parametrize("name", icons.NAMES)
def test_a_sign_on_a_label_stays_within_its_room(name: str) -> None:
    panel = PANELS["2.9-296x128-bwr"]
    sign = {"kind": "icon", "icon": name, "size": "30px", "align": "center"}
    text = {"kind": "text", "value": "{title}", "size": "20px"}
    drawing = rendering.draw(page(sign, text), panel, FACTS, "MX")
    (placed,) = [one for one in drawing.placed if one.name == "e0"]
    assert placed.seen.size == 30
    alone = rendering.draw(page(sign), panel, FACTS, "MX")
    room = alone.placed[-1].room
    rows = [
        (number % panel.width, number // panel.width)
        for number, ink in enumerate(alone.frame.pixels)
        if ink
    ]
    assert rows
    assert all(room.x <= x < room.x + room.width for x, _ in rows)
    assert all(room.y <= y < room.y + room.height for _, y in rows)


def test_a_sign_too_small_to_be_told_is_left_out() -> None:
    panel = PANELS["2.9-296x128-bwr"]
    sign = {"kind": "icon", "icon": "alert", "size": "200px", "min_size": "150px"}
    assert set(rendering.render(page(sign), panel, FACTS, "MX").pixels) == {0}
