"""What a list claims of a label, held against what is heard and what is in the catalogue."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from device_drivers.api.known_panels import PANELS
from device_drivers.api.panels import Panel
from device_drivers.registry import LABELS
from gateway.domain.labels import Target
from gateway.domain.takeover import Claim, Problem
from gateway.store import articles, discovered, label_life, labels, retired, takeover
from gateway.store.database import Connection
from gateway.store.discovered import Discovered
from gateway.store.label_rows import Label


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """A claim and what it comes to.

    ``label`` is empty while it was not heard; ``ours`` is the label where it is ours already,
    ``waiting`` where it waits. A ``problem`` keeps it from being driven; of one that was not heard
    the panel may be open without being one.
    """

    claim: Claim
    label: str = ""
    ours: Label | None = None
    waiting: Discovered | None = None
    panel: Panel | None = None
    target: Target | None = None
    problem: Problem | None = None


class Heard:
    """The ids of all labels that are ours or wait, found by what their cases may say."""

    def __init__(self, ids: Iterable[str]) -> None:
        self._signs = [(discovered.plain(one), one) for one in ids]
        self._exact = dict(self._signs)
        self._by_end: dict[int, dict[str, list[str]]] = {}

    def meant(self, printed: str) -> tuple[str, ...]:
        """Those that a printed code can mean: an exact one, else by the end."""
        sign = discovered.plain(printed)
        if sign in self._exact:
            return (self._exact[sign],)
        if len(sign) < takeover.SHORTEST:
            return ()
        return tuple(self._ends(len(sign)).get(sign, ()))

    def _ends(self, length: int) -> dict[str, list[str]]:
        if length not in self._by_end:
            ends: dict[str, list[str]] = {}
            for sign, one in self._signs:
                ends.setdefault(sign[-length:], []).append(one)
            self._by_end[length] = ends
        return self._by_end[length]


def resolve(connection: Connection, claims: Iterable[Claim]) -> list[Resolved]:
    """Each claim, in order; of two that mean one label the second has a problem."""
    found: list[Resolved] = []
    seen: set[str] = set()
    heard = Heard(takeover.heard_ids(connection))
    for claim in claims:
        one = of(connection, claim, heard)
        if one.label and one.label in seen:
            one = replace(one, problem=Problem.TWICE)
        seen.add(one.label)
        found.append(one)
    return found


def of(connection: Connection, claim: Claim, heard: Heard | None = None) -> Resolved:
    """What one claim comes to now; ``heard`` is made where it is needed and not given."""
    meant = _meant(connection, claim, heard)
    if len(meant) > 1:
        return Resolved(claim=claim, problem=Problem.SEVERAL_LABELS)
    label = meant[0] if meant else ""
    found = Resolved(
        claim=claim,
        label=label,
        ours=labels.get(connection, label),
        waiting=discovered.get(connection, label),
    )
    target, problem = _target(connection, claim)
    found = replace(found, target=target, panel=_panel(found), problem=problem)
    return replace(found, problem=_in_the_way(connection, found) or problem)


def named_by(connection: Connection, label: str) -> Claim | None:
    """The one claim on a label that was heard; None without one, or when several could be meant."""
    found = takeover.on_label(connection, label)
    return found[0] if len(found) == 1 else None


def _meant(connection: Connection, claim: Claim, heard: Heard | None) -> tuple[str, ...]:
    if claim.label:
        is_known = (
            labels.get(connection, claim.label) is not None
            or discovered.get(connection, claim.label) is not None
        )
        return (claim.label,) if is_known else ()
    ours = label_life.by_alias(connection, claim.alias)
    if ours is not None:
        return (ours,)
    # With many labels this takes long, and most claims name an id.
    return (heard or Heard(takeover.heard_ids(connection))).meant(claim.alias)


def _target(connection: Connection, claim: Claim) -> tuple[Target | None, Problem | None]:
    if not claim.article:
        return None, Problem.NO_ARTICLE
    found = articles.by_key(connection, claim.article)
    if len(found.products) > 1:
        return None, Problem.SEVERAL_ARTICLES
    if found.products:
        return Target(product=found.products[0]), None
    if found.groups:
        return Target(group=found.groups[0], where=claim.options), None
    return None, Problem.UNKNOWN_ARTICLE


def _panel(found: Resolved) -> Panel | None:
    if found.ours is not None:
        return found.ours.panel
    if found.waiting is not None and found.waiting.panel is not None:
        return found.waiting.panel
    family = found.waiting.family if found.waiting is not None else None
    model = found.claim.model
    # A panel by name only tells how it will look: it does not make a label one of its family's.
    return _of_model(family, model) or (PANELS.get(model) if family is None else None)


def _of_model(name: str | None, model: str) -> Panel | None:
    """The panel of a family's model; None is for a model of any."""
    # Families of other distributions may come and go: the table is looked at each time.
    entries = LABELS.values() if name is None else filter(None, [LABELS.get(name)])
    models = (one for entry in entries for one in entry.family.models)
    return next((one.panel for one in models if one.id == model), None)


def _in_the_way(connection: Connection, found: Resolved) -> Problem | None:
    """What is in the way of driving this very label."""
    if found.ours is not None:
        bound = labels.binding(connection, found.label)
        elsewhere = bound is not None and found.ours.zone != found.claim.zone
        return Problem.OURS_ALREADY if elsewhere else None
    if found.claim.label and retired.get(connection, found.claim.label) is not None:
        return Problem.RETIRED
    return Problem.NO_MODEL if found.waiting is not None and found.panel is None else None
