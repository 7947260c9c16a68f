"""What a template may say of each element and view: everything else is refused.

``label_templates/README.md`` is the guide for those who write one.
"""

from __future__ import annotations

import re
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from device_drivers.api.panels import Ink, Panel
from gateway.domain.labels import LabelState
from gateway.render import icons, inks, values
from gateway.render.fonts import WEIGHTS

_LENGTH = re.compile(r"(\d{1,4}(?:\.\d{1,2})?)(px|mm|pt|%)", re.ASCII)

_SIDES = 4

_LONGEST = {"px": 2000, "mm": 500, "pt": 1000, "%": 100}
"""More than any panel has room for."""


@dataclass(frozen=True, slots=True)
class Length:
    """A length as it was written; ``%`` is of the panel's shorter side."""

    value: float
    unit: str

    def exact(self, panel: Panel) -> float:
        """Pixels on ``panel``."""
        if self.unit == "%":
            return self.value * min(panel.width, panel.height) / 100
        if self.unit == "px":
            return self.value
        return self.value * panel.dpi / (25.4 if self.unit == "mm" else 72)

    def pixels(self, panel: Panel) -> int:
        """Whole pixels on ``panel``."""
        return round(self.exact(panel))


def _length(value: object) -> Length:
    match = _LENGTH.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise ValueError('write a length such as "12px", "3mm", "10pt" or "8%"')
    length = Length(float(match[1]), match[2])
    if length.value > _LONGEST[length.unit]:
        raise ValueError(f'write at most "{_LONGEST[length.unit]}{length.unit}"')
    return length


def _padding(value: object) -> Length | tuple[Length, ...]:
    if isinstance(value, list | tuple):
        if len(value) != _SIDES:
            raise ValueError("write one length, or four: top, right, bottom, left")
        return tuple(map(_length, value))
    return _length(value)


def _ink(value: object) -> str:
    return _one_of(value, inks.NAMES)


def _weight(value: object) -> str:
    return _one_of(value, WEIGHTS)


def _icon(value: object) -> str:
    return _one_of(value, icons.NAMES)


def _one_of(value: object, names: Any) -> str:
    if value not in names:
        raise ValueError(f"write one of {', '.join(names)}")
    return str(value)


def _fact(value: object) -> str:
    return _one_of(value, values.KNOWN)


LengthField = Annotated[Any, BeforeValidator(_length)]
PaddingField = Annotated[Any, BeforeValidator(_padding)]
InkField = Annotated[str, BeforeValidator(_ink)]
FontField = Annotated[str, BeforeValidator(_weight)]
IconField = Annotated[str, BeforeValidator(_icon)]
FactField = Annotated[str, BeforeValidator(_fact)]
Align = Literal["start", "center", "end"]
Pixels = Annotated[int, Field(ge=0, le=10_000)]
Aspect = Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)]

NOTHING = Length(0, "px")


