"""A zone imported, switched, released: each whole or not at all, told to central, and repeatable.

Decided and written in the caller's transaction. A label that a list names is never adopted before
its zone is switched; from then on it is taken in as its list says, at once or when it is first
heard.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Final

from device_drivers.api.drivers import Announced, Unidentified
from gateway.domain import takeover as domain
from gateway.domain import takeover_events
from gateway.domain.events import Lane
from gateway.domain.labels import Target
from gateway.domain.proof import Entry
from gateway.domain.takeover import IN_WORDS, Claim, Deed, State, TakeoverError, after
from gateway.labels import adopting, binding, living, wishing
from gateway.labels.living import Doer, LabelError
from gateway.labels.taking_over import resolving
from gateway.labels.taking_over.resolving import Resolved
from gateway.store import (
    catalogue,
    discovered,
    label_life,
    labels,
    outbox,
    proof,
    proof_at,
    takeover,
)
from gateway.store.database import Connection
from gateway.store.label_rows import Label

MOST_TOLD: Final = 20
RELEASED: Final = "released"


@dataclass(frozen=True, slots=True, kw_only=True)
class Switched:
    """What a switch came to: labels driven from now on, not heard yet, and left as they are."""

    driven: int
    unheard: int
    left: tuple[Resolved, ...]


def import_(connection: Connection, claims: Sequence[Claim], doer: Doer) -> dict[str, int]:
    """These are all the labels of the zones that they name; nothing is driven by it.

    Returns how many labels each zone has now. Raises ``TakeoverError``, and nothing has changed.
    """
    if not claims:
        raise TakeoverError("the list names no label")
    by_zone: dict[str, list[Claim]] = {}
    for claim in claims:
        by_zone.setdefault(domain.zone_name(claim.zone), []).append(claim)
    for zone in by_zone:
        after(zone, takeover.state(connection, zone), Deed.IMPORT)
    elsewhere = [
        f"{claim.key}: zone {other!r} has it already"
        for claim in claims
        if (other := takeover.zone_of(connection, claim.key)) is not None and other not in by_zone
    ]
    if elsewhere:
        raise TakeoverError("labels are named for other zones", tuple(elsewhere))
    for zone in by_zone:
        takeover.replace(connection, zone, ())
    for zone, some in by_zone.items():
        takeover.put(connection, zone, State.IMPORTED, doer.by, doer.at)
        takeover.replace(connection, zone, some)
        _tell(connection, zone, State.IMPORTED.value, len(some), doer)
    return {zone: len(some) for zone, some in by_zone.items()}


def switch(connection: Connection, zone: str, doer: Doer, *, anyway: bool = False) -> Switched:
    """From now on we drive the labels of the zone; raises ``TakeoverError``.

    A label with a problem is in the way of all, or with ``anyway`` left as it is. One that was not
    heard yet is taken in when it is. Again for a switched zone: what was mended is taken in.
    """
    state = takeover.state(connection, zone)
    after(zone, state, Deed.SWITCH)
    found = resolving.resolve(connection, takeover.claims(connection, zone))
    left = tuple(one for one in found if one.problem is not None)
    if left and not anyway:
        raise TakeoverError(
            f"{len(left)} of {len(found)} labels cannot be driven; mend the list and import it "
            "again, or leave them as they are with --anyway",
            tuple(map(in_words, left[:MOST_TOLD])),
        )
    if len(left) == len(found):
        raise TakeoverError(f"zone {zone!r} has no label that could be driven")
    takeover.put(connection, zone, State.SWITCHED, doer.by, doer.at)
    good = [one for one in found if one.problem is None]
    heard = [one for one in good if one.label]
    new = sum(_take(connection, one, doer) for one in heard)
    if state is not State.SWITCHED or new:
        _tell(connection, zone, State.SWITCHED.value, new, doer)
    return Switched(driven=len(heard), unheard=len(good) - len(heard), left=left)


def meet(connection: Connection, label: str, doer: Doer) -> bool:
    """A label that waits was heard; whether a list names it: then nobody else may take it in.

    It is taken in where its zone is switched and nothing is in the way.
    """
    if not takeover.on_label(connection, label):
        return False
    claim = resolving.named_by(connection, label)
    if claim is None or takeover.state(connection, claim.zone) is not State.SWITCHED:
        return True
    found = resolving.of(connection, claim)
    if found.problem is None and found.label == label:
        with suppress(TakeoverError):  # no room: it waits
            _take(connection, found, doer)
    return True


def release(
    connection: Connection, zone: str, doer: Doer, keep: Callable[[Sequence[Claim]], None]
) -> int:
    """The zone is another's again: its labels are not driven any more; raises ``TakeoverError``.

    ``keep`` gets the labels with what they stood for and last showed, and has it safely stored when
    it returns: only then anything is let go. Returns how many labels were driven until now. Again
    for a released zone: the same labels are kept once more.
    """
    state = takeover.state(connection, zone)
    after(zone, state, Deed.RELEASE)
    before = takeover.claims(connection, zone)
    ours = [
        known
        for label in takeover.labels_in(connection, zone)
        if state is State.SWITCHED and (known := labels.get(connection, label)) is not None
    ]
    given = [_given_back(connection, zone, known, doer) for known in ours]
    driven = {one.label for one in given}
    rest = [
        one.claim
        for one in resolving.resolve(connection, before)
        if not driven.intersection((one.label, one.claim.label))
    ]
    claims = sorted((*given, *rest), key=lambda one: one.key)
    keep(claims)
    takeover.replace(connection, zone, claims)
    takeover.put(connection, zone, State.RELEASED, doer.by, doer.at)
    for known in ours:
        _let_go(connection, known, doer)
    if state is not State.RELEASED:
        _tell(connection, zone, State.RELEASED.value, len(ours), doer)
    return len(ours)


def forget(connection: Connection, zone: str, doer: Doer) -> int:
    """The zone's list is not needed any more: its labels are as any others that wait."""
    state = takeover.state(connection, zone)
    after(zone, state, Deed.FORGET)
    gone = takeover.forget(connection, zone)
    if state is not None:
        _tell(connection, zone, "forgotten", gone, doer)
    return gone


