"""Prices and stock from central to the replica, over a real broker."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from pathlib import Path

import pytest

from gateway.broker import topics
from gateway.broker.link import Link
from gateway.clock import ShiftedClock, SystemClock
from gateway.domain.rows import Row
from gateway.feed import digest
from gateway.store import replica, tasks
from gateway.store.database import Connection
from tests.support import feeding
from tests.support import settings as make_settings
from tests.support.feeding import changes, price, product, stock
from tests.support.mosquitto import Mosquitto
from tests.support.running import PATIENCE_S, PREFIX, running

ROWS = [
    feeding.SHOP,
    *(product(f"a{number}") for number in range(300)),
    *(price(f"a{number}", "100.00") for number in range(300)),
]


async def test_an_empty_shop_takes_the_snapshot_and_then_deltas(
    mosquitto: Mosquitto, tmp_path: Path
) -> None:
    settings = make_settings.make(tmp_path, mosquitto.broker)
    async with (
        feeding.central_running(mosquitto, tmp_path / "central", ROWS) as central,
        feeding.shop_running(mosquitto, settings) as shop,
    ):
        await shop.equal_to(central.publisher)
        await central.publish(price("a7", "89.90"), stock("a7", 3))
        position = await shop.equal_to(central.publisher)
        assert (position["refused"], position["held"]) == (0, 0)
        offers = await shop.in_force("offers", "a7")
        assert offers["offers"] == [{"kind": "list", "amount": "89.90"}]


async def test_a_tombstone_takes_a_row_out(mosquitto: Mosquitto, tmp_path: Path) -> None:
    settings = make_settings.make(tmp_path, mosquitto.broker)
    async with (
        feeding.central_running(mosquitto, tmp_path / "central", ROWS) as central,
        feeding.shop_running(mosquitto, settings) as shop,
    ):
        await shop.equal_to(central.publisher)
        gone = changes(price("a7", "1.00"))[0].model_copy(update={"value": None})
        await central.publisher.publish([gone])
        await shop.equal_to(central.publisher)
        assert await shop.in_force("offers", "a7") is None


async def test_a_bad_row_is_refused_and_a_hundred_good_deltas_go_on(
    mosquitto: Mosquitto, tmp_path: Path
) -> None:
    settings = make_settings.make(tmp_path, mosquitto.broker)
    async with (
        feeding.central_running(mosquitto, tmp_path / "central", ROWS) as central,
        feeding.shop_running(mosquitto, settings) as shop,
    ):
        await shop.equal_to(central.publisher)
        await central.publish(
            price("a1", "-5.00"),
            price("a2", "5.00", "MXP"),
            product("a3", gtins=["09521234543214"]),
        )
        for number in range(100):
            await central.publish(price("a9", f"{number + 100}.50"))
        position = await shop.equal_to(central.publisher)
        assert position["refused"] == 3
        problems = await shop.problems.until(lambda said: said["total"] == 3)
        assert [
            (row["kind"], row["key"], row["code"], row["path"]) for row in problems["first"]
        ] == [
            ("offers", "a1", "negative_amount", "offers.0.amount"),
            ("offers", "a2", "unknown_currency", "currency"),
            ("product", "a3", "bad_gtin", "gtins.0"),
        ]
        last_good = await shop.in_force("offers", "a1")
        assert last_good["offers"] == [{"kind": "list", "amount": "100.00"}]
        assert (await shop.in_force("offers", "a9"))["offers"][0]["amount"] == "199.50"
        opened = await shop.database.read(tasks.all_open)
        assert {task.key for task in opened} == {"offers/a1", "offers/a2", "product/a3"}
        await central.publish(price("a1", "95.00"))
        await shop.equal_to(central.publisher)
        await shop.problems.until(lambda said: said["total"] == 2)
        assert (await shop.in_force("offers", "a1"))["offers"][0]["amount"] == "95.00"


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        (b"{ not json", "unreadable"),
        (b" " * 300_000, "too_large"),
        (json.dumps({"epoch": 0, "prev_seq": 0, "seq": 9, "changes": []}).encode(), "old_epoch"),
        (json.dumps({"epoch": 1, "prev_seq": 9, "seq": 9, "changes": []}).encode(), "bad_seq"),
        (json.dumps({"epoch": 1}).encode(), "bad_message"),
    ],
)
async def test_a_message_of_no_use_is_refused_whole_and_counted_once(
    mosquitto: Mosquitto, tmp_path: Path, payload: bytes, code: str
) -> None:
    settings = make_settings.make(tmp_path, mosquitto.broker)
    async with (
        feeding.central_running(mosquitto, tmp_path / "central", ROWS) as central,
        feeding.shop_running(mosquitto, settings) as shop,
    ):
        before = await shop.equal_to(central.publisher)
        await central.link.publish(topics.DELTA, payload)
        await central.publish(price("a1", "7.00"))
        after = await shop.equal_to(central.publisher)
        assert after["seq"] == before["seq"] + 1
        assert dict(shop.service.refused_messages) == {code: 1}


async def test_lost_deltas_are_asked_for_and_replayed_in_pages(
    mosquitto: Mosquitto, tmp_path: Path
) -> None:
    settings = make_settings.make(tmp_path, mosquitto.broker)
    async with (
        feeding.central_running(mosquitto, tmp_path / "central", ROWS) as central,
        feeding.shop_running(mosquitto, settings) as shop,
    ):
        await shop.equal_to(central.publisher)
        snapshots = await snapshots_in(tmp_path / "central")
        for number in range(30):
            rows = [price(f"a{item}", f"{number}.{item:03d}") for item in range(100)]
            central.publisher.change(changes(*rows))
        await central.publish(price("a1", "1.00"))
        await shop.equal_to(central.publisher)
        assert await snapshots_in(tmp_path / "central") == snapshots, "deltas were enough"


async def test_when_central_forgot_its_deltas_the_snapshot_comes(
    mosquitto: Mosquitto, tmp_path: Path
) -> None:
    settings = make_settings.make(tmp_path, mosquitto.broker)
    async with (
        feeding.central_running(mosquitto, tmp_path / "central", ROWS) as central,
        feeding.shop_running(mosquitto, settings) as shop,
    ):
        await shop.equal_to(central.publisher)
        central.publisher.load([price("a5", "55.00"), Row(kind="offers", key="a6", value={})])
        await central.publisher.publish_manifest()
        await shop.equal_to(central.publisher)
        assert (await shop.in_force("offers", "a5"))["offers"][0]["amount"] == "55.00"


async def test_a_new_epoch_replaces_everything(mosquitto: Mosquitto, tmp_path: Path) -> None:
    settings = make_settings.make(tmp_path, mosquitto.broker)
    async with feeding.shop_running(mosquitto, settings) as shop:
        async with feeding.central_running(mosquitto, tmp_path / "one", ROWS) as first:
            await shop.equal_to(first.publisher)
        rows = [feeding.SHOP, product("b1"), price("b1", "3.00")]
        async with feeding.central_running(mosquitto, tmp_path / "two", rows, epoch=2) as second:
            second.publisher.accept()
            await shop.equal_to(second.publisher)
            await shop.positions.until(lambda said: said["epoch"] == 2 and not said["held"])
        assert await shop.in_force("product", "a1") is None
        assert await shop.in_force("product", "b1") is not None


SPOILT = {
    "lost": "DELETE FROM replica WHERE kind = 'offers' AND key IN ('a1', 'a2')",
    "left over": "INSERT INTO replica (kind, key, value, hash, bucket, seq, source, refusal, "
    "good) SELECT kind, 'z1', value, randomblob(16), "
    "{left_over}, seq, source, refusal, good FROM replica WHERE kind = 'offers' AND key = 'a1'",
    "another": "UPDATE replica SET value = replace(value, '100.00', '90.00'), "
    "hash = randomblob(16) WHERE kind = 'offers' AND key = 'a1'",
}


@pytest.mark.parametrize("how", SPOILT)
async def test_rows_that_differ_are_mended_without_the_snapshot(
    mosquitto: Mosquitto, tmp_path: Path, how: str
) -> None:
    settings = make_settings.make(tmp_path, mosquitto.broker)
    spoil = SPOILT[how].format(left_over=digest.bucket_of("offers", "z1"))
    folder = tmp_path / "central"
    async with feeding.central_running(mosquitto, folder, ROWS) as central:
        async with feeding.shop_running(mosquitto, settings) as shop:
            await shop.equal_to(central.publisher)
            before = await shop.in_force("offers", "a1")
            await shop.database.write(lambda connection: connection.execute(spoil))
        for file in folder.glob("*.gz"):
            file.unlink()
        async with feeding.shop_running(mosquitto, settings) as shop:
            changed = shop.database.changes.subscribe("catalogue")
            async with asyncio.timeout(PATIENCE_S):
                while await shop.database.read(counted) != central.publisher.digest:
                    await changed.next()
            await shop.equal_to(central.publisher)
            assert await shop.in_force("offers", "a1") == before
            assert await shop.in_force("offers", "z1") is None


def counted(connection: Connection) -> str:
    """The digest of the rows as they are in the file."""
    buckets = digest.Buckets()
    buckets.toggle_all(replica.hashes(connection, "central"))
    return buckets.digest()


async def test_a_replica_that_differs_in_most_is_mended_by_the_snapshot(
    mosquitto: Mosquitto, tmp_path: Path
) -> None:
    settings = make_settings.make(tmp_path, mosquitto.broker)
    async with feeding.central_running(mosquitto, tmp_path / "central", ROWS) as central:
        async with feeding.shop_running(mosquitto, settings) as shop:
            await shop.equal_to(central.publisher)
            await shop.database.write(
                lambda connection: connection.execute("DELETE FROM replica WHERE kind = 'offers'")
            )
        async with feeding.shop_running(mosquitto, settings) as shop:
            assert await shop.until_in_force("offers", "a1") is not None
            await shop.equal_to(central.publisher)


async def test_the_shop_catches_up_after_the_broker_was_away(
    mosquitto: Mosquitto, tmp_path: Path
) -> None:
    settings = make_settings.make(tmp_path, mosquitto.broker)
    async with (
        feeding.central_running(mosquitto, tmp_path / "central", ROWS) as central,
        feeding.shop_running(mosquitto, settings) as shop,
    ):
        await shop.equal_to(central.publisher)
        await asyncio.to_thread(mosquitto.kill)
        await shop.link.away.wait()
        await central.publish(price("a1", "1.00"), price("a2", "2.00"))
        await asyncio.to_thread(mosquitto.start)
        await shop.equal_to(central.publisher)


async def test_central_may_be_away_for_an_hour(mosquitto: Mosquitto, tmp_path: Path) -> None:
    settings = make_settings.make(tmp_path, mosquitto.broker)
    clock = ShiftedClock(SystemClock())
    central = feeding.central(mosquitto, tmp_path / "central")
    central.publisher.load(ROWS)
    async with (
        feeding.shop_running(mosquitto, settings, clock) as shop,
        running(central.publisher),
    ):
        async with running(central.link):
            await shop.equal_to(central.publisher)
        clock.advance(timedelta(hours=1))
        central.publisher.change(changes(*(price(f"a{n}", "42.00") for n in range(140))))
        assert (await shop.in_force("offers", "a1"))["offers"][0]["amount"] == "100.00"
        async with running(central.link):
            await shop.equal_to(central.publisher)
        assert (await shop.in_force("offers", "a1"))["offers"][0]["amount"] == "42.00"


async def test_a_snapshot_of_another_place_is_not_fetched(
    mosquitto: Mosquitto, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "elsewhere"
    settings = make_settings.make(tmp_path, mosquitto.broker, feed={"snapshot_folder": elsewhere})
    async with (
        feeding.central_running(mosquitto, tmp_path / "central", ROWS),
        feeding.shop_running(mosquitto, settings) as shop,
    ):
        position = await shop.positions.until(lambda said: "error" in said)
        assert "is not below [feed] snapshot_folder" in position["error"]


async def test_rows_of_a_kind_that_another_source_owns_are_refused(
    mosquitto: Mosquitto, tmp_path: Path
) -> None:
    settings = make_settings.make(tmp_path, mosquitto.broker, sources={"stock": "files"})
    async with (
        feeding.central_running(mosquitto, tmp_path / "central", ROWS) as central,
        feeding.shop_running(mosquitto, settings) as shop,
    ):
        await central.publish(stock("a1", 3))
        await shop.equal_to(central.publisher)
        _, (row,) = await shop.database.read(
            lambda connection: replica.refused(connection, "central")
        )
        assert (row.code, row.message) == (
            "not_owner",
            "rows of kind stock come from files in this shop, not from central",
        )


async def test_deltas_that_came_during_a_snapshot_are_committed_with_it(
    mosquitto: Mosquitto, tmp_path: Path
) -> None:
    settings = make_settings.make(tmp_path, mosquitto.broker, feed={"gap_s": 30.0})
    many = [*ROWS, *(product(f"b{number}") for number in range(3_000))]
    central = feeding.central(mosquitto, tmp_path / "central")
    central.publisher.load(many)
    async with (
        feeding.shop_running(mosquitto, settings) as shop,
        running(central.link),
    ):
        await central.link.connected.wait()
        begun = shop.database.changes.subscribe("catalogue")
        await central.publisher.publish_manifest()
        await begun.next()
        for number in range(20):
            await central.publish(price("a1", f"{number}.25"))
        await shop.equal_to(central.publisher)
        stored = await shop.database.read(
            lambda connection: replica.position(connection, "central")
        )
        assert (stored.epoch, stored.seq) == (central.publisher.epoch, central.publisher.seq)
        assert (await shop.in_force("offers", "a1"))["offers"][0]["amount"] == "19.25"


@pytest.mark.parametrize(
    "url", ["http://[::1/x", "file:///x%00y", "ftp://example.com/x", "file:///etc/passwd"]
)
async def test_a_snapshot_address_of_no_use_is_told_and_the_shop_goes_on(
    mosquitto: Mosquitto, tmp_path: Path, url: str
) -> None:
    settings = make_settings.make(tmp_path, mosquitto.broker)
    async with (
        feeding.shop_running(mosquitto, settings) as shop,
        running(writer := Link("w", mosquitto.broker, prefix=PREFIX, client_id="writer")),
    ):
        await writer.connected.wait()
        ref = {"seq": 5, "url": url, "sha256": "0" * 64, "bytes": 10, "rows": 1}
        manifest = {"epoch": 1, "seq": 5, "min_delta_seq": 5, "digest": "0" * 64}
        body = manifest | {"snapshot": ref, "issued_at": "2026-11-22T10:00:00Z"}
        await writer.publish(topics.MANIFEST, json.dumps(body).encode(), retain=True)
        position = await shop.positions.until(lambda said: "error" in said)
        assert position["error"]
        assert (position["epoch"], position["seq"]) == (0, 0)


async def test_a_number_beyond_all_numbers_is_one_refused_row(
    mosquitto: Mosquitto, tmp_path: Path
) -> None:
    settings = make_settings.make(tmp_path, mosquitto.broker)
    async with (
        feeding.central_running(mosquitto, tmp_path / "central", ROWS) as central,
        feeding.shop_running(mosquitto, settings) as shop,
    ):
        await shop.equal_to(central.publisher)
        seq = central.publisher.seq
        body = (
            f'{{"epoch": 1, "prev_seq": {seq}, "seq": {seq + 1}, "changes": '
            '[{"kind": "stock", "key": "s042/a1", "value": {"available": 1e999}}]}'
        )
        await central.link.publish(topics.DELTA, body.encode())
        problems = await shop.problems.until(lambda said: said["total"] == 1)
        assert problems["first"][0]["code"] == "fraction"
        assert problems["seq"] == seq + 1


async def test_a_key_that_is_no_text_refuses_its_message_and_nothing_else(
    mosquitto: Mosquitto, tmp_path: Path
) -> None:
    settings = make_settings.make(tmp_path, mosquitto.broker)
    async with (
        feeding.central_running(mosquitto, tmp_path / "central", ROWS) as central,
        feeding.shop_running(mosquitto, settings) as shop,
    ):
        await shop.equal_to(central.publisher)
        seq = central.publisher.seq
        body = (
            f'{{"epoch": 1, "prev_seq": {seq}, "seq": {seq + 1}, "changes": '
            '[{"kind": "stock", "key": "\\ud800", "value": 1}]}'
        )
        await central.link.publish(topics.DELTA, body.encode())
        await central.publish(price("a1", "7.00"))
        await shop.equal_to(central.publisher)
        assert dict(shop.service.refused_messages) == {"bad_message": 1}


async def snapshots_in(folder: Path) -> int:
    return await asyncio.to_thread(lambda: len(list(folder.glob("*.gz"))))
