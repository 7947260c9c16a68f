"""Which IP address a name leads to, checked before anybody connects to it."""

from __future__ import annotations

import asyncio
import socket
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path
from typing import Final

from gateway.domain import webhook_addresses
from gateway.errors import AnaquelError

_FILE_MOST: Final = 4_000


class NotSentError(AnaquelError):
    """Nothing was sent; ``trouble`` is a code that tells why, and nothing secret."""

    def __init__(self, trouble: str) -> None:
        super().__init__(trouble)
        self.trouble = trouble


async def resolve(
    host: str, port: int, *, private: bool, encrypted: bool
) -> IPv4Address | IPv6Address:
    """The first address of ``host`` that may be reached. Raises ``NotSentError``.

    The connection is to be made to exactly this address: asked again, the name may lead elsewhere.
    """
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise NotSentError("name_unknown") from error
    for family, _, _, _, place in found:
        if family in {socket.AF_INET, socket.AF_INET6}:
            address = ip_address(str(place[0]).partition("%")[0])
            if webhook_addresses.may_reach(address, private=private, encrypted=encrypted):
                return address
    raise NotSentError("address_inside")


def first_line(path: Path) -> str:
    """What stands in a file of one line; blocks. Raises ``NotSentError``."""
    try:
        with path.open(encoding="utf-8-sig") as file:
            text = file.readline(_FILE_MOST).strip()
    except (OSError, UnicodeDecodeError) as error:
        raise NotSentError("file_unreadable") from error
    if not text:
        raise NotSentError("file_unreadable")
    return text
