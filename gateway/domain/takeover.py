"""Taking over a zone that another system drives: its states, and what is claimed of its labels.

A zone is *imported* (we know its labels and never drive them), *switched* (we drive them) or
*released* (given back: known, and not driven any more).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import Enum
from types import MappingProxyType
from typing import Final


class State(Enum):
    """Where a zone is."""

    IMPORTED = "imported"
    SWITCHED = "switched"
    RELEASED = "released"


class Deed(Enum):
    """What is done with a zone."""

    IMPORT = "import"
    SWITCH = "switch"
    RELEASE = "release"
    FORGET = "forget"


class TakeoverError(ValueError):
    """It cannot be done with this zone; the message says why and what to do.

    ``problems`` are the lines or labels in the way.
    """

    def __init__(self, message: str, problems: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.problems = problems


_NEXT: Final[Mapping[tuple[State | None, Deed], State | None]] = MappingProxyType(
    {
        (None, Deed.IMPORT): State.IMPORTED,
        (State.IMPORTED, Deed.IMPORT): State.IMPORTED,
        (State.RELEASED, Deed.IMPORT): State.IMPORTED,
        (State.IMPORTED, Deed.SWITCH): State.SWITCHED,
        (State.SWITCHED, Deed.SWITCH): State.SWITCHED,
        (State.RELEASED, Deed.SWITCH): State.SWITCHED,
        (State.IMPORTED, Deed.RELEASE): State.RELEASED,
        (State.SWITCHED, Deed.RELEASE): State.RELEASED,
        (State.RELEASED, Deed.RELEASE): State.RELEASED,
        (None, Deed.FORGET): None,
        (State.IMPORTED, Deed.FORGET): None,
        (State.RELEASED, Deed.FORGET): None,
    }
)


def after(zone: str, state: State | None, deed: Deed) -> State | None:
    """Where the zone is after the deed; None is not known. Raises ``TakeoverError``."""
    if (state, deed) in _NEXT:
        return _NEXT[state, deed]
    if state is None:
        raise TakeoverError(f"no zone {zone!r} was imported; anaquel takeover status lists them")
    raise TakeoverError(
        f"zone {zone!r} is driven by this gateway; give it back first: "
        "anaquel takeover release, with the zone and --out FILE.csv"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One label of a zone, as a list has it; texts are empty where the list says nothing.

    ``label`` is its id, ``alias`` what stands on its case. ``article`` is a product's id, GTIN or
    code, or a group's id; ``options`` fix some of a group's. ``price`` is what the other system
    shows, or after a release what was last shown here, at ``shown_at``.
    """

    zone: str
    label: str = ""
    alias: str = ""
    article: str = ""
    options: Mapping[str, str] = field(default_factory=dict)
    template: str = ""
    model: str = ""
    price: str = ""
    currency: str = ""
    shown_at: datetime | None = None

    @property
    def key(self) -> str:
        """What names it in its zone."""
        return self.label or self.alias


class Problem(Enum):
    """Why a label of a zone cannot be driven as its list says."""

    SEVERAL_LABELS = "several_labels"
    NO_MODEL = "no_model"
    NO_ARTICLE = "no_article"
    UNKNOWN_ARTICLE = "unknown_article"
    SEVERAL_ARTICLES = "several_articles"
    RETIRED = "retired"
    OURS_ALREADY = "ours_already"
    TWICE = "twice"


IN_WORDS: Final[Mapping[Problem, str]] = MappingProxyType(
    {
        Problem.SEVERAL_LABELS: "its code ends more than one label's id: write the whole id",
        Problem.NO_MODEL: "its panel is not known: wake it near the gateway, or write its model",
        Problem.NO_ARTICLE: "the list names no article for it",
        Problem.UNKNOWN_ARTICLE: "its article is not in the catalogue",
        Problem.SEVERAL_ARTICLES: "its code belongs to several articles: write the article's id",
        Problem.RETIRED: "it was retired here: adopt it anew, or take it off the list",
        Problem.OURS_ALREADY: "it stands for something outside this zone already",
        Problem.TWICE: "another line of the list means the same label",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Our price beside theirs."""

    ours: Decimal | None
    theirs: Decimal | None

    @property
    def weight(self) -> Decimal:
        """How bad it is, 0 for equal: the share of their price; a missing one is as bad as all."""
        if self.ours == self.theirs or self.theirs is None:
            return Decimal(0)
        if self.ours is None or not self.theirs:
            return Decimal(1)
        return abs(self.ours - self.theirs) / self.theirs


def zone_name(text: str) -> str:
    """The name of a zone as it is kept; ``TakeoverError`` for none."""
    name = text.strip()
    if not 1 <= len(name) <= 64 or not name.isprintable():
        raise TakeoverError(f"{text!r} is no name of a zone: 1 to 64 characters")
    return name
