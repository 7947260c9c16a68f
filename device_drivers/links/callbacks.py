"""Where servers in the shop call back: a path that nobody can guess for each of them.

A driver opens a door, whoever serves HTTP brings the calls. A call counts when it comes through the
door and from the server the door is for.
"""

from __future__ import annotations

import asyncio
import hmac
import secrets
import socket
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

PATH: Final = "/callbacks/"
"""What the paths begin with; the rest is the door's secret."""
LARGEST_CALL: Final = 16 * 1024
"""Bytes of a call's body."""

_PORTS: Final = {"http": 80, "https": 443}

Take = Callable[[bytes], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """A path for the server at ``url``, and what becomes of a call's body."""

    secret: str
    url: str
    take: Take

    async def is_for(self, address: str) -> bool:
        """Whether the server's name stands for this IP address now."""
        parts = urlsplit(self.url)
        try:
            found = await asyncio.get_running_loop().getaddrinfo(
                parts.hostname, parts.port or _PORTS[parts.scheme], type=socket.SOCK_STREAM
            )
        except OSError:
            return False
        return _plain(address) in {_plain(str(one[4][0])) for one in found}


class Callbacks:
    """The doors that are open."""

    def __init__(self) -> None:
        self._doors: list[Door] = []

    def open(self, url: str, take: Take) -> str:
        """Open a door for the server at ``url``; the path to call is returned.

        ``take`` must not raise for what a call says.
        """
        door = Door(secret=secrets.token_urlsafe(24), url=url, take=take)
        self._doors.append(door)
        return f"{PATH}{door.secret}"

    def door(self, secret: str) -> Door | None:
        """The door of this secret; every one is compared in full, so that time tells nothing."""
        given = secret.encode("utf-8", "replace")
        found = [one for one in self._doors if hmac.compare_digest(one.secret.encode(), given)]
        return found[0] if found else None


def _plain(address: str) -> str:
    """The address in one form, also where it is IPv4 inside IPv6."""
    try:
        ip = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    return str(getattr(ip, "ipv4_mapped", None) or ip)
