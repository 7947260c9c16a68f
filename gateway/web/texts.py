"""What every site says when something goes wrong, and what to do then."""

from __future__ import annotations

from gateway.web.words import Text

OTHER_LANGUAGE = Text(es="English", en="Español")
SKIP = Text(es="Ir al contenido", en="Skip to content")
START = Text(es="Ir al inicio", en="Go to start")

BAD_REQUEST = Text(es="No entendemos esta dirección", en="We cannot read this address")
BAD_REQUEST_ADVICE = Text(
    es="Revísala o escanea de nuevo el código.", en="Check it, or scan the code again."
)
FORBIDDEN = Text(es="Aquí no puedes entrar", en="You may not enter here")
FORBIDDEN_ADVICE = Text(
    es="Pide a quien administra la tienda que te dé acceso.",
    en="Ask whoever manages the shop for access.",
)
NOT_FOUND = Text(es="Aquí no hay nada", en="There is nothing here")
NOT_FOUND_ADVICE = Text(
    es="La dirección está incompleta o ya no existe. Escanea de nuevo el código.",
    en="The address is incomplete or no longer exists. Scan the code again.",
)
NOT_ALLOWED = Text(es="Esto no se puede hacer aquí", en="This cannot be done here")
NOT_ALLOWED_ADVICE = Text(
    es="Vuelve atrás y usa los botones de la página.",
    en="Go back and use the buttons on the page.",
)
TOO_LARGE = Text(es="Es demasiado grande", en="This is too large")
TOO_LARGE_ADVICE = Text(
    es="Envía como mucho {limit} cada vez.", en="Send at most {limit} at a time."
)
INVALID = Text(es="Falta algo o no está bien escrito", en="Something is missing or mistyped")
INVALID_ADVICE = Text(
    es="Corrige lo que has escrito y envíalo otra vez.",
    en="Correct what you entered and send it again.",
)
BUSY = Text(es="Ahora hay demasiadas peticiones", en="Too many requests right now")
BUSY_ADVICE = Text(
    es="Espera unos segundos y vuelve a cargar la página.",
    en="Wait a few seconds, then reload the page.",
)
BROKEN = Text(es="Ha fallado algo nuestro", en="Something failed on our side")
BROKEN_ADVICE = Text(
    es="Vuelve a cargar la página. Si sigue igual, avisa al personal de la tienda.",
    en="Reload the page. If it stays like this, tell the shop's staff.",
)

# A screen that stands in the shop, before it goes back to its first page.
LEAVING = Text(es="Volvemos al inicio", en="Going back to the start")
STAY = Text(es="Seguir aquí", en="Stay here")
