"""Drawing labels with the shop's templates in the render pool."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import tzinfo

from device_drivers.api.panels import Frame, Panel
from gateway.domain.labels import LabelFacts
from gateway.labels.planning import RenderError
from gateway.render import templates
from gateway.render.pool import RenderFailedError, RenderPool
from gateway.render.template import Template


class TemplateRenderer:
    """The ``Renderer`` of the planner: chooses the template and falls back to the plain one."""

    def __init__(
        self, pool: RenderPool, known: Mapping[str, Template], country: str, zone: tzinfo
    ) -> None:
        self._pool = pool
        self._known = known
        self._country = country
        self._zone = zone

    async def render(self, template: str | None, panel: Panel, facts: LabelFacts) -> Frame:
        """The picture; a template that is gone or cannot draw this gives way to the plain one.

        Raises ``RenderError`` when that one cannot either.
        """
        wanted = templates.default_for(facts)
        if template is not None and template in self._known:
            wanted = template
        problem: RenderFailedError | None = None
        for name in dict.fromkeys((wanted, templates.FALLBACK)):
            try:
                return await self._pool.render(
                    self._known[name], panel, facts, self._country, self._zone
                )
            except RenderFailedError as error:
                problem = problem or error
        raise RenderError(f"template {wanted}: {problem}") from problem