def in_words(one: Resolved) -> str:
    """A label and its problem, for people."""
    said = f"{one.claim.key} ({one.claim.article or 'no article'})"
    return f"{said}: {IN_WORDS[one.problem]}" if one.problem is not None else said


def _take(connection: Connection, one: Resolved, doer: Doer) -> bool:
    """Take the label in, name, place and bind it; whether that was news."""
    if one.panel is None or one.target is None:
        raise ValueError(f"{one.claim.key} has no panel or no article: that is a problem")
    new = one.ours is None
    try:
        if one.waiting is not None and one.ours is None:
            firmware, family = one.waiting.firmware, one.waiting.family
            offered = label_life.batch(connection, family, one.panel.name, firmware)
            adopting.take_in(connection, one.waiting, one.panel, doer, offered)
        known = labels.get(connection, one.label)
        if known is not None and known.zone != one.claim.zone:
            label_life.place(connection, one.label, one.claim.zone)
        taken = label_life.by_alias(connection, one.claim.alias) is not None
        if known is not None and known.alias is None and one.claim.alias and not taken:
            living.name(connection, one.label, one.claim.alias, doer)
        if labels.binding(connection, one.label) is None:
            binding.bind(
                connection,
                one.label,
                one.target,
                origin=doer.origin,
                by=doer.by,
                at=doer.at,
                template=one.claim.template or None,
            )
            new = True
    except (LabelError, binding.BindingError) as error:
        raise TakeoverError(f"{one.claim.key}: {error}") from error
    return new


def _given_back(connection: Connection, zone: str, known: Label, doer: Doer) -> Claim:
    """What a label of ours stands for and shows, as a list would claim it."""
    bound = labels.binding(connection, known.id)
    said = proof_at.answer(connection, known.id, doer.at)
    shown = said.shown if said is not None else None
    claim = Claim(zone=zone, label=known.id, alias=known.alias or "", model=known.panel.name)
    if bound is not None:
        target = bound.target
        claim = replace(
            claim,
            article=target.product or target.group or "",
            options=dict(target.where),
            template=bound.template or "",
        )
    if shown is None:
        return claim
    return replace(
        claim,
        price=str(shown.prices.get("price", "")),
        currency=str(shown.prices.get("currency", "")),
        shown_at=shown.at,
    )


def _let_go(connection: Connection, known: Label, doer: Doer) -> None:
    """It waits from now on, as it is known."""
    if labels.binding(connection, known.id) is not None:
        binding.unbind(connection, known.id, origin=doer.origin, by=doer.by, at=doer.at)
    entry = Entry(label=known.id, at=doer.at, what=RELEASED, detail=known.zone, actor=doer.by)
    proof.append(connection, entry)
    label_life.forget(connection, known.id)
    wishing.forget(connection, known.id)
    named = takeover.named_with(connection, known.id)
    discovered.put(connection, known.family, _heard(known), known.last_heard, named=named)


def _heard(known: Label) -> Announced | Unidentified:
    panel = known.correction.model(known.panel) if known.correction is not None else known.panel
    if not known.formats or known.formats == ("",):
        return Unidentified(
            label=known.id, firmware=known.firmware, via=known.via, telemetry=known.telemetry
        )
    return Announced(
        label=known.id,
        panel=panel,
        formats=known.formats,
        firmware=known.firmware,
        showing=known.sight_sha256,
        via=known.via,
        telemetry=known.telemetry,
    )


def _tell(connection: Connection, zone: str, state: str, count: int, doer: Doer) -> None:
    event = takeover_events.zone_changed(
        doer.origin,
        event_id=str(uuid.uuid4()),
        zone=zone,
        state=state,
        labels=count,
        time=doer.at,
    )
    outbox.append_or_gap(connection, Lane.KEEP, event, doer.at)


def gtins(connection: Connection, claims: Iterable[Claim]) -> dict[str, str]:
    """The first GTIN of each article that has one, by the id that claims name."""
    found = {}
    for claim in claims:
        family = catalogue.family_for_label(connection, Target(product=claim.article), "")
        if family is not None and family.products and family.products[0].gtins:
            found[claim.article] = family.products[0].gtins[0]
    return found
