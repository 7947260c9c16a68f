"""Drawing labels with the shop's templates in the render pool, and within the shop's rules."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import tzinfo

from device_drivers.api.panels import Panel
from gateway.domain.labels import LabelFacts, LabelState
from gateway.labels.planning import Rendered, RenderError
from gateway.render import templates
from gateway.render.pool import RenderFailedError, RenderPool
from gateway.render.rules import packs
from gateway.render.template import Template


class TemplateRenderer:
    """The ``Renderer`` of the planner.

    A template that is gone, cannot draw the facts or breaks a rule of the country gives way to the
    plain one, and that one to a label that sends people to the till: a price is shown as the law
    asks, or not at all.
    """

    def __init__(
        self, pool: RenderPool, known: Mapping[str, Template], country: str, zone: tzinfo
    ) -> None:
        self._pool = pool
        self._known = known
        self._country = country
        self._zone = zone
        pack = packs.pack_of(country)
        self._pack = pack.name if pack is not None else None
        self._versions: dict[str, tuple[Template, str]] = {}

    async def render(self, template: str | None, panel: Panel, facts: LabelFacts) -> Rendered:
        """The picture and what kept better ones from being shown. Raises ``RenderError``."""
        wanted = templates.default_for(facts)
        if template is not None and template in self._known:
            wanted = template
        why: tuple[str, ...] = ()
        for name, shown in _attempts(wanted, facts):
            try:
                picture = await self._pool.render(
                    self._known[name], panel, shown, self._country, self._zone, self._pack
                )
            except RenderFailedError as error:
                why = why or (f"template {name}: {error}",)
                continue
            if not picture.breaches:
                return Rendered(
                    frame=picture.frame,
                    broken=why,
                    without_price=shown.tag is None and facts.tag is not None,
                    template=self._named(name),
                )
            why = why or tuple(f"{one.what} ({one.source})" for one in picture.breaches)
        raise RenderError("; ".join(why))

    def _named(self, name: str) -> str:
        """The template with a hash of all it says, as ``name@hash``."""
        one = self._known[name]
        version = self._versions.get(name)
        if version is None or version[0] is not one:
            said = hashlib.sha256(one.model_dump_json().encode()).hexdigest()
            version = self._versions[name] = one, f"{name}@{said[:16]}"
        return version[1]


def _attempts(wanted: str, facts: LabelFacts) -> Iterator[tuple[str, LabelFacts]]:
    """Template and facts to try, best first."""
    yield wanted, facts
    if wanted != templates.FALLBACK:
        yield templates.FALLBACK, facts
    if facts.tag is not None:
        yield templates.FALLBACK, _at_the_till(facts)


def _at_the_till(facts: LabelFacts) -> LabelFacts:
    """The same article without any amount."""
    return replace(
        facts,
        state=LabelState.WITHDRAWN,
        beside=frozenset(),
        tag=None,
        price_from=False,
        unit_price=None,
        deposit=None,
    )
