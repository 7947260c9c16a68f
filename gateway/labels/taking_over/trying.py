"""A dry run: every label of a zone drawn as it would be shown, and its price beside the other's."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Container, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from itertools import islice

from device_drivers.api.panels import Frame, Panel
from gateway.domain import labels as domain
from gateway.domain.labels import LabelFacts
from gateway.domain.takeover import IN_WORDS, Claim, Difference, Problem, State, TakeoverError
from gateway.labels import planning
from gateway.labels.planning import Renderer
from gateway.labels.taking_over import resolving
from gateway.labels.taking_over.resolving import Resolved
from gateway.settings import Shop
from gateway.store import catalogue, takeover
from gateway.store.database import Connection, Database

_AT_ONCE = 40
_NO_CODE = "000000"
"""Stands in the picture of a label that has no code of ours yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One label: how it would look, or why it would not.

    ``broken`` says why its template could not be used (a panel that is too small, a rule of the
    country); with ``without_price`` it would send people to the till.
    """

    claim: Claim
    label: str
    difference: Difference
    panel: str = ""
    problem: Problem | None = None
    broken: tuple[str, ...] = ()
    without_price: bool = False
    is_drawn: bool = False

    @property
    def kind(self) -> str:
        """The group in which it is counted, the worst that holds."""
        ours, theirs = self.difference.ours, self.difference.theirs
        if self.problem is not None:
            return self.problem.value
        if not self.is_drawn:
            return Problem.NO_MODEL.value
        if self.without_price:
            return "price_not_shown"
        if theirs is not None and ours != theirs:
            return "other_price"
        if self.broken:
            return "plainer"
        if not self.label:
            return "not_heard"
        return "not_compared" if theirs is None else "same"

    @property
    def said(self) -> str:
        """What is to be done about it, for people; empty for nothing."""
        if self.problem is not None:
            return IN_WORDS[self.problem]
        if not self.is_drawn:
            return IN_WORDS[Problem.NO_MODEL]
        return "; ".join(self.broken)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """A zone tried dry; the worst finding comes first."""

    zone: str
    state: State
    findings: tuple[Finding, ...]

    @property
    def counts(self) -> dict[str, int]:
        """How many labels there are of each kind."""
        counted: dict[str, int] = {}
        for one in self.findings:
            counted[one.kind] = counted.get(one.kind, 0) + 1
        return counted


@dataclass(frozen=True, slots=True, kw_only=True)
class _Look:
    found: Resolved
    facts: LabelFacts | None
    theirs: Decimal | None


class DryRun:
    """Tries zones with the gateway's own renderer; nothing is written and nothing is sent.

    ``templates`` are the names of those that ``renderer`` knows.
    """

    def __init__(
        self, database: Database, renderer: Renderer, shop: Shop, templates: Container[str]
    ) -> None:
        self._database = database
        self._renderer = renderer
        self._shop = shop
        self._templates = templates

    async def of(
        self,
        zone: str,
        at: datetime,
        *,
        prices: Mapping[str, str],
        keep: Callable[[str, Frame], None],
    ) -> Tried:
        """Draw each label of the zone as it would look at ``at``; raises ``TakeoverError``.

        ``prices`` are what the other system shows, decimal numbers by label, alias or article;
        they count before those of the list. ``keep`` gets each picture under the label's key, in a
        thread.
        """

        def read(connection: Connection) -> tuple[State, list[_Look]]:
            state = takeover.state(connection, zone)
            if state is None:
                raise TakeoverError(f"no zone {zone!r} was imported")
            found = resolving.resolve(connection, takeover.claims(connection, zone))
            return state, [self._look(connection, one, prices, at) for one in found]

        state, looks = await self._database.read(read)
        findings: list[Finding] = []
        rest = iter(looks)
        while batch := list(islice(rest, _AT_ONCE)):
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(self._find(one, keep)) for one in batch]
            findings += [task.result() for task in tasks]
        findings.sort(key=_worst_first)
        return Tried(zone=zone, state=state, findings=tuple(findings))

    def _look(
        self, connection: Connection, found: Resolved, prices: Mapping[str, str], at: datetime
    ) -> _Look:
        claim, shop, target = found.claim, self._shop, found.target
        names = (claim.label, found.label, claim.alias, claim.article)
        said = next((prices[name] for name in names if name and name in prices), claim.price)
        family = (
            catalogue.family_for_label(connection, target, shop.store)
            if target is not None
            else None
        )
        if target is None or family is None:
            return _Look(found=found, facts=None, theirs=_number(said))
        facts = domain.facts(
            target,
            family,
            code=found.ours.code if found.ours is not None else _NO_CODE,
            shop=shop.store,
            public_base=shop.public_base,
            language=shop.language,
            second_language=shop.second_language,
            at=at,
            picture=planning.picture_of(connection, target, family),
        )
        return _Look(found=found, facts=facts, theirs=_number(said))

    async def _find(self, look: _Look, keep: Callable[[str, Frame], None]) -> Finding:
        found, facts = look.found, look.facts
        tag = facts.tag if facts is not None else None
        finding = Finding(
            claim=found.claim,
            label=found.label,
            panel=found.panel.name if found.panel is not None else "",
            problem=found.problem,
            difference=Difference(
                ours=tag.price.amount if tag is not None else None, theirs=look.theirs
            ),
        )
        if facts is None or found.panel is None:
            return finding
        return await self._drawn(finding, found.panel, facts, keep)

    async def _drawn(
        self,
        finding: Finding,
        panel: Panel,
        facts: LabelFacts,
        keep: Callable[[str, Frame], None],
    ) -> Finding:
        template = finding.claim.template
        drawn = await self._renderer.render(template or None, panel, facts)
        unknown = bool(template) and template not in self._templates
        await asyncio.to_thread(keep, finding.claim.key, drawn.frame)
        return Finding(
            claim=finding.claim,
            label=finding.label,
            panel=finding.panel,
            problem=finding.problem,
            difference=finding.difference,
            broken=(f"there is no template {template}",) if unknown else drawn.broken,
            without_price=drawn.without_price or drawn.failed,
            is_drawn=True,
        )


def lines(tried: Tried, most: int) -> Iterator[str]:
    """The dry run for a person: counts, then the worst labels."""
    counts = tried.counts
    yield f"zone {tried.zone} ({tried.state.value}): {len(tried.findings)} labels"
    for kind, words in _KINDS.items():
        if kind in counts:
            yield f"  {counts[kind]:6}  {words}"
    told = [one for one in tried.findings if one.kind not in _GOOD]
    for one in told[:most]:
        yield f"{one.claim.key}: {_KINDS[one.kind]}: {_prices(one)}"
    if len(told) > most:
        yield f"... and {len(told) - most} more; --out FOLDER writes all"


def _prices(one: Finding) -> str:
    ours, theirs = one.difference.ours, one.difference.theirs
    said = f"{one.claim.article or 'no article'}, here {_or_none(ours)}, there {_or_none(theirs)}"
    return f"{said}; {one.said}" if one.said else said


def _or_none(amount: Decimal | None) -> str:
    return "none" if amount is None else f"{amount:f}"


_GOOD = frozenset({"same", "not_compared", "not_heard"})
_KINDS = {
    "same": "show the same price",
    "other_price": "would show another price",
    "price_not_shown": "could not show their price and would send people to the till",
    "plainer": "cannot use their template and would be plainer",
    "not_compared": "have no price to compare with",
    "not_heard": "were not heard yet; they are taken in when they are",
    **{problem.value: words for problem, words in IN_WORDS.items()},
}


def _worst_first(one: Finding) -> tuple[bool, Decimal, bool, str]:
    is_good = one.kind in _GOOD
    return (is_good, -one.difference.weight, one.problem is None, one.claim.key)


def _number(text: str) -> Decimal | None:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None
