"""A label template: boxes in rows and columns, described in TOML and checked when it is loaded.

``label_templates/README.md`` is the guide for those who write one. Everything a template may say is
a field here; everything else is refused with the file, the element and what to write instead.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from device_drivers.api.panels import Panel
from gateway.domain.labels import LabelState
from gateway.render import inks, values
from gateway.render.fonts import WEIGHTS
from gateway.wording import languages

_LENGTH = re.compile(r"(\d{1,4}(?:\.\d{1,2})?)(px|mm|pt|%)", re.ASCII)
_LARGEST_FILE = 64 * 1024


class TemplateError(ValueError):
    """A template that cannot be used; the message names file, element and cure."""


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
    return Length(float(match[1]), match[2])


def _ink(value: object) -> str:
    if value not in inks.NAMES:
        raise ValueError(f"write one of {', '.join(inks.NAMES)}")
    return str(value)


def _weight(value: object) -> str:
    if value not in WEIGHTS:
        raise ValueError(f"write one of {', '.join(WEIGHTS)}")
    return str(value)


LengthField = Annotated[Any, BeforeValidator(_length)]
InkField = Annotated[str, BeforeValidator(_ink)]
FontField = Annotated[str, BeforeValidator(_weight)]
Align = Literal["start", "center", "end"]


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


class Element(_Strict):
    """What every element may say.

    ``weight``: share of spare room along its row or column. ``rank``: the highest gets its wished
    size first and shrinks last. ``drop``: 0 stays, else the highest goes first when room runs out.
    ``states``: drawn only in these situations; empty is all.
    """

    weight: int = Field(default=0, ge=0, le=100)
    rank: int = Field(default=0, ge=0, le=100)
    drop: int = Field(default=0, ge=0, le=100)
    states: tuple[LabelState, ...] = ()


class BoxElement(Element):
    """Elements beside (``row``) or below (``column``) each other."""

    kind: Literal["row", "column"]
    children: tuple[str, ...] = Field(min_length=1, max_length=20)
    gap: LengthField = Length(0, "px")
    padding: LengthField | tuple[LengthField, LengthField, LengthField, LengthField] = Length(
        0, "px"
    )
    background: InkField | None = None


class TextElement(Element):
    """Words and facts: shrunk to 3/4 of ``size``, then wrapped to ``lines``, then to ``min_size``.

    What does not fit even then is shortened.

    With ``plate`` it stands on a coloured plate with round corners. With ``follows`` it takes the
    width its column has and asks for none itself. ``whole`` text asks for its full width, so that
    it is dropped rather than shortened; a template's own words always do.
    """

    kind: Literal["text"]
    value: str = Field(max_length=500)
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


class PriceElement(Element):
    """An amount, ``big`` with raised cents or ``plain``: it shrinks as it must and is never cut."""

    kind: Literal["price"]
    amount: Literal["price", "regular"] = "price"
    style: Literal["big", "plain"] = "big"
    size: LengthField
    min_size: LengthField = Length(14, "px")
    font: FontField = "extrabold"
    ink: InkField = "black"
    strike: bool = False
    before: str = ""
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


class LineElement(Element):
    """A rule across its column."""

    kind: Literal["line"]
    thickness: LengthField = Length(1, "px")
    ink: InkField = "black"


class SpacerElement(Element):
    """Air."""

    kind: Literal["spacer"]
    weight: int = Field(default=1, ge=0, le=100)
    rank: int = Field(default=100, ge=0, le=100)


AnyElement = Annotated[
    BoxElement
    | TextElement
    | PriceElement
    | SizesElement
    | QrElement
    | LineElement
    | SpacerElement,
    Field(discriminator="kind"),
]


class View(_Strict):
    """Which element is the whole picture: the first view whose conditions hold."""

    root: str
    states: tuple[LabelState, ...] = ()
    min_aspect: float = 0.0
    max_aspect: float = 100.0
    min_width: int = 0
    min_height: int = 0

    def fits(self, panel: Panel, state: LabelState) -> bool:
        """Whether this view is for ``panel`` in ``state``."""
        return (
            (not self.states or state in self.states)
            and self.min_aspect <= panel.width / panel.height <= self.max_aspect
            and panel.width >= self.min_width
            and panel.height >= self.min_height
        )

    @property
    def for_every_panel(self) -> bool:
        """Whether it has no condition on the panel."""
        return View(root=self.root, states=self.states) == self


class Template(_Strict):
    """A whole template. ``words`` are its own texts in every supported language."""

    name: str
    title: dict[str, str]
    views: tuple[View, ...] = Field(alias="view", min_length=1)
    words: dict[str, dict[str, str]] = {}
    elements: dict[str, AnyElement]

    def root(self, panel: Panel, state: LabelState) -> str:
        """The name of the element that is the whole picture."""
        return next(view.root for view in self.views if view.fits(panel, state))


def load(path: Path) -> Template:
    """The template in ``path`` with the parts it includes. Raises ``TemplateError``."""
    raw = _read(path)
    for part in raw.pop("include", []):
        _merge(raw, _read(path.parent.parent / "parts" / f"{part}.toml"))
    raw.setdefault("name", path.parent.name)
    raw["elements"], unlike = _with_models(raw.get("elements", {}))
    if unlike:
        raise TemplateError(f"{path}: {'; '.join(unlike)}")
    try:
        template = Template.model_validate(raw)
    except ValidationError as error:
        raise TemplateError(f"{path}: {'; '.join(_plain(error))}") from error
    problems = [*_problems_of_words(template), *_problems_of_tree(template)]
    if problems:
        raise TemplateError(f"{path}: {'; '.join(problems)}")
    return template


def _read(path: Path) -> dict[str, Any]:
    try:
        text = path.read_bytes()
        if len(text) > _LARGEST_FILE:
            raise TemplateError(f"{path}: {len(text)} bytes; a template has at most 64 KiB")
        return tomllib.loads(text.decode())
    except OSError as error:
        raise TemplateError(f"{path}: cannot be read ({error.strerror})") from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise TemplateError(f"{path}: is no TOML: {error}") from error


def _merge(raw: dict[str, Any], part: dict[str, Any]) -> None:
    """Add a part: its views come first, the template's own words and elements win."""
    raw["view"] = [*part.get("view", []), *raw.get("view", [])]
    for table in ("words", "elements"):
        raw[table] = {**part.get(table, {}), **raw.get(table, {})}


