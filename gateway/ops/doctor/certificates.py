"""The certificates of everything we reach over TLS: trusted, for this name, and for how long.

Those that we show ourselves are looked at beside.
"""

from __future__ import annotations

import ssl
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final
from urllib.parse import urlsplit

from gateway.broker.credentials import context_of
from gateway.ops.doctor import brokers, greeting, shown_certificates
from gateway.ops.doctor.box import Box
from gateway.ops.doctor.certificates_words import SOON
from gateway.settings import Broker
from gateway.web.findings import Advice, Finding, State
from gateway.web.words import Text

_SYSTEM: Final = "/usr/local/share/ca-certificates"
"""Where Debian looks for authorities of one's own."""

EXPIRED = Advice(
    code="certificate_expired",
    what=Text(
        es="El certificado de {host} ha caducado, según el reloj de este equipo",
        en="The certificate of {host} has expired, going by this machine's clock",
    ),
    do=Text(
        es="Renueva el certificado en {host}. Si es nuevo, revisa el reloj de este equipo.",
        en="Renew the certificate at {host}. If it is new, check this machine's clock.",
    ),
)
NOT_YET = Advice(
    code="certificate_not_yet",
    what=Text(
        es="El certificado de {host} todavía no vale, según el reloj de este equipo",
        en="The certificate of {host} is not valid yet, going by this machine's clock",
    ),
    do=Text(
        es="Revisa el reloj de este equipo: casi siempre va atrasado.",
        en="Check this machine's clock: it is nearly always slow.",
    ),
)
OTHER_NAME = Advice(
    code="certificate_other_name",
    what=Text(
        es="El certificado que hay en {host} no es para ese nombre",
        en="The certificate at {host} is not for that name",
    ),
    do=Text(
        es="Escribe en los ajustes ({setting}) el nombre que lleva el certificado, o pide uno para "
        "{host}.",
        en="Write the name that the certificate has into the settings ({setting}), or get one for "
        "{host}.",
    ),
)
UNTRUSTED = Advice(
    code="certificate_untrusted",
    what=Text(
        es="No conocemos a quien firmó el certificado de {host}",
        en="We do not know who signed the certificate of {host}",
    ),
    do=Text(
        es="Pon en {trust} el certificado de quien lo firmó (PEM), o usa uno de una autoridad "
        "conocida.",
        en="Put the certificate of whoever signed it (PEM) into {trust}, or use one of a known "
        "authority.",
    ),
)
SOON_OVER = Advice(
    code="certificate_soon_over",
    state=State.ATTENTION,
    what=Text(
        es="El certificado de {host} caduca en {days} días, el {date}",
        en="The certificate of {host} expires in {days} days, on {date}",
    ),
    do=Text(
        es="Renuévalo antes, y revisa por qué no se renueva solo.",
        en="Renew it before that, and see why it does not renew itself.",
    ),
)
_OF_CODE: Final = {9: NOT_YET, 10: EXPIRED, 62: OTHER_NAME, 64: OTHER_NAME}
"""By OpenSSL's X509_V_ERR numbers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """Where TLS is spoken, and the setting that names it; ``broker`` where it is one."""

    setting: str
    host: str
    port: int
    broker: Broker | None = None


def look(box: Box) -> Iterable[Finding]:
    """Greet each of them, whoever is away is told of by its own check; then look at ours."""
    every = tuple(points(box))
    with ThreadPoolExecutor(len(every) + 1) as pool:
        ours = pool.submit(lambda: list(shown_certificates.look(box)))
        found = pool.map(partial(_greeted, now=box.clock.now()), every)
        return [finding for one in (*found, ours.result()) for finding in one]


def points(box: Box) -> Iterator[Point]:
    """Everything that the settings name and that is reached over TLS."""
    settings = box.settings
    for one in brokers.brokers(settings):
        broker = one.broker
        if broker.tls:
            yield Point(
                setting=f"{one.section}.host",
                host=broker.host.strip("[]"),
                port=broker.port,
                broker=broker,
            )
    addresses = [("shop.public_base", settings.shop.public_base)]
    addresses += [
        (f"access_points.{name}.url", point.url) for name, point in settings.access_points.items()
    ]
    for setting, address in addresses:
        parts = urlsplit(address)
        if parts.scheme == "https" and parts.hostname:
            yield Point(setting=setting, host=parts.hostname, port=parts.port or 443)


def _context(point: Point) -> ssl.SSLContext:
    return ssl.create_default_context() if point.broker is None else context_of(point.broker)


def _greeted(point: Point, *, now: datetime) -> list[Finding]:
    where = f"{point.setting} {point.host}:{point.port}"
    try:
        ends = greeting.certificate_ends(point.host, point.port, _context(point))
    except ssl.SSLCertVerificationError as error:
        advice = _OF_CODE.get(error.verify_code, UNTRUSTED)
        trust = point.setting.replace(".host", ".ca_file") if ".host" in point.setting else ""
        facts = {"host": point.host, "setting": point.setting, "trust": trust or _SYSTEM}
        return [advice.at(where, detail=error.verify_message, **facts)]
    except (OSError, ValueError):
        return []
    left = ends - now
    if left >= SOON:
        return []
    days, date = f"{max(left.days, 0)}", ends.date().isoformat()
    return [SOON_OVER.at(where, host=point.host, days=days, date=date)]
