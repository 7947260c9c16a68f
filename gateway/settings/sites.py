"""Where the sites listen."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Annotated

from pydantic import Field

from gateway.settings.access_points import PointAddress
from gateway.settings.shapes import Flag, Host, Port, Section

_EVERYWHERE = frozenset({"0.0.0.0", "::", "[::]"})  # noqa: S104 - compared, not listened on

SessionSeconds = Annotated[float, Field(strict=True, gt=0, le=604_800)]


def is_loopback(host: str) -> bool:
    """Whether a host as the settings write it is this machine itself."""
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


class Listen(Section):
    """Where one site listens."""

    host: Host
    port: Port


class ShopperListen(Listen):
    """Where the shopper site listens: shoppers come over the shop's network."""

    host: Host = "0.0.0.0"  # noqa: S104 - for everybody in the shop
    port: Port = 8080


class IntakeListen(Listen):
    """Where scanners and sensors post; at ``reached_at`` labels fetch their pictures."""

    host: Host = "127.0.0.1"
    port: Port = 8082
    reached_at: PointAddress | None = None


class StaffListen(Listen):
    """Where the staff site listens, and how long a sign-in lasts."""

    host: Host = "127.0.0.1"
    port: Port = 8081
    secure_cookies: Flag = True
    session_idle_s: SessionSeconds = 1800.0
    session_max_s: SessionSeconds = 43_200.0
    lock_s: Annotated[float, Field(strict=True, ge=10, le=86_400)] = 180.0


class OpsListen(Listen):
    """Where health and metrics are read; there is no sign-in."""

    host: Host = "127.0.0.1"
    port: Port = 8083


class Sites(Section):
    """The sites: shoppers, staff, machines, and whoever keeps it running."""

    shopper: ShopperListen = ShopperListen()
    staff: StaffListen = StaffListen()
    intake: IntakeListen = IntakeListen()
    ops: OpsListen = OpsListen()

    def must_listen_apart(self) -> None:
        """Raise ``ValueError`` where two would be in each other's way."""
        taken: dict[int, list[tuple[str, Listen]]] = {}
        for name, site in iter(self):
            beside = taken.setdefault(site.port, [])
            other = next((key for key, one in beside if _meet(one, site)), None)
            if site.port and other is not None:
                free = max(one.port for _, one in iter(self)) + 1
                raise ValueError(
                    f"sites.{name}.port = {site.port}: sites.{other}.port is the same; write "
                    f"another, like {free if free <= 65535 else 8080}"
                )
            beside.append((name, site))


def _meet(one: Listen, other: Listen) -> bool:
    """Whether two sites on one port are in each other's way."""
    hosts = {one.host, other.host}
    return len(hosts) == 1 or not hosts.isdisjoint(_EVERYWHERE)
