from __future__ import annotations

import socket
from dataclasses import dataclass
from ipaddress import IPv4Address

import ifaddr
import pytest

from gateway.settings import StaffListen
from gateway.web.tls import names

OPEN = StaffListen(names=("caja.lan",))


@dataclass(frozen=True)
class Adapter:
    ips: list[ifaddr.IP]


def plugged(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    ips = [ifaddr.IP(one, 24, "eth0") for one in addresses]
    six = ifaddr.IP(("fe80::1", 0, 1), 64, "eth0")
    monkeypatch.setattr(ifaddr, "get_adapters", lambda: [Adapter([*ips, six])])


def test_this_machine_has_its_names_and_loopback() -> None:
    found = names.machine(OPEN)
    assert found.names[:2] == ("anaquel.local", "caja.lan")
    assert "localhost" in found.names
    assert IPv4Address("127.0.0.1") in found.addresses


def test_addresses_of_ones_own_networks_and_no_others(monkeypatch: pytest.MonkeyPatch) -> None:
    plugged(monkeypatch, "8.8.8.8", "192.0.2.2", "192.168.1.10", "127.0.0.1", "100.64.3.4")
    assert [str(one) for one in names.lan_addresses()] == ["100.64.3.4", "192.168.1.10"]
    inside = names.machine(StaffListen(host="127.0.0.1"))
    assert [str(one) for one in inside.addresses] == ["127.0.0.1", "::1"]


def test_who_may_not_ask_gets_none(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused() -> None:
        raise OSError(97, "Address family not supported by protocol")

    monkeypatch.setattr(ifaddr, "get_adapters", refused)
    assert names.lan_addresses() == ()


@pytest.mark.parametrize(
    ("host", "told"),
    [
        ("Caja-1.tienda.mx", ("caja-1.local", "caja-1")),
        ("anaquel", ("anaquel",)),
        ("mi_caja", ()),
    ],
)
def test_the_host_name_is_one_of_them_where_it_can_be(
    monkeypatch: pytest.MonkeyPatch, host: str, told: tuple[str, ...]
) -> None:
    monkeypatch.setattr(socket, "gethostname", lambda: host)
    found = names.machine(StaffListen(host="127.0.0.1")).names
    assert found == ("anaquel.local", *told, "localhost")
