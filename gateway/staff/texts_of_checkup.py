"""The words of the check-up page; each finding brings its own."""

from __future__ import annotations

from gateway.web.words import Text

CHECKUP = Text(es="Revisión del equipo", en="Check-up of the box")
CHECKUP_LINK = Text(es="Revisar el equipo", en="Check the box")
CHECKUP_LEAD = Text(
    es="Lo que Anaquel necesita para trabajar: disco, red, reloj, bróker, puntos de acceso y más. "
    "Revisar no cambia nada.",
    en="What Anaquel needs to work: disk, network, clock, broker, access points and more. Looking "
    "changes nothing.",
)
CHECKUP_LOOKING = Text(es="Revisando…", en="Looking…")
CHECKUP_LOOKING_ADVICE = Text(
    es="Tarda unos segundos; más si algo no responde.",
    en="It takes some seconds; longer when something does not answer.",
)
CHECKUP_WAIT = Text(es="Mostrar el resultado", en="Show the result")
CHECKUP_WELL = Text(es="Todo está bien", en="All is well")
CHECKUP_WELL_ADVICE = Text(
    es="No hay nada que hacer. Lo que se revisó está abajo.",
    en="There is nothing to do. What was looked at stands below.",
)
CHECKUP_FOUND = Text(es="Qué hacer", en="What to do")
CHECKUP_LOOKED_AT = Text(es="Qué se revisó", en="What was looked at")
CHECKUP_AGAIN = Text(es="Revisar otra vez", en="Look again")
CHECKUP_MADE = Text(es="Revisado", en="Looked at")
CHECKUP_KEPT = Text(
    es="Se revisa como mucho una vez por minuto.", en="It is looked at once a minute at most."
)
CHECKUP_GOOD = Text(es="Bien", en="Good")
CHECKUP_ATTENTION = Text(es="Atención", en="Attention")
CHECKUP_TROUBLE = Text(es="Problema", en="Trouble")
CHECKUP_UNKNOWN = Text(es="No se sabe", en="Not known")

# Trying the address of the codes from a phone.
PHONE = Text(es="Probar con un teléfono", en="Try with a phone")
PHONE_LEAD = Text(
    es="Escanea este código con la cámara de un teléfono, como hará un cliente. Hazlo dos veces: "
    "con datos móviles, y en el wifi de la tienda.",
    en="Scan this code with a phone's camera, as a shopper will. Do it twice: on mobile data, and "
    "on the shop's Wi-Fi.",
)
PHONE_CODE = Text(es="Código con la dirección de las etiquetas", en="Code with the labels' address")
PHONE_WAITING = Text(es="Esperando al teléfono…", en="Waiting for the phone…")
PHONE_WAITING_ADVICE = Text(
    es="Si el teléfono no abre la página: con datos móviles, el nombre no lleva a esta tienda "
    "(túnel, router o servidor de nombres); en el wifi, el router no lo lleva a este equipo.",
    en="If the phone opens no page: on mobile data the name does not lead to this shop (tunnel, "
    "router or name server); on the Wi-Fi the router does not lead it to this box.",
)
PHONE_SHOP = Text(es="Llegó desde la red de la tienda", en="It came from the shop's own network")
PHONE_SHOP_ADVICE = Text(
    es="Así funcionan los códigos también sin internet. Falta probarlo con datos móviles.",
    en="So the codes work without internet too. What is left to try is mobile data.",
)
PHONE_INTERNET = Text(es="Llegó desde internet", en="It came from the internet")
PHONE_INTERNET_ADVICE = Text(
    es="Así funcionan los códigos con datos móviles. Falta probarlo en el wifi de la tienda.",
    en="So the codes work on mobile data. What is left to try is the shop's Wi-Fi.",
)
PHONE_PROXY = Text(
    es="Llegó por el túnel o el servidor web de este equipo",
    en="It came through the tunnel or web server of this box",
)
PHONE_PROXY_ADVICE = Text(
    es="La dirección funciona. Si el teléfono estaba en el wifi de la tienda, sin internet no "
    "funcionaría: en el router, lleva ese nombre a este equipo.",
    en="The address works. If the phone was on the shop's Wi-Fi, it would not without internet: "
    "lead that name to this box in the router.",
)
PHONE_AGAIN = Text(es="Probar otra vez", en="Try again")
PHONE_LASTS = Text(
    es="El código vale 10 minutos. Del teléfono no se guarda nada.",
    en="The code is good for 10 minutes. Nothing is kept of the phone.",
)
