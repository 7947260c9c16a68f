"""Which hosts pictures are fetched from, and at which addresses.

A listed name is not enough: it may come to stand for an address in the shop's own network, and a
row would then make the box ask a printer or a router. So every address of a name must be public,
except where the shop listed the host as a local one; and the address that was looked at is the one
that is asked, whatever the name stands for a moment later.
"""

from __future__ import annotations

import asyncio
import socket
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from urllib.parse import urlsplit

from gateway.settings import Settings

_PORTS = {"http": 80, "https": 443}
_NAT64 = IPv6Network("64:ff9b::/96")


class NotPublicError(Exception):
    """The host stands at an address that is not asked; the message says which and what to do."""


class PictureHosts:
    """The hosts that the settings list."""

    def __init__(self, settings: Settings) -> None:
        self._local = frozenset(map(str.lower, settings.pictures.local_hosts))
        self._hosts = frozenset(map(str.lower, settings.pictures.hosts)) | self._local

    def has(self, url: str) -> bool:
        """Whether the address is of a listed host, on a port that is allowed with it."""
        return _is_among(url, self._hosts)

    async def addresses(self, url: str) -> list[str]:
        """The addresses at which the host of a listed ``url`` may be asked, best first.

        Raises ``NotPublicError``, and ``OSError`` when the name is not known.
        """
        parts = urlsplit(url)
        host = parts.hostname or ""
        found = await asyncio.get_running_loop().getaddrinfo(
            host, parts.port or _PORTS[parts.scheme], type=socket.SOCK_STREAM
        )
        each = list(dict.fromkeys(str(address[0]) for *_, address in found))
        private = next((one for one in each if not is_public(one)), None)
        if private is not None and not _is_among(url, self._local):
            raise NotPublicError(
                f"{host} is {private}, an address in the shop's own network; "
                "if that is meant, list the host under [pictures] local_hosts"
            )
        return each


def is_public(address: str) -> bool:
    """Whether an IP address is one of the internet, also where another one is wrapped in it."""
    ip = ip_address(address)
    if isinstance(ip, IPv6Address):
        wrapped = ip.ipv4_mapped or ip.sixtofour
        if wrapped is None and ip in _NAT64:
            wrapped = IPv4Address(int(ip) & 0xFFFF_FFFF)
        if wrapped is not None:
            return is_public(str(wrapped))
    return ip.is_global and not ip.is_multicast


def _is_among(url: str, hosts: frozenset[str]) -> bool:
    try:
        parts = urlsplit(url)
        port, host = parts.port, (parts.hostname or "").lower()
    except ValueError:
        return False
    if parts.scheme not in _PORTS or parts.username is not None or parts.password is not None:
        return False
    usual = port is None or port == _PORTS[parts.scheme]
    return (usual and host in hosts) or f"{host}:{port}" in hosts
