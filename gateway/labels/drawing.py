"""Drawing labels with the shop's templates in the render pool, and within the shop's rules."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import tzinfo

from device_drivers.api.panels import Frame, Panel
from gateway.domain.labels import LabelFacts, LabelState
from gateway.labels.wishing import Rendered
from gateway.render import templates
from gateway.render.pool import RenderFailedError, RenderPool
from gateway.render.rules import packs
from gateway.render.template import Template

_NOT_SOLD = frozenset({LabelState.BLOCKED, LabelState.RECALLED})


class TemplateRenderer:
    """The ``Renderer`` of the planner.

    A template that is gone, cannot draw the facts or breaks a rule of the country gives way to the
    plain one, and that one to a label that sends people to the till: a price is shown as the law
    asks, or not at all. Where nothing of the article can be drawn the same is said without it, and
    if that fails too the label is white: an outdated price is never left standing.

    ``picture`` reads the bytes of an article's picture by its SHA-256; it may block.
    """

    def __init__(
        self,
        pool: RenderPool,
        known: Mapping[str, Template],
        country: str,
        zone: tzinfo,
        picture: Callable[[str], bytes | None] = lambda _: None,
    ) -> None:
        self._pool = pool
        self._known = known
        self._picture = picture
        self._versions: dict[str, tuple[Template, str]] = {}
        self.go_by(country, zone)

    def go_by(self, country: str, zone: tzinfo) -> None:
        """Draw for this country, by its rules, from now on."""
        self._country = country
        self._zone = zone
        pack = packs.pack_of(country)
        self._pack = pack.name if pack is not None else None

    async def render(self, template: str | None, panel: Panel, facts: LabelFacts) -> Rendered:
        """The picture and what kept better ones from being shown."""
        wanted = templates.default_for(facts)
        if template is not None and template in self._known:
            wanted = template
        if self._known[wanted].shows_pictures:
            facts = await self._pictured(facts)
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
        frame = await self._without_article(panel, facts)
        return Rendered(frame=frame, broken=why, without_price=facts.tag is not None, failed=True)

    async def _pictured(self, facts: LabelFacts) -> LabelFacts:
        """The facts with the bytes of their picture; without it where they are gone."""
        if facts.picture is None:
            return facts
        data = await asyncio.to_thread(self._picture, facts.picture.sha256)
        picture = replace(facts.picture, data=data) if data is not None else None
        return replace(facts, picture=picture)

    async def _without_article(self, panel: Panel, facts: LabelFacts) -> Frame:
        """What can be said without one text from outside; white paper if not even that."""
        bare = LabelFacts(
            code=facts.code,
            link=facts.link,
            language=facts.language,
            state=_state_without_price(facts),
        )
        fallback = self._known[templates.FALLBACK]
        try:
            drawn = await self._pool.render(fallback, panel, bare, self._country, self._zone)
        except RenderFailedError:
            paper = bytes(panel.width * panel.height)
            return Frame(width=panel.width, height=panel.height, inks=panel.inks, pixels=paper)
        return drawn.frame

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
        state=_state_without_price(facts),
        beside=frozenset(),
        tag=None,
        price_from=False,
        unit_price=None,
        deposit=None,
    )


def _state_without_price(facts: LabelFacts) -> LabelState:
    """A price gives way to the till; what must not be sold goes on saying so."""
    if facts.tag is None or facts.state in _NOT_SOLD:
        return facts.state
    return LabelState.WITHDRAWN
