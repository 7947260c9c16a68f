"""The templates a shop has, and which one a label gets when nobody chose."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from pathlib import Path

from gateway.domain.labels import LabelFacts, LabelState
from gateway.render import template
from gateway.render.template import Template, TemplateError

FALLBACK = "plain"
"""The template that can draw anything."""

BUNDLED = Path(__file__).resolve().parents[2] / "label_templates"
"""The folder of the templates that come with Anaquel."""

_FILE = "template.toml"
_MOST = 500


def load_all(folder: Path) -> Mapping[str, Template]:
    """Every template below ``folder``, by name. Raises ``TemplateError``."""
    loaded = [template.load(folder / name / _FILE) for name in names(folder)]
    return {one.name: one for one in loaded}


def names(folder: Path) -> tuple[str, ...]:
    """The names of the folders in ``folder`` that hold a template. Raises ``TemplateError``."""
    found = sorted(path.parent.name for path in folder.glob(f"*/{_FILE}"))
    if not found:
        raise TemplateError(f"{folder}: no <name>/{_FILE} in this folder")
    return tuple(found)


def look(folder: Path) -> Mapping[Path, tuple[int, int]]:
    """The files of templates and parts in ``folder`` with time and size; no folder has none."""
    found = {}
    for pattern in (f"*/{_FILE}", "parts/*.toml"):
        for path in sorted(folder.glob(pattern))[:_MOST]:
            with contextlib.suppress(OSError):  # gone since it was listed
                said = path.stat()
                found[path] = (said.st_mtime_ns, said.st_size)
    return found


def load_own(folder: Path) -> tuple[dict[str, Template], dict[str, str]]:
    """The shop's own templates that can be used, by name, and what is wrong with the others.

    Parts that ``folder`` lacks are those that come with Anaquel.
    """
    good: dict[str, Template] = {}
    wrong: dict[str, str] = {}
    for path in look(folder):
        if path.name != _FILE:
            continue
        try:
            one = template.load(path, BUNDLED / "parts")
            good[path.parent.name] = one.model_copy(update={"name": path.parent.name})
        except TemplateError as error:
            wrong[path.parent.name] = str(error)
    if not folder.is_dir():
        wrong[str(folder)] = f"{folder}: there is no such folder"
    return good, wrong


def default_for(facts: LabelFacts) -> str:
    """The name of the bundled template for a label whose binding names none."""
    if facts.state is LabelState.UNBOUND:
        return "unbound"
    if facts.sizes:
        return "style"
    tag = facts.tag
    if LabelState.LOYALTY in facts.states:
        return "loyalty"
    if tag is not None and tag.multibuy is not None:
        return "multibuy"
    if tag is not None and facts.unit_price == tag.price:
        return "weight"
    return "grocery" if facts.unit_price is not None or facts.deposit is not None else "article"
