"""The rules by which prices take effect in this shop, kept beside the prices they hold for.

They come from the configuration at every start; whoever writes prices, a command included, goes by
the same ones.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from zoneinfo import ZoneInfo

from gateway.domain import opening, prior_price
from gateway.domain.opening import ShopHours
from gateway.settings import Settings
from gateway.store import marking
from gateway.store.database import Connection

_KEY = "price_rules"


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceRules:
    """``when_closed``: prices rise only while the shop ``store`` is closed."""

    store: str = ""
    country: str = ""
    time_zone: str = "UTC"
    when_closed: bool = False

    @property
    def list_claims(self) -> bool:
        """Whether a list price beside a reduction claims, by law, to be the price before it."""
        return self.country in prior_price.COUNTRIES


def of(settings: Settings) -> PriceRules:
    """The rules that the configuration asks for."""
    shop = settings.shop
    return PriceRules(
        store=shop.store,
        country=shop.country,
        time_zone=shop.time_zone,
        when_closed=settings.labels.increases == "when_closed",
    )


def get(connection: Connection) -> PriceRules:
    """The rules; before the first start of the gateway the plainest ones."""
    row = connection.execute("SELECT value FROM meta WHERE key = ?", (_KEY,)).fetchone()
    return PriceRules() if row is None else PriceRules(**json.loads(row[0]))


def settle(connection: Connection, rules: PriceRules) -> None:
    """Go by these rules from now on; where they are others than before, labels are looked at."""
    if get(connection) == rules:
        return
    connection.execute(
        "INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)", (_KEY, json.dumps(asdict(rules)))
    )
    marking.mark_bound(connection, "settings")


def quiet(connection: Connection, rules: PriceRules | None = None) -> ShopHours | None:
    """The hours in which no price rises; None where prices rise at any time.

    That is also so where the shop's location row gives no hours.
    """
    rules = rules or get(connection)
    if not rules.when_closed:
        return None
    row = connection.execute(
        "SELECT value FROM in_force WHERE kind = 'location' AND key = ?", (rules.store,)
    ).fetchone()
    value = {} if row is None else json.loads(row[0])
    hours = opening.hours_from(value.get("hours") or (), value.get("exceptions") or ())
    return ShopHours(hours=hours, zone=ZoneInfo(rules.time_zone)) if hours else None
