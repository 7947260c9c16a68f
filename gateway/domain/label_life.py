"""The life of a label: heard, adopted, bound, parked, retired, and what leads from one to the next.

A label that is *waiting* was heard and nobody said that it is ours: it is never driven. An
*adopted* one is ours and stands for nothing, a *bound* one stands for an article, a *parked* one
lies in a drawer. A *retired* one is gone for good unless somebody adopts it anew.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from enum import Enum
from types import MappingProxyType
from typing import Final

BLANK_WITHIN: Final = timedelta(minutes=15)
"""A retired label that is in reach confirms within so long that it shows nothing; else a person is
told that it hangs there with a price."""
ASKED_FOR: Final = timedelta(days=1)
"""So long a retired label is asked to show nothing; it may be heard again meanwhile."""


class Parting(Enum):
    """How far a label is that is being retired."""

    GOING = "going"
    """It is asked to show nothing."""
    LEFT_HANGING = "left_hanging"
    """It still shows its picture: a person has to take it down."""
    GONE = "gone"
    """It shows nothing."""
    GIVEN_UP = "given_up"
    """It never confirmed that, and is not asked any more."""


class Life(Enum):
    """Where a label is in its life."""

    WAITING = "waiting"
    ADOPTED = "adopted"
    BOUND = "bound"
    PARKED = "parked"
    RETIRED = "retired"

    @property
    def is_driven(self) -> bool:
        """Whether pictures are sent to it."""
        return self in {Life.ADOPTED, Life.BOUND, Life.PARKED}


class Deed(Enum):
    """What is done with a label."""

    ADOPT = "adopt"
    BIND = "bind"
    UNBIND = "unbind"
    PARK = "park"
    UNPARK = "unpark"
    RETIRE = "retire"


class LifeError(ValueError):
    """The deed cannot be done with a label that is where this one is."""

    def __init__(self, life: Life, deed: Deed) -> None:
        super().__init__(f"cannot {deed.value} a label that is {life.value}")
        self.life = life
        self.deed = deed


_NEXT: Final[Mapping[tuple[Life, Deed], Life]] = MappingProxyType(
    {
        (Life.WAITING, Deed.ADOPT): Life.ADOPTED,
        (Life.RETIRED, Deed.ADOPT): Life.ADOPTED,
        (Life.ADOPTED, Deed.BIND): Life.BOUND,
        (Life.BOUND, Deed.BIND): Life.BOUND,
        (Life.PARKED, Deed.BIND): Life.BOUND,
        (Life.ADOPTED, Deed.UNBIND): Life.ADOPTED,
        (Life.BOUND, Deed.UNBIND): Life.ADOPTED,
        (Life.ADOPTED, Deed.PARK): Life.PARKED,
        (Life.BOUND, Deed.PARK): Life.PARKED,
        (Life.PARKED, Deed.PARK): Life.PARKED,
        (Life.PARKED, Deed.UNPARK): Life.ADOPTED,
        (Life.ADOPTED, Deed.RETIRE): Life.RETIRED,
        (Life.BOUND, Deed.RETIRE): Life.RETIRED,
        (Life.PARKED, Deed.RETIRE): Life.RETIRED,
    }
)


def after(life: Life, deed: Deed) -> Life:
    """Where a label is after the deed. Raises ``LifeError`` when that cannot be done."""
    following = _NEXT.get((life, deed))
    if following is None:
        raise LifeError(life, deed)
    return following


def parting(*, blank: bool, online: bool, asked_for: timedelta) -> Parting:
    """How far a label is that was asked for so long to show nothing; ``blank`` once it does."""
    if blank:
        return Parting.GONE
    if asked_for >= ASKED_FOR:
        return Parting.GIVEN_UP
    in_time = online and asked_for < BLANK_WITHIN
    return Parting.GOING if in_time else Parting.LEFT_HANGING
