"""A label template: boxes in rows and columns, described in TOML and checked when it is loaded.

``label_templates/README.md`` is the guide for those who write one. Everything a template may say is
a field of ``elements``; everything else is refused with file, line, element and what to write.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError

from device_drivers.api.panels import Panel
from gateway.domain.labels import BESIDE, LabelState
from gateway.render import values
from gateway.render.elements import (
    AnyElement,
    BarcodeElement,
    BoxElement,
    Conditions,
    Element,
    ImageElement,
    PriceElement,
    Strict,
    TextElement,
    View,
)
from gateway.render.locating import Spots
from gateway.wording import languages

_LARGEST_FILE = 64 * 1024
_MOST_PARTS = 10
_DEEPEST = 20
_MOST_ELEMENTS = 500
_PART = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)


class TemplateError(ValueError):
    """A template that cannot be used; the message names file, line, element and cure."""


class Template(Strict):
    """A whole template. ``words`` are its own texts in every supported language.

    ``serves`` says which panels it is meant for; checks look at no others.
    """

    name: str
    title: dict[str, str]
    views: tuple[View, ...] = Field(alias="view", min_length=1)
    words: dict[str, dict[str, str]] = Field(default_factory=dict)
    elements: dict[str, AnyElement]
    serves: Conditions = Conditions()

    def root(self, panel: Panel, states: AbstractSet[LabelState]) -> str:
        """The name of the element that is the whole picture."""
        return next(view.root for view in self.views if view.fits(panel, states))

    @cached_property
    def shows_pictures(self) -> bool:
        """Whether an element of it is the article's picture."""
        return any(isinstance(one, ImageElement) for one in self.elements.values())


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: ``where`` is ``file:line`` or "", ``what`` says what to write."""

    where: str
    what: str


def load(path: Path, parts: Path | None = None) -> Template:
    """The template in ``path`` with the parts it includes. Raises ``TemplateError``.

    Parts are in the folder ``parts`` beside the template's; ``parts`` has those that are not there.
    """
    spots = Spots()
    raw = _read(path, spots)
    for part in _included(raw, path):
        own = path.parent.parent / "parts" / f"{part}.toml"
        _merge(raw, _read(own if parts is None or own.exists() else parts / own.name, spots))
    raw.setdefault("name", path.parent.name)
    raw["elements"], unlike = _with_models(raw.get("elements", {}), spots)
    if unlike:
        raise _error(path, unlike)
    try:
        template = Template.model_validate(raw)
    except ValidationError as error:
        raise _error(path, list(_plain(error, spots))) from error
    problems = [*_problems_of_words(template, spots), *_problems_of_tree(template, spots)]
    if problems:
        raise _error(path, problems)
    return template


def _included(raw: dict[str, Any], path: Path) -> list[str]:
    named = raw.pop("include", [])
    good = isinstance(named, list) and all(
        isinstance(part, str) and _PART.fullmatch(part) for part in named
    )
    if not good or len(named) > _MOST_PARTS:
        what = f'include: write names of at most {_MOST_PARTS} parts, like ["notices"]'
        raise TemplateError(f"{path}: {what}")
    return list(named)


def _error(path: Path, problems: list[Problem]) -> TemplateError:
    return TemplateError("\n".join(f"{one.where or path}: {one.what}" for one in problems))


def _read(path: Path, spots: Spots) -> dict[str, Any]:
    try:
        data = path.read_bytes()
        if len(data) > _LARGEST_FILE:
            raise TemplateError(f"{path}: {len(data)} bytes; a template has at most 64 KiB")
        text = data.decode()
        spots.add(path, text)
        return _shaped(path, tomllib.loads(text))
    except OSError as error:
        raise TemplateError(f"{path}: cannot be read ({error.strerror})") from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise TemplateError(f"{path}: is no TOML: {error}") from error


def _shaped(path: Path, raw: dict[str, Any]) -> dict[str, Any]:
    """``raw`` if its tables are tables, so that parts can be put together."""
    views = raw.get("view", [])
    if not isinstance(views, list):
        raise TemplateError(f"{path}: view: write each as a table of its own, [[view]]")
    for table in ("words", "elements"):
        if not isinstance(raw.get(table, {}), dict):
            raise TemplateError(f"{path}: {table}: write a table, [{table}]")
    return raw


def _merge(raw: dict[str, Any], part: dict[str, Any]) -> None:
    """Add a part: its views come first, the template's own words and elements win."""
    raw["view"] = [*part.get("view", []), *raw.get("view", [])]
    for table in ("words", "elements"):
        raw[table] = {**part.get(table, {}), **raw.get(table, {})}


