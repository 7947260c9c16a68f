"""What central hears of prices on the shelf."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from gateway.domain.events import Event, Origin, rfc3339

PRICE_SHOWN: Final = "io.anaquel.price.shown.v1"
CAMPAIGN_SHOWN: Final = "io.anaquel.campaign.shown.v1"
PRICE_WITHDRAWN: Final = "io.anaquel.price.withdrawn.v1"


def pseudonym(key: bytes, name: str) -> str:
    """What stands for a person outside the shop: the same for one name as long as ``key`` is."""
    return "staff-" + hmac.new(key, name.encode(), "sha256").hexdigest()[:12]


def price_shown(
    origin: Origin,
    *,
    event_id: str,
    of: Mapping[str, Any],
    counts: Mapping[str, Any],
    began: datetime,
    time: datetime,
) -> Event:
    """The event of how many labels show a price, or the prices of a campaign.

    ``of`` has ``product`` and ``seq``, or ``campaign`` and ``products``; ``counts`` labels, shown,
    pending, unreachable and complete. ``began`` is since when that is the price.
    """
    is_product = "product" in of
    data = {**of, **counts, "began": rfc3339(began), "at": rfc3339(time)}
    key = of["product"] if is_product else of["campaign"]
    return Event(
        id=event_id,
        source=origin.source,
        type=PRICE_SHOWN if is_product else CAMPAIGN_SHOWN,
        subject=f"{'product' if is_product else 'campaign'}/{key}",
        time=time,
        recorded=time,
        data=data,
    )


def price_withdrawn(
    origin: Origin,
    *,
    event_id: str,
    product: str,
    withdrawn: bool,
    by: str | None,
    reason: str,
    time: datetime,
) -> Event:
    """The event of a price that a person took off the shelf, or that is shown again.

    ``by`` is a pseudonym, None where another price row ended it. ``reason`` is the person's words.
    """
    data = {"product": product, "withdrawn": withdrawn, "by": by, "reason": reason}
    return Event(
        id=event_id,
        source=origin.source,
        type=PRICE_WITHDRAWN,
        subject=f"product/{product}",
        time=time,
        recorded=time,
        data=data,
    )
