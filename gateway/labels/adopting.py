"""Adopting labels that wait: a person (or, for some families, the configuration) says: it is ours.

Decided and written in the caller's transaction, and told to central.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from typing import Final

from device_drivers.api import correction as corrections
from device_drivers.api.correction import Correction
from device_drivers.api.drivers import Family, Model
from device_drivers.api.panels import Ink, Panel
from gateway.domain import label_events
from gateway.domain.label_hardware import Hardware
from gateway.domain.label_life import Deed, Life, after
from gateway.labels import living, parting
from gateway.labels.living import Doer, LabelError
from gateway.store import discovered, label_life, labels, retired, takeover, tasks
from gateway.store.database import Connection
from gateway.store.discovered import Discovered
from gateway.store.label_rows import Label

BY_ITSELF: Final = "anaquel"
"""Who adopted a label of a family that is adopted without asking."""
CARD_FOR: Final = timedelta(minutes=15)
"""A label that nobody looks at any more goes back to what it is for."""
MOST_CODES: Final = 500
_BETWEEN: Final = re.compile(r"[\s,;]+")


class Outcome(Enum):
    """What became of one code of many."""

    ADOPTED = "adopted"
    KNOWN = "known"
    """It is ours already; its code is noted."""
    NOT_HEARD = "not_heard"
    SEVERAL = "several"
    """The code ends more than one id."""
    NEEDS_MODEL = "needs_model"
    TAKEN = "taken"
    """Another label has this code."""
    ANOTHER_SYSTEM = "another_system"
    """It belongs to a zone that another system drives."""
    NO_ROOM = "no_room"


_REFUSED: Final = {
    "needs_model": Outcome.NEEDS_MODEL,
    "alias_taken": Outcome.TAKEN,
    "another_system": Outcome.ANOTHER_SYSTEM,
    "too_many": Outcome.NO_ROOM,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What became of a code, and of which label."""

    code: str
    outcome: Outcome
    label: str = ""


def models_for(waiting: Discovered, families: Mapping[str, Family]) -> tuple[Model, ...]:
    """The models that a label can be; none where it told its own."""
    family = families.get(waiting.family)
    return () if waiting.panel is not None or family is None else family.models


def adopt(
    connection: Connection,
    label: str,
    families: Mapping[str, Family],
    doer: Doer,
    *,
    model: str | None = None,
    alias: str | None = None,
    card: bool = False,
) -> None:
    """The waiting label is ours; raises ``LabelError``.

    What put the last label of its batch right is used. With ``card`` it shows the test card first,
    as it is, so that a person can say what it looks like.
    """
    waiting = discovered.get(connection, label)
    if waiting is None:
        if labels.get(connection, label) is not None:
            raise LabelError("adopted_already", f"{label} is adopted already")
        raise LabelError("unknown_label", f"no label {label} waits")
    after(label_life.life(connection, label) or Life.WAITING, Deed.ADOPT)
    panel = _panel(waiting, families, model)
    offered = label_life.batch(connection, waiting.family, panel.name, waiting.firmware)
    take_in(connection, waiting, panel, doer, offered)
    if alias:
        living.name(connection, label, alias, doer)
    if card:
        label_life.show_card(connection, label, "raw", doer.at + CARD_FOR)


def take_in(
    connection: Connection,
    waiting: Discovered,
    panel: Panel,
    doer: Doer,
    correction: Correction | None = None,
) -> None:
    """Write the adoption down and tell it."""
    if takeover.is_held(connection, waiting.label):
        raise LabelError(
            "another_system",
            f"{waiting.label} belongs to a zone that another system drives: take the zone over "
            "(anaquel takeover switch), or take the label off its list",
        )
    if labels.count(connection) >= labels.MAX_LABELS:
        raise LabelError("too_many", f"there is room for {labels.MAX_LABELS} labels, and no more")
    label_life.take_in(connection, waiting, panel, doer.at, correction)
    tasks.close(connection, living.HEARD_AGAIN, waiting.label)
    _tell(connection, waiting.label, doer)


def take_back(connection: Connection, label: str, doer: Doer) -> None:
    """A retired label is ours again, without an article; raises ``LabelError``.

    It need not be heard: what it was is remembered, unless an older version retired it.
    """
    gone = retired.get(connection, label)
    if gone is None:
        raise LabelError("unknown_label", f"no label {label} is retired")
    if gone.leaving:
        label_life.stay(connection, label)
        tasks.close(connection, living.HEARD_AGAIN, label)
        _tell(connection, label, doer)
    else:
        known = discovered.get(connection, label) or gone.known
        was = gone.hardware
        panel = (known.panel if known is not None else None) or (was.panel if was else None)
        if known is None or panel is None:
            raise LabelError("waits_no_more", f"{label} is not heard, and nobody knows what it is")
        take_in(connection, known, panel, doer, was.correction if was is not None else None)
        if gone.code:
            label_life.keep_code(connection, label, gone.code)
    tasks.close(connection, parting.LEFT_HANGING, label)
    if gone.alias is not None and label_life.name(connection, label, gone.alias):
        living.tell_name(connection, label, gone.alias, doer)


