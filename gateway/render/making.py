"""From an element of a template to what stands in its place, for one panel and one set of facts."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from device_drivers.api.panels import Panel
from gateway.domain import picturing
from gateway.domain.labels import LabelFacts
from gateway.render import barcodes, elements, symbols, values
from gateway.render.codes import Barcode, Code
from gateway.render.contents import Air, Drawn, Line, Sign, Swatch, Text
from gateway.render.elements import Length
from gateway.render.portraits import Initials, Photograph
from gateway.render.prices import Price
from gateway.render.sizes import SizeRun
from gateway.render.values import Values

_SMALLEST_SCALE = 2
"""Pixels per module that cameras tell apart on every panel."""

_ROUNDING = 0.05
"""Of a pixel: a module of 0.26 mm on a panel whose pixels are 0.2599 mm wide is one pixel."""

_LEAST_POINTS = 4.5
"""Letters below this are not legible; no template gets smaller ones."""

_LEAST_PRICE_POINTS = 9.2
"""The price to pay is never meant to be smaller."""

_MOST_SHRINKING = 0.75
"""Texts keep this share of their size while they can: a label keeps its proportions."""

_LEAST_SHARE = 0.6
"""Of its size: texts that may be dropped or have a plate, and size runs, get no smaller."""


class Maker:
    """Makes contents; one per picture."""

    def __init__(
        self, panel: Panel, facts: LabelFacts, known: Values, in_second: Values | None
    ) -> None:
        self._panel = panel
        self._facts = facts
        self._values = known
        self._in_second = in_second
        self._makers: Mapping[type[elements.Element], Callable[[Any], Drawn | None]] = {
            elements.TextElement: self._text,
            elements.PriceElement: self._price,
            elements.SizesElement: self._sizes,
            elements.QrElement: self._code,
            elements.BarcodeElement: self._barcode,
            elements.ImageElement: self._image,
            elements.IconElement: self._icon,
            elements.LineElement: self._line,
            elements.SwatchElement: self._swatch,
            elements.SpacerElement: lambda _: Air(),
        }

    def content(self, element: elements.Element) -> Drawn | None:
        """What is drawn for ``element``; None where the facts give it nothing to say."""
        return self._makers[type(element)](element)

    def pixels(self, length: Length) -> int:
        """Whole pixels on this panel."""
        return length.pixels(self._panel)

    def _text(self, element: elements.TextElement) -> Text | None:
        text = self._filled_in(element, element.value)
        if not text:
            return None
        size, min_size = self._sizes_of(element)
        floor = self._floor(element.min_size)
        if element.drop or element.plate:
            floor = max(floor, math.ceil(size * _LEAST_SHARE))
        own_words = not self._values.has_facts(element.value)
        shorter = self._filled_in(element, element.shorter)
        upper = element.case == "upper"
        return Text(
            text=text.upper() if upper else text,
            shorter=shorter.upper() if upper else shorter,
            weight=element.font,
            size=size,
            min_size=min_size,
            floor=floor,
            ink=element.ink,
            lines=element.lines,
            align=element.align,
            valign=element.valign,
            plate=element.plate,
            follows=element.follows,
            strike=element.strike,
            whole=element.whole or own_words,
        )

    def _filled_in(self, element: elements.TextElement, text: str) -> str:
        if element.language == "first":
            return self._values.fill_in(text)
        said = self._in_second.fill_in(text) if self._in_second is not None else ""
        return said if said != self._values.fill_in(text) else ""

    def _price(self, element: elements.PriceElement) -> Price | None:
        parts = self._values.amounts.get(element.amount)
        if parts is None:
            return None
        big = element.style == "big"
        size, min_size = self._sizes_of(element)
        least = 0
        if element.amount == "price":
            least = math.ceil(_LEAST_PRICE_POINTS * self._panel.dpi / 72)
        return Price(
            parts=parts,
            big=big,
            weight=element.font,
            size=max(size, least),
            min_size=max(least, self._floor(element.min_size) if big else min_size),
            ink=element.ink,
            before=self._values.fill_in(element.before),
            after=self._values.fill_in(element.after),
            strike=element.strike,
            align=element.align,
            valign=element.valign,
        )

    def _sizes(self, element: elements.SizesElement) -> SizeRun | None:
        if not self._facts.sizes:
            return None
        size = self.pixels(element.size)
        min_size = max(self._floor(element.min_size), math.ceil(size * _LEAST_SHARE))
        return SizeRun(
            sizes=self._facts.sizes,
            weight=element.font,
            size=max(size, min_size),
            min_size=min_size,
            rows=element.rows,
            valign=element.valign,
        )

    def _code(self, element: elements.QrElement) -> Code | None:
        try:
            symbols.modules(self._facts.link)
        except symbols.SymbolError:
            return None
        return Code(
            link=self._facts.link,
            size=self.pixels(element.size),
            min_scale=max(_SMALLEST_SCALE, math.ceil(element.module.exact(self._panel))),
            align=element.align,
            valign=element.valign,
        )

    def _barcode(self, element: elements.BarcodeElement) -> Barcode | None:
        value = self._values.fill_in(element.value)
        if not value:
            return None
        try:
            bars = (barcodes.of_gtin if element.symbology == "gtin" else barcodes.of_text)(value)
        except symbols.SymbolError:
            return None
        height = self.pixels(element.bars)
        return Barcode(
            bars=bars,
            height=height,
            min_height=min(height, self.pixels(element.min_bars)),
            min_scale=max(1, math.ceil(element.module.exact(self._panel) - _ROUNDING)),
            digits=element.digits,
            align=element.align,
            valign=element.valign,
        )

    def _image(self, element: elements.ImageElement) -> Photograph | Initials | None:
        size = self.pixels(element.size)
        least = min(size, self.pixels(element.min_size))
        picture = self._facts.picture
        if picture is not None and picture.data:
            return Photograph(
                picture=picture,
                size=size,
                min_size=least,
                align=element.align,
                valign=element.valign,
            )
        letters = values.drawable(picturing.initials(self._facts.title))
        if element.missing == "nothing" or not letters:
            return None
        return Initials(
            letters=letters,
            color=self._facts.color_hex,
            size=size,
            min_size=least,
            align=element.align,
            valign=element.valign,
        )

    def _icon(self, element: elements.IconElement) -> Sign:
        size = self.pixels(element.size)
        return Sign(
            icon=element.icon,
            size=size,
            min_size=min(size, self.pixels(element.min_size)),
            ink=element.ink,
            align=element.align,
            valign=element.valign,
        )

    def _line(self, element: elements.LineElement) -> Line:
        thickness = self.pixels(element.thickness)
        return Line(thickness=thickness, ink=element.ink, down=element.down)

    def _swatch(self, element: elements.SwatchElement) -> Swatch:
        return Swatch(size=self.pixels(element.size), ink=element.ink)

    def _sizes_of(self, element: elements.TextElement | elements.PriceElement) -> tuple[int, int]:
        floor = self._floor(element.min_size)
        size = max(self.pixels(element.size), floor)
        return size, max(floor, round(size * _MOST_SHRINKING))

    def _floor(self, least: Length) -> int:
        return max(self.pixels(least), round(_LEAST_POINTS * self._panel.dpi / 72))
