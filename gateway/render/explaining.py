"""What is wrong in a template: file and line, element and key, and what to write instead."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from gateway.render.elements import AnyElement, Conditions, View
from gateway.render.locating import Spots


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: ``where`` is ``file:line`` or "", ``what`` says what to write."""

    where: str
    what: str


_TABLES = ("title", "words", "view", "elements", "serves", "include")
_KINDS: Mapping[str, type[BaseModel]] = {
    kind: model
    for model in get_args(get_args(AnyElement)[0])
    for kind in get_args(model.model_fields["kind"].annotation)
}
_EXAMPLES = {
    "title": 'title = { es = "…", en = "…" }',
    "view": '[[view]] and below it root = "…", the element that is the whole picture',
    "elements": "[elements.<name>] for each element",
    "root": 'root = "page"',
    "kind": 'kind = "text"',
    "value": 'value = "{title}"',
    "size": 'size = "12%"',
    "children": 'children = ["name", "price"]',
    "icon": 'icon = "check"',
    "ink": 'ink = "black"',
    "states": 'states = ["sale"]',
    "code": 'code = "7K3Q9M"',
    "link": 'link = "HTTPS://Q.EXAMPLE.COM/L/7K3Q9M"',
    "language": 'language = "es"',
    "state": 'state = "regular"',
    "inks": 'inks = ["red"]',
    "lacks": 'lacks = ["red"]',
    "has": 'has = ["picture"]',
    "without": 'without = ["picture"]',
}
_BOUNDS = {
    "missing": "is missing; write {example}",
    "value_error": "{error}",
    "tuple_type": "write a list, like {example}",
    "greater_than_equal": "write {ge:g} or more",
    "less_than_equal": "write {le:g} or less",
    "string_too_long": "write at most {max_length} letters",
    "too_short": "write at least {min_length}, like {example}",
    "too_long": "write at most {max_length}",
}
"""What to write by pydantic's error type, with the bounds it tells."""

_SHAPES = {
    "string": "write a text in quotes",
    "int": "write a whole number without quotes",
    "float": "write a number without quotes",
    "finite": "write a number",
    "bool": "write true or false without quotes",
    "dict": 'write it in every language, { es = "…", en = "…" }',
    "model": 'write a table with its keys, like { kind = "text", … }',
}
"""What to write by the first word of pydantic's error type."""


def explained(error: ValidationError, raw: Mapping[str, Any], spots: Spots) -> Iterator[Problem]:
    """Each fault in ``raw``, which is what the files say, with its place and cure."""
    for fault in error.errors(include_url=False):
        place = [str(step) for step in fault["loc"]]
        if place[0] == "elements" and len(place) > 1:
            yield _of_element(place, fault, raw, spots)
        elif place[0] == "view" and len(place) > 1:
            key = place[2] if len(place) > 2 else ""
            what = _cure(key or "view", fault, View.model_fields, "a view")
            yield Problem(spots.of_view(int(place[1]), key), f"view{_after(key)}: {what}")
        elif place[0] in {"words", "serves"} and len(place) > 1:
            what = _cure(place[1], fault, Conditions.model_fields, place[0])
            yield Problem(spots.of(place[0], place[1]), f"{place[0]}, {place[1]}: {what}")
        else:
            what = _cure(place[0], fault, _TABLES)
            yield Problem(spots.of("", place[0]), f"{place[0]}: {what}")


def explained_sample(
    error: ValidationError, name: str, known: Iterable[str], spots: Spots
) -> Iterator[Problem]:
    """Each fault of the sample ``name`` with its place, in itself or what all share, and cure."""
    for fault in error.errors(include_url=False):
        key = str(fault["loc"][0])
        where = spots.of_either((f"sample.{name}", "facts"), key)
        yield Problem(where, f"sample {name!r}, {key}: {_cure(key, fault, known, 'a sample')}")


def _of_element(
    place: Sequence[str], fault: Mapping[str, Any], raw: Mapping[str, Any], spots: Spots
) -> Problem:
    name = place[1]
    said = raw["elements"][name]
    kind = said.get("kind") if isinstance(said, dict) else None
    # Behind the name pydantic puts the kind, once it knows it.
    inner = place[3:] if len(place) > 2 and place[2] == kind else place[2:]
    key = inner[0] if inner else ""
    if fault["type"].startswith("union_tag"):
        key, what = "kind", _kind_wanted(fault)
    else:
        model = _KINDS.get(kind) if isinstance(kind, str) else None
        what = _cure(key, fault, _keys_of(model), f"a {kind}")
    return Problem(spots.of_element(name, key), f"element {name!r}{_after(key)}: {what}")


def _after(key: str) -> str:
    return f", {key}" if key else ""


def for_no_panel(conditions: Conditions) -> str:
    """The key with which ``conditions`` can never hold, and why; "" where they can."""
    for low, high in (
        ("min_aspect", "max_aspect"),
        ("min_width", "max_width"),
        ("min_height", "max_height"),
    ):
        least, most = getattr(conditions, low), getattr(conditions, high)
        if least > most:
            return f"{low}: {least:g} is more than {high}, {most:g}; no panel is like that"
    for ink in conditions.inks:
        if ink in conditions.lacks:
            return f"lacks: {ink.value} is among inks too; no panel is like that"
    return ""


def _keys_of(model: type[BaseModel] | None) -> tuple[str, ...]:
    return (*model.model_fields, "like") if model is not None else ()


def _kind_wanted(fault: Mapping[str, Any]) -> str:
    given = fault.get("ctx", {}).get("tag")
    return f"write one of {', '.join(_KINDS)}" + (f", not {given!r}" if given else "")


def _cure(
    key: str, fault: Mapping[str, Any], known: Iterable[str], owner: str = "a template"
) -> str:
    """What to write for ``key`` of ``owner``, which has the keys ``known``."""
    kind, bounds = fault["type"], fault.get("ctx", {})
    example = _EXAMPLES.get(key, key)
    if kind in _BOUNDS:
        return _BOUNDS[kind].format(example=example, **bounds)
    match kind:
        case "extra_forbidden":
            names = sorted(known)
            near = difflib.get_close_matches(key, names, 1)
            meant = f"did you mean {near[0]!r}? " if near else ""
            return f"{owner} has no such key; {meant}it has {', '.join(names)}"
        case "literal_error" | "enum":
            names = bounds["expected"].replace(" or ", ", ").replace("'", "")
            return f"write one of {names}"
        case _:
            return _SHAPES.get(kind.partition("_")[0], str(fault["msg"]))
