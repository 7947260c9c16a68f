"""Which addresses are the internet's, and which are the shop's own."""

from __future__ import annotations

import pytest

from gateway.feed import picture_hosts


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.20",
        "100.64.0.1",
        "169.254.169.254",
        "0.0.0.0",  # noqa: S104 - an address to refuse
        "224.0.0.251",
        "255.255.255.255",
        "::",
        "::1",
        "fe80::1",
        "fe80::1%eth0",
        "fd00::1",
        "ff02::fb",
        "::ffff:127.0.0.1",
        "64:ff9b::a00:1",
        "2002:c0a8:114::",
    ],
)
def test_what_may_be_a_machine_of_the_shop_is_not_public(address: str) -> None:
    assert not picture_hosts.is_public(address)


@pytest.mark.parametrize(
    "address",
    ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::"],
)
def test_the_internet_is_public(address: str) -> None:
    assert picture_hosts.is_public(address)
