"""A label template: boxes in rows and columns, described in TOML and checked when it is loaded.

``label_templates/README.md`` is the guide for those who write one. Everything a template may say is
a field of ``elements``; everything else is refused with file, line, element and what to write.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
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
from gateway.render.explaining import Problem, explained, for_no_panel
from gateway.render.locating import Spots
from gateway.wording import languages

_LARGEST_FILE = 64 * 1024
_MOST_PARTS = 10
_DEEPEST = 20
_MOST_ELEMENTS = 500
_LINE = re.compile(r"at line (\d+)", re.ASCII)
_OF_PARTS = ("view", "words", "elements")
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


def load(path: Path, parts: Path | None = None) -> Template:
    """The template in ``path`` with the parts it includes. Raises ``TemplateError``.

    Parts are in the folder ``parts`` beside the template's; ``parts`` has those that are not there.
    """
    spots = Spots()
    raw = _shaped(path, read(path, spots), spots)
    if "name" in raw:
        where = spots.of("", "name")
        raise TemplateError(f"{where}: name: a template is called as its folder; remove this")
    where = spots.of("", "include")
    for part in _included(raw, where or str(path)):
        _merge(raw, _part(part, (path.parent.parent / "parts", parts), where, spots))
    raw["name"] = path.parent.name
    raw["elements"], unlike = _with_models(raw.get("elements", {}), spots)
    if unlike:
        raise _error(path, unlike)
    try:
        template = Template.model_validate(raw)
    except ValidationError as error:
        raise _error(path, list(explained(error, raw, spots))) from error
    checks = (
        *(_problems_of_words, _problems_of_texts),
        *(_problems_of_conditions, _problems_of_tree),
    )
    problems = [problem for check in checks for problem in check(template, spots)]
    if problems:
        raise _error(path, problems)
    return template


def _included(raw: dict[str, Any], where: str) -> list[str]:
    named = raw.pop("include", [])
    good = isinstance(named, list) and all(
        isinstance(part, str) and _PART.fullmatch(part) for part in named
    )
    if not good or len(named) > _MOST_PARTS:
        what = f'include: write names of at most {_MOST_PARTS} parts, like ["notices"]'
        raise TemplateError(f"{where}: {what}")
    return list(named)


def _part(name: str, folders: tuple[Path, Path | None], where: str, spots: Spots) -> dict[str, Any]:
    """What the part ``name`` says, from the first of ``folders`` that has it."""
    there = [folder for folder in folders if folder is not None]
    for folder in there:
        path = folder / f"{name}.toml"
        if path.exists():
            raw = _shaped(path, read(path, spots), spots)
            for key in raw.keys() - _OF_PARTS:
                what = f"{key}: a part has no such key; it has {', '.join(_OF_PARTS)}"
                raise TemplateError(f"{spots.of_file(path, key) or path}: {what}")
            return raw
    known = sorted({path.stem for folder in there for path in folder.glob("*.toml")})
    what = f"include: there is no part {name!r}; there are {', '.join(known) or 'none'}"
    raise TemplateError(f"{where}: {what}")


def _error(path: Path, problems: list[Problem]) -> TemplateError:
    return TemplateError("\n".join(f"{one.where or path}: {one.what}" for one in problems))


def read(path: Path, spots: Spots) -> dict[str, Any]:
    """What the TOML file ``path`` says; its lines go to ``spots``. Raises ``TemplateError``."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise TemplateError(f"{path}: cannot be read ({error.strerror})") from error
    if len(data) > _LARGEST_FILE:
        raise TemplateError(f"{path}: {len(data)} bytes; a template has at most 64 KiB")
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise TemplateError(f"{path}:{line}: a letter is not in UTF-8; save it so") from error
    spots.add(path, text)
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line = _line_in(str(error)) or text.count("\n") + 1
        raise TemplateError(f"{path}:{line}: is no TOML: {error}") from error


def _line_in(said: str) -> int:
    """The line that an error of the TOML reader names; 0 at the end of the file."""
    found = _LINE.search(said)
    return int(found[1]) if found else 0


