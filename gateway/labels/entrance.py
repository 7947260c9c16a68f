"""The label at the entrance: it shows today's code, and another one after midnight.

Any label of the shop that is bound to nothing may be it; the shop's settings name it.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Final

from gateway.domain import request_links
from gateway.domain.labels import LabelFacts, LabelState
from gateway.labels.wishing import Look
from gateway.settings import Shop
from gateway.store import requests
from gateway.store.database import Connection
from gateway.store.label_rows import Label

TEMPLATE: Final = "entrance"


def look(connection: Connection, label: Label, shop: Shop, now: datetime) -> Look | None:
    """What the label shows at the entrance; None where it is not the one that hangs there."""
    if label.code != shop.entrance_label or label.parked or label.card_at(now):
        return None
    secret = requests.known_secret(connection)
    if secret is None:
        return None  # nobody has opened a page yet that needs one; then it is looked at again
    local = now.astimezone(shop.zone)
    code = request_links.todays_code(secret, local.date())
    facts = LabelFacts(
        code=code,
        link=f"{shop.public_base.rstrip('/')}/e/{code}".upper(),
        language=shop.language,
        state=LabelState.REGULAR,
        title=shop.name or shop.store,
    )
    midnight = datetime.combine(local.date() + timedelta(days=1), time.min, tzinfo=shop.zone)
    return Look(label=label, target=None, template=TEMPLATE, facts=facts, next_change=midnight)
