"""The record of what a label was asked to show and said it showed, as a chain of hashes.

Each label has a chain of its own. Its rows are numbered from 1, and the hash of a row covers the
hash of the row before and the row's own text: SHA-256 over ``anaquel proof 1 LF``, 32 bytes
(zeros before the first row) and the text. The text is JSON with sorted names and no spaces, and is
kept as it was hashed. So a row that was changed, left out, put in or moved breaks the chain from
there on. When the oldest rows go, number and hash of the last of them stay as the checkpoint that
the chain goes on from.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

NOTHING: Final = bytes(32)
"""The hash before the first row."""
GATEWAY: Final = "@gateway"
"""The chain of the gateway itself: when it could hear no label. No label is called so."""
GATEWAY_OFF: Final = "gateway_off"
BROKER_AWAY: Final = "broker_away"
WAY_AWAY: Final = "way_away"
WAY_SILENT: Final = "way_silent"
_DOMAIN: Final = b"anaquel proof 1\n"
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MS: Final = timedelta(milliseconds=1)
_written = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode
_TEXTS: Final = ("wish", "fingerprint", "picture", "template", "detail", "actor")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One row of a label's chain.

    ``what`` is wished, asked_again, transferred, shown, lost (it showed its picture and does not
    any more), failed, unreachable, reachable or bound. ``fingerprint`` names the pixels,
    ``picture`` is the SHA-256 of the bytes that went out, ``template`` is its name and version as
    ``name@hash``,
    ``detail`` says why or what, ``actor`` who. ``prices`` are the facts of the price in the
    picture. ``doubted``: the clock was not known to be right.
    """

    label: str
    at: datetime
    what: str
    wish: str | None = None
    fingerprint: str | None = None
    picture: str | None = None
    template: str | None = None
    detail: str | None = None
    actor: str | None = None
    prices: Mapping[str, Any] = field(default_factory=dict)
    doubted: bool = False


def chain_of_way(way: str) -> str:
    """The chain of an adapter or access point, or of a family's labels on it (``family/via``)."""
    return f"{GATEWAY}/{way}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A row's number in its chain and its hash."""

    number: int = 0
    hash: bytes = NOTHING


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A row as it is kept: ``text`` is what was hashed after the hash of the row before."""

    number: int
    text: str
    hash: bytes

    @property
    def place(self) -> Place:
        """Where the chain goes on from here."""
        return Place(number=self.number, hash=self.hash)


@dataclass(frozen=True, slots=True, kw_only=True)
class Break:
    """The first row of a label's chain that is not as it was written, and what is wrong."""

    label: str
    number: int
    why: str


def link(entry: Entry, after: Place) -> Link:
    """The row of ``entry`` that follows ``after``."""
    number = after.number + 1
    text = _text(entry, number)
    return Link(number=number, text=text, hash=_hash(after.hash, text))


def read(text: str) -> Entry:
    """The entry in a row's text. Raises ``ValueError`` for what no row says."""
    try:
        said = json.loads(text)
        return Entry(
            label=said["label"],
            at=_EPOCH + int(said["at"]) * _MS,
            what=said["what"],
            doubted=said["clock"] == "doubted",
            prices=said.get("prices") or {},
            **{name: said.get(name) for name in _TEXTS},
        )
    except (KeyError, TypeError, AttributeError, OverflowError) as error:
        raise ValueError(f"no row of a proof: {error!r}") from error


def broken(label: str, after: Place, links: Iterable[Link], head: Place) -> Break | None:
    """The first break of a chain: ``links`` follow ``after`` in order and end in ``head``."""
    last = after
    for one in links:
        if one.number != last.number + 1:
            return Break(label=label, number=last.number + 1, why="the row is missing")
        if one.hash != _hash(last.hash, one.text):
            return Break(label=label, number=one.number, why="the row or its hash was changed")
        if (fault := _fault(label, one)) is not None:
            return Break(label=label, number=one.number, why=fault)
        last = one.place
    if last.number < head.number:
        return Break(label=label, number=last.number + 1, why="the row is missing")
    if last != head:
        return Break(label=label, number=last.number, why="it is not the row that was written last")
    return None


def _fault(label: str, one: Link) -> str | None:
    try:
        said = json.loads(one.text)
    except ValueError:
        return "the row cannot be read"
    if said.get("label") != label or said.get("number") != one.number:
        return "the row belongs to another place"
    return None


def _text(entry: Entry, number: int) -> str:
    said: dict[str, Any] = {
        "label": entry.label,
        "number": number,
        "at": (entry.at - _EPOCH + timedelta(microseconds=500)) // _MS,
        "clock": "doubted" if entry.doubted else "trusted",
        "what": entry.what,
    }
    said |= {name: given for name in _TEXTS if (given := getattr(entry, name)) is not None}
    if entry.prices:
        said["prices"] = entry.prices
    return _written(said)


def _hash(before: bytes, text: str) -> bytes:
    return hashlib.sha256(_DOMAIN + before + text.encode()).digest()
