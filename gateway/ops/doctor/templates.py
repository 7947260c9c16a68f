"""The shop's own label templates, and those that bindings name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

from gateway.ops.doctor.box import Box
from gateway.render import templates
from gateway.render.template import Template, TemplateError
from gateway.store import examining
from gateway.store.database import StorageError
from gateway.web.findings import Advice, Finding, State
from gateway.web.words import Text

_PANELS: Final = 2
"""Panels each template is drawn on: a quick look; ``anaquel template check`` draws all."""

WRONG = Advice(
    code="template_wrong",
    what=Text(
        es="La plantilla {name} no se puede usar; sus etiquetas llevan una más sencilla",
        en="The template {name} cannot be used; its labels get a plainer one",
    ),
    do=Text(
        es="Corrígela como dice el detalle; se vuelve a leer sola.",
        en="Correct it as the detail says; it is read again by itself.",
    ),
)
BREAKS_RULES = Advice(
    code="template_breaks_rules",
    state=State.ATTENTION,
    what=Text(
        es="La plantilla {name} incumple una regla o no le cabe algo en {panel}",
        en="The template {name} breaks a rule or has no room for something on {panel}",
    ),
    do=Text(
        es="Corrígela; todo lo que se encuentra lo lista anaquel template check {name}.",
        en="Correct it; anaquel template check {name} lists all that is found.",
    ),
)
NOT_THERE = Advice(
    code="template_not_there",
    state=State.ATTENTION,
    what=Text(
        es="{count} etiquetas piden la plantilla {name}, que no existe",
        en="{count} labels ask for the template {name}, which is not there",
    ),
    do=Text(
        es="Ponla en labels.templates, o vincula esas etiquetas con otra.",
        en="Put it into labels.templates, or bind those labels with another one.",
    ),
)


def look(box: Box) -> Iterable[Finding]:
    """Read them all; draw the shop's own quickly where there is time."""
    folder = box.settings.labels.templates
    own: Mapping[str, Template] = {}
    if folder is not None:
        own, wrong = templates.load_own(folder)
        for name, problem in sorted(wrong.items()):
            if folder.is_dir():  # else the check of the settings tells
                yield WRONG.at(str(folder / name), name=name, detail=problem)
        if not box.inside:
            for name, template in own.items():
                yield from _drawn(box, folder, name, template)
    yield from _named(box, {*own, *templates.names(templates.BUNDLED)})


def _drawn(box: Box, folder: Path, name: str, template: Template) -> Iterator[Finding]:
    # Loaded by those who draw; the gateway itself only reads.
    from gateway.render import checking, samples
    from gateway.render.rules import packs

    shop = box.settings.shop
    try:
        facts = samples.load(folder / name / "sample.toml", shop.country)
    except TemplateError:
        return  # a shop need not write samples
    pack = packs.pack_of(shop.country)
    on = list(checking.panels(template))[:_PANELS]
    for found in checking.check(template, facts, pack, shop.country, shop.zone, on):
        yield BREAKS_RULES.at(
            str(folder / name),
            name=name,
            panel=found.panel,
            detail=f"{found.sample}: {found.what}",
        )
        return


def _named(box: Box, known: set[str]) -> Iterator[Finding]:
    if not box.database.exists():
        return
    try:
        with examining.reading(box.database) as connection:
            named = examining.templates_named(connection)
    except StorageError:
        return  # the check of the database tells
    for name, count in named:
        if name not in known:
            yield NOT_THERE.at("bindings", name=name, count=str(count))
