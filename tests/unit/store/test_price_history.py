from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import pytest

from gateway.domain import opening, pricing, prior_price
from gateway.domain.labels import Target
from gateway.feed import checking
from gateway.store import catalogue, price_history, price_rules, replica, tasks
from gateway.store.database import Connection, Database
from gateway.store.price_rules import PriceRules

T = TypeVar("T")

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
AT = datetime(2026, 11, 24, 11, 0, tzinfo=UTC)
"""A Tuesday, 12:00 in Madrid."""

CLOSES = datetime(2026, 11, 24, 20, 0, tzinfo=UTC)
SPAIN = PriceRules(store="s1", country="ES", time_zone="Europe/Madrid", when_closed=True)
EVERY_DAY = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
HOURS = [{"days": EVERY_DAY, "open": "10:00", "close": "21:00"}]


class Shop:
    """A database with one article whose prices change."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._seq = 0

    async def write(
        self, *offers: dict[str, Any] | None, at: datetime = AT, currency: str = "EUR"
    ) -> None:
        """One offers row of article ``a``; None removes it."""
        value = None if None in offers else {"currency": currency, "offers": list(offers)}
        await self.row("offers", "a", value, at)

    async def row(self, kind: str, key: str, value: object, at: datetime = AT) -> None:
        self._seq += 1
        row = checking.row("central", kind, key, value, lambda _: "central")
        assert row.refusal is None
        await self._database.write(
            lambda connection: replica.apply(connection, "central", [row], seq=self._seq, at=at)
        )

    async def open_by(self, rules: PriceRules) -> None:
        await self.row("product", "a", {"name": {"es": "A"}})
        await self.row("location", "s1", {"name": "S", "kind": "shop", "hours": HOURS})
        await self.settle(rules, AT - 30 * DAY)

    async def settle(self, rules: PriceRules, at: datetime) -> None:
        await self._database.write(lambda connection: price_rules.settle(connection, rules, at))

    async def read(self, query: Callable[[Connection], T]) -> T:
        return await self._database.read(query)

    async def told(self, until: datetime) -> list[tuple[str, str, datetime, datetime]]:
        """(price, kind, began, ended) of all that is known."""
        found = await self._database.read(lambda c: price_history.of(c, "a", until))
        return [(f"{one.price.amount:f}", one.kind, one.began, one.ended) for one in found]

    async def costs(self, at: datetime) -> str | None:
        """The price as label and page say it."""

        def read(connection: Connection) -> str | None:
            family = catalogue.family_for_label(connection, Target(product="a"), "s1")
            assert family is not None
            whole = catalogue.family_of_product(connection, "a")
            assert whole is not None
            assert whole.offers == family.offers
            if "a" not in family.offers:
                return None
            tag = prior_price.price_tag(family.offers["a"], at, family.quiet)
            return None if tag is None else f"{tag.price.amount:f}"

        return await self._database.read(read)

    async def next_change(self, at: datetime) -> datetime | None:
        def read(connection: Connection) -> datetime | None:
            family = catalogue.family_for_label(connection, Target(product="a"), "s1")
            assert family is not None
            return pricing.next_change(family.offers.values(), at, family.quiet)

        return await self._database.read(read)

    async def false_priors(self) -> list[dict[str, Any]]:
        found = await self._database.read(tasks.all_open)
        return [dict(task.detail) for task in found if task.kind == price_history.FALSE_PRIOR]


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[Shop]:
    async with Database(folder / "a.db") as database:
        yield Shop(database)


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Shop]:
    async with opened(tmp_path) as made:
        yield made


def listed(amount: str, **members: object) -> dict[str, Any]:
    return {"kind": "list", "amount": amount, **members}


def sale(amount: str, begins: datetime | None = None, **members: object) -> dict[str, Any]:
    times = {} if begins is None else {"valid_from": begins.isoformat()}
    return {"kind": "sale", "amount": amount, **times, **members}


async def test_a_first_row_tells_its_own_past(shop: Shop) -> None:
    await shop.write(listed("10", valid_from=(AT - 90 * DAY).isoformat()), sale("8", AT - DAY))
    assert await shop.told(AT) == [
        ("10.00", "list", AT - 90 * DAY, AT - DAY),
        ("8.00", "sale", AT - DAY, AT),
    ]


async def test_a_row_that_replaces_another_tells_from_then_on(shop: Shop) -> None:
    await shop.write(listed("10"), at=AT - 9 * DAY)
    await shop.write(listed("12", valid_from=(AT - 90 * DAY).isoformat()), at=AT - 5 * DAY)
    assert await shop.told(AT) == [
        ("10.00", "list", AT - 5 * DAY - prior_price.KEPT, AT - 5 * DAY),
        ("12.00", "list", AT - 5 * DAY, AT),
    ]


async def test_a_price_that_changed_while_the_box_was_off_has_its_own_time(shop: Shop) -> None:
    await shop.write(listed("10"), sale("8", AT - 3 * DAY), at=AT - 9 * DAY)
    await shop.write(listed("11"), at=AT)
    assert (await shop.told(AT + HOUR))[1:] == [
        ("8.00", "sale", AT - 3 * DAY, AT),
        ("11.00", "list", AT, AT + HOUR),
    ]


async def test_the_same_price_in_another_row_is_one_price(shop: Shop) -> None:
    await shop.write(listed("10"), at=AT - 9 * DAY)
    for days in (8, 7, 6):
        await shop.write(listed("10", campaign=f"c{days}"), at=AT - days * DAY)
    await shop.write(listed("9"), at=AT)
    assert await shop.told(AT) == [("10.00", "list", AT - 9 * DAY - prior_price.KEPT + DAY, AT)]


async def test_an_article_that_went_and_came_back_has_a_gap(shop: Shop) -> None:
    await shop.write(listed("10"), at=AT - 9 * DAY)
    await shop.write(None, at=AT - 6 * DAY)
    await shop.write(listed("7"), at=AT - 2 * DAY)
    assert [line[2:] for line in await shop.told(AT)] == [
        (AT - 6 * DAY - prior_price.KEPT, AT - 6 * DAY),
        (AT - 2 * DAY, AT),
    ]


async def test_a_row_that_is_refused_leaves_history_alone(shop: Shop) -> None:
    await shop.write(listed("10"), at=AT - 9 * DAY)
    row = checking.row(
        "central", "offers", "a", {"currency": "EUR", "offers": [listed("-1")]}, lambda _: "central"
    )
    assert row.refusal is not None
    await shop._database.write(lambda c: replica.apply(c, "central", [row], seq=99, at=AT - DAY))
    assert await shop.told(AT) == [("10.00", "list", AT - prior_price.KEPT, AT)]


async def test_a_clock_that_goes_back_makes_no_overlap(shop: Shop) -> None:
    await shop.write(listed("10"), at=AT - 9 * DAY)
    await shop.write(listed("12"), at=AT)
    await shop.write(listed("14"), at=AT - 3 * DAY)
    told = await shop.told(AT + DAY)
    assert [line[0] for line in told] == ["10.00", "14.00"]
    assert told[0][3] == told[1][2] == AT


async def test_old_prices_are_forgotten_in_slices(shop: Shop) -> None:
    for days in range(20, 0, -2):
        await shop.write(listed(str(days)), at=AT - days * DAY)
    database = shop._database
    assert await database.write(lambda c: price_history.trim(c, AT - 9 * DAY, 3)) == 3
    assert await database.write(lambda c: price_history.trim(c, AT - 9 * DAY, 9)) == 2
    assert [line[0] for line in await shop.told(AT)] == ["10.00", "8.00", "6.00", "4.00", "2.00"]


async def test_a_false_price_before_is_a_task_until_it_is_mended(shop: Shop) -> None:
    await shop.open_by(SPAIN)
    await shop.write(listed("80"), at=AT - 50 * DAY)
    await shop.write(listed("100"), at=AT - 2 * DAY)
    await shop.write(listed("100"), sale("75", AT + DAY), at=AT)
    (found,) = await shop.false_priors()
    assert (found["claimed"], found["lowest"], found["currency"]) == ("100.00", "80.00", "EUR")
    await shop.write(listed("100"), sale("75", AT + DAY, prior_amount="80"), at=AT)
    assert await shop.false_priors() == []


async def test_only_what_the_source_states_is_a_claim_where_the_law_is_another(shop: Shop) -> None:
    await shop.write(listed("80"), at=AT - 50 * DAY)
    await shop.write(listed("100"), sale("75", AT + DAY), at=AT - DAY)
    assert await shop.false_priors() == []
    await shop.write(listed("100"), sale("75", AT + DAY, prior_amount="100"), at=AT)
    assert len(await shop.false_priors()) == 1


async def test_a_false_price_before_is_no_task_when_the_reduction_is_over(shop: Shop) -> None:
    ends = (AT + 2 * DAY).isoformat()
    await shop.write(listed("80"), at=AT - 50 * DAY)
    await shop.write(listed("80"), sale("75", prior_amount="99", valid_until=ends), at=AT)
    for days, count in ((1, 1), (3, 0)):
        now = AT + days * DAY
        await shop._database.write(partial(price_history.check_again, at=now))
        assert len(await shop.false_priors()) == count


async def test_a_higher_row_waits_for_the_shop_to_close(shop: Shop) -> None:
    await shop.open_by(SPAIN)
    await shop.write(listed("10"), at=AT - 9 * DAY)
    await shop.write(listed("12"), at=AT)
    assert await shop.costs(AT) == await shop.costs(CLOSES - HOUR) == "10.00"
    assert await shop.costs(CLOSES) == "12.00"
    assert await shop.next_change(AT) == CLOSES
    assert (await shop.told(CLOSES + HOUR))[1:] == [("12.00", "list", CLOSES, CLOSES + HOUR)]


async def test_a_lower_row_counts_at_once_and_ends_the_waiting(shop: Shop) -> None:
    await shop.open_by(SPAIN)
    await shop.write(listed("10"), at=AT - 9 * DAY)
    await shop.write(listed("12"), at=AT)
    await shop.write(listed("9"), at=AT + HOUR)
    assert await shop.costs(AT + HOUR) == "9.00"
    await shop.write(listed("11"), at=AT + 2 * HOUR)
    await shop.write(listed("13"), at=AT + 3 * HOUR)
    assert await shop.costs(AT + 3 * HOUR) == "9.00"
    assert await shop.costs(CLOSES) == "13.00"
    assert [line[0] for line in await shop.told(CLOSES + HOUR)] == ["10.00", "9.00", "13.00"]


async def test_rows_that_rise_again_and_again_keep_the_first_price(shop: Shop) -> None:
    await shop.open_by(SPAIN)
    await shop.write(listed("10"), at=AT - 9 * DAY)
    for hours, amount in enumerate(("12", "13", "11")):
        await shop.write(listed(amount), at=AT + hours * HOUR)
    assert await shop.costs(AT + 2 * HOUR) == "10.00"
    told = await shop.told(CLOSES + HOUR)
    assert [line[0] for line in told] == ["10.00", "11.00"]
    assert told[0][3] == told[1][2] == CLOSES


async def test_new_opening_hours_do_not_change_what_was_in_force(shop: Shop) -> None:
    await shop.open_by(SPAIN)
    await shop.write(listed("10"), at=AT - 9 * DAY)
    await shop.write(listed("12"), at=AT)
    before = await shop.told(CLOSES + HOUR)
    assert [line[0] for line in before] == ["10.00", "12.00"]
    assert before[0][3] == CLOSES
    for days, close in ((1, "14:00"), (2, "24:00"), (3, "20:00")):
        hours = [{"days": EVERY_DAY, "open": "10:00", "close": close}]
        value = {"name": "S", "kind": "shop", "hours": hours}
        await shop.row("location", "s1", value, AT + days * DAY)
    await shop.row("location", "s1", None, AT + 4 * DAY)
    assert await shop.told(CLOSES + HOUR) == before
    await shop.write(listed("9"), at=AT + 5 * DAY)
    assert (await shop.told(AT + 6 * DAY))[:2] == [
        before[0],
        ("12.00", "list", CLOSES, AT + 5 * DAY),
    ]


@pytest.mark.parametrize("late", ["hours", "rule"])
async def test_what_rose_before_the_hours_or_the_rule_were_known_has_risen(
    shop: Shop, late: str
) -> None:
    plain = PriceRules(store="s1", country="ES", time_zone="Europe/Madrid")
    await shop.settle(SPAIN if late == "hours" else plain, AT - 30 * DAY)
    place = {"name": "S", "kind": "shop", "hours": HOURS}
    await shop.row("product", "a", {"name": {"es": "A"}})
    if late == "rule":
        await shop.row("location", "s1", place, AT - 30 * DAY)
    await shop.write(listed("10"), at=AT - 9 * DAY)
    await shop.write(listed("12"), at=AT)
    if late == "rule":
        await shop.settle(SPAIN, AT + HOUR)
    else:
        await shop.row("location", "s1", place, AT + HOUR)
    assert await shop.costs(AT + 2 * HOUR) == "12.00"
    assert (await shop.told(AT + 2 * HOUR))[0][3] == AT
    await shop.write(listed("13"), at=AT + 2 * HOUR)
    assert await shop.costs(AT + 3 * HOUR) == "12.00"
    assert await shop.costs(CLOSES) == "13.00"


async def test_the_shops_own_hours_count_until_its_row_has_some(shop: Shop) -> None:
    await shop.settle(replace(SPAIN, hours="mon-sun 09:00-18:00"), AT - 30 * DAY)
    await shop.row("location", "s1", {"name": "S", "kind": "shop"}, AT - 29 * DAY)
    quiet = await shop.read(price_rules.quiet)
    assert quiet is not None
    assert quiet.hours.weekly[6] == (("09:00", "18:00"),)
    await shop.settle(replace(SPAIN, hours="mon-sun 09:00-20:00"), AT - 20 * DAY)
    await shop.row("location", "s1", {"name": "S", "kind": "shop", "hours": HOURS}, AT - 10 * DAY)
    quiet = await shop.read(price_rules.quiet)
    assert quiet is not None
    assert quiet.hours == opening.hours_from(HOURS, ())
    told = [(until, hours.weekly.get(6)) for until, hours in quiet.before]
    assert told == [
        (AT - 30 * DAY, None),
        (AT - 20 * DAY, (("09:00", "18:00"),)),
        (AT - 10 * DAY, (("09:00", "20:00"),)),
    ], "what was open stays so"


async def test_a_row_that_has_only_days_that_differ_takes_no_hours_away(shop: Shop) -> None:
    await shop.settle(replace(SPAIN, hours="mon-sun 09:00-18:00"), AT - 30 * DAY)
    closed = [{"date": "2026-12-25", "hours": []}]
    await shop.row("location", "s1", {"name": "S", "kind": "shop", "exceptions": closed}, AT)
    quiet = await shop.read(price_rules.quiet)
    assert quiet is not None
    assert quiet.hours.weekly[6] == (("09:00", "18:00"),)
    assert list(quiet.hours.exceptions) == [date(2026, 12, 25)]


async def test_a_price_waits_by_the_hours_that_are_told_meanwhile(shop: Shop) -> None:
    await shop.open_by(SPAIN)
    await shop.write(listed("10"), at=AT - 9 * DAY)
    await shop.write(listed("12"), at=AT)
    later = [{"days": EVERY_DAY, "open": "10:00", "close": "22:00"}]
    value = {"name": "S", "kind": "shop", "hours": later}
    await shop.row("location", "s1", value, AT + HOUR)
    assert await shop.costs(CLOSES) == "10.00"
    assert await shop.costs(CLOSES + HOUR) == "12.00"
    early = [{"days": EVERY_DAY, "open": "10:00", "close": "14:00"}]
    await shop.row("location", "s1", value | {"hours": early}, AT + 4 * HOUR)
    assert await shop.costs(AT + 4 * HOUR) == "12.00"
    told = await shop.told(CLOSES + HOUR)
    assert told[0][3] == told[1][2] == AT + 4 * HOUR


async def test_so_many_changes_of_hours_are_remembered(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(price_rules, "_MOST_HOURS", 2)
    await shop.open_by(SPAIN)
    for days in range(5):
        hours = [{"days": EVERY_DAY, "open": f"1{days}:00", "close": "21:00"}]
        value = {"name": "S", "kind": "shop", "hours": hours}
        await shop.row("location", "s1", value, AT + days * DAY)
    quiet = await shop.read(price_rules.quiet)
    assert quiet is not None
    assert [until for until, _ in quiet.before] == [AT + 3 * DAY, AT + 4 * DAY]


@pytest.mark.parametrize(
    "hours", [None, [], [{"days": EVERY_DAY, "open": "00:00", "close": "24:00"}]]
)
async def test_without_a_closing_to_wait_for_prices_rise_at_once(
    shop: Shop, hours: list[dict[str, Any]] | None
) -> None:
    await shop.open_by(SPAIN)
    await shop.row("location", "s1", {"name": "S", "kind": "shop", "hours": hours})
    await shop.write(listed("10"), at=AT - 9 * DAY)
    await shop.write(listed("12"), at=AT)
    assert await shop.costs(AT) == "12.00"


async def test_prices_rise_at_once_unless_the_shop_chose_otherwise(shop: Shop) -> None:
    await shop.open_by(PriceRules(store="s1", country="ES", time_zone="Europe/Madrid"))
    await shop.write(listed("10"), at=AT - 9 * DAY)
    await shop.write(listed("12"), at=AT)
    assert await shop.costs(AT) == "12.00"
