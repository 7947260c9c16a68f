from __future__ import annotations

import dataclasses
import io

import pytest
from PIL import Image

from device_drivers.api.panels import Frame, Ink, Panel
from gateway.domain.labels import LabelFacts, PictureFact
from gateway.render import photographs, rendering
from gateway.render.photographs import PhotographError
from gateway.render.template import Template
from tests.support.drawing import FACTS, page

WHITE_BLACK = (Ink.WHITE, Ink.BLACK)
FOUR = (*WHITE_BLACK, Ink.RED, Ink.YELLOW)
SIX = (*FOUR, Ink.BLUE, Ink.GREEN)
IMAGE = {"kind": "image", "size": "60px"}


def panel(inks: tuple[Ink, ...] = WHITE_BLACK, side: int = 100) -> Panel:
    return Panel(name="square", width=side, height=side, inks=inks, dpi=120)


def webp(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "WEBP", lossless=True)
    return buffer.getvalue()


def ramp(width: int = 120, height: int = 80) -> bytes:
    """From black on the left to white on the right."""
    grey = Image.linear_gradient("L").rotate(90).resize((width, height))
    return webp(grey.convert("RGB"))


def plain(color: str, width: int = 120, height: int = 80) -> bytes:
    """One colour between a black and a white edge, so that there are tones to stretch."""
    image = Image.new("RGB", (width, height), color)
    image.paste("black", (0, 0, width, 4))
    image.paste("white", (0, height - 4, width, height))
    return webp(image)


def fact(data: bytes) -> PictureFact:
    return photographs.named("ab" * 32, data)


def shown(data: bytes, **members: str) -> tuple[Template, LabelFacts]:
    return page(IMAGE | members), dataclasses.replace(FACTS, picture=fact(data))


def share(frame: Frame, ink: Ink) -> float:
    """Of all pixels, those of this ink."""
    return frame.pixels.count(frame.inks.index(ink)) / len(frame.pixels)


def test_tones_become_dots_and_every_dot_is_an_ink_of_the_panel() -> None:
    dots = photographs.dithered(ramp(), 120, 80, WHITE_BLACK)
    assert set(dots.tobytes()) == {0, 1}
    columns = [sum(dots.crop((x, 0, x + 20, 80)).tobytes()) for x in range(0, 120, 20)]
    assert columns == sorted(columns, reverse=True), "darker on the left"
    assert columns[0] > 20 * 80 * 0.6
    assert columns[-1] < 20 * 80 * 0.1


def test_few_inks_make_it_lighter() -> None:
    dots = photographs.dithered(ramp(256, 80), 256, 80, WHITE_BLACK).tobytes()
    assert 0.3 < dots.count(1) / len(dots) < 0.45, "half of the ramp is darker than the middle"


@pytest.mark.parametrize(
    ("color", "inks", "wanted"),
    [
        ("#c82027", FOUR, Ink.RED),
        ("#f5c623", FOUR, Ink.YELLOW),
        ("#1e50a0", SIX, Ink.BLUE),
        ("#288246", SIX, Ink.GREEN),
    ],
)
def test_a_colour_is_drawn_in_its_ink_where_the_panel_has_it(
    color: str, inks: tuple[Ink, ...], wanted: Ink
) -> None:
    by, facts = shown(plain(color))
    drawn = rendering.render(by, panel(inks), facts, "MX")
    colored = {ink: share(drawn, ink) for ink in inks[2:]}
    assert max(colored, key=lambda ink: colored[ink]) is wanted
    without = rendering.render(by, panel(), facts, "MX")
    assert set(without.pixels) == {0, 1}


def test_a_picture_keeps_its_proportions_within_its_size() -> None:
    by, facts = shown(plain("#000000", 120, 80))
    (placed,) = rendering.draw(by, panel(), facts, "MX").placed
    assert (placed.room.height, placed.seen.size) == (40, 60)
    upright, facts = shown(plain("#000000", 40, 120))
    (placed,) = rendering.draw(upright, panel(), facts, "MX").placed
    assert (placed.room.height, placed.seen.size) == (60, 60)


def test_pictures_of_other_proportions_stand_elsewhere_though_all_texts_are_the_same() -> None:
    by, wide = shown(plain("#000000", 120, 40))
    high = dataclasses.replace(wide, picture=fact(plain("#000000", 40, 120)))
    heights = [
        rendering.draw(by, panel(), facts, "MX").placed[0].room.height for facts in (wide, high)
    ]
    assert heights == [20, 60]


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "no WebP"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "no WebP"),
        (ramp()[:40], "no WebP"),
        (b"\x89PNG\r\n\x1a\n" + bytes(64), "no WebP"),
        (plain("#ff0000", 481, 10), "larger than 480"),
        (bytes(photographs.MAX_BYTES + 1), "at most"),
    ],
)
def test_what_is_no_small_picture_is_left_out(data: bytes, why: str) -> None:
    with pytest.raises(PhotographError, match=why):
        photographs.dithered(data, 60, 40, WHITE_BLACK)
    broken = dataclasses.replace(
        FACTS, picture=PictureFact(sha256="cd" * 32, width=60, height=40, data=data)
    )
    (frame,) = [rendering.render(page(IMAGE), panel(), broken, "MX")]
    assert share(frame, Ink.WHITE) == 1.0


@pytest.mark.parametrize("picture", [None, PictureFact(sha256="ef" * 32, width=6, height=4)])
def test_without_its_bytes_the_place_is_left_out_or_shows_initials(
    picture: PictureFact | None,
) -> None:
    facts = dataclasses.replace(FACTS, picture=picture, color_hex="#1e50a0")
    assert rendering.draw(page(IMAGE), panel(SIX), facts, "MX").placed == ()
    drawing = rendering.draw(page(IMAGE | {"missing": "initials"}), panel(SIX), facts, "MX")
    (placed,) = drawing.placed
    assert placed.seen.size == 60
    assert share(drawing.frame, Ink.BLUE) > 0.2
    other = dataclasses.replace(facts, title="Pan dulce")
    assert rendering.render(page(IMAGE | {"missing": "initials"}), panel(SIX), other, "MX") != (
        drawing.frame
    )


@pytest.mark.parametrize(("color", "letters"), [("", Ink.BLACK), ("#000000", Ink.WHITE)])
def test_initials_can_be_read_on_the_colour(color: str, letters: Ink) -> None:
    facts = dataclasses.replace(FACTS, title="HHH HHH", color_hex=color)
    drawn = rendering.render(page(IMAGE | {"missing": "initials"}), panel(side=60), facts, "MX")
    assert 0.05 < share(drawn, letters) < 0.5


def test_no_title_has_no_initials() -> None:
    facts = dataclasses.replace(FACTS, title="—")
    assert rendering.draw(page(IMAGE | {"missing": "initials"}), panel(), facts, "MX").placed == ()


def test_a_place_too_small_to_tell_what_it_is_stays_white() -> None:
    by = page(IMAGE | {"size": "90px", "min_size": "70px"}, {"kind": "spacer"})
    facts = dataclasses.replace(FACTS, picture=fact(plain("#000000", 90, 90)))
    assert share(rendering.render(by, panel(side=60), facts, "MX"), Ink.WHITE) == 1.0
    assert share(rendering.render(by, panel(side=100), facts, "MX"), Ink.BLACK) > 0.5