def _with_models(elements: dict[str, Any], spots: Spots) -> tuple[dict[str, Any], list[Problem]]:
    """Elements with what those they are ``like`` say where they say nothing; and what is wrong."""
    problems: list[Problem] = []
    made: dict[str, Any] = {}
    for name, own in elements.items():
        said = own
        seen = [name]
        while isinstance(said, dict) and "like" in said:
            model = said["like"]
            known = isinstance(model, str) and isinstance(elements.get(model), dict)
            if not known or model in seen:
                what = f"element {name!r}, like: write the name of another element"
                problems.append(Problem(spots.of_element(name, "like"), what))
                break
            seen.append(model)
            mine = {key: value for key, value in said.items() if key != "like"}
            said = {**elements[model], **mine}
        made[name] = said
    return made, problems


def _plain(error: ValidationError, spots: Spots) -> Iterator[Problem]:
    for one in error.errors(include_url=False):
        place = [str(step) for step in one["loc"]]
        if place[:1] == ["elements"] and len(place) > 3:
            del place[2]  # the kind, which pydantic puts between element and field
        of_element = place[:1] == ["elements"] and len(place) > 1
        named = f"element {place[1]!r}" if of_element else " ".join(place[:2])
        field = ".".join(place[2:])
        message = one["msg"].removeprefix("Value error, ")
        key = place[2] if len(place) > 2 else ""
        where = ""
        if of_element:
            where = spots.of_element(place[1], key)
        elif place[:1] == ["view"] and len(place) > 1:
            where = spots.of_view(int(place[1]), key)
        yield Problem(where, f"{named}{f', {field}' if field else ''}: {message}")


def _problems_of_words(template: Template, spots: Spots) -> Iterator[Problem]:
    for name, texts in {**template.words, "template title": template.title}.items():
        missing = [language for language in languages.SUPPORTED if not texts.get(language)]
        where = spots.of_word(name)
        if missing:
            yield Problem(where, f"words {name!r}: no text in {', '.join(missing)}; write one")
        if name in template.words and name in values.NAMES:
            yield Problem(where, f"words {name!r}: that is the name of a fact; choose another")
    known = {*values.NAMES, *template.words}
    for name, element in template.elements.items():
        for key, text in _texts(element):
            for unknown in sorted(set(values.names_in(text)) - known):
                what = f"element {name!r}: {{{unknown}}} is no fact; there are {_list(known)}"
                yield Problem(spots.of_element(name, key), what)


def _problems_of_tree(template: Template, spots: Spots) -> Iterator[Problem]:
    for state in (one for one in LabelState if one not in BESIDE):
        if not any(
            view.for_every_panel for view in template.views if state in (view.states or LabelState)
        ):
            what = f"view: none fits every panel in state {state.value!r}; add one without sizes"
            yield Problem("", what)
    tree = _Tree(template, spots)
    for place, view in enumerate(template.views):
        if view.root not in template.elements:
            what = f"view: there is no element {view.root!r}; there are {_list(template.elements)}"
            yield Problem(spots.of_view(place, "root"), what)
        else:
            tree.measure(view.root, ())
    yield from tree.problems


class _Tree:
    """Boxes in boxes: none in itself, not too deep, and not too many."""

    def __init__(self, template: Template, spots: Spots) -> None:
        self._elements = template.elements
        self._spots = spots
        self._known: dict[str, tuple[int, int]] = {}
        self.problems: list[Problem] = []

    def measure(self, name: str, above: tuple[str, ...]) -> tuple[int, int]:
        """How many elements stand in ``name`` with itself, and how deep; notes what is wrong."""
        if name in self._known:
            return self._known[name]
        element = self._elements[name]
        count, depth = 1, 1
        # Deeper than this is wrong already; going on would only tell it again.
        if isinstance(element, BoxElement) and len(above) <= _DEEPEST:
            for child in element.children:
                below = self._below(child, name, (*above, name))
                count, depth = count + below[0], max(depth, 1 + below[1])
        if max(len(above) + 1, depth) > _DEEPEST:
            self._wrong(name, f"it stands in or holds more than {_DEEPEST} boxes in each other")
        elif count > _MOST_ELEMENTS:
            self._wrong(name, f"it holds {count} elements; at most {_MOST_ELEMENTS} can be drawn")
        self._known[name] = min(count, _MOST_ELEMENTS), min(depth, _DEEPEST)
        return self._known[name]

    def _below(self, child: str, name: str, above: tuple[str, ...]) -> tuple[int, int]:
        if child not in self._elements:
            self._wrong(name, f"there is no element {child!r}; there are {_list(self._elements)}")
        elif child in above:
            self._wrong(child, "it contains itself")
        else:
            return self.measure(child, above)
        return 0, 0

    def _wrong(self, name: str, what: str) -> None:
        where = self._spots.of_element(name, "children")
        self.problems.append(Problem(where, f"element {name!r}: {what}"))


def _texts(element: Element) -> tuple[tuple[str, str], ...]:
    """The (key, text) pairs of an element in which facts are named."""
    match element:
        case TextElement():
            return (("value", element.value),)
        case BarcodeElement():
            return (("value", element.value),)
        case PriceElement():
            return (("before", element.before), ("after", element.after))
        case _:
            return ()


def _list(names: Any) -> str:
    return ", ".join(sorted(names))
