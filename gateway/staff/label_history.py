"""What happened to a label, as its page tells it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from gateway.domain.proof import Entry
from gateway.staff import explaining, showing, texts_of_adoption, texts_of_prices
from gateway.staff import texts_of_labels as texts
from gateway.staff.explaining import Reader
from gateway.staff.showing import When
from gateway.store import binding_rows, proof
from gateway.store.database import Connection

_LATEST: Final = 30
_PROOF = {
    "wished": (texts.PROOF_WISHED, "plain"),
    "asked_again": (texts.PROOF_ASKED_AGAIN, "plain"),
    "transferred": (texts.PROOF_TRANSFERRED, "plain"),
    "shown": (texts.PROOF_SHOWN, "good"),
    "failed": (texts.PROOF_FAILED, "trouble"),
    "lost": (texts.PROOF_LOST, "attention"),
    "reachable": (texts.PROOF_REACHABLE, "plain"),
    "unreachable": (texts.PROOF_UNREACHABLE, "attention"),
    "price_withdrawn": (texts_of_prices.PROOF_WITHDRAWN, "attention"),
    "price_back": (texts_of_prices.PROOF_BACK, "plain"),
    "bound": (texts.PROOF_BOUND, "plain"),
    "adopted": (texts_of_adoption.PROOF_ADOPTED, "plain"),
    "named": (texts_of_adoption.PROOF_NAMED, "plain"),
    "parked": (texts_of_adoption.PROOF_PARKED, "plain"),
    "retired": (texts_of_adoption.PROOF_RETIRED, "attention"),
}
_DEEDS = frozenset({"adopted", "asked_again", "named", "parked", "retired"})
_PARKED = {"blank": texts_of_adoption.PARK_BLANK, "code": texts_of_adoption.PARK_CODE}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of the history."""

    tone: str
    word: str
    detail: str
    at: When


def latest(connection: Connection, label: str, reader: Reader) -> tuple[Line, ...]:
    """What happened last, newest first."""
    return tuple(_line(entry, reader) for entry in proof.of_label(connection, label, _LATEST))


def _line(entry: Entry, reader: Reader) -> Line:
    word, tone = _PROOF.get(entry.what, (None, "plain"))
    reason = explaining.REASONS.get(entry.detail or "")
    detail = reason.say(reader.language) if reason is not None else entry.detail or ""
    if entry.what in {"price_withdrawn", "price_back"}:
        what = texts_of_prices.NEW_PRICE.say(reader.language) if detail == "new_price" else detail
        detail = " · ".join(part for part in (what, entry.actor) if part)
    if entry.what == "parked":
        detail = (_PARKED.get(detail, texts_of_adoption.UNPARK)).say(reader.language)
    if entry.what in _DEEDS:
        detail = " · ".join(part for part in (detail, entry.actor) if part)
    if entry.what == "bound":
        what = detail or texts.UNBOUND.say(reader.language)
        detail = f"{what} · {who(entry.actor or '', reader)}"
    return Line(
        tone=tone,
        word=word.say(reader.language) if word is not None else entry.what,
        detail=detail,
        at=showing.when(entry.at, reader),
    )


def who(name: str, reader: Reader) -> str:
    """Who bound a label, as people say it."""
    return texts.CENTRAL.say(reader.language) if name == binding_rows.BY_SOURCE else name
