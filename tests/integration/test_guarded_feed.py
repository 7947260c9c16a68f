"""Changes too large to be true are held, told to central, and decided; over a real broker."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

import pytest

from gateway.domain.events import HOLD_DECIDED, Lane, Origin
from gateway.feed import holding
from gateway.feed.messages import Change
from gateway.store import holds, outbox, tasks
from tests.support import feeding
from tests.support import settings as make_settings
from tests.support.feeding import Shop, price, product, stock
from tests.support.mosquitto import Mosquitto
from tests.support.running import running

ORIGIN = Origin(store="s042", gateway="gw-1")
KEYS = [f"a{number}" for number in range(100)]
ROWS = [feeding.SHOP, *(product(key) for key in KEYS), *(price(key, "100.00") for key in KEYS)]


async def amounts(shop: Shop) -> set[str]:
    rows = await shop.database.read(
        lambda connection: connection.execute(
            "SELECT value FROM in_force WHERE kind = 'offers'"
        ).fetchall()
    )
    return {json.loads(value)["offers"][0]["amount"] for (value,) in rows}


async def test_a_mass_of_prices_is_held_until_central_accepts_it(
    mosquitto: Mosquitto, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = make_settings.make(tmp_path, mosquitto.broker)
    async with (
        feeding.central_running(mosquitto, tmp_path / "central", ROWS) as central,
        feeding.shop_running(mosquitto, settings) as shop,
    ):
        await shop.equal_to(central.publisher)
        await central.publish(*(price(key, "110.00") for key in KEYS[:60]), stock("a1", 3))
        position = await shop.equal_to(central.publisher)
        assert (position["held"], position["refused"]) == (60, 0)
        assert await amounts(shop) == {"100.00"}
        assert await shop.in_force("stock", "s042/a1") is not None, "the rest goes through"
        problems = await shop.problems.until(lambda said: said["total"] == 60)
        assert problems["first"][0] == {
            "kind": "offers",
            "key": "a0",
            "code": "held_prices",
            "path": "",
            "message": "60 price changes are too many at once; held until accepted",
        }
        (hold,) = problems["holds"]
        assert (hold["id"], hold["state"], hold["rows"], hold["seq"]) == (
            1,
            "open",
            60,
            central.publisher.seq,
        )
        (task,) = await shop.database.read(tasks.all_open)
        assert (task.kind, task.key) == ("hold", "1")

        central.publisher.accept()
        await shop.positions.until(lambda said: said["seq"] == position["seq"] and not said["held"])
        assert await amounts(shop) == {"100.00", "110.00"}
        assert not await shop.database.read(tasks.all_open)
        await shop.problems.until(lambda said: said["total"] == 0 and not said["holds"])
        await central.publish(price("a99", "101.00"))
        position = await shop.equal_to(central.publisher)
        assert position["held"] == 0, "what was accepted does not count any more"
    told = capsys.readouterr().out
    assert told.count("rows held") == 1
    assert "60 price changes are too many at once; held until accepted" in told


async def test_a_change_that_central_accepts_beforehand_is_never_held(
    mosquitto: Mosquitto, tmp_path: Path
) -> None:
    settings = make_settings.make(tmp_path, mosquitto.broker)
    async with feeding.shop_running(mosquitto, settings) as shop:
        async with feeding.central_running(mosquitto, tmp_path / "one", ROWS) as central:
            await shop.equal_to(central.publisher)
        rows = [feeding.SHOP, *(price(key, "10.00") for key in KEYS[:30])]
        two = feeding.central(mosquitto, tmp_path / "two", epoch=2)
        two.publisher.load(rows)
        two.publisher.accept()
        async with running(two.link, two.publisher):
            await shop.equal_to(two.publisher)
        assert await amounts(shop) == {"10.00"}
        ever = await shop.database.read(
            lambda connection: connection.execute("SELECT * FROM sqlite_sequence").fetchall()
        )
        assert not ever, "no hold was ever opened"


async def test_a_snapshot_that_lacks_too_much_takes_nothing_away(
    mosquitto: Mosquitto, tmp_path: Path
) -> None:
    settings = make_settings.make(tmp_path, mosquitto.broker)
    async with feeding.shop_running(mosquitto, settings) as shop:
        async with feeding.central_running(mosquitto, tmp_path / "one", ROWS) as central:
            await shop.equal_to(central.publisher)
        some = [*ROWS[:71], product("new")]
        async with feeding.central_running(mosquitto, tmp_path / "two", some, epoch=2) as central:
            position = await shop.equal_to(central.publisher)
            assert position["held"] == 130
            assert await shop.in_force("product", "new") is not None
            assert await amounts(shop) == {"100.00"}
            await central.publish(*(row for row in ROWS[71:]))
            position = await shop.equal_to(central.publisher)
            assert position["held"] == 0, "they came back as they were"


async def test_central_reads_what_people_in_the_shop_decide(
    mosquitto: Mosquitto, tmp_path: Path
) -> None:
    settings = make_settings.make(tmp_path, mosquitto.broker)
    async with (
        feeding.central_running(mosquitto, tmp_path / "central", ROWS) as central,
        feeding.shop_running(mosquitto, settings) as shop,
    ):
        await shop.database.write(
            lambda connection: outbox.prepare(
                connection, dict.fromkeys(Lane, 1_000_000), shop.service._clock.now(), uplink=True
            )
        )
        await shop.equal_to(central.publisher)
        await central.publish(price("a1", "1.00"), price("a2", "2.00"))
        await shop.positions.until(lambda said: said["held"] == 2)
        first, second = await shop.database.read(holds.every)
        now = shop.service._clock.now()
        decide = partial(holding.decide, shop.database, origin=ORIGIN, at=now)
        assert await decide(first.id, "accepted", seen=first.mark, by="Ana")
        assert await decide(second.id, "refused", seen=second.mark, by="Ana")
        again = await decide(second.id, "refused", seen=second.mark, by="Eva")
        assert again is None, "it was decided already"
        problems = await shop.problems.until(
            lambda said: [one["state"] for one in said["holds"]] == ["refused"]
        )
        alias = problems["holds"][0]["by"]
        assert alias.startswith("staff-"), "names of people stay in the shop"
        assert problems["first"][0]["message"] == (
            "offers.0.amount: 2.00 MXN is more than 90 % away from the last, 100.00; "
            f"refused by {alias}, waits for another row"
        )
        assert (await shop.in_force("offers", "a1"))["offers"][0]["amount"] == "1.00"
        assert (await shop.in_force("offers", "a2"))["offers"][0]["amount"] == "100.00"
        batch = await shop.database.read(
            lambda connection: outbox.batch(connection, Lane.KEEP, limit=10, max_bytes=100_000)
        )
        assert batch is not None
        told = [json.loads(one.event) for one in batch.events]
        assert [(one["type"], one["data"]["decision"], one["data"]["by"]) for one in told] == [
            (HOLD_DECIDED, "accepted", alias),
            (HOLD_DECIDED, "refused", alias),
        ]

        await central.publish(price("a2", "95.00"))
        position = await shop.equal_to(central.publisher)
        assert position["held"] == 0
        assert (await shop.in_force("offers", "a2"))["offers"][0]["amount"] == "95.00"


async def test_holds_outlive_a_restart_and_an_accepted_one_is_finished(
    mosquitto: Mosquitto, tmp_path: Path
) -> None:
    settings = make_settings.make(tmp_path, mosquitto.broker)
    async with feeding.central_running(mosquitto, tmp_path / "central", ROWS) as central:
        async with feeding.shop_running(mosquitto, settings) as shop:
            await shop.equal_to(central.publisher)
            gone = [Change(kind="offers", key=key, value=None) for key in KEYS]
            await central.publisher.publish(gone)
            await shop.positions.until(lambda said: said["held"] == 100)
        async with feeding.shop_running(mosquitto, settings) as shop:
            await shop.positions.until(lambda said: said["held"] == 100)
            assert await amounts(shop) == {"100.00"}
            now = shop.service._clock.now()
            # As a process leaves it that is killed right after the decision.
            await shop.database.write(
                lambda connection: holds.decide(connection, 1, "accepted", "Ana", now)
            )
            assert await amounts(shop) == {"100.00"}
            async with running(holding.Resuming(shop.database, shop.service._clock)):
                await shop.positions.until(lambda said: said["held"] == 0)
            assert await amounts(shop) == set()
            await shop.positions.until(lambda said: said["held"] == 0)
            await shop.equal_to(central.publisher)


async def test_a_range_of_the_shops_own_counts(mosquitto: Mosquitto, tmp_path: Path) -> None:
    shop_s = {"usual_prices": "MXN 50.00 120.00"}
    settings = make_settings.make(tmp_path, mosquitto.broker, shop=shop_s)
    async with (
        feeding.central_running(mosquitto, tmp_path / "central", ROWS) as central,
        feeding.shop_running(mosquitto, settings) as shop,
    ):
        await shop.equal_to(central.publisher)
        await central.publish(price("a1", "49.99"), price("a2", "50.00"))
        problems = await shop.problems.until(lambda said: said["total"] == 1)
        assert problems["first"][0]["message"] == (
            "offers.0.amount: 49.99 MXN is outside 50.00 to 120.00, the usual range; "
            "held until accepted"
        )
