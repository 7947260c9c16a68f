"""The words about the certificates that we show ourselves."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from gateway.web.findings import Advice, State
from gateway.web.words import Text

SOON: Final = timedelta(days=21)

BROKEN = Advice(
    code="certificate_broken",
    what=Text(
        es="El certificado de {section} no se puede usar: está en su lugar el último bueno, o el "
        "que hizo el equipo",
        en="The certificate of {section} cannot be used: the last good one stands in, or the one "
        "that the box made",
    ),
    do=Text(
        es="Corrige certificate y key de {section}: los dos en PEM, la clave sin contraseña y de "
        "ese mismo certificado. El cambio se nota solo.",
        en="Correct certificate and key of {section}: both PEM, the key without a passphrase and "
        "of this very certificate. The change is noticed by itself.",
    ),
)
OURS_OVER = Advice(
    code="certificate_ours_over",
    what=Text(
        es="Nuestro certificado {path} caducó el {date}",
        en="Our certificate {path} was over on {date}",
    ),
    do=Text(
        es="Renuévalo y revisa por qué no se renovó solo. Si es nuevo, revisa el reloj de este "
        "equipo.",
        en="Renew it, and see why it did not renew itself. If it is new, check this machine's "
        "clock.",
    ),
)
OURS_NOT_YET = Advice(
    code="certificate_ours_not_yet",
    what=Text(
        es="Nuestro certificado {path} todavía no vale, según el reloj de este equipo",
        en="Our certificate {path} is not valid yet, going by this machine's clock",
    ),
    do=Text(
        es="Revisa el reloj de este equipo: casi siempre va atrasado.",
        en="Check this machine's clock: it is nearly always slow.",
    ),
)
OURS_SOON_OVER = Advice(
    code="certificate_ours_soon_over",
    state=State.ATTENTION,
    what=Text(
        es="Nuestro certificado {path} caduca en {days} días, el {date}",
        en="Our certificate {path} is over in {days} days, on {date}",
    ),
    do=Text(
        es="Renuévalo antes, y revisa por qué no se renueva solo (docs/network.md).",
        en="Renew it before that, and see why it does not renew itself (docs/network.md).",
    ),
)
OWN_OVER = Advice(
    code="certificate_own_over",
    state=State.ATTENTION,
    what=Text(
        es="El certificado que hizo el equipo ({path}) caducó el {date}",
        en="The certificate that the box made ({path}) was over on {date}",
    ),
    do=Text(
        es="Arranca Anaquel: lo renueva solo en cuanto sabe la hora.",
        en="Start the gateway: it renews it by itself once it knows the time.",
    ),
)
NOT_FOR_BASE = Advice(
    code="certificate_not_for_base",
    what=Text(
        es="El certificado de [sites.shopper] es para {names}, y los códigos QR llevan a {host}",
        en="The certificate of [sites.shopper] is for {names}, and the QR codes lead to {host}",
    ),
    do=Text(
        es="Pide un certificado para {host}, o corrige shop.public_base.",
        en="Get a certificate for {host}, or correct shop.public_base.",
    ),
)
BASE_IS_HTTP = Advice(
    code="certificate_base_is_http",
    what=Text(
        es="El sitio [sites.shopper] tiene certificado, y los códigos QR llevan a {url}, sin https",
        en="The site [sites.shopper] has a certificate, and the QR codes lead to {url}, without "
        "https",
    ),
    do=Text(
        es="Escribe https:// en shop.public_base (las etiquetas se vuelven a dibujar), o quita "
        "certificate y key.",
        en="Write https:// in shop.public_base (labels are drawn again), or remove certificate and "
        "key.",
    ),
)
LEADS_ELSEWHERE = Advice(
    code="certificate_leads_elsewhere",
    state=State.ATTENTION,
    what=Text(
        es="El certificado de la página del personal es para {names}, y visto desde aquí ese "
        "nombre no lleva a este equipo",
        en="The staff site's certificate is for {names}, and seen from here that name does not "
        "lead to this box",
    ),
    do=Text(
        es="Da ese nombre a este equipo en el router o el servidor de nombres de la tienda, para "
        "que el personal entre también sin internet.",
        en="Give that name to this box in the shop's router or name server, so that staff get in "
        "without internet too.",
    ),
)
STAFF_IN_THE_CLEAR = Advice(
    code="staff_in_the_clear",
    state=State.ATTENTION,
    what=Text(
        es="La página del personal habla HTTP sin cifrar con toda la red",
        en="The staff site speaks plain HTTP to the whole network",
    ),
    do=Text(
        es="Escribe https = true en [sites.staff]; o, si hay un proxy con TLS en este equipo, "
        'host = "127.0.0.1".',
        en="Write https = true in [sites.staff]; or, if a proxy with TLS stands on this machine, "
        'host = "127.0.0.1".',
    ),
)
