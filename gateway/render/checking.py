"""A template held against all it serves: every panel, every sample, the rules of a country."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import tzinfo

from device_drivers.api.known_panels import PANELS
from device_drivers.api.panels import Panel
from gateway.domain.labels import LabelFacts
from gateway.render import rendering, values
from gateway.render.jobs import Flaw
from gateway.render.rules import judging
from gateway.render.rules.packs import RulePack
from gateway.render.template import Template


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that is wrong with a template on one panel, with which facts, in words."""

    panel: str
    sample: str
    what: str


def panels(template: Template) -> Iterator[Panel]:
    """Every panel that the template serves, hung either way."""
    for panel in PANELS.values():
        for hung in (panel, panel.turned()) if panel.orientation != "square" else (panel,):
            if template.serves.fits(hung, frozenset()):
                yield hung


def alike(template: Template, on: Iterable[Panel]) -> list[tuple[Panel, ...]]:
    """The panels ``on`` in groups on which everything stands at the same place in the same size.

    Inks colour a picture and move nothing, unless a condition of the template asks for them.
    """
    conditions = (template.serves, *template.views, *template.elements.values())
    asked = {ink for one in conditions for ink in (*one.inks, *one.lacks)}
    groups: dict[Hashable, list[Panel]] = {}
    for panel in on:
        shape = (panel.width, panel.height, panel.dpi, frozenset(asked.intersection(panel.inks)))
        groups.setdefault(shape, []).append(panel)
    return [tuple(group) for group in groups.values()]


def check(
    template: Template,
    samples: Mapping[str, LabelFacts],
    pack: RulePack | None,
    country: str,
    zone: tzinfo | None,
    on: Iterable[Panel],
) -> Iterator[Finding]:
    """Everything that is wrong on the panels ``on``: rules broken, codes lost, prices cut."""
    yield from not_drawable(samples)
    for group in alike(template, on):
        yield from on_each(group, flaws(template, group[0], samples, pack, country, zone))


def flaws(
    template: Template,
    panel: Panel,
    samples: Mapping[str, LabelFacts],
    pack: RulePack | None,
    country: str,
    zone: tzinfo | None,
) -> tuple[Flaw, ...]:
    """What is wrong on one panel. Takes CPU time: call it in a worker (``pool``)."""
    found: list[Flaw] = []
    for name, facts in samples.items():
        drawing = rendering.draw(template, panel, facts, country, zone)
        if pack is not None:
            for breach in judging.judge(drawing, facts, panel, pack):
                what = f"{breach.rule.value}: {breach.what} ({breach.source})"
                found.append(Flaw(sample=name, what=what))
        found += [Flaw(sample=name, what=what) for what in judging.lost(drawing)]
    return tuple(found)


def on_each(group: Iterable[Panel], found: Iterable[Flaw]) -> Iterator[Finding]:
    """What was found on one panel of a group ``alike`` is so on all of them."""
    told = tuple(found)
    for panel in group:
        for flaw in told:
            yield Finding(panel=panel.name, sample=flaw.sample, what=flaw.what)


def not_drawable(samples: Mapping[str, LabelFacts]) -> Iterator[Finding]:
    """What of the facts is drawn on no panel."""
    for name, facts in samples.items():
        for what in _not_drawable(facts):
            yield Finding(panel="every panel", sample=name, what=what)


def _not_drawable(facts: LabelFacts) -> Iterator[str]:
    for name in ("title", "brand", "variant", "color", "size", "reference"):
        said = getattr(facts, name)
        if why := values.not_drawable(said):
            yield f"{name} {said!r}: {why}"
