"""One label picture: template, panel and facts in, frame out; nothing else matters."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass, replace
from datetime import tzinfo

from device_drivers.api.panels import Frame, Panel
from gateway.domain.labels import LabelFacts
from gateway.render import elements, layout, symbols, values
from gateway.render.contents import UNSEEN, Air, Drawn, Line, Seen
from gateway.render.elements import BoxElement, Length
from gateway.render.layout import Box, Padding, Rect
from gateway.render.making import Maker
from gateway.render.painter import Painter
from gateway.render.template import Template
from gateway.render.values import Values

_Place = tuple[str, Rect]

_MOST_PLANS = 1024
"""Some kilobytes each; beyond it all are forgotten."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """One element that was drawn, where, and what can be seen of it."""

    name: str
    element: elements.Element
    room: Rect
    seen: Seen


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """A picture and what stands on it, in drawing order."""

    frame: Frame
    placed: tuple[Placed, ...]


def draw(
    drawn_by: Template,
    panel: Panel,
    facts: LabelFacts,
    country: str,
    zone: tzinfo | None = None,
) -> Drawing:
    """The picture of ``facts`` on ``panel``, money written as in ``country`` (ISO 3166-1).

    Days are those of ``zone``, the shop's; without it no day is named.
    Pure: the same arguments give the same pixels on every machine. Takes CPU time: call it in a
    worker (``pool``).
    """
    painter = Painter(panel)
    known = values.of(facts, drawn_by.words, country, zone)
    second = _in_second_language(drawn_by, facts, country, zone)
    build = _Build(drawn_by, panel, facts, known, second)
    shape = (panel, facts.states, build.shape())
    placed = [
        Placed(
            name=name,
            element=drawn_by.elements[name],
            room=room,
            seen=build.paint(painter, name, room),
        )
        for name, room in _plans.of(drawn_by, shape, build.places)
    ]
    return Drawing(frame=painter.frame(), placed=tuple(placed))


def _in_second_language(
    drawn_by: Template, facts: LabelFacts, country: str, zone: tzinfo | None
) -> Values | None:
    if facts.second is None:
        return None
    said = replace(
        facts,
        language=facts.second.language,
        title=facts.second.title,
        variant=facts.second.variant,
        color=facts.second.color,
    )
    return values.of(said, drawn_by.words, country, zone)


def render(
    drawn_by: Template,
    panel: Panel,
    facts: LabelFacts,
    country: str,
    zone: tzinfo | None = None,
) -> Frame:
    """The picture alone; see ``draw``."""
    return draw(drawn_by, panel, facts, country, zone).frame


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

    def __init__(
        self,
        drawn_by: Template,
        panel: Panel,
        facts: LabelFacts,
        known: Values,
        in_second: Values | None = None,
    ) -> None:
        self._elements = drawn_by.elements
        self._states = facts.states
        self._root = drawn_by.root(panel, facts.states)
        self._panel = panel
        self._facts = facts
        self._values = known
        self._in_second = in_second
        self._maker = Maker(panel, facts, known, in_second)
        self._contents: dict[str, Drawn] = {}

    def shape(self) -> Hashable:
        """Facts with the same shape stand at the same places."""
        try:
            code = symbols.modules(self._facts.link)
        except symbols.SymbolError:
            code = 0
        second = self._in_second.shape() if self._in_second is not None else ()
        picture = self._facts.picture
        proportions = (picture.width, picture.height) if picture and picture.data else None
        return self._values.shape(), second, self._facts.sizes, code, proportions

    def places(self) -> Iterator[_Place]:
        """Each element that is shown with its room, parents before children."""
        root = self.box(self._root)
        if root is not None:
            room = Rect(x=0, y=0, width=self._panel.width, height=self._panel.height)
            for box, part in layout.place(root, room):
                if box.content is not None or self._is_seen(box.name):
                    yield box.name, part

    def box(self, name: str) -> Box | None:
        """The box of the element ``name`` with all below it; None when nothing is to be shown."""
        element = self._elements[name]
        if not element.fits(self._panel, self._states) or not self._is_asked_for(element):
            return None
        if isinstance(element, BoxElement):
            return self._box_of_boxes(name, element)
        content = self._maker.content(element)
        if content is None:
            return None
        self._contents[name] = content
        return Box(
            name=name,
            content=content,
            weight=element.weight,
            rank=element.rank,
            drop=element.drop,
            air=isinstance(element, elements.SpacerElement),
        )

    def _is_asked_for(self, element: elements.Element) -> bool:
        known = self._values
        return all(map(known.has, element.has)) and not any(map(known.has, element.without))

    def paint(self, painter: Painter, name: str, room: Rect) -> Seen:
        """Draw one placed element: its background and frame, or its content."""
        element = self._elements[name]
        if isinstance(element, BoxElement):
            self._paint_box(painter, element, room)
            return UNSEEN
        content = self._contents.get(name) or self._maker.content(element)
        return content.paint(painter, room) if content is not None else UNSEEN

    def _paint_box(self, painter: Painter, element: BoxElement, room: Rect) -> None:
        radius = self._maker.pixels(element.radius)
        if element.background is not None and radius:
            painter.plate(room, element.background, radius)
        elif element.background is not None:
            painter.fill(room, element.background)
        if border := self._maker.pixels(element.border):
            painter.plate(room, element.border_ink, radius, outline=border)

    def _is_seen(self, name: str) -> bool:
        element = self._elements[name]
        return isinstance(element, BoxElement) and (
            element.background is not None or bool(self._maker.pixels(element.border))
        )

    def _box_of_boxes(self, name: str, element: BoxElement) -> Box | None:
        children = [self.box(child) for child in element.children]
        shown = tuple(child for child in children if child is not None)
        if not any(self._says_something(child) for child in shown):
            return None
        return Box(
            name=name,
            children=shown,
            horizontal=element.kind == "row",
            gap=self._maker.pixels(element.gap),
            padding=self._padding(element.padding),
            weight=element.weight,
            rank=element.rank,
            drop=element.drop,
        )

    def _says_something(self, box: Box) -> bool:
        return bool(box.children) or not isinstance(self._contents.get(box.name), Air | Line)

    def _padding(self, padding: Length | tuple[Length, Length, Length, Length]) -> Padding:
        if isinstance(padding, Length):
            same = self._maker.pixels(padding)
            return Padding(same, same, same, same)
        top, right, bottom, left = (self._maker.pixels(side) for side in padding)
        return Padding(top, right, bottom, left)
