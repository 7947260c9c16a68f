"""Which addresses a webhook may be sent to, so that it never reaches what only the box may reach.

A name is checked twice: as it is written, and each IP address it leads to at the moment of
connecting, for a name may lead elsewhere a second later.
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Final
from urllib.parse import urlsplit

_LONGEST: Final = 2_000
_NAT64: Final = IPv6Network("64:ff9b::/96")
"""RFC 6052: the last 32 bits are an IPv4 address."""


def problem(url: str, *, private: bool) -> str | None:
    """What is wrong with an address as written; None when it may be used.

    ``private``: addresses of the shop's own network and of this machine are allowed, also without
    TLS.
    """
    if len(url) > _LONGEST or not url.isprintable() or " " in url:
        return f"is no address of at most {_LONGEST} signs without spaces"
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return 'write a whole address, like "https://example.com/hook"'
    if parts.scheme not in {"https", "http"} or not host:
        return 'write a whole address, like "https://example.com/hook"'
    if "@" in parts.netloc or "#" in url:
        return "leave out user, password and what stands behind #"
    given = _literal(host)
    if given is not None and not may_reach(given, private=private):
        return "is an address inside the shop's network, or of nobody; name one outside"
    if parts.scheme == "http" and not private:
        return "begins with http; write https, or allow the shop's own network"
    if parts.scheme == "http" and given is not None and given.is_global:
        return "begins with http and leads outside; write https"
    return None


def may_reach(address: IPv4Address | IPv6Address, *, private: bool, encrypted: bool = True) -> bool:
    """Whether a connection to this IP address may be made.

    Never link-local, where clouds keep their secrets, and never to many; without encryption only
    inside the shop's network.
    """
    inner = _inner(address)
    if (
        inner.is_link_local
        or inner.is_multicast
        or inner.is_unspecified
        or (inner.is_reserved and not inner.is_loopback)
    ):
        return False
    if inner.is_global:
        return encrypted
    return private and (inner.is_private or inner.is_loopback)


def _inner(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """The IPv4 address that an IPv6 address stands for, or the address itself."""
    if isinstance(address, IPv4Address):
        return address
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address


def _literal(host: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(host.partition("%")[0])
    except ValueError:
        return None
