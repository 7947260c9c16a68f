"""What a shop learns of its stock by itself; it stands beside what the source says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

NOT_FOUND_LASTS: Final = timedelta(hours=24)
"""So long it counts that somebody looked for an article in vain, unless its number changes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """What the shop itself knows of its stock of a product, beside what the source says.

    ``taken`` pieces lie aside or are promised. Somebody looked for it in vain ``not_found_at``,
    while the source said ``not_found_of`` pieces.
    """

    taken: int = 0
    not_found_at: datetime | None = None
    not_found_of: Decimal | None = None
