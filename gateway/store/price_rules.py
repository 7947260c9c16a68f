"""The rules by which prices take effect in this shop, kept beside the prices they hold for.

They come from the configuration at every start; whoever writes prices, a command included, goes by
the same ones.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Final
from zoneinfo import ZoneInfo

from gateway.clock import from_ms, to_ms
from gateway.domain import opening, prior_price
from gateway.domain.opening import OpeningHours, ShopHours
from gateway.settings import Settings
from gateway.store import marking
from gateway.store.database import Connection

_KEY: Final = "price_rules"
_HOURS: Final = "hours_before"
_MOST_HOURS: Final = 100
"""Changes of the opening hours that are remembered: of the past, not of days to come."""

_Said = dict[str, Any]
"""Hours and exceptions as a location row has them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceRules:
    """``when_closed``: prices rise only while the shop ``store`` is closed.

    ``hours`` are the shop's own as they are written in its settings; those of its location row
    come first.
    """

    store: str = ""
    country: str = ""
    time_zone: str = "UTC"
    when_closed: bool = False
    hours: str = ""

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
        when_closed=shop.increases == "when_closed",
        hours=shop.hours or "",
    )


def get(connection: Connection) -> PriceRules:
    """The rules; before the first start of the gateway the plainest ones."""
    row = connection.execute("SELECT value FROM meta WHERE key = ?", (_KEY,)).fetchone()
    return PriceRules() if row is None else PriceRules(**json.loads(row[0]))


def settle(connection: Connection, rules: PriceRules, at: datetime) -> None:
    """Go by these rules from ``at`` on; where they are others than before, labels are looked at."""
    before = get(connection)
    if before == rules:
        return
    if rules.when_closed and not before.when_closed:
        # What rose while the shop was open has risen.
        _keep_hours(connection, at, {})
    elif rules.when_closed:
        row = _location(connection, rules)
        _replace(connection, rules, _said(row, before), _said(row, rules), at)
    connection.execute(
        "INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)", (_KEY, json.dumps(asdict(rules)))
    )
    marking.mark_bound(connection, "settings")


def quiet(connection: Connection, rules: PriceRules | None = None) -> ShopHours | None:
    """The hours in which no price rises; None where prices rise at any time.

    That is also so where nobody says the shop's hours, and nobody did before.
    """
    rules = rules or get(connection)
    if not rules.when_closed:
        return None
    said = _said(_location(connection, rules), rules)
    return _shop_hours(json.dumps(said), _before(connection), rules.time_zone)


def hours(connection: Connection) -> ShopHours | None:
    """When the shop is open, as its location row or its settings say; None where neither does."""
    rules = get(connection)
    said = _said(_location(connection, rules), rules)
    return _shop_hours(json.dumps(said), "[]", rules.time_zone)


def hours_changed(connection: Connection, was: str | None, now: str | None, at: datetime) -> None:
    """The shop's location row, JSON, was replaced at ``at``: what was open before stays so.

    Prices of the past are worked out by the hours of then.
    """
    rules = get(connection)
    if rules.when_closed:
        _replace(connection, rules, _said(was, rules), _said(now, rules), at)


def _replace(
    connection: Connection, rules: PriceRules, was: _Said, now: _Said, at: datetime
) -> None:
    """Remember what was said until ``at`` where it is something else from then on."""
    today = at.astimezone(ZoneInfo(rules.time_zone)).date()
    if not opening.tell_alike(_hours(was), _hours(now), today):
        _keep_hours(connection, at, was)


def _location(connection: Connection, rules: PriceRules) -> str | None:
    row = connection.execute(
        "SELECT value FROM in_force WHERE kind = 'location' AND key = ?", (rules.store,)
    ).fetchone()
    return None if row is None else str(row[0])


def _said(location: str | None, rules: PriceRules) -> _Said:
    """The hours of the shop's location row, JSON, or else those of its settings."""
    row = {} if location is None else json.loads(location)
    said = {name: row[name] for name in ("hours", "exceptions") if row.get(name)}
    if "hours" not in said and rules.hours:
        said["hours"] = opening.written(rules.hours)
    return said


def _keep_hours(connection: Connection, until: datetime, said: _Said) -> None:
    """Remember which hours held until then; none are those of a shop whose prices rise any time."""
    kept: list[list[Any]] = json.loads(_before(connection))
    oldest = to_ms(until - prior_price.KEPT)
    kept = [one for one in kept if oldest <= one[0] < to_ms(until)]
    kept.append([to_ms(until), said])
    connection.execute(
        "INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)",
        (_HOURS, json.dumps(kept[-_MOST_HOURS:])),
    )


def _before(connection: Connection) -> str:
    row = connection.execute("SELECT value FROM meta WHERE key = ?", (_HOURS,)).fetchone()
    return "[]" if row is None else str(row[0])


@lru_cache(maxsize=4)
def _shop_hours(now: str, before: str, time_zone: str) -> ShopHours | None:
    hours = _hours(json.loads(now))
    replaced = tuple((from_ms(until), _hours(said)) for until, said in json.loads(before))
    if not hours and not replaced:
        return None
    return ShopHours(hours=hours, zone=ZoneInfo(time_zone), before=replaced)


def _hours(said: _Said) -> OpeningHours:
    return opening.hours_from(said.get("hours") or (), said.get("exceptions") or ())