def adopt_code(
    connection: Connection,
    code: str,
    families: Mapping[str, Family],
    doer: Doer,
    *,
    model: str | None = None,
) -> Answer:
    """Adopt the label whose case says this; ``model`` is for those that do not tell theirs.

    One code of many: it never raises for what is wrong with it.
    """
    if not code.isprintable() or len(code) > living.LONGEST_ALIAS:
        return Answer(code=code, outcome=Outcome.NOT_HEARD)
    known = label_life.by_alias(connection, code)
    if known is not None:
        return Answer(code=code, outcome=Outcome.KNOWN, label=known)
    meant = discovered.meant_by(connection, code)
    if len(meant) > 1:
        return Answer(code=code, outcome=Outcome.SEVERAL)
    try:
        if not meant:
            return _name_known(connection, code, doer)
        adopt(connection, meant[0], families, doer, model=model, alias=code)
    except LabelError as error:
        # Whatever else it is, it is no label that could be taken in; the other codes go on.
        outcome = _REFUSED.get(error.code, Outcome.NOT_HEARD)
        return Answer(code=code, outcome=outcome, label=meant[0] if meant else "")
    return Answer(code=code, outcome=Outcome.ADOPTED, label=meant[0])


def read_codes(text: str) -> tuple[str, ...]:
    """The codes of a scanned or pasted list, each once; at most ``MOST_CODES``.

    They stand on lines of their own, or with spaces, commas or semicolons between them. Of a link
    the last part counts.
    """
    parts = (part.rstrip("/").rpartition("/")[2] for part in _BETWEEN.split(text))
    codes = (part[: living.LONGEST_ALIAS] for part in parts if part.isprintable())
    return tuple(dict.fromkeys(code for code in codes if code))[:MOST_CODES]


def see_again(connection: Connection, label: str, doer: Doer) -> None:
    """Show the test card as it is, to say once more what it looks like."""
    _known(connection, label)
    label_life.show_card(connection, label, "raw", doer.at + CARD_FOR)


def seen(
    connection: Connection,
    label: str,
    doer: Doer,
    *,
    turns: int,
    mirrored: bool,
    inks: Sequence[Ink],
) -> Correction:
    """A person says what the test card looks like: the label is put right, and shows it again.

    Returns what it is put right with, also offered to its batch. Raises ``LabelError``.
    """
    known = _known(connection, label)
    panel = (known.correction or Correction()).model(known.panel)
    try:
        found = corrections.of_seen(panel, turns=turns, mirrored=mirrored, inks=inks)
    except corrections.CorrectionError as error:
        raise LabelError("cannot_be_put_right", str(error)) from error
    label_life.correct(connection, label, found)
    # Hung the other way is how this one hangs, not how its batch is built.
    if found.turns % 2 == 0 or panel.width == panel.height:
        label_life.remember_batch(
            connection, known.family, panel.name, known.firmware, found, doer.at
        )
    card = None if found.is_none else "checked"
    if card is None:
        label_life.show_card(connection, label, None)
    else:
        label_life.show_card(connection, label, "checked", doer.at + CARD_FOR)
    _tell(connection, label, doer)
    return found


def done_looking(connection: Connection, label: str) -> None:
    """The test card is no longer needed."""
    _known(connection, label)
    label_life.show_card(connection, label, None)


def _name_known(connection: Connection, code: str, doer: Doer) -> Answer:
    """It is none that waits; perhaps one of ours, whose case nobody read yet."""
    ours = label_life.meant_by(connection, code)
    if len(ours) != 1:
        return Answer(code=code, outcome=Outcome.SEVERAL if ours else Outcome.NOT_HEARD)
    known = labels.get(connection, ours[0])
    if known is not None and known.alias is None:
        living.name(connection, ours[0], code, doer)
    return Answer(code=code, outcome=Outcome.KNOWN, label=ours[0])


def _panel(waiting: Discovered, families: Mapping[str, Family], model: str | None) -> Panel:
    if waiting.panel is not None:
        return waiting.panel
    found = next((one for one in models_for(waiting, families) if one.id == model), None)
    if found is None:
        raise LabelError(
            "needs_model",
            f"{waiting.label} does not tell its model: choose one of {waiting.family}",
        )
    return found.panel


def _known(connection: Connection, label: str) -> Label:
    known = labels.get(connection, label)
    if known is None:
        raise LabelError("unknown_label", f"there is no label {label}")
    return known


def _tell(connection: Connection, label: str, doer: Doer) -> None:
    known = _known(connection, label)
    correction = known.correction or Correction()
    hardware = Hardware(
        family=known.family, panel=correction.model(known.panel), correction=correction
    )
    event = label_events.adopted(
        doer.origin,
        event_id=str(uuid.uuid4()),
        label=label,
        hardware=hardware,
        time=doer.at,
    )
    living.note(connection, label, "adopted", doer, event)
