"""The guard at the replica: what is held, what goes through, and what a restart does not forget."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from gateway.domain.guarding import Cause
from gateway.feed import digest
from gateway.store import guarding, holds, tasks
from gateway.store.guarding import Guard
from tests.support.guarded import Guarded, price, product

PRICES = [price(f"a{number:03d}", "100.00") for number in range(100)]
KEYS = [key for _, key, _ in PRICES]


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Guarded]:
    one = Guarded.empty(tmp_path)
    one.write(*PRICES)
    yield one
    one.close()


def gone(*keys: str) -> list[tuple[str, str, None]]:
    return [("offers", key, None) for key in keys]


def test_half_of_the_prices_may_change_one_more_is_a_mass(shop: Guarded) -> None:
    shop.write(*(price(key, "110.00") for key in KEYS[:50]))

    assert not shop.holds()

    shop.write(price(KEYS[50], "110.00"), product("new"))

    (hold,) = shop.holds()
    assert (hold.cause, hold.rows, hold.state, hold.seq) == (Cause.PRICES, 1, "open", shop.seq)
    assert shop.amount(KEYS[50]) == "100.00"
    assert "new" in shop.in_force("product"), "the rest of the change goes through"


def test_a_mass_in_one_delta_is_held_whole_and_told_once(shop: Guarded) -> None:
    written = shop.write(*(price(key, "110.00") for key in KEYS[:60]))
    more = shop.write(*(price(key, "120.00") for key in KEYS[60:70]))

    (hold,) = shop.holds()
    assert (written.opened, more.opened, hold.rows) == ([hold.id], [], 70)
    assert {shop.amount(key) for key in KEYS} == {"100.00"}
    (task,) = tasks.all_open(shop.connection)
    assert (task.kind, task.key, task.detail["rows"]) == ("hold", str(hold.id), 70)
    out_of_date = shop.connection.execute("SELECT count(*) FROM in_force WHERE out_of_date")
    assert out_of_date.fetchone()[0] == 70


def test_the_same_price_counts_once_however_often_it_changes(shop: Guarded) -> None:
    for number in range(30):
        shop.pass_(seconds=30)
        shop.write(*(price(key, f"{101 + number}.00") for key in KEYS[:40]))

    assert not shop.holds()
    assert shop.amount(KEYS[0]) == "130.00"


def test_an_accepted_mass_lets_no_second_one_pass(shop: Guarded) -> None:
    shop.write(*(price(key, "110.00") for key in KEYS[:40]))
    shop.write(*(price(key, "110.00") for key in KEYS[40:70]))
    (hold,) = shop.holds()
    with shop.transaction():
        holds.decide(shop.connection, hold.id, "accepted", "ana", shop.at)

    shop.write(*(price(key, "90.00") for key in KEYS[:60]))

    assert shop.amount(KEYS[0]) == "110.00"
    assert [one.rows for one in shop.holds() if one.state == "open"] == [60]


def test_ten_minutes_later_the_count_begins_anew(shop: Guarded) -> None:
    shop.write(*(price(key, "110.00") for key in KEYS[:50]))
    shop.pass_(minutes=9)
    shop.write(price(KEYS[99], "110.00"))
    shop.pass_(minutes=1)
    shop.write(*(price(key, "110.00") for key in KEYS[50:90]))

    assert [hold.rows for hold in shop.holds()] == [1]


def test_the_count_survives_a_restart_and_a_clock_that_went_back(
    shop: Guarded, tmp_path: Path
) -> None:
    shop.write(*(price(key, "110.00") for key in KEYS[:50]))
    again = Guarded.empty(tmp_path)
    again.at, again.seq = shop.at + timedelta(minutes=2), shop.seq
    again.write(price(KEYS[60], "110.00"))
    assert [hold.rows for hold in again.holds()] == [1]

    again.pass_(days=-400)
    again.write(price(KEYS[61], "110.00"))
    assert [hold.rows for hold in again.holds()] == [1], "of another time, so it does not count"
    again.close()


def test_a_fifth_of_the_rows_may_go_one_more_is_a_mass(shop: Guarded) -> None:
    shop.write(*gone(*KEYS[:20]))
    assert len(shop.in_force()) == 80

    shop.write(*gone(KEYS[20]))

    (hold,) = shop.holds()
    assert (hold.cause, hold.rows) == (Cause.DELETES, 1)
    assert len(shop.in_force()) == 80


def test_deletes_of_prices_are_a_mass_beside_much_stock(shop: Guarded) -> None:
    stock = {"available": 3, "as_of": "2026-11-22T10:00:00-06:00"}
    for first in range(0, 2_000, 500):
        shop.write(*(("stock", f"s042/{n}", stock) for n in range(first, first + 500)))
    shop.write(*gone(*KEYS[:30]), *(("stock", f"s042/{n}", None) for n in range(10)))

    (hold,) = shop.holds()
    assert (hold.cause, hold.rows) == (Cause.DELETES, 30)
    assert len(shop.in_force("stock")) == 1_990


def test_a_held_delete_is_gone_from_the_digest_and_still_in_force(shop: Guarded) -> None:
    shop.write(*gone(*KEYS))

    assert shop.digest() == digest.Buckets().digest()
    assert len(shop.in_force()) == 100

    shop.write(*gone(*KEYS))
    assert [hold.rows for hold in shop.holds()] == [100], "the same again changes nothing"


def test_a_held_delete_is_taken_back_by_another_row(shop: Guarded) -> None:
    shop.write(*gone(*KEYS[:30]))
    shop.pass_(minutes=30)
    shop.write(price(KEYS[0], "100.00"), price(KEYS[1], "105.00"))

    assert [hold.rows for hold in shop.holds()] == [28]
    assert shop.amount(KEYS[1]) == "105.00"


def test_a_later_price_replaces_what_the_hold_would_bring(shop: Guarded) -> None:
    shop.write(*(price(key, "110.00") for key in KEYS[:60]))
    shop.pass_(hours=1)
    shop.write(price(KEYS[0], "111.00"), price(KEYS[1], "100.00"), *gone(KEYS[2]))

    (hold,) = shop.holds()
    assert hold.rows == 59, "a row equal to the one in force is held no more"
    assert shop.amount(KEYS[0]) == shop.amount(KEYS[2]) == "100.00"
    held = {row.key: row.value for row in holds.rows(shop.connection, hold.id, 100)}
    assert held[KEYS[2]] is None
    assert '"111.00"' in str(held[KEYS[0]])


def test_an_odd_price_is_held_alone_until_a_good_one_comes(shop: Guarded) -> None:
    shop.write(price(KEYS[0], "1.00"), price(KEYS[1], "90.00"))

    (hold,) = shop.holds()
    assert (hold.cause, hold.rows, hold.path) == (Cause.PRICE_AWAY, 1, "offers.0.amount")
    assert shop.amount(KEYS[0]) == "100.00"
    assert shop.amount(KEYS[1]) == "90.00"

    shop.write(price(KEYS[0], "0.00"))
    (again,) = shop.holds()
    assert (again.id, again.cause) == (hold.id, Cause.PRICE_RANGE)

    shop.write(price(KEYS[0], "95.00"))
    assert not shop.holds()
    assert not tasks.all_open(shop.connection)
    assert shop.amount(KEYS[0]) == "95.00"


def test_a_new_article_with_an_odd_price_has_none_until_it_is_accepted(shop: Guarded) -> None:
    shop.write(price("new", "0.00"))

    assert shop.amount("new") is None
    assert [hold.cause for hold in shop.holds()] == [Cause.PRICE_RANGE]


def test_many_odd_prices_become_one_hold(shop: Guarded) -> None:
    shop.write(*(price(key, "1.00") for key in KEYS[:40]))

    assert sorted(hold.rows for hold in shop.holds()) == [1] * 20 + [20]


def test_a_row_that_breaks_a_rule_is_refused_not_held(shop: Guarded) -> None:
    shop.write(*(price(key, "110.00") for key in KEYS[:60]))
    shop.write(price(KEYS[0], "-1.00"))

    assert [hold.rows for hold in shop.holds()] == [59]
    assert shop.amount(KEYS[0]) == "100.00"
    assert {task.kind for task in tasks.all_open(shop.connection)} == {"hold", "refused_row"}


def test_nothing_is_held_while_nothing_is_in_force(tmp_path: Path) -> None:
    one = Guarded.empty(tmp_path)
    one.merge([price("a", "0.00"), *PRICES])
    assert not one.holds()
    one.guard = None
    one.merge([])
    one.guard = guarding.Guard()
    one.write(price("b", "0.00"))
    assert not one.holds()
    assert one.amount("b") == "0.00"
    one.close()


def test_a_snapshot_is_judged_as_a_whole_however_it_is_sliced(shop: Guarded) -> None:
    some = [*(price(key, "110.00") for key in KEYS[:51]), *PRICES[51:90], product("new")]
    shop.merge(some)

    (hold,) = shop.holds()
    assert (hold.cause, hold.rows) == (Cause.PRICES, 51)
    assert len(shop.in_force()) == 90, "a tenth of the rows may go"
    assert "new" in shop.in_force("product")


def test_a_snapshot_below_the_shares_goes_through(shop: Guarded) -> None:
    shop.merge([*(price(key, "110.00") for key in KEYS[:50]), *PRICES[50:80]])

    assert not shop.holds()
    assert len(shop.in_force()) == 80


def test_a_snapshot_that_lacks_too_much_keeps_it_in_force(shop: Guarded) -> None:
    shop.merge(PRICES[:79])

    (hold,) = shop.holds()
    assert (hold.cause, hold.rows) == (Cause.DELETES, 21)
    assert len(shop.in_force()) == 100

    shop.merge(PRICES)
    assert not shop.holds(), "what comes back as it was is held no more"


@pytest.mark.parametrize("stop_after", range(1, 20, 3))
def test_a_snapshot_that_was_cut_off_is_judged_the_same(shop: Guarded, stop_after: int) -> None:
    some = [*(price(key, "110.00") for key in KEYS[:60]), *PRICES[60:75]]
    shop.merge(some, stop_after=stop_after)
    shop.merge(some)

    assert {hold.cause: hold.rows for hold in shop.holds()} == {
        Cause.PRICES: 60,
        Cause.DELETES: 25,
    }
    assert {shop.amount(key) for key in KEYS} == {"100.00"}


def test_what_is_in_force_is_counted_as_it_comes_and_goes(shop: Guarded) -> None:
    shop.write(*gone(*KEYS[:5]), product("p"), price("bad", "-1.00"))
    shop.write(*gone(*KEYS[:50]))

    counted = guarding.in_force(shop.connection, "central")
    assert counted == {"offers": len(shop.in_force()), "product": 1}


def test_a_second_mass_right_after_one_was_accepted_is_held_too(shop: Guarded) -> None:
    shop.write(*(price(key, "110.00") for key in KEYS[:60]))
    (first,) = shop.holds()
    holds.decide(shop.connection, first.id, "accepted", "Ana", shop.at)
    shop.guard = None
    shop.write(*(price(key, "110.00") for key in KEYS[:60]))
    shop.guard = Guard()
    assert not shop.holds()

    shop.pass_(seconds=60)
    shop.write(*(price(key, "120.00") for key in KEYS[:60]))

    (second,) = shop.holds()
    assert (second.cause, second.rows) == (Cause.PRICES, 60)
    assert {shop.amount(key) for key in KEYS[:60]} == {"110.00"}
