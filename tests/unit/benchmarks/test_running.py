"""The command, the programs beside it, and one part for real with tiny counts."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from benchmarks import __main__ as command
from benchmarks import broker, feed, messages, phones, process, shop
from benchmarks.figures import Figure
from benchmarks.setup import BenchmarkError, Setup
from gateway.domain import gtin


async def two_figures(setup: Setup) -> AsyncIterator[Figure]:
    assert list(setup.folder.iterdir()) == []
    yield Figure(name="first", unit="s", ours=setup.size(2.0, 1.0))
    yield Figure(name="second", unit="labels/s", ours=3.0, goal=4.0)


async def no_broker(setup: Setup) -> AsyncIterator[Figure]:
    yield Figure(name="before", unit="s", ours=setup.size(2.0, 1.0))
    raise BenchmarkError("mosquitto is not installed")


@pytest.fixture
def parts(monkeypatch: pytest.MonkeyPatch) -> None:
    known = {"feed": two_figures, "events": no_broker}
    monkeypatch.setattr(command, "part", known.__getitem__)


@pytest.mark.usefixtures("parts")
def test_programs_read_stdout_and_people_stderr(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command.main(["feed", "--quick", "--folder", str(tmp_path)]) == 0

    said = capsys.readouterr()
    assert [json.loads(line)["ours"] for line in said.out.splitlines()] == [1.0, 3.0]
    assert "Python 3." in said.err
    assert "not yet" in said.err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("parts")
def test_what_cannot_be_measured_is_said_and_the_rest_goes_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command.main(["events", "feed", "--folder", str(tmp_path)]) == 1

    said = capsys.readouterr()
    assert "events: mosquitto is not installed" in said.err
    assert len(said.out.splitlines()) == 3


def test_an_unknown_name_is_refused_with_those_that_are(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        command.main(["sound"])

    assert ended.value.code == 2
    assert "feed, images, events, delivery, lookup, staff" in capsys.readouterr().err


@pytest.mark.parametrize("name", command.PARTS)
def test_every_part_is_there(name: str) -> None:
    assert callable(command.part(name))


async def test_a_program_that_ends_says_why(tmp_path: Path) -> None:
    async with process.started("gateway", tmp_path, {"shop": {}}) as child:
        with pytest.raises(BenchmarkError, match="public_base"):
            await child.hear()


async def test_the_bare_loop_counts_what_waited_for_it(tmp_path: Path) -> None:
    async with (
        broker.running(tmp_path) as running,
        process.started("bare_loop", tmp_path, feed.bare_loop(running, "bare/x", 3)) as loop,
        messages.ends(running, shop.PREFIX) as ends,
    ):
        await loop.hear()

        assert await feed.held(loop, ends, [b"{}", b"[]", b"1"], "bare/x") > 0


async def test_phones_ask_a_real_page_and_tell_errors(tmp_path: Path) -> None:
    async with (
        process.started("bare_page", tmp_path, {"body": "aGVsbG8="}) as page,
        phones.ready(tmp_path) as crowd,
    ):
        address = (await page.hear())["bare"]
        asked = await crowd.ask(address, ["/01/1"], connections=4, seconds=0.2)
        steady = await crowd.ask(address, ["/01/1"], connections=4, seconds=0.2, rate=50.0)

        assert asked.rate > 50.0
        assert 0 < steady.p50_ms <= steady.p95_ms <= steady.p99_ms
        with pytest.raises(BenchmarkError, match="errors"):
            await crowd.ask(address, ["/other"], connections=1, seconds=0.1)


async def test_a_gateway_takes_the_invented_shop_and_its_deltas(tmp_path: Path) -> None:
    async with (
        broker.running(tmp_path) as running,
        shop.central(running, tmp_path, shop.rows(48)) as central,
        shop.gateway(shop.settings(tmp_path, running), tmp_path) as gateway,
    ):
        async with asyncio.timeout(20.0):
            assert await central.snapshot() > 0
            await central.send(central.deltas([shop.stock(1, 50), shop.price(2, 5)], each=1))
            await central.reached()

        assert await gateway.child.rss_mb() > 10
        assert gateway.addresses["shopper"].startswith("http://127.0.0.1:")


def test_the_invented_shop_has_one_row_of_each_for_every_product() -> None:
    rows = list(shop.rows(48, shops=2))
    kinds = [row.kind for row in rows]

    assert {kind: kinds.count(kind) for kind in set(kinds)} == {
        "location": 2,
        "group": 2,
        "product": 48,
        "offers": 48,
        "stock": 96,
    }
    assert len({(row.kind, row.key) for row in rows}) == len(rows)
    assert gtin.normalise(shop.gtin_of(7)) == shop.gtin_of(7)
