"""Tells the shop's network what the staff site is called (multicast DNS, RFC 6762).

So ``anaquel.local`` leads to the box without a name server. Only the staff site is announced, never
an account or anything behind it, and only where the network reaches it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from ipaddress import IPv4Address
from typing import Final, NoReturn

import structlog
from zeroconf import Error, InterfaceChoice, IPVersion
from zeroconf._services.info import AddressResolverIPv4  # documented, not listed in __all__
from zeroconf.asyncio import AsyncServiceInfo, AsyncZeroconf

from gateway.settings import StaffListen
from gateway.web.tls.names import lan_addresses

LOOK_S: Final = 30.0
_KIND: Final = "_https._tcp.local."
_ASK_MS: Final = 1_500
_LONGEST: Final = 63
"""Bytes of a label, RFC 6763 section 4.1.1."""

log = structlog.get_logger("announcing")


def of(listen: StaffListen, gateway: str) -> tuple[Announcing, ...]:
    """The service, where the settings want it and the network reaches the staff site."""
    wanted = listen.announce and listen.https and not listen.is_inside
    return (Announcing(listen, gateway),) if wanted else ()


class Announcing:
    """Answers to the name while it runs; goes along with addresses that change."""

    name = "announcing"

    def __init__(
        self,
        listen: StaffListen,
        gateway: str,
        *,
        addresses: Callable[[], Sequence[IPv4Address]] = lan_addresses,
        interfaces: list[str] | InterfaceChoice = InterfaceChoice.All,
    ) -> None:
        self._listen = listen
        self._gateway = gateway
        self._addresses = addresses
        self._interfaces = interfaces
        self._away = False
        self._taken = False

    async def run(self) -> NoReturn:
        """Announce for ever; a network that is away or has the name taken is tried again."""
        while True:
            addresses = await asyncio.to_thread(self._addresses)
            if addresses:
                await self._try(addresses)
            await asyncio.sleep(LOOK_S)

    async def _try(self, addresses: Sequence[IPv4Address]) -> None:
        try:
            await self._announce(addresses)
        except (OSError, Error) as error:
            if not self._away:
                log.warning("the name cannot be announced", why=str(error) or repr(error))
            self._away = True

    async def _announce(self, addresses: Sequence[IPv4Address]) -> None:
        """Until the addresses are others."""
        network = AsyncZeroconf(interfaces=self._interfaces, ip_version=IPVersion.V4Only)
        try:
            if await self._is_taken(network, addresses):
                return
            await (await network.async_register_service(self._info(addresses), strict=False))
            self._away = False
            said = [str(one) for one in addresses]
            log.info("announced", name=self._listen.local_name, addresses=said)
            while True:
                await asyncio.sleep(LOOK_S)
                if await asyncio.to_thread(self._addresses) != addresses:
                    break
        finally:
            # Says goodbye, so that nobody goes on asking an address that is not ours any more.
            await network.async_close()

    async def _is_taken(self, network: AsyncZeroconf, addresses: Sequence[IPv4Address]) -> bool:
        """Whether another box answers to the name: phones would reach now one, now the other."""
        asked = AddressResolverIPv4(f"{self._listen.local_name}.")
        await asked.async_request(network.zeroconf, _ASK_MS)
        others = set(asked.parsed_addresses()) - {str(one) for one in addresses}
        if others and not self._taken:
            log.error(
                "another box has the name: write another local_name in [sites.staff]",
                name=self._listen.local_name,
                at=sorted(others),
            )
        self._taken = bool(others)
        return self._taken

    def _info(self, addresses: Sequence[IPv4Address]) -> AsyncServiceInfo:
        return AsyncServiceInfo(
            _KIND,
            f"Anaquel {self._gateway}"[:_LONGEST] + f".{_KIND}",
            server=f"{self._listen.local_name}.",
            port=self._listen.port,
            addresses=[one.packed for one in addresses],
        )
