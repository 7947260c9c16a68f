"""A backup that is to become this box's data, as the staff page sees it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum


class Stage(Enum):
    """How far it is. Nothing of the shop's data changes before ``RESTARTING``."""

    NONE = "none"
    LOOKING = "looking"
    REFUSED = "refused"
    GOOD = "good"
    RESTARTING = "restarting"
    DONE = "done"
    FAILED = "failed"


class Fault(Enum):
    """Why a file cannot be used."""

    PASSPHRASE = "passphrase"  # noqa: S105 - a word, no secret
    DAMAGED = "damaged"
    NEWER = "newer"
    OTHER_SHOP = "other_shop"
    NO_ROOM = "no_room"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A file that may be restored; ``path`` names it, ``uploaded`` says that a browser sent it."""

    path: str
    taken_at: datetime | None
    bytes: int
    sealed: bool
    uploaded: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What is in a backup that was read to its end."""

    store: str
    gateway: str
    taken_at: datetime
    app: str
    labels: int
    articles: int


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """Where it stands; ``detail`` is for technicians, in English."""

    stage: Stage
    fault: Fault | None = None
    detail: str = ""
    content: Content | None = None
