"""The address in the codes of labels: does its name lead somewhere, and does anybody answer."""

from __future__ import annotations

import contextlib
import errno
import http.client
import socket
import ssl
from collections.abc import Iterable
from typing import Final
from urllib.parse import SplitResult, urlsplit

from gateway.ops.doctor.box import Box
from gateway.settings import is_loopback
from gateway.web.findings import Advice, Finding, State
from gateway.web.words import Text

_ANSWER_S: Final = 4.0

UNKNOWN = Advice(
    code="address_unknown",
    what=Text(
        es="El nombre {host} de los códigos QR no lleva a ninguna parte",
        en="The name {host} in the QR codes leads nowhere",
    ),
    do=Text(
        es="Crea ese nombre en el servidor de nombres (o en el router de la tienda, con la "
        "dirección de este equipo), o corrige shop.public_base.",
        en="Make that name in the name server (or in the shop's router, with this box's address), "
        "or correct shop.public_base.",
    ),
)
NO_NAME_SERVER = Advice(
    code="address_no_name_server",
    state=State.ATTENTION,
    what=Text(
        es="Ningún servidor de nombres responde, así que no se sabe a dónde lleva {host}",
        en="No name server answers, so nobody knows where {host} leads",
    ),
    do=Text(
        es="Revisa la conexión a internet. Para que los códigos sirvan también sin ella, da ese "
        "nombre a este equipo en el router de la tienda.",
        en="Check the internet connection. For the codes to work without it too, give that name "
        "to this box in the shop's router.",
    ),
)
NOBODY = Advice(
    code="address_nobody",
    what=Text(
        es="{host} es este equipo, pero nadie escucha en el puerto {port}",
        en="{host} is this box, but nobody listens on port {port}",
    ),
    do=Text(
        es="Arranca Anaquel, y lleva el puerto {port} al {own} de [sites.shopper].",
        en="Start the gateway, and lead port {port} to {own} of [sites.shopper].",
    ),
)
NO_ANSWER = Advice(
    code="address_no_answer",
    state=State.ATTENTION,
    what=Text(
        es="En {url} no responde nadie, visto desde este equipo",
        en="Nobody answers at {url}, seen from this box",
    ),
    do=Text(
        es="Ábrela con un teléfono. Si tampoco abre, revisa internet, el túnel o el puerto "
        "redirigido.",
        en="Open it with a phone. If that fails too, check the internet, the tunnel, or the "
        "forwarded port.",
    ),
)


ROUND_ABOUT = Advice(
    code="address_round_about",
    state=State.ATTENTION,
    what=Text(
        es="Visto desde la tienda, {host} no lleva directo a este equipo: sin internet los "
        "códigos QR no abren",
        en="Seen from the shop, {host} does not lead straight to this box: without internet the "
        "QR codes do not open",
    ),
    do=Text(
        es="Da ese nombre a este equipo en el router o el servidor de nombres de la tienda. Si lo "
        'atiende tu tienda en línea, escribe host = "127.0.0.1" en [sites.shopper].',
        en="Give that name to this box in the shop's router or name server. If your web shop "
        'answers there, write host = "127.0.0.1" in [sites.shopper].',
    ),
)


def look(box: Box) -> Iterable[Finding]:
    """Look the name up, and ask whoever it leads to."""
    base = box.settings.shop.public_base
    parts = urlsplit(base)
    host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    own = box.settings.sites.shopper.port
    facts = {"host": host, "port": str(port), "url": base, "own": str(own)}
    where = f"shop.public_base {base}"
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except socket.gaierror as error:
        away = error.errno == socket.EAI_AGAIN
        return [(NO_NAME_SERVER if away else UNKNOWN).at(where, **facts)]
    ours = any(is_this_machine(family, address) for family, _, _, _, address in found)
    if _answers(parts, host, port):
        open_to_all = not is_loopback(box.settings.sites.shopper.host)
        return [ROUND_ABOUT.at(where, **facts)] if open_to_all and not ours else []
    if not ours:
        return [NO_ANSWER.at(where, **facts)]
    if port == own:
        return []  # a gateway that does not run; it takes the port when it does
    return [NOBODY.at(where, **facts)]


def is_this_machine(family: int, address: tuple[object, ...]) -> bool:
    """Only an own address can be bound."""
    with contextlib.closing(socket.socket(family, socket.SOCK_STREAM)) as probe:
        try:
            probe.bind((address[0], 0, *address[2:]))
        except OSError as error:
            return error.errno != errno.EADDRNOTAVAIL
    return True


def _answers(parts: SplitResult, host: str, port: int) -> bool:
    """Whether anybody speaks HTTP there; a wrong certificate is told by its own check."""
    if parts.scheme == "https":
        tls = ssl.create_default_context()
        tls.check_hostname = False
        tls.verify_mode = ssl.CERT_NONE
        connection: http.client.HTTPConnection = http.client.HTTPSConnection(
            host, port, timeout=_ANSWER_S, context=tls
        )
    else:
        connection = http.client.HTTPConnection(host, port, timeout=_ANSWER_S)
    try:
        connection.request("GET", f"{parts.path.rstrip('/')}/healthz")
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
    return status < http.HTTPStatus.INTERNAL_SERVER_ERROR
