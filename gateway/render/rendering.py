"""One label picture: template, panel and facts in, frame out; nothing else matters."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Iterator
from datetime import tzinfo
from typing import assert_never

from device_drivers.api.panels import Frame, Panel
from gateway.domain.labels import LabelFacts
from gateway.render import layout, symbols, template, values
from gateway.render.contents import Air, Code, Drawn, Line, Text
from gateway.render.layout import Box, Padding, Rect
from gateway.render.painter import Painter
from gateway.render.prices import Price
from gateway.render.sizes import SizeRun
from gateway.render.template import BoxElement, Length, Template
from gateway.render.values import Values

_Place = tuple[str, Rect]

_SMALLEST_SCALE = 2
"""Pixels per module that cameras tell apart on every panel."""

_MOST_PLANS = 4096
"""About a kilobyte each; beyond it all are forgotten."""

_MOST_SHRINKING = 0.75
"""Texts keep this share of their size while they can: a label keeps its proportions."""


def render(
    drawn_by: Template,
    panel: Panel,
    facts: LabelFacts,
    country: str,
    zone: tzinfo | None = None,
) -> Frame:
    """The picture of ``facts`` on ``panel``, money written as in ``country`` (ISO 3166-1).

    Days are those of ``zone``, the shop's; without it no day is named.
    Pure: the same arguments give the same pixels on every machine. Takes CPU time: call it in a
    worker (``pool``).
    """
    painter = Painter(panel)
    build = _Build(drawn_by, panel, facts, values.of(facts, drawn_by.words, country, zone))
    shape = (panel, facts.state, build.shape())
    for name, room in _plans.of(drawn_by, shape, build.places):
        build.paint(painter, name, room)
    return painter.frame()


class _Plans:
    """Where everything stands, for facts of one shape: a new price alone measures nothing again.

    Digits are equally wide, so texts that differ in digits alone have one shape.
    """

    def __init__(self) -> None:
        # Each entry holds its template, so that the template's id stays its own.
        self._known: dict[tuple[int, Hashable], tuple[Template, tuple[_Place, ...]]] = {}

    def of(
        self, drawn_by: Template, shape: Hashable, places: Callable[[], Iterator[_Place]]
    ) -> tuple[_Place, ...]:
        """The places of ``drawn_by`` for ``shape``, worked out by ``places`` the first time."""
        key = (id(drawn_by), shape)
        known = self._known.get(key)
        if known is None:
            if len(self._known) >= _MOST_PLANS:
                self._known.clear()
            known = self._known[key] = (drawn_by, tuple(places()))
        return known[1]


_plans = _Plans()


class _Build:
    """A template's elements as boxes for one panel and one set of facts."""

    def __init__(self, drawn_by: Template, panel: Panel, facts: LabelFacts, known: Values) -> None:
        self._elements = drawn_by.elements
        self._root = drawn_by.root(panel, facts.state)
        self._panel = panel
        self._facts = facts
        self._values = known
        self._contents: dict[str, Drawn] = {}

    def shape(self) -> Hashable:
        """Facts with the same shape stand at the same places."""
        try:
            code = symbols.modules(self._facts.link)
        except symbols.SymbolError:
            code = 0
        return self._values.shape(), self._facts.sizes, code

    def places(self) -> Iterator[_Place]:
        """Each element that is shown with its room, parents before children."""
        root = self.box(self._root)
        if root is not None:
            room = Rect(x=0, y=0, width=self._panel.width, height=self._panel.height)
            for box, part in layout.place(root, room):
                if box.content is not None or self._has_background(box.name):
                    yield box.name, part

    def box(self, name: str) -> Box | None:
        """The box of the element ``name`` with all below it; None when nothing is to be shown."""
        element = self._elements[name]
        if element.states and self._facts.state not in element.states:
            return None
        if isinstance(element, BoxElement):
            return self._box_of_boxes(name, element)
        content = self._content(element)
        if content is None:
            return None
        self._contents[name] = content
        return Box(
            name=name,
            content=content,
            weight=element.weight,
            rank=element.rank,
            drop=element.drop,
            air=isinstance(element, template.SpacerElement),
        )

    def paint(self, painter: Painter, name: str, room: Rect) -> None:
        """Draw one placed element: its background or its content."""
        element = self._elements[name]
        if isinstance(element, BoxElement):
            if element.background is not None:
                painter.fill(room, element.background)
            return
        content = self._contents.get(name) or self._content(element)
        if content is not None:
            content.paint(painter, room)

    def _has_background(self, name: str) -> bool:
        element = self._elements[name]
        return isinstance(element, BoxElement) and element.background is not None

    def _box_of_boxes(self, name: str, element: BoxElement) -> Box | None:
        children = [self.box(child) for child in element.children]
        shown = tuple(child for child in children if child is not None)
        if not any(self._says_something(child) for child in shown):
            return None
        return Box(
            name=name,
            children=shown,
            horizontal=element.kind == "row",
            gap=self._pixels(element.gap),
            padding=self._padding(element.padding),
            weight=element.weight,
            rank=element.rank,
            drop=element.drop,
        )

    def _says_something(self, box: Box) -> bool:
        return bool(box.children) or not isinstance(self._contents.get(box.name), Air | Line)

    def _content(self, element: template.AnyElement) -> Drawn | None:
        match element:
            case template.TextElement():
                return self._text(element)
            case template.PriceElement():
                return self._price(element)
            case template.SizesElement():
                return self._sizes(element)
            case template.QrElement():
                return self._code(element)
            case template.LineElement():
                return Line(thickness=self._pixels(element.thickness), ink=element.ink)
            case template.SpacerElement():
                return Air()
            case template.BoxElement():
                return None
            case _:
                assert_never(element)

    def _text(self, element: template.TextElement) -> Text | None:
        text = self._values.fill_in(element.value)
        if not text:
            return None
        size, min_size = self._sizes_of(element)
        own_words = not self._values.has_facts(element.value)
        return Text(
            text=text.upper() if element.case == "upper" else text,
            weight=element.font,
            size=size,
            min_size=min_size,
            floor=self._pixels(element.min_size),
            ink=element.ink,
            lines=element.lines,
            align=element.align,
            valign=element.valign,
            plate=element.plate,
            follows=element.follows,
            whole=element.whole or own_words,
        )

    def _price(self, element: template.PriceElement) -> Price | None:
        parts = self._values.price if element.amount == "price" else self._values.regular
        if parts is None:
            return None
        big = element.style == "big"
        size, min_size = self._sizes_of(element)
        return Price(
            parts=parts,
            big=big,
            weight=element.font,
            size=size,
            min_size=self._pixels(element.min_size) if big else min_size,
            ink=element.ink,
            before=self._values.fill_in(element.before),
            strike=element.strike,
            align=element.align,
            valign=element.valign,
        )

    def _sizes(self, element: template.SizesElement) -> SizeRun | None:
        if not self._facts.sizes:
            return None
        min_size = self._pixels(element.min_size)
        return SizeRun(
            sizes=self._facts.sizes,
            weight=element.font,
            size=max(self._pixels(element.size), min_size),
            min_size=min_size,
            rows=element.rows,
            valign=element.valign,
        )

    def _code(self, element: template.QrElement) -> Code | None:
        try:
            symbols.modules(self._facts.link)
        except symbols.SymbolError:
            return None
        return Code(
            link=self._facts.link,
            size=self._pixels(element.size),
            min_scale=max(_SMALLEST_SCALE, math.ceil(element.module.exact(self._panel))),
            align=element.align,
            valign=element.valign,
        )

    def _sizes_of(self, element: template.TextElement | template.PriceElement) -> tuple[int, int]:
        floor = self._pixels(element.min_size)
        size = max(self._pixels(element.size), floor)
        return size, max(floor, round(size * _MOST_SHRINKING))

    def _pixels(self, length: Length) -> int:
        return length.pixels(self._panel)

    def _padding(self, padding: Length | tuple[Length, Length, Length, Length]) -> Padding:
        if isinstance(padding, Length):
            same = self._pixels(padding)
            return Padding(same, same, same, same)
        top, right, bottom, left = (self._pixels(side) for side in padding)
        return Padding(top, right, bottom, left)
