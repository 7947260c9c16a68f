"""Where the sites listen, and with which certificate."""

from __future__ import annotations

from ipaddress import ip_address
from pathlib import Path
from typing import Annotated

from pydantic import Field, model_validator

from gateway.settings.access_points import PointAddress
from gateway.settings.shapes import Flag, Host, Port, Section, shaped

_EVERYWHERE = frozenset({"0.0.0.0", "::", "[::]"})  # noqa: S104 - compared, not listened on

LocalName = Annotated[
    str,
    shaped(
        r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.local",
        'write small letters, digits and hyphens before .local, like "anaquel.local"',
    ),
]
DnsName = Annotated[
    str,
    shaped(
        r"(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*",
        'write a host name in small letters, like "staff.example.com"',
    ),
]
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


class _Certified(Listen):
    """A site that may be given a certificate and its key, both PEM."""

    certificate: Path | None = None
    key: Path | None = None

    @model_validator(mode="after")
    def _both_or_none(self) -> _Certified:
        if (self.certificate is None) != (self.key is None):
            there, missing = ("key", "certificate") if self.key else ("certificate", "key")
            raise ValueError(f"has {there} but no {missing}: write both, or neither")
        return self


class ShopperListen(_Certified):
    """Where the shopper site listens: shoppers come over the shop's network.

    HTTPS where it has a certificate, else plain HTTP.
    """

    host: Host = "0.0.0.0"  # noqa: S104 - for everybody in the shop
    port: Port = 8080


class IntakeListen(Listen):
    """Where scanners and sensors post; at ``reached_at`` labels fetch their pictures."""

    host: Host = "127.0.0.1"
    port: Port = 8082
    reached_at: PointAddress | None = None


class StaffListen(_Certified):
    """Where the staff site listens, and how long a sign-in lasts.

    With ``https`` its certificate is the given one, else one that the box makes itself.
    """

    host: Host = "0.0.0.0"  # noqa: S104 - for the phones of who works there
    port: Port = 8081
    https: Flag = True
    names: Annotated[tuple[DnsName, ...], Field(max_length=10)] = ()
    local_name: LocalName = "anaquel.local"
    announce: Flag = True
    secure_cookies: Flag = True
    session_idle_s: SessionSeconds = 1800.0
    session_max_s: SessionSeconds = 43_200.0
    lock_s: Annotated[float, Field(strict=True, ge=10, le=86_400)] = 180.0

    @property
    def is_inside(self) -> bool:
        """Whether only this machine reaches it."""
        return is_loopback(self.host)

    @property
    def address(self) -> str:
        """What people type to open it; behind a proxy of another name they know better."""
        scheme = "https" if self.secure_cookies else "http"
        host = self.local_name if self.host in _EVERYWHERE else self.host
        return f"{scheme}://{host}" + ("" if self.port == 443 else f":{self.port}")

    @model_validator(mode="after")
    def _no_password_in_the_clear(self) -> StaffListen:
        if self.https and not self.secure_cookies:
            raise ValueError(
                "secure_cookies = false is for plain HTTP on this machine: write https = false "
                "too, or remove secure_cookies"
            )
        if not (self.https or self.secure_cookies or self.is_inside):
            raise ValueError(
                "https = false and secure_cookies = false would send passwords in the clear over "
                'the network: write https = true, or host = "127.0.0.1"'
            )
        if not self.https and self.certificate is not None:
            raise ValueError("certificate is not used with https = false: write https = true")
        return self


class WelcomeListen(Listen):
    """Where the page that explains the staff site's certificate listens: plain HTTP."""

    host: Host = "0.0.0.0"  # noqa: S104 - for the phones of who works there
    port: Port = 8084


class OpsListen(Listen):
    """Where health and metrics are read; there is no sign-in."""

    host: Host = "127.0.0.1"
    port: Port = 8083


class Sites(Section):
    """The sites: shoppers, staff, the way in for staff, machines, and whoever keeps it running."""

    shopper: ShopperListen = ShopperListen()
    staff: StaffListen = StaffListen()
    welcome: WelcomeListen = WelcomeListen()
    intake: IntakeListen = IntakeListen()
    ops: OpsListen = OpsListen()

    @property
    def served(self) -> dict[str, Listen]:
        """Those that are served: a staff site without HTTPS has no certificate to explain."""
        each: dict[str, Listen] = dict(iter(self))
        if not self.staff.https:
            del each["welcome"]
        return each

    def must_listen_apart(self) -> None:
        """Raise ``ValueError`` where two would be in each other's way."""
        taken: dict[int, list[tuple[str, Listen]]] = {}
        for name, site in self.served.items():
            beside = taken.setdefault(site.port, [])
            other = next((key for key, one in beside if _meet(one, site)), None)
            if site.port and other is not None:
                free = max(one.port for one in self.served.values()) + 1
                raise ValueError(
                    f"sites.{name}.port = {site.port}: sites.{other}.port is the same; write "
                    f"another, like {free if free <= 65535 else 8080}"
                )
            beside.append((name, site))


def _meet(one: Listen, other: Listen) -> bool:
    """Whether two sites on one port are in each other's way."""
    hosts = {one.host, other.host}
    return len(hosts) == 1 or not hosts.isdisjoint(_EVERYWHERE)
