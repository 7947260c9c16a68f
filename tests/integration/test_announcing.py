"""The name of the staff site in a network that is this machine's loopback."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from ipaddress import IPv4Address

import pytest
import structlog
from zeroconf import IPVersion
from zeroconf._services.info import AddressResolverIPv4
from zeroconf.asyncio import AsyncServiceInfo, AsyncZeroconf

from gateway.settings import StaffListen
from gateway.web import announcing
from gateway.web.announcing import Announcing
from tests.support.running import PATIENCE_S, one_turn, running

LOOPBACK = ["127.0.0.1"]
BOX, NEW, OTHER = (IPv4Address(f"192.168.7.{last}") for last in (10, 11, 99))
KIND = "_https._tcp.local."


def listen(name: str) -> StaffListen:
    return StaffListen(host="192.168.7.10", port=8081, local_name=f"{name}.local")


@asynccontextmanager
async def phone() -> AsyncIterator[AsyncZeroconf]:
    network = AsyncZeroconf(interfaces=LOOPBACK, ip_version=IPVersion.V4Only)
    try:
        yield network
    finally:
        await network.async_close()


async def found(network: AsyncZeroconf, name: str) -> list[str]:
    asked = AddressResolverIPv4(f"{name}.local.")
    await asked.async_request(network.zeroconf, 3_000)
    return asked.parsed_addresses()


async def until(network: AsyncZeroconf, name: str, wanted: list[str]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while await found(network, name) != wanted:
            await one_turn()


async def test_a_phone_finds_the_box_by_its_name_and_its_site(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(announcing, "LOOK_S", 0.05)
    there = (BOX,)
    box = Announcing(listen("anaquel-a"), "gw-1", addresses=lambda: there, interfaces=LOOPBACK)
    async with running(box):
        async with phone() as network:
            await until(network, "anaquel-a", [str(BOX)])
            site = AsyncServiceInfo(KIND, f"Anaquel gw-1.{KIND}")
            assert await site.async_request(network.zeroconf, 30_000)
            assert (site.port, site.server) == (8081, "anaquel-a.local.")
        there = (NEW,)
        async with phone() as network:
            await until(network, "anaquel-a", [str(NEW)])


async def test_a_name_that_another_box_has_is_left_to_it_and_said_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(announcing, "LOOK_S", 0.05)
    first = Announcing(listen("anaquel-b"), "gw-1", addresses=lambda: (OTHER,), interfaces=LOOPBACK)
    second = Announcing(listen("anaquel-b"), "gw-2", addresses=lambda: (BOX,), interfaces=LOOPBACK)
    async with phone() as network, asyncio.timeout(PATIENCE_S):
        with structlog.testing.capture_logs() as lines:
            async with running(first):
                await until(network, "anaquel-b", [str(OTHER)])
                async with running(second):
                    while not any(line["log_level"] == "error" for line in lines):
                        await one_turn()
    told = [line for line in lines if line["log_level"] == "error"]
    assert [line["at"] for line in told] == [[str(OTHER)]]
    announced = [line["addresses"] for line in lines if line["event"] == "announced"]
    assert [str(BOX)] not in announced


@pytest.mark.parametrize(
    ("changed", "announced"),
    [
        ({}, True),
        ({"announce": False}, False),
        ({"host": "127.0.0.1"}, False),
        ({"https": False}, False),
    ],
)
def test_only_a_staff_site_that_the_network_reaches_is_announced(
    changed: dict[str, object], *, announced: bool
) -> None:
    one = StaffListen.model_validate({"host": "0.0.0.0", **changed})  # noqa: S104
    assert bool(announcing.of(one, "gw-1")) is announced
