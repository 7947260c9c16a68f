"""What is wrong in a settings file, in words: the key, the value given, what to write instead."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel

_SHOWN = 60
_SHAPES = {
    "string": "write a text in quotes",
    "path": "write a path in quotes",
    "int": "write a whole number without quotes",
    "float": "write a number without quotes",
    "bool": "write true or false without quotes",
    "tuple": 'write a list, like ["one", "two"]',
}
"""What to write by the first word of pydantic's error type."""


def explain(problem: Mapping[str, Any], model: type[BaseModel], example: str) -> str:
    """One line: the key, the value given, and what to write instead.

    ``example`` is where all settings of ``model`` are explained.
    """
    place = [str(part) for part in problem["loc"] if part != "[key]"]
    key = ".".join(place)
    match problem["type"]:
        case "missing":
            named = f"[{key}]" if f"{key}." in " ".join(_keys(model)) else key
            return f"{named} is missing; add it (see {example})"
        case "extra_forbidden" if isinstance(problem["input"], dict):
            return f"[{key}] is no section; {_instead(place, model, example)}"
        case "extra_forbidden":
            return f"{key} = {_given(problem)}: is no setting; {_instead(place, model, example)}"
        case "value_error" if not place:
            return _advice(problem)
        case "value_error" if isinstance(problem["input"], dict):
            return f"[{key}]: {_advice(problem)}"
        case "literal_error" if "[key]" in problem["loc"]:
            return f"{key}: is no kind; {_advice(problem)}"
        case "dict_type" | "model_type":
            return f"{key} = {_given(problem)}: is a section; write [{key}] and its settings below"
        case _:
            return f"{key} = {_given(problem)}: {_advice(problem)}"


def _given(problem: Mapping[str, Any]) -> str:
    match problem["input"]:
        case bool() as flag:
            return str(flag).lower()
        case str() as text:
            return f'"{text[:_SHOWN]}…"' if len(text) > _SHOWN else f'"{text}"'
        case other:
            return str(other)[:_SHOWN]


def _advice(problem: Mapping[str, Any]) -> str:
    bounds = problem.get("ctx", {})
    match problem["type"]:
        case "value_error":
            return str(bounds["error"])
        case "literal_error":
            return f"write {str(bounds['expected']).replace(chr(39), chr(34))}"
        case "greater_than":
            return f"write a number above {bounds['gt']:g}"
        case "greater_than_equal":
            return f"write {bounds['ge']} or more"
        case "less_than_equal":
            return f"write {bounds['le']:.10g} or less"
        case kind:
            return _SHAPES.get(kind.partition("_")[0], str(problem["msg"]))


def _instead(place: list[str], model: type[BaseModel], example: str) -> str:
    """The known key that was most likely meant: of that name, else one like it."""
    known = list(_keys(model))
    section, name = ".".join(place[:-1]), place[-1]
    beside = [key for key in known if ".".join(key.split(".")[:-1]) == section]
    elsewhere = [key for key in known if key.split(".")[-1] == name]
    if elsewhere:
        return f"did you mean {' or '.join(elsewhere)}?"
    near = difflib.get_close_matches(name, [key.split(".")[-1] for key in beside], 1)
    if near:
        return f"did you mean {'.'.join([*place[:-1], near[0]])}?"
    return f"remove it ({example} has them all)"


def _keys(model: type[BaseModel], above: str = "") -> Iterator[str]:
    for name, field in model.model_fields.items():
        yield f"{above}{name}"
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from _keys(field.annotation, f"{above}{name}.")