class Strict(BaseModel):
    """Frozen; unknown members are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


class Conditions(Strict):
    """When something is shown: in these situations, on panels of this size and shape.

    ``states``: any of them holds; empty is always. ``inks``: the panel has all of them; ``lacks``:
    it has none of them. Widths and heights are in pixels, an aspect is width through height.
    """

    states: tuple[LabelState, ...] = ()
    inks: tuple[Ink, ...] = ()
    lacks: tuple[Ink, ...] = ()
    min_aspect: Aspect = 0.0
    max_aspect: Aspect = 100.0
    min_width: Pixels = 0
    max_width: Pixels = 10_000
    min_height: Pixels = 0
    max_height: Pixels = 10_000

    def fits(self, panel: Panel, states: AbstractSet[LabelState]) -> bool:
        """Whether it is for ``panel`` while ``states`` hold."""
        return self._is_always or (
            (not self.states or not self._any_of.isdisjoint(states))
            and self.min_aspect <= panel.width / panel.height <= self.max_aspect
            and self.min_width <= panel.width <= self.max_width
            and self.min_height <= panel.height <= self.max_height
            and set(self.inks) <= set(panel.inks)
            and set(self.lacks).isdisjoint(panel.inks)
        )

    @cached_property
    def _any_of(self) -> frozenset[LabelState]:
        # A set keeps the hashes of its members, which are slow to work out.
        return frozenset(self.states)

    @cached_property
    def _is_always(self) -> bool:
        return all(
            getattr(self, name) == field.default for name, field in Conditions.model_fields.items()
        )


class View(Conditions):
    """Which element is the whole picture: the first view whose conditions hold."""

    root: str

    @property
    def for_every_panel(self) -> bool:
        """Whether it has no condition on the panel."""
        return View(root=self.root, states=self.states) == self


class Element(Conditions):
    """What every element may say.

    ``weight``: share of spare room along its row or column. ``rank``: the highest gets its wished
    size first and shrinks last. ``drop``: 0 stays, else the highest goes first when room runs out.
    ``has``: all of these facts are there; ``without``: none of those is.
    """

    weight: int = Field(default=0, ge=0, le=100)
    rank: int = Field(default=0, ge=0, le=100)
    drop: int = Field(default=0, ge=0, le=100)
    has: tuple[FactField, ...] = ()
    without: tuple[FactField, ...] = ()


class BoxElement(Element):
    """Elements beside (``row``) or below (``column``) each other, on paper or a ``background``.

    With ``border`` it has a frame so thick, with ``radius`` round corners.
    """

    kind: Literal["row", "column"]
    children: tuple[str, ...] = Field(min_length=1, max_length=20)
    gap: LengthField = NOTHING
    padding: PaddingField = NOTHING
    background: InkField | None = None
    border: LengthField = NOTHING
    border_ink: InkField = "black"
    radius: LengthField = NOTHING


class TextElement(Element):
    """Words and facts: shrunk to 3/4 of ``size``, then wrapped to ``lines``, then to ``min_size``.

    What does not fit even then is shortened.

    With ``plate`` it stands on a coloured plate with round corners. With ``follows`` it takes the
    width its column has and asks for none itself. ``whole`` text asks for its full width, so that
    it is dropped rather than shortened; a template's own words always do. With ``strike`` it is
    crossed out. Where ``value`` has no room it says ``shorter``, if that is given. ``language``
    ``"second"`` says it in the shop's second language, and nothing where
    there is none or it would say the same.
    """

    kind: Literal["text"]
    value: str = Field(max_length=500)
    shorter: str = Field(default="", max_length=500)
    size: LengthField
    min_size: LengthField = Length(11, "px")
    font: FontField = "medium"
    ink: InkField = "black"
    lines: int = Field(default=1, ge=1, le=8)
    case: Literal["as_is", "upper"] = "as_is"
    align: Align = "start"
    valign: Align = "start"
    plate: InkField | None = None
    follows: bool = False
    whole: bool = False
    strike: bool = False
    language: Literal["first", "second"] = "first"


class PriceElement(Element):
    """An amount, ``big`` with raised cents or ``plain``: it shrinks as it must and is never cut.

    ``before`` stands small in front of it, ``after`` behind it, below raised cents.
    """

    kind: Literal["price"]
    amount: Literal["price", "regular", "loyalty", "unit", "deposit"] = "price"
    style: Literal["big", "plain"] = "big"
    size: LengthField
    min_size: LengthField = Length(14, "px")
    font: FontField = "extrabold"
    ink: InkField = "black"
    strike: bool = False
    before: str = ""
    after: str = ""
    align: Align = "start"
    valign: Align = "start"


class SizesElement(Element):
    """The size run: sizes this shop has are solid, those it lacks are struck through."""

    kind: Literal["sizes"]
    size: LengthField
    min_size: LengthField = Length(10, "px")
    font: FontField = "semibold"
    valign: Align = "start"
    rows: int = Field(default=4, ge=1, le=8)


class QrElement(Element):
    """The link as QR code: whole pixels per module, side at most ``size``, module >= ``module``."""

    kind: Literal["qr"]
    size: LengthField
    module: LengthField = Length(0.34, "mm")
    align: Align = "center"
    valign: Align = "center"


class BarcodeElement(Element):
    """A linear code for handheld scanners: whole pixels per module, ``bars`` high or ``min_bars``.

    ``symbology`` ``"gtin"`` is EAN-13, EAN-8 or UPC-A, as the article's number is; ``"code128"``
    holds any short text. ``module`` is the narrowest bar allowed.
    """

    kind: Literal["barcode"]
    symbology: Literal["gtin", "code128"] = "gtin"
    value: str = Field(default="{gtin}", max_length=100)
    bars: LengthField = Length(6, "mm")
    min_bars: LengthField = Length(3, "mm")
    module: LengthField = Length(0.26, "mm")
    digits: bool = False
    align: Align = "center"
    valign: Align = "center"


class ImageElement(Element):
    """The article's photograph in dots of the panel's inks, as wide and high as ``size`` at most.

    Without a picture it is left out, or with ``missing`` ``"initials"`` a square in the article's
    colour with the first letters of its title. Below ``min_size`` it is not drawn.
    """

    kind: Literal["image"]
    size: LengthField
    min_size: LengthField = Length(40, "px")
    missing: Literal["nothing", "initials"] = "nothing"
    align: Align = "center"
    valign: Align = "center"


class IconElement(Element):
    """A sign that is understood without words."""

    kind: Literal["icon"]
    icon: IconField
    size: LengthField
    min_size: LengthField = Length(9, "px")
    ink: InkField = "black"
    align: Align = "center"
    valign: Align = "center"


class LineElement(Element):
    """A rule across its column, or (``down``) beside its neighbours in a row."""

    kind: Literal["line"]
    thickness: LengthField = Length(1, "px")
    ink: InkField = "black"
    down: bool = False


class SpacerElement(Element):
    """Air."""

    kind: Literal["spacer"]
    weight: int = Field(default=1, ge=0, le=100)
    rank: int = Field(default=100, ge=0, le=100)


class SwatchElement(Element):
    """A block of one ink, to see whether the panel prints it."""

    kind: Literal["swatch"]
    ink: InkField
    size: LengthField


AnyElement = Annotated[
    BoxElement
    | TextElement
    | PriceElement
    | SizesElement
    | QrElement
    | BarcodeElement
    | ImageElement
    | IconElement
    | LineElement
    | SpacerElement
    | SwatchElement,
    Field(discriminator="kind"),
]
