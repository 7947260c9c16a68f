from __future__ import annotations

from ipaddress import IPv4Address, ip_address

import pytest

from gateway.domain.webhook_addresses import may_reach, problem

INSIDE = ["127.0.0.1", "::1", "10.1.2.3", "192.168.1.5", "172.16.0.1", "fd00::1", "::ffff:10.0.0.1"]
OUTSIDE = ["93.184.216.34", "2606:4700::1111", "64:ff9b::5db8:d822"]
NEVER = [
    "169.254.169.254",
    "fe80::1",
    str(IPv4Address(0)),
    "::",
    "224.0.0.1",
    "ff02::1",
    "255.255.255.255",
]
NEVER += ["255.255.255.255", "64:ff9b::a9fe:a9fe", "::ffff:169.254.169.254", "2002:a9fe:a9fe::1"]


@pytest.mark.parametrize("address", INSIDE)
def test_the_shops_network_only_when_allowed(address: str) -> None:
    assert not may_reach(ip_address(address), private=False)
    assert may_reach(ip_address(address), private=True, encrypted=False)


@pytest.mark.parametrize("address", OUTSIDE)
def test_outside_only_encrypted(address: str) -> None:
    assert may_reach(ip_address(address), private=False)
    assert not may_reach(ip_address(address), private=True, encrypted=False)


@pytest.mark.parametrize("address", NEVER)
def test_some_never(address: str) -> None:
    assert not may_reach(ip_address(address), private=True)


@pytest.mark.parametrize(
    ("url", "private"),
    [
        ("https://example.com/hook?x=1", False),
        ("https://example.com:8443/hook", False),
        ("http://127.0.0.1:9000/hook", True),
        ("http://chat.local/hook", True),
        ("https://[fd00::1]/hook", True),
    ],
)
def test_good_addresses(url: str, private: bool) -> None:  # noqa: FBT001 - a table's column
    assert problem(url, private=private) is None


@pytest.mark.parametrize(
    ("url", "private"),
    [
        ("http://example.com/hook", False),
        ("http://93.184.216.34/hook", True),
        ("https://127.0.0.1/hook", False),
        ("https://[::ffff:10.0.0.1]/hook", False),
        ("https://169.254.169.254/latest", True),
        ("https://user:word@example.com/", False),
        ("https://example.com/#here", False),
        ("https://example.com:99999/", False),
        ("file:///etc/passwd", True),
        ("example.com/hook", False),
        ("https:///hook", False),
        ("https://[::1/hook", True),
        ("https://example.com/a b", False),
        ("https://example.com/" + "a" * 2_000, False),
    ],
)
def test_wrong_addresses_are_refused_in_words(url: str, private: bool) -> None:  # noqa: FBT001 - a table's column
    assert problem(url, private=private)
