"""The life of a label: heard, adopted, bound, parked, retired, and what leads from one to the next.

A label that is *waiting* was heard and nobody said that it is ours: it is never driven. An
*adopted* one is ours and stands for nothing, a *bound* one stands for an article, a *parked* one
lies in a drawer. A *retired* one is gone for good unless somebody adopts it anew.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType
from typing import Final


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