def _shaped(path: Path, raw: dict[str, Any], spots: Spots) -> dict[str, Any]:
    """``raw`` if its tables are tables, so that parts can be put together."""
    views = raw.get("view", [])
    if not isinstance(views, list):
        where = spots.of_file(path, "view") or path
        raise TemplateError(f"{where}: view: write each as a table of its own, [[view]]")
    for table in ("words", "elements"):
        if not isinstance(raw.get(table, {}), dict):
            where = spots.of_file(path, table) or path
            raise TemplateError(f"{where}: {table}: write a table, [{table}]")
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


def _problems_of_words(template: Template, spots: Spots) -> Iterator[Problem]:
    for name, texts in {**template.words, "title": template.title}.items():
        where = spots.of("words", name) if texts is not template.title else spots.of("", name)
        named = f"words, {name}" if texts is not template.title else name
        missing = [language for language in languages.SUPPORTED if not texts.get(language)]
        if missing:
            yield Problem(where, f"{named}: no text in {', '.join(missing)}; write one")
        for said in texts.values() if name in template.words else ():
            if lacking := values.not_drawable(said):
                yield Problem(where, f"{named}: {said!r}: {lacking}; write it otherwise")
    for name in template.words:
        where = spots.of("words", name)
        if name in values.NAMES:
            what = f"words, {name}: that is the name of a fact; choose another"
            yield Problem(where, what)
        elif not values.is_name(name):
            yield Problem(where, f"words, {name}: write a name of small letters a to z and _")


def _problems_of_texts(template: Template, spots: Spots) -> Iterator[Problem]:
    known = {*values.NAMES, *template.words}
    for name, element in template.elements.items():
        for key, text in _texts(element):
            where = spots.of_element(name, key)
            for unknown in sorted(set(values.names_in(text)) - known):
                what = f"{{{unknown}}} is no fact; there are {_list(known)}"
                yield Problem(where, f"element {name!r}, {key}: {what}")
            own = values.without_names(text)
            if "{" in own or "}" in own:
                what = "write each fact in braces of its own, in small letters: {title}"
                yield Problem(where, f"element {name!r}, {key}: {what}")
            if lacking := values.not_drawable(own):
                what = f"{own!r}: {lacking}; write it otherwise"
                yield Problem(where, f"element {name!r}, {key}: {what}")


def _problems_of_conditions(template: Template, spots: Spots) -> Iterator[Problem]:
    for name, element in template.elements.items():
        if never := for_no_panel(element):
            where = spots.of_element(name, never.partition(":")[0])
            yield Problem(where, f"element {name!r}, {never}")
    for place, view in enumerate(template.views):
        if never := for_no_panel(view):
            yield Problem(spots.of_view(place, never.partition(":")[0]), f"view, {never}")
    if never := for_no_panel(template.serves):
        yield Problem(spots.of("serves", never.partition(":")[0]), f"serves, {never}")
    if template.serves.states:
        what = "serves, states: these are of labels, not of panels; remove this"
        yield Problem(spots.of("serves", "states"), what)


def _problems_of_tree(template: Template, spots: Spots) -> Iterator[Problem]:
    bare = [
        state.value
        for state in LabelState
        if state not in BESIDE
        and not any(
            view.for_every_panel for view in template.views if state in (view.states or LabelState)
        )
    ]
    if bare:
        what = f"none fits every panel in state {', '.join(bare)}; add one with root alone, last"
        yield Problem("", f"view: {what}")
    tree = _Tree(template, spots)
    for place, view in enumerate(template.views):
        if view.root not in template.elements:
            what = f"there is no element {view.root!r}; there are {_list(template.elements)}"
            yield Problem(spots.of_view(place, "root"), f"view, root: {what}")
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
            return (("value", element.value), ("shorter", element.shorter))
        case BarcodeElement():
            return (("value", element.value),)
        case PriceElement():
            return (("before", element.before), ("after", element.after))
        case _:
            return ()


def _list(names: Any) -> str:
    return ", ".join(sorted(names))
