"""The templates a shop has, and which one a label gets when nobody chose."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from gateway.domain.labels import LabelFacts, LabelState
from gateway.render import template
from gateway.render.template import Template, TemplateError

FALLBACK = "plain"
"""The template that can draw anything."""

BUNDLED = Path(__file__).resolve().parents[2] / "label_templates"
"""The folder of the templates that come with Anaquel."""


def load_all(folder: Path) -> Mapping[str, Template]:
    """Every ``<name>/template.toml`` below ``folder``, by name. Raises ``TemplateError``."""
    paths = sorted(folder.glob("*/template.toml"))
    if not paths:
        raise TemplateError(f"{folder}: no <name>/template.toml in this folder")
    loaded = [template.load(path) for path in paths]
    return {one.name: one for one in loaded}


def default_for(facts: LabelFacts) -> str:
    """The name of the bundled template for a label whose binding names none."""
    if facts.state is LabelState.UNBOUND:
        return "unbound"
    return "style" if facts.sizes else "article"
