"""The shop whose shelves the site speaks for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import tzinfo


@dataclass(frozen=True, slots=True, kw_only=True)
class Shop:
    """``id`` is the location whose stock is *here*; ``country`` writes the money.

    ``brand_color`` is ``#rrggbb``, ``logo`` a PNG in base64; ``footer`` stands at the foot
    of each page.
    """

    id: str
    public_base: str
    country: str
    zone: tzinfo
    brand_color: str | None = None
    logo: str | None = None
    footer: str = ""
