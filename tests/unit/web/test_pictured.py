from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gateway.domain import picturing
from gateway.web import pictured


def test_the_first_picture_there_is_counts() -> None:
    picture = pictured.picture("Uno", None, [None, "a", "b"], ["c"])
    assert (picture.url, picture.hex, picture.letters) == ("a", None, "")
    assert pictured.picture("Uno", None, [None], [None, "c"]).url == "c"
    assert pictured.picture("Uno", "red", [], []).url is None


@given(st.integers(min_value=0, max_value=0xFFFFFF))
def test_letters_can_be_read_on_every_color(color: int) -> None:
    picture = pictured.picture("Uno", f"#{color:06x}", [], [])
    ground = picturing.luminance(f"#{color:06x}")
    letters = 0.0 if picture.letters == "#000" else 1.0
    contrast = (max(ground, letters) + 0.05) / (min(ground, letters) + 0.05)
    assert contrast >= 4.5
