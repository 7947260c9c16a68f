"""What this machine is called and where it is reached inside the shop's network."""

from __future__ import annotations

import re
import socket
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network
from typing import Final

import ifaddr

from gateway.settings import StaffListen

MOST: Final = 20
NETWORKS: Final[tuple[IPv4Network | IPv6Network, ...]] = tuple(
    map(
        ip_network,
        (
            *("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "100.64.0.0/10"),
            *("127.0.0.0/8", "fc00::/7", "fe80::/10", "::1/128"),
        ),
    )
)
"""Of one's own, or of a VPN: nobody is reached there from the internet."""
_LABEL: Final = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_HERE: Final = (IPv4Address("127.0.0.1"), IPv6Address("::1"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """Names and addresses; the first name is the one that people are told."""

    names: tuple[str, ...]
    addresses: tuple[IPv4Address | IPv6Address, ...]


def machine(listen: StaffListen) -> Machine:
    """What it is called now. Asks the system, not the network."""
    host = socket.gethostname().partition(".")[0].lower()
    own = (f"{host}.local", host) if _LABEL.fullmatch(host) else ()
    names = (listen.local_name, *listen.names, *own, "localhost")
    lan = () if listen.is_inside else lan_addresses()
    addresses: tuple[IPv4Address | IPv6Address, ...] = (*lan, *_HERE)
    return Machine(names=tuple(dict.fromkeys(names)), addresses=addresses)


def lan_addresses() -> tuple[IPv4Address, ...]:
    """The IPv4 addresses of this machine in networks of its own; none where it may not ask.

    IPv6 is left out: such addresses change by the day, and the names do as well.
    """
    try:
        adapters = list(ifaddr.get_adapters())
    except OSError:
        return ()
    found = (IPv4Address(ip.ip) for one in adapters for ip in one.ips if ip.is_IPv4)
    inside = {one for one in found if not one.is_loopback and any(one in net for net in NETWORKS)}
    return tuple(sorted(inside))[:MOST]
