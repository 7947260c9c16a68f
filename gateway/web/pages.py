"""Turns templates into pages: one Jinja environment per site, read whole before the loop starts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jinja2

from gateway.web import texts, words
from gateway.web.compiled import CompiledTemplates
from gateway.web.static import StaticFiles

OWN_TEMPLATES = Path(__file__).with_name("templates")


@dataclass(frozen=True, slots=True, kw_only=True)
class Logo:
    """The shop's logo; ``width`` and ``height`` are those of the picture at ``address``."""

    address: str
    width: int
    height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What stands around every page of a site.

    ``name`` is the shop's; ``home`` the start page; ``switch`` this page in the other language.
    ``brand`` is the style sheet of the shop's colour, '' for ours; ``logo`` stands in place of the
    name, ``foot`` at the foot. ``mode`` is a way in which all pages are shown ('' the usual one):
    it brings ``{mode}.css`` and ``{mode}.js``, and a manifest.
    Addresses begin with ``/`` and are without ``root``.
    """

    name: str
    home: str = "/"
    switch: str | None = None
    brand: str = ""
    logo: Logo | None = None
    foot: str = ""
    mode: str = ""


class Pages:
    """The templates of one site, on top of those that all sites share.

    ``root`` is the path under which the public reaches the site (``""`` or ``/shop``); templates
    write it before each of our own addresses. Undefined names are errors, text is escaped.
    ``compiled`` is a private folder that keeps compiled templates for the next start.
    """

    def __init__(
        self,
        *,
        folders: Sequence[Path] = (),
        static: StaticFiles,
        root: str = "",
        shared: Mapping[str, Any] | None = None,
        compiled: Path | None = None,
    ) -> None:
        self.root = root
        self._environment = jinja2.Environment(
            loader=jinja2.FileSystemLoader([*folders, OWN_TEMPLATES]),
            autoescape=True,
            auto_reload=False,
            cache_size=-1,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            bytecode_cache=None if compiled is None else CompiledTemplates(compiled),
        )
        self._environment.globals.update(
            {
                **(shared or {}),
                "web": words.all_texts(texts),
                "root": root,
                "asset": lambda name: root + static.href(name),
            }
        )
        for name in self._environment.list_templates():
            self._environment.get_template(name)

    def render(self, template: str, **facts: object) -> str:
        """The page; ``facts`` are the names its template uses."""
        return self._environment.get_template(template).render(**facts)