def _with_models(elements: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """Elements with what those they are ``like`` say where they say nothing; and what is wrong."""
    problems: list[str] = []
    made: dict[str, Any] = {}
    for name, own in elements.items():
        said = own
        seen = [name]
        while isinstance(said, dict) and "like" in said:
            model = said["like"]
            if model in seen or not isinstance(elements.get(model), dict):
                problems.append(f"element {name!r}, like: write the name of another element")
                break
            seen.append(model)
            mine = {key: value for key, value in said.items() if key != "like"}
            said = {**elements[model], **mine}
        made[name] = said
    return made, problems


def _plain(error: ValidationError) -> Iterator[str]:
    for one in error.errors(include_url=False):
        place = [str(step) for step in one["loc"]]
        if place[:1] == ["elements"] and len(place) > 3:
            del place[2]  # the kind, which pydantic puts between element and field
        where = f"element {place[1]!r}" if place[:1] == ["elements"] else " ".join(place[:2])
        field = ".".join(place[2:])
        message = one["msg"].removeprefix("Value error, ")
        yield f"{where}{f', {field}' if field else ''}: {message}"


def _problems_of_words(template: Template) -> Iterator[str]:
    for name, texts in {**template.words, "template title": template.title}.items():
        missing = [language for language in languages.SUPPORTED if not texts.get(language)]
        if missing:
            yield f"words {name!r}: no text in {', '.join(missing)}; write one"
        if name in template.words and name in values.NAMES:
            yield f"words {name!r}: that is the name of a fact; choose another"
    known = {*values.NAMES, *template.words}
    for name, element in template.elements.items():
        for text in _texts(element):
            for unknown in sorted(set(values.names_in(text)) - known):
                yield f"element {name!r}: {{{unknown}}} is no fact; there are {_list(known)}"


def _problems_of_tree(template: Template) -> Iterator[str]:
    for state in LabelState:
        if not any(
            view.for_every_panel for view in template.views if state in (view.states or LabelState)
        ):
            yield f"view: none fits every panel in state {state.value!r}; add one without sizes"
    for view in template.views:
        yield from _problems_below(template, view.root, "view", ())


def _problems_below(
    template: Template, name: str, parent: str, above: tuple[str, ...]
) -> Iterator[str]:
    element = template.elements.get(name)
    if element is None:
        yield f"element {parent!r}: there is no element {name!r}; there are " + _list(
            template.elements
        )
    elif name in above:
        yield f"element {name!r}: it contains itself"
    elif isinstance(element, BoxElement):
        for child in element.children:
            yield from _problems_below(template, child, name, (*above, name))


def _texts(element: Element) -> tuple[str, ...]:
    if isinstance(element, TextElement):
        return (element.value,)
    return (element.before,) if isinstance(element, PriceElement) else ()


def _list(names: Any) -> str:
    return ", ".join(sorted(names))
