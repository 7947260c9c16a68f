"""The pictures of the self-test: nothing but paper, nothing but black, and the test card."""

from __future__ import annotations

from collections.abc import Iterator

from device_drivers.api.panels import Frame, Ink, Panel
from gateway.domain.labels import LabelFacts, LabelState
from gateway.render import rendering, template, templates

_TEMPLATE = "test"
_CODE_LENGTH = 6


def draw(panel: Panel, label: str) -> Iterator[tuple[str, Frame]]:
    """Each picture with its name, in the order in which they are shown; takes CPU time.

    The card is the bundled template ``test``; its code holds the label's id and nothing of a shop.
    """
    for ink in (Ink.WHITE, Ink.BLACK):
        if ink in panel.inks:
            yield ink.value, _plain(panel, ink)
    drawn_by = template.load(templates.BUNDLED / _TEMPLATE / "template.toml")
    facts = LabelFacts(
        code=label[-_CODE_LENGTH:], link=label, language="en", state=LabelState.REGULAR
    )
    yield "card", rendering.render(drawn_by, panel, facts, "MX")


def _plain(panel: Panel, ink: Ink) -> Frame:
    pixels = bytes([panel.inks.index(ink)]) * (panel.width * panel.height)
    return Frame(width=panel.width, height=panel.height, inks=panel.inks, pixels=pixels)
